# Makes the flash of a heater that has been in service for years: both rings of records full, so
# that from here on every record overwrites one.
#
#   micropython aged.py FIRMWARE_DIR LIB_DIR FLASH_FILE

import os
import sys

sys.path[1:1] = sys.argv[1:3]

import board  # noqa: E402
import flash  # noqa: E402

from heater.record.books import Books  # noqa: E402

flash.mount(sys.argv[3], board.DATA_DIR)
books = Books(board.DATA_DIR)
books.open()
for ring, fields in ((books.ledger.ring, 17), (books.journal.ring, 5)):
    while ring.next < ring._per_segment * ring._segments:
        if not ring.append(*[0] * fields):
            ring.flush()
books.close()
os.umount(board.DATA_DIR)
