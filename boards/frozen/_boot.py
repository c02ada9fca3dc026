# Takes the place of the port's own _boot.py, which runs before boot.py and waits for ever when
# the file system cannot be mounted: outputs to their safe level, then a file system at any price.

try:
    import romcode  # from here on the application is used where it lies (boards/cmodules)
except ImportError:
    romcode = None  # an image without it: the application takes heap

import board  # noqa: E402
from machine import Pin  # noqa: E402

for _pin, _level in board.SAFE_LEVELS:
    Pin(_pin, Pin.OUT, value=_level)

import os  # noqa: E402

import vfs  # noqa: E402
from flashbdev import bdev  # noqa: E402

try:
    vfs.mount(vfs.VfsLfs2(bdev), "/")
except OSError:
    # New or beyond repair: a heater without its records still has to heat and protect.
    vfs.VfsLfs2.mkfs(bdev)
    vfs.mount(vfs.VfsLfs2(bdev), "/")

if romcode and "heater" in os.listdir("/"):  # put there by somebody: it goes before
    romcode.stand_aside()
