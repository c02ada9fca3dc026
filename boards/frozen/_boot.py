# Takes the place of the port's own _boot.py, which runs before boot.py and waits for ever when
# the file system cannot be mounted: outputs to their safe level, then a file system at any price.

import board
from machine import Pin

for _pin, _level in board.SAFE_LEVELS:
    Pin(_pin, Pin.OUT, value=_level)

try:
    import romclass  # noqa: F401 (from here on methods stay in the image: boards/cmodules)
except ImportError:
    pass  # an image without it: they take heap

import vfs  # noqa: E402
from flashbdev import bdev  # noqa: E402

try:
    vfs.mount(vfs.VfsLfs2(bdev), "/")
except OSError:
    # New or beyond repair: a heater without its records still has to heat and protect.
    vfs.VfsLfs2.mkfs(bdev)
    vfs.mount(vfs.VfsLfs2(bdev), "/")
