# A set-point that stands in for the plan for a while.

from micropython import const

NO_OVERRIDE = const(0)
UNTIL_NEXT = const(1)  # to the next change of the plan
UNTIL_TIME = const(2)  # to an instant
FOR_DURATION = const(3)  # for so many seconds, clock or no clock
UNTIL_ENDED = const(4)  # until somebody ends it
_KINDS = const(5)
NAMES = ("none", "next", "until", "for", "held")


class Override:
    """One override: its set-point, preset and end. `kind` NO_OVERRIDE means there is none."""

    def __init__(self):
        self.kind = NO_OVERRIDE
        self.mdeg = 0
        self.preset = 0
        self._end_s = 0  # UNTIL_NEXT, UNTIL_TIME: UTC seconds since 2020-01-01; 0 not known yet
        self._end_uptime_s = 0  # FOR_DURATION

    def until_next(self, mdeg, preset, next_s):
        """Hold `mdeg` (millidegrees) to the change at `next_s` (0 while there is no clock)."""
        self.kind = UNTIL_NEXT
        self.mdeg = mdeg
        self.preset = preset
        self._end_s = next_s

    def until_time(self, mdeg, preset, end_s):
        """Hold `mdeg` until the instant `end_s` (UTC seconds since 2020-01-01)."""
        self.kind = UNTIL_TIME
        self.mdeg = mdeg
        self.preset = preset
        self._end_s = end_s

    def for_duration(self, mdeg, preset, end_uptime_s):
        """Hold `mdeg` until `end_uptime_s` (seconds since boot)."""
        self.kind = FOR_DURATION
        self.mdeg = mdeg
        self.preset = preset
        self._end_uptime_s = end_uptime_s

    def until_ended(self, mdeg, preset):
        """Hold `mdeg` until somebody does something else."""
        self.kind = UNTIL_ENDED
        self.mdeg = mdeg
        self.preset = preset
        self._end_s = 0

    def clear(self):
        """End it now."""
        self.kind = NO_OVERRIDE

    def step(self, uptime_s, trusted, t_s):
        """End it when its time has come. Without a trusted clock only a duration ends."""
        if self.kind == FOR_DURATION:
            if uptime_s >= self._end_uptime_s:
                self.kind = NO_OVERRIDE
        elif self.kind and trusted and self._end_s and t_s >= self._end_s:
            self.kind = NO_OVERRIDE

    def replanned(self, next_s):
        """The plan was computed anew (jump, new plan, clock found), next change at `next_s`."""
        if self.kind == UNTIL_NEXT:
            self._end_s = next_s

    def remaining_s(self, uptime_s, trusted, t_s):
        """Seconds left, or -1 where that cannot be told."""
        if self.kind == FOR_DURATION:
            return self._end_uptime_s - uptime_s
        if self.kind and trusted and self._end_s:
            return self._end_s - t_s
        return -1

    def state(self, uptime_s, trusted, t_s):
        """What to keep over a power cut: [kind, mdeg, preset, end instant].

        The end of a duration is kept as an instant. Where no clock can tell that instant, the
        override is not kept: nobody could say how much of it the power cut has used up.
        """
        kind, end_s = self.kind, self._end_s
        if kind == FOR_DURATION:
            kind = UNTIL_TIME if trusted else NO_OVERRIDE
            end_s = t_s + self._end_uptime_s - uptime_s
        return [kind, self.mdeg, self.preset, end_s]

    def restore(self, state):
        """Take back what `state` gave. Raises ValueError if it cannot be such."""
        kind, mdeg, preset, end_s = state
        if not (0 <= kind < _KINDS and kind != FOR_DURATION and 0 <= preset < 7 and end_s >= 0):
            raise ValueError("override: not a saved state")
        self.kind = kind
        self.mdeg = mdeg
        self.preset = preset
        self._end_s = end_s
