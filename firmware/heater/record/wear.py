# The flash budget: at most 200 file writes in any 24 hours, whoever asks for them.
#
# Counters, ledger and journal write by the clock (every 885 s and every hour: 98 + 24 + 24 a
# day). What people, servers and faults cause shares one bucket: 20 at once, one more every
# 2880 s, so 50 in any 24 hours; what finds the bucket empty waits in RAM. Only a safety latch and
# a factory reset never wait; both need a hand at the heater. docs/storage.md has the sum.

from micropython import const

COUNTERS_EVERY_S = const(885)  # with the time of one slow round, under 15 minutes
HOUR_S = const(3600)
_REFILL_S = const(2880)
_BUCKET = const(20)


class Budget:
    """Counts the writes and says whether one that can wait may be done now."""

    def __init__(self):
        self.writes = 0  # since boot
        self._tokens = _BUCKET
        self._refilled_s = 0

    def poll(self, uptime_s):
        """Call about once a second in slow code."""
        while uptime_s - self._refilled_s >= _REFILL_S:
            self._refilled_s += _REFILL_S
            self._tokens = min(self._tokens + 1, _BUCKET)

    def affordable(self):
        """True while the bucket is not empty."""
        return self._tokens > 0

    def spend(self):
        """Book one write from the bucket; one that could not wait leaves it in debt."""
        self.writes += 1
        self._tokens = max(self._tokens - 1, -_BUCKET)

    def book(self):
        """Book one write of those done by the clock."""
        self.writes += 1
