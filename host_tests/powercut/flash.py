# A flash chip in RAM for vfs.VfsLfs2 whose power fails at a chosen operation (MicroPython only).

BLOCK = 4096
_ERASED = b"\xff" * BLOCK
_EIO = -5  # as a block device of MicroPython answers

# What has become of the operation during which the power failed.
NONE = 0  # not begun
WHOLE = 1  # done, but nothing after it
TORN = 2  # the first half done
FLIPPED = 3  # done with wrong bits, as cells programmed too briefly read back
MANNERS = ("none", "whole", "torn", "flipped")


class PowerCut(Exception):
    """Not an OSError: no code on the device may catch it, since none would run."""


class Flash:
    """Extended block device. image: bytearray; cut: number of the fatal operation, -1 for none."""

    def __init__(self, image, cut=-1, manner=NONE):
        self.image = image
        self.cut = cut
        self.manner = manner
        self.operations = 0
        self.erases = 0
        self.dead = False
        # The garbage collector closes the files that the dead device had open. Refused, that ends
        # at once; with nothing read LittleFS goes by what happens to lie in its buffer. (Twice in
        # some thousand runs MicroPython has ended with a segmentation fault here. That this is
        # the cause is likely, not shown.)
        self.forgotten = False

    def readblocks(self, block, buf, offset=0):
        if self.forgotten:
            return _EIO
        if self.dead:
            raise PowerCut
        start = block * BLOCK + offset
        buf[:] = memoryview(self.image)[start : start + len(buf)]
        return 0

    def writeblocks(self, block, buf, offset=0):
        return self._operate(block * BLOCK + offset, buf)

    def ioctl(self, op, arg):
        if op == 4:
            return len(self.image) // BLOCK
        if op == 5:
            return BLOCK
        if op == 6:
            self.erases += 1
            return self._operate(arg * BLOCK, _ERASED)
        return None

    def _operate(self, start, data):
        if self.forgotten:
            return _EIO
        if self.dead:
            raise PowerCut
        fatal = self.operations == self.cut
        self.operations += 1
        if not fatal:
            self.image[start : start + len(data)] = data
            return 0
        self.dead = True
        if self.manner == TORN:
            data = data[: len(data) // 2]
        if self.manner != NONE:
            self.image[start : start + len(data)] = data
        if self.manner == FLIPPED:
            # A spread of single bits that differs from cut to cut.
            step = 7 + self.cut % 23
            for index in range(self.cut % step, len(data), step):
                self.image[start + index] ^= 1 << ((index + self.cut) % 8)
        raise PowerCut
