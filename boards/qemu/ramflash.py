# The target's flash: a piece of QEMU's memory far above the program's own, so that it costs no
# heap. QEMU can fill it from a file before the start (-device loader).

import uctypes
import vfs

_ADDRESS = 0x8100_0000  # the virt machine has 128 MiB from 0x8000_0000 on
BLOCK_BYTES = 4096
BLOCKS = 512
_PIECE = 256
_ERASED = b"\xff" * _PIECE


class RamBlocks:
    """Block device (extended interface) in memory."""

    def __init__(self):
        self._all = memoryview(uctypes.bytearray_at(_ADDRESS, BLOCK_BYTES * BLOCKS))

    def readblocks(self, block, buf, offset=0):
        at = block * BLOCK_BYTES + offset
        buf[:] = self._all[at : at + len(buf)]

    def writeblocks(self, block, buf, offset=None):
        if offset is None:
            self.ioctl(6, block)
            offset = 0
        at = block * BLOCK_BYTES + offset
        self._all[at : at + len(buf)] = buf

    def ioctl(self, op, arg):
        if op == 4:
            return BLOCKS
        if op == 5:
            return BLOCK_BYTES
        if op == 6:
            at = arg * BLOCK_BYTES
            for piece in range(at, at + BLOCK_BYTES, _PIECE):
                self._all[piece : piece + _PIECE] = _ERASED
        return 0


def mount():
    """Mount it at the root, formatting it when there is nothing to read, as boards/frozen does."""
    blocks = RamBlocks()
    try:
        fs = vfs.VfsLfs2(blocks)
    except OSError:
        vfs.VfsLfs2.mkfs(blocks)
        fs = vfs.VfsLfs2(blocks)
    vfs.mount(fs, "/")
