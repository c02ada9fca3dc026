# The event journal: what happened, when, and how well the time was known.

from micropython import const

from heater.record import events, wear
from heater.record.ring import Ring

_LAYOUT = const("IBHii")  # t_s, quality, code, value, value_2
_PER_SEGMENT = const(176)  # 23 bytes each: one 4 KiB flash block
_SEGMENTS = const(8)  # the last 1232 events at least
_WAITING = const(32)
_URGENT_ROOM = const(8)  # so little room left in RAM: write now

QUALITY_NONE = const(0)  # the time is seconds since boot, nothing better is known


class Journal:
    """Events by number. Hand in the time with `clock()` before the first event after a change.

    An event is a tuple (number, t_s, quality, code, value, value_2); t_s is UTC seconds since
    1970-01-01, or seconds since boot while quality is QUALITY_NONE.
    """

    def __init__(self, path, budget):
        self.ring = Ring(path, "journal", _LAYOUT, _PER_SEGMENT, _SEGMENTS, _WAITING)
        self._budget = budget
        self._t_s = 0
        self._quality = QUALITY_NONE
        self._urgent = False
        self._lost = 0
        self._flushed_s = 0

    def open(self):
        """Find the end of the journal at start. Never fails."""
        self.ring.open()

    def clock(self, t_s, quality):
        """The time that the next events get; slow code calls it every second."""
        self._t_s = t_s
        self._quality = quality

    def add(self, code, value=0, value_2=0, urgent=False):
        """Note one event. urgent: on flash with the next poll (faults), else within the hour.

        Values beyond 32 bits are held at the end of the range. When flash and RAM are full, the
        first events of a storm are kept and the number of the others is noted later.
        """
        self._urgent = urgent or self._urgent
        if self._lost and self.ring.room() > 1:
            lost, self._lost = self._lost, 0
            self._append(events.EVENTS_LOST, lost, 0)
        if not self._append(code, value, value_2):
            self._lost += 1

    def poll(self, uptime_s):
        """Call in slow code: at most one file is written. True if one was."""
        if not self.ring.waiting():
            return False
        hour_over = uptime_s - self._flushed_s >= wear.HOUR_S
        pressing = self._urgent or self.ring.room() < _URGENT_ROOM
        if not (hour_over or (pressing and self._budget.affordable())):
            return False
        if hour_over:
            self._flushed_s = uptime_s
        return self._flush(hour_over)

    def flush(self):
        """Write all that waits, before an intended restart."""
        while self.ring.waiting() and self._flush(False):
            pass

    def first(self):
        """Number of the oldest event that can be read."""
        return self.ring.first

    def next(self):
        """Number the next event to reach the flash will have."""
        return self.ring.next

    def read(self, number, limit=16):
        """(events, number to go on with): those on flash from `number` on, at most `limit`."""
        return self.ring.read(number, limit)

    def _append(self, code, value, value_2):
        return self.ring.append(self._t_s, self._quality, code, _fit(value), _fit(value_2))

    def _flush(self, by_clock):
        if by_clock:
            self._budget.book()
        else:
            self._budget.spend()
        if not self.ring.flush():
            return False
        self._urgent = self._urgent and self.ring.waiting() > 0
        return True


def _fit(value):
    return max(-0x80000000, min(value, 0x7FFFFFFF))
