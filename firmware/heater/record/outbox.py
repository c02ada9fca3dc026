# Store and forward: hands records of a ring to the link in order, and remembers how far the
# server has acknowledged them.

import struct

from micropython import const

_SAVE_EVERY_S = const(21600)  # after a power cut at most this much is sent twice; the numbers
# of the records let the server drop what it has


class Outbox:
    """Unsent records of one ring. name: of the file that holds the position."""

    def __init__(self, ring, store, name):
        self._ring = ring
        self._store = store
        self._name = name
        self._acked = 0
        self._saved = 0
        self._saved_s = 0

    def open(self):
        """Read the position at start, after the ring was opened."""
        data = self._store.load(self._name)
        if data is not None and len(data) == 4:
            (self._acked,) = struct.unpack("<I", data)
        # A ring that was lost begins again; what it holds is unsent.
        if self._acked > self._ring.next:
            self._acked = 0
        self._saved = self._acked

    def peek(self, limit):
        """(records, number to acknowledge): the oldest unacknowledged ones, [] when none are.

        Records that were overwritten unsent are skipped: their numbers show the gap.
        """
        return self._ring.read(self._acked, limit)

    def backlog(self):
        """How many records wait for the server."""
        return self._ring.next - max(self._acked, self._ring.first)

    def ack(self, number):
        """The server has everything before `number`. What lies outside the backlog is ignored."""
        if self._acked < number <= self._ring.next:
            self._acked = number

    def poll(self, uptime_s):
        """Call in slow code: keeps the position, four times a day at most."""
        if self._acked != self._saved and uptime_s - self._saved_s >= _SAVE_EVERY_S:
            self._saved = self._acked
            self._saved_s = uptime_s
            self._store.save_soon(self._name, struct.pack("<I", self._acked))
