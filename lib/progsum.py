# Is the program still what was built? Two sources that hash themselves piece by piece, so that
# two megabytes of flash can be read beside other work: an ESP-IDF application image with the
# SHA-256 that the build appended to it, and files on a file system with a list of their own.

import binascii
import hashlib
import struct

from micropython import const

_BLOCK = const(4096)
_MAGIC = const(0xE9)
_HEADER_LEN = const(24)  # esp_image_header_t; its last byte says whether a SHA-256 follows
_SEGMENT_LEN = const(8)  # load address and length before each segment
_SEGMENTS_MAX = const(16)
_DIGEST_LEN = const(32)


class Image:
    """The application image on `partition` (an esp32.Partition, or anything with its readblocks).

    `begin()`, then `step()` until it returns False; `sound` then tells the result: True, False,
    or None where the image carries no SHA-256 to compare with. `piece`: bytes read by a step.
    """

    def __init__(self, partition, piece=512):
        self._partition = partition
        self._piece = bytearray(piece)
        self._hash = None
        self._at = 0
        self._end = 0
        self.sound = None

    def begin(self):
        """Start anew. Raises OSError when the flash cannot be read."""
        self._at = 0
        self._end = 0
        self.sound = None
        head = self._read(0, _HEADER_LEN)
        if head[0] != _MAGIC or not 0 < head[1] <= _SEGMENTS_MAX:
            self.sound = False
            return
        if head[_HEADER_LEN - 1] != 1:
            return  # nothing to compare with
        at = _HEADER_LEN
        size = self._partition.info()[3]
        for _ in range(head[1]):
            _, length = struct.unpack("<II", self._read(at, _SEGMENT_LEN))
            at += _SEGMENT_LEN + length
            if at + 16 + _DIGEST_LEN > size:
                self.sound = False
                return
        self._end = at + 16 & ~15  # one byte of check sum ends a block of 16
        self._hash = hashlib.sha256()

    def step(self):
        """Take in the next piece. True while more is to come. Raises OSError."""
        if self._hash is None:
            return False
        left = self._end - self._at
        if left:
            n = min(left, len(self._piece))
            self._hash.update(self._read(self._at, n))
            self._at += n
            return True
        self.sound = self._hash.digest() == bytes(self._read(self._end, _DIGEST_LEN))
        self._hash = None
        return False

    def _read(self, at, n):
        piece = memoryview(self._piece)[:n]
        self._partition.readblocks(at // _BLOCK, piece, at % _BLOCK)
        return piece


class Files:
    """Files named in the list `path`: first line the SHA-256 in hex, then a file a line.

    Under the sum: for every file its line, then its content. Used like `Image`; a list or a
    file that cannot be read is not sound.
    """

    def __init__(self, path, piece=512):
        self._path = path
        self._piece = bytearray(piece)
        self._list = None
        self._file = None
        self._hash = None
        self._wanted = b""
        self.sound = None

    def begin(self):
        """Start anew. Raises OSError when the list cannot be read."""
        self.close()
        self.sound = None
        self._hash = hashlib.sha256()
        self._list = open(self._path, "rb")
        self._wanted = self._list.readline().strip()

    def step(self):
        """Take in the next piece. True while more is to come. Raises OSError."""
        if self._list is None:
            return False
        if self._file is None:
            line = self._list.readline()
            name = line.strip()
            if not name:
                self.sound = binascii.hexlify(self._hash.digest()) == self._wanted
                self.close()
                return False
            self._hash.update(line)
            self._file = open(str(name, "utf-8"), "rb")
            return True
        n = self._file.readinto(self._piece)
        if n:
            self._hash.update(memoryview(self._piece)[:n])
        else:
            self._file.close()
            self._file = None
        return True

    def close(self):
        """Give back what is open."""
        for file in (self._file, self._list):
            if file is not None:
                file.close()
        self._file = self._list = None
