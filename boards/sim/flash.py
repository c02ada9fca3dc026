# The simulated flash: LittleFS 2 on a block device that lives in one file of the host, so that it
# survives a restart or a cut of the power. Counts erases, because flash wears.

import vfs

BLOCK_BYTES = 4096
BLOCKS = 96  # 384 KiB, the data partition of the 4 MiB boards


class FileBlocks:
    """Block device (extended interface) on a host file."""

    def __init__(self, path):
        try:
            self._file = open(path, "r+b")
        except OSError:
            with open(path, "wb") as f:
                for _ in range(BLOCKS):
                    f.write(b"\xff" * BLOCK_BYTES)
            self._file = open(path, "r+b")
        self.erases = 0

    def readblocks(self, block, buf, offset=0):
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.readinto(buf)

    def writeblocks(self, block, buf, offset=None):
        if offset is None:
            self.ioctl(6, block)
            offset = 0
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.write(buf)

    def ioctl(self, op, arg):
        if op == 3:  # sync
            self._file.flush()
        elif op == 4:
            return BLOCKS
        elif op == 5:
            return BLOCK_BYTES
        elif op == 6:
            self.erases += 1
        return 0


def mount(path, where):
    """Mount the flash in file `path` at `where`, formatting it when it is new or unreadable."""
    blocks = FileBlocks(path)
    try:
        fs = vfs.VfsLfs2(blocks)
    except OSError:
        vfs.VfsLfs2.mkfs(blocks)
        fs = vfs.VfsLfs2(blocks)
    vfs.mount(fs, where)
    return blocks
