# Lines from a serial port, in bounded slices.
#
# The ESP32's stdin ring holds 260 bytes and drops what does not fit (ports/esp32/mphalport.c), so
# a frame is at most 240 bytes and the peer waits for the answer before it sends the next.

from micropython import const

FRAME_BYTES = const(240)


class LineReader:
    """Collects bytes into lines without growing.

    `port` has `any()`, `readinto(buf)`. A line longer than FRAME_BYTES is dropped whole and
    counted in `overlong`; carriage returns and 0x03 carry no meaning and are ignored at a line's
    ends.
    """

    def __init__(self, port):
        self._port = port
        self._chunk = bytearray(64)
        self._line = bytearray(FRAME_BYTES)
        self._n = 0
        self._dropping = False
        self._left = 0  # bytes of the chunk not yet looked at
        self._at = 0
        self.overlong = 0

    def poll(self):
        """One complete line as bytes, or None. Reads at most one chunk."""
        if not self._left:
            if not self._port.any():
                return None
            self._left = self._port.readinto(self._chunk) or 0
            self._at = 0
        while self._left:
            byte = self._chunk[self._at]
            self._at += 1
            self._left -= 1
            if byte == 10:
                n, self._n = self._n, 0
                if self._dropping:
                    self._dropping = False
                    return b""  # answered as a malformed frame
                line = bytes(self._line[:n]).strip(b"\r\x03 \t")
                if line:
                    return line
            elif self._n < FRAME_BYTES:
                self._line[self._n] = byte
                self._n += 1
            elif not self._dropping:
                self._dropping = True
                self.overlong += 1
        return None
