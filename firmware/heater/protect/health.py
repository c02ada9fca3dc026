# Health of the firmware itself: late ticks, exceptions, resets that nobody asked for.

from micropython import const

from heater.protect import monitors as m

_QUIET_S = const(600)  # without an abnormal reset, then their count starts anew


class Health:
    """Counts what the executive reports; `second` turns it into signals."""

    def __init__(self):
        self.resets = 0  # abnormal ones without ten quiet minutes between
        self.announced = 0  # 1: a restart was asked for, so the next start by software is none
        self.exception = 0  # 1: one was caught since the fast rows were last judged
        self._late = 0
        self._fresh = 0  # 1: a late tick within this second
        self._quiet = 0

    def late(self):
        """A tick began after its deadline."""
        self._late += 1
        self._fresh = 1

    def second(self, signal, uptime_s):
        """Once a second. True when the count of abnormal resets has changed."""
        # Late ticks count up one by one, and down by one for every second without one.
        if self._fresh:
            self._fresh = 0
        elif self._late > 0:
            self._late -= 1
        signal[m.R_TICK_LATE] = self._late
        if self._quiet or uptime_s < _QUIET_S:
            return False
        self._quiet = 1
        changed = self.resets != 0
        self.resets = 0
        return changed
