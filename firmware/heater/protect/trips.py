# Over-temperature trips within a day: the third one latches. Ages survive a loss of power; the
# time without power does not count, so that pulling the plug is no way to forget.

import struct

from micropython import const

_DAY_S = const(86_400)
_KEPT = const(3)
_OLD = const(0x3FFFFFF)


class Trips:
    def __init__(self):
        self.count = 0
        self._age_s = [_OLD] * _KEPT
        self._seen = -1
        self._last_s = 0

    def second(self, now_s):
        """Let the ages grow to uptime `now_s`; updates `count`."""
        step = now_s - self._last_s
        self._last_s = now_s
        count = 0
        for i in range(_KEPT):
            age = self._age_s[i]
            if age < _OLD:
                age += step
                self._age_s[i] = age
                if age < _DAY_S:
                    count += 1
                else:
                    self._age_s[i] = _OLD
        self.count = count

    def follow(self, hot, covered, now_s):
        """Count what is new in the two life-time counters of trips. True when there was any."""
        total = hot + covered
        if self._seen < 0:
            self._seen = 0
        new = total - self._seen
        self._seen = total
        if new <= 0:
            return False
        self.second(now_s)
        oldest = 0
        for i in range(1, _KEPT):
            if self._age_s[i] > self._age_s[oldest]:
                oldest = i
        self._age_s[oldest] = 0
        self.second(now_s)
        return True

    def forget(self):
        """Somebody has looked at the heater: begin anew."""
        for i in range(_KEPT):
            self._age_s[i] = _OLD
        self.count = 0

    def state(self):
        return struct.pack("<3I", *self._age_s)

    def restore(self, data):
        """Raises ValueError when `data` is not a state."""
        if len(data) != 12:
            raise ValueError("trips")
        self._age_s = list(struct.unpack("<3I", data))
