# Lines and Improv packets from a serial port, in bounded slices.
#
# The ESP32's stdin ring holds 260 bytes and drops what does not fit (ports/esp32/mphalport.c), so
# a frame is at most 240 bytes and the peer waits for the answer before it sends the next.
#
# An Improv Wi-Fi Serial packet is binary and may hold line feeds and 0x03: "IMPROV" 1 type length
# data checksum. It begins a line and is framed by its length; everything else by the line feed.

from micropython import const

FRAME_BYTES = const(240)
IMPROV = b"IMPROV\x01"
_IMPROV_HEAD = const(9)  # up to and with the length
_IMPROV_MOST = const(230)  # data bytes of a packet that fits into a frame with head and checksum
_CHUNK_BYTES = const(64)
_CHUNKS_A_POLL = const(5)  # more than the ring holds: one poll a tick drains it
_SILENT_POLLS = const(10)  # so long without a byte inside a packet: it will never be finished


class LineReader:
    """Collects bytes into lines without growing.

    `port` has `any()`, `readinto(buf)`. A line longer than FRAME_BYTES is dropped whole and
    counted in `overlong`; carriage returns and 0x03 carry no meaning and are ignored at a line's
    ends.
    """

    def __init__(self, port):
        self.port = port
        self._chunk = bytearray(_CHUNK_BYTES)
        self._line = bytearray(FRAME_BYTES)
        self._n = 0
        self._dropping = False
        self._packet = 0  # length of the Improv packet being read, 0: a line is
        self._silent = 0
        self._left = 0  # bytes of the chunk not yet looked at
        self._at = 0
        self.overlong = 0

    def poll(self):
        """One complete line as bytes, b"" for one that was too long, an Improv packet (it begins
        with IMPROV), or None. Reads no more than the ring holds."""
        for _ in range(_CHUNKS_A_POLL):
            if not self._left:
                if not self.port.any():
                    if self._packet:
                        self._miss()
                    return None
                self._left = self.port.readinto(self._chunk) or 0
                self._at = 0
                self._silent = 0
            frame = self._take()
            if frame is not None:
                return frame
        return None

    def _miss(self):
        self._silent += 1
        if self._silent > _SILENT_POLLS:
            self._packet = 0
            self._n = 0

    def _take(self):
        while self._left:
            byte = self._chunk[self._at]
            self._at += 1
            self._left -= 1
            if byte == 10 and not self._packet:
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
                if self._n == _IMPROV_HEAD and self._line[: len(IMPROV)] == IMPROV:
                    if byte <= _IMPROV_MOST:
                        self._packet = _IMPROV_HEAD + byte + 1
                elif self._packet == self._n:
                    self._packet = self._n = 0
                    return bytes(self._line[: _IMPROV_HEAD + self._line[8] + 1])
            elif not self._dropping:
                self._dropping = True
                self.overlong += 1
        return None
