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
import sys  # noqa: E402

import vfs  # noqa: E402
from flashbdev import bdev  # noqa: E402

try:
    vfs.mount(vfs.VfsLfs2(bdev), "/")
except OSError:
    # New or beyond repair: a heater without its records still has to heat and protect.
    vfs.VfsLfs2.mkfs(bdev)
    vfs.mount(vfs.VfsLfs2(bdev), "/")


def _deployed():
    """Whether an application lies on the file system that goes before the one in the image: one
    that `make deploy` has brought there whole, or one without its list, put there by hand."""
    if "heater" not in os.listdir("/"):
        return False
    try:
        names = open("/program.sum")
    except OSError:
        return True
    whole = False
    with names:
        names.readline()  # the sum; the firmware checks it while it runs
        for name in names:
            try:
                os.stat(name.strip())
            except OSError:
                return False
            whole = True
    return whole  # the list is emptied before the first file is brought, and comes last


if _deployed():
    if romcode:
        romcode.stand_aside()
    sys.modules.pop("board", None)  # its own goes before, too
else:
    # Nothing of a half-brought application is taken for a module of the frozen one.
    sys.path.remove("")
    sys.path.append("")
