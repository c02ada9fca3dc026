# The serial port that the REPL has: on an ESP32 machine.UART(0) cannot read it, because there the
# port has no driver but an interrupt that fills the ring behind sys.stdin.

import sys
from select import POLLIN, poll


class StdPort:
    """sys.stdin and sys.stdout with the calls of a machine.UART that never waits.

    What the ring cannot take is lost there (260 bytes). The interrupt character (Ctrl-C, 0x03)
    raises KeyboardInterrupt instead of being read, unless micropython.kbd_intr(-1) was called.
    """

    def __init__(self):
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._one = bytearray(1)
        self._poll = poll()
        self._poll.register(sys.stdin, POLLIN)

    def any(self):
        """1 when at least one byte can be read, else 0."""
        for _ in self._poll.ipoll(0):
            return 1
        return 0

    def readinto(self, buf):
        """Take what is there, at most len(buf): the number of bytes, or None for nothing."""
        one = self._one
        n = 0
        # A read of several bytes would wait for all of them.
        while n < len(buf) and self.any():
            if not self._in.readinto(one):  # pyright: ignore[reportAttributeAccessIssue]
                break  # the other end is closed
            buf[n] = one[0]
            n += 1
        return n if n else None

    def write(self, data):
        """Send all of `data`; returns its length."""
        self._out.write(data)
        return len(data)
