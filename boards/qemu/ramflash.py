# The target's flash: a piece of QEMU's memory far above the program's own, so that it costs no
# heap. QEMU can fill it from a file before the start (-device loader).

import uctypes
import vfs

_ADDRESS = 0x8100_0000  # the virt machine has 128 MiB from 0x8000_0000 on
BLOCK_BYTES = 4096
BLOCKS = 512
_ERASED = b"\xff" * 256


class RamBlocks:
    """Block device (extended interface) in memory."""

    def __init__(self):
        self._all = memoryview(uctypes.bytearray_at(_ADDRESS, BLOCK_BYTES * BLOCKS))

    def readblocks(self, block, buf, offset=0):
        buf[:] = self._piece(block * BLOCK_BYTES + offset, len(buf))

    def writeblocks(self, block, buf, offset=None):
        if offset is None:
            self.ioctl(6, block)
            offset = 0
        self._piece(block * BLOCK_BYTES + offset, len(buf))[:] = buf

    def ioctl(self, op, arg):
        if op == 4:
            return BLOCKS
        if op == 5:
            return BLOCK_BYTES
        if op == 6:
            for at in range(arg * BLOCK_BYTES, (arg + 1) * BLOCK_BYTES, len(_ERASED)):
                self._piece(at, len(_ERASED))[:] = _ERASED
        return 0

    def _piece(self, at, length):
        # On its own: assigned to as a part of the whole, all that lies behind would be moved too.
        return self._all[at : at + length]


def mount():
    """Mount it at the root, formatting it when there is nothing to read, as boards/frozen does."""
    blocks = RamBlocks()
    try:
        fs = vfs.VfsLfs2(blocks)
    except OSError:
        vfs.VfsLfs2.mkfs(blocks)
        fs = vfs.VfsLfs2(blocks)
    vfs.mount(fs, "/")
