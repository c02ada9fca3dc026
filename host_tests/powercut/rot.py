# Single bits of the flash go wrong while the heater is off (MicroPython only).
#
#   micropython rot.py ROOT_OF_REPOSITORY COUNT
#
# Prints "flips N unmounted U failures F", and each failure. unmounted: the file system itself was
# unreadable; the board then formats it, which the sum allows for only where it stays rare.

import gc
import sys

import vfs

here = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
sys.path[:0] = [sys.argv[1] + "/firmware", sys.argv[1] + "/lib", here]

from flash import BLOCK, Flash  # noqa: E402
from scenarios import SETPOINT, SMALL_NEW, _run  # noqa: E402

from heater.record.books import Books  # noqa: E402

BLOCKS = 96
MOUNT = "/rot"
SETPOINTS = tuple(range(20_000, 23_000, 250))


def opened():
    books = Books(MOUNT)
    books.open()
    books.configure(books.settings)
    return books


def fill():
    """Weeks in short: every file written many times, so that directory blocks have turned over."""
    books = opened()
    seen_wh = []
    for turn in range(160):
        _run(books, 900 * turn, 900 * turn + 900)
        seen_wh.append(books.energy.booked_wh)
        books.settings.stage(SETPOINT, SETPOINTS[turn % len(SETPOINTS)], "resident")
        books.settings.commit("resident")
        books.store.save("latch", SMALL_NEW)
    return seen_wh


def check(seen_wh):
    """The heater starts, with nothing but what it has once been told, and takes new values."""
    books = opened()
    assert books.settings.get(SETPOINT) in SETPOINTS, books.settings.get(SETPOINT)
    assert seen_wh[0] <= books.energy.booked_wh <= seen_wh[-1] + 1000, books.energy.booked_wh
    assert books.store.load("latch") == SMALL_NEW
    number = books.ledger.ring.first
    while number < books.ledger.ring.next:
        records, number = books.ledger.ring.read(number, 50)
        for record in records:
            assert sum(record[13:]) <= 3600 and record[4] <= 2000
    books.settings.stage(SETPOINT, 19_000, "resident")
    assert isinstance(books.settings.commit("resident"), tuple)
    books.close()
    assert opened().settings.get(SETPOINT) == 19_000


def main():
    good = bytearray(b"\xff" * (BLOCKS * BLOCK))
    vfs.VfsLfs2.mkfs(Flash(good))
    vfs.mount(vfs.VfsLfs2(Flash(good)), MOUNT)
    seen_wh = fill()
    vfs.umount(MOUNT)
    written = [place for place in range(len(good)) if good[place] != 0xFF]
    unmounted = failures = 0
    count = int(sys.argv[2])
    step = len(written) // count
    for turn in range(count):
        image = bytearray(good)
        place = written[turn * step]
        image[place] ^= 1 << (turn * 5 % 8)
        try:
            fs = vfs.VfsLfs2(Flash(image))
        except OSError:
            unmounted += 1
            continue
        vfs.mount(fs, MOUNT)
        try:
            check(seen_wh)
        except Exception as error:
            failures += 1
            print("flip", place, type(error).__name__, error)
        vfs.umount(MOUNT)
        gc.collect()
    print(f"flips {count} unmounted {unmounted} failures {failures}")


main()
