# Switches that wear out and click: one relay, or two stages of an element.
#
# Between the two neighbouring levels of the element (off and full; with two stages off, low, high,
# full) the modulator keeps account of the energy granted but not yet delivered and switches when
# the account reaches +-bound: a charge-balance converter. With
#     bound = period g (L - g) / 2 L       (g above the lower level, L between the levels)
# the cycle has the wanted period, its mean is exact, and the swing of the room lies evenly on
# both sides of the mean, which is the least a given number of cycles allows.
#
# A relay's life is counted in cycles, so they are a law and not a hope: of any _SAVED periods on
# end no more than _SAVED cycles begin, whatever the demand does. The default profile's period of
# 1600 s makes that 54 in any 24 hours, the precise one's of 600 s 6 in any hour. What a quiet hour
# leaves may be spent in the next. A pulse once begun is brought to its end even when the demand
# has fallen meanwhile, for another would cost another cycle. Only a limit ends it early: the
# feeder comes before the relay, and such a cycle is not charged. Relays that share a cycle are on
# once in it each, and seven may begin in six periods.

from micropython import const

from heater.signals import STAGE_FULL, STAGE_HIGH, STAGE_LOW, STAGE_OFF

_TICKS_A_SECOND = const(10)
_NO_TURN = const(-1)
_SAVED = const(6)  # cycles; 54 a day are nine times as many
# The swing of the room goes with q = 4 g (L - g) / L^2 and, behind the emitter's lag, about with
# the square of the period. A number of cycles does most where the swing is large: least mean
# square gives a period ~ q^-0.4, here as a line through q = 1 and q = 0.64 (20 % load).
_STRETCH_PERMILLE = const(550)


class Levels:
    """Modulator for relays. `step` every 100 ms tick.

    low_permille  share of the element behind the smaller of two relays, 1..500; 0 for one relay
    period_s      length of a cycle at half load, and least mean distance of cycles, 100..2400
    min_s         least time on and off, 1..period_s / 4
    """

    def __init__(self, low_permille=0, period_s=1600, min_s=60):
        self.low_permille = low_permille
        self.stage = STAGE_OFF
        self.effective_w = 0
        self.switchings = 0
        self._level = 0
        self._ticks = 0  # of the present second
        self._now_s = 0
        self._held = 1 << 20  # ticks since the last change; a start may switch at once
        self._owed = 0
        self.owed_ws = 0  # granted but not yet delivered, W s
        self._fallen = False  # a limit has fallen since the last step
        self._fallen_w = 0  # to this
        self._peak_w = 0  # the highest grant since the last pulse began
        self._left = _NO_TURN  # ticks to the next begin of this heater's turn
        self._turn = True  # its turn is on
        self._pulsed = False  # in this turn a pulse has begun
        self._rested = True  # nothing was wanted in the last tick
        self._begun_s = [-1 << 20] * _SAVED  # when the last cycles began, a ring
        self._oldest = 0
        self._charged = False  # the running pulse stands in the ring
        self._for_grant_w = -1  # for which _plan was made
        self._for_available_w = 0
        self._lower = self._upper = 0
        self._above_w = self._span_w = self._bound = 0
        self.set_profile(period_s, min_s)

    def set_profile(self, period_s, min_s):
        """Change the profile; takes effect from the next change on."""
        self.cycle_s = period_s
        self._half_period = period_s * _TICKS_A_SECOND // 2
        self._min = min_s * _TICKS_A_SECOND
        self._window_s = period_s * _SAVED
        self._for_grant_w = -1

    def _plan(self, grant_w, available_w):
        """Between which levels to switch for this grant, and how far the account may swing."""
        self._for_grant_w = grant_w
        self._for_available_w = available_w
        lower = 0
        upper = 3
        if self.low_permille:
            if grant_w * 1000 >= (1000 - self.low_permille) * available_w:
                lower = 2
            elif grant_w * 1000 >= self.low_permille * available_w:
                lower = 1
                upper = 2
            else:
                upper = 1
        low_w = self._share(lower) * available_w // 1000
        self._lower = lower
        self._upper = upper
        self._above_w = above = grant_w - low_w
        self._span_w = span = self._share(upper) * available_w // 1000 - low_w
        if span <= 0:
            self._bound = 0
            return
        swing = above * (span - above) // span
        if not swing and 0 < above < span:
            swing = 1  # the least demand is no reason for a pulse at once
        half = self._half_period
        half += half * (_STRETCH_PERMILLE - _STRETCH_PERMILLE * 4 * swing // span) // 1000
        self._bound = half * swing

    def _share(self, level):
        """Permille of the element at a level 0..3 (0, low, high, full)."""
        if level == 0:
            return 0
        if level == 3:
            return 1000
        return self.low_permille if level == 1 else 1000 - self.low_permille

    def step(self, grant_w, available_w):
        """Stage for this tick; arguments as in ssr.SolidState.step."""
        self._pass()
        if available_w <= 0:
            self._owed = self.owed_ws = 0
            self._rested = True
            return self._go(0, available_w)
        if grant_w > available_w:
            grant_w = available_w
        elif grant_w < 0:
            grant_w = 0

        was_w = self._for_grant_w
        if grant_w != was_w or available_w != self._for_available_w:
            self._plan(grant_w, available_w)
        level = self._level
        lower = self._lower
        bound = self._bound
        owed = self._owed + grant_w - self.effective_w
        limit = self._half_period * 2 * available_w
        if owed > limit:
            owed = limit
        elif owed < -limit:
            owed = -limit
        elif not grant_w and not level:
            owed = 0  # nothing is wanted: what was given too much needs no making up
        # From rest the first cycle begins with its pulse: who is cold does not wait for it.
        fresh = self._rested and self._pays()
        self._rested = not level and (fresh or not grant_w)
        self._owed = owed
        self.owed_ws = owed // _TICKS_A_SECOND

        if grant_w > self._peak_w:
            self._peak_w = grant_w
        if self._fallen:
            self._fallen = False
            self._shrink(was_w)
            if level > lower and not self._within_turn(available_w):
                return self._end_early(lower, available_w)
        if self._left != _NO_TURN and lower <= level <= self._upper:
            if self._left:
                self._left -= 1
            return self._go(self._in_turn(owed), available_w)
        if self._held >= self._min:
            if level >= self._upper:
                if self._may_end(owed, bound):
                    level = lower
            elif (owed >= bound or level < lower or fresh) and grant_w and self._free_in_s() <= 0:
                level = self._upper if owed >= bound or fresh else lower
        return self._go(level, available_w)

    def _pays(self):
        """Whether a pulse of the least length takes the account no further down than any."""
        return self._bound >= (self._span_w - self._above_w) * self._min

    def _may_end(self, owed, bound):
        """Whether the pulse has delivered what it should.

        At a high load the account waits at the upper level for the next cycle to be free: there
        a pause too short does less harm than one too long.
        """
        above = self._above_w
        if self._level == self._upper and above >= self._span_w:
            return False
        if owed > -bound:
            return False
        if 2 * above < self._span_w:
            return True
        return self._free_in_s() <= 2 * bound // (above * _TICKS_A_SECOND)

    def _free_in_s(self):
        """Seconds until another cycle may begin; 0 or less: now."""
        return self._begun_s[self._oldest] + self._window_s + 1 - self._now_s

    def _in_turn(self, owed):
        """The level in a cycle that is shared with other heaters: up only in its turn, for as
        long as it takes to owe nothing when the next turn begins."""
        left = self._left
        due = owed + self._above_w * left
        if self._level == self._upper:
            over = due <= 0 and self._held >= self._min and left >= self._min
            return self._lower if over or not self._turn else self._upper
        worth = due >= self._span_w * self._min and self._held >= self._min
        # Turns are a cycle each, which is the law in the mean. It leaves a cycle to spare here:
        # where one more had begun, before the turns or because a limit had moved, a heater would
        # else rest for a whole turn, or begin every one of them too late. For a second pulse of
        # a turn, when a limit has risen after the first, it is not spent.
        free = self._free_in_s() <= (0 if self._pulsed else self.cycle_s)
        return self._upper if self._turn and worth and free else self._lower

    def cut(self, limit_w=0):
        """A limit has fallen to `limit_w`. If that is below what was granted since the running
        pulse began, the pulse ends with the next step, also inside its least time and at nobody's
        charge; demand may have fallen before."""
        if limit_w < self._peak_w:
            self._fallen = True
            self._fallen_w = limit_w

    def _within_turn(self, available_w):
        # A lower limit makes the turn shorter; where that much of it is not over, who shares the
        # cycle counts on this heater being on, and another pulse would cost another cycle.
        cycle = 2 * self._half_period
        gone = cycle - self._left
        return (
            self._left != _NO_TURN and self._turn and gone * available_w < cycle * self._fallen_w
        )

    def place(self, left_s, turn):
        """Share the cycle with others (call once a second): `left_s` seconds from now, at least
        one, this heater's turn to be on begins; `turn`: it is on now. left_s -1: run free."""
        left = left_s * _TICKS_A_SECOND if left_s > 0 else _NO_TURN
        if left > self._left:
            self._pulsed = False
        if left > self._left >= 0 and self._above_w * left >= self._span_w * self._min:
            # A new cycle pays for itself; only what is too little for a pulse is carried on.
            if self._owed > 0:
                self._owed = self.owed_ws = 0
        self._left = left
        self._turn = turn

    def _shrink(self, was_w):
        # What the higher limit had promised shrinks with it.
        grant_w = self._for_grant_w
        owed = self._owed
        self._peak_w = grant_w
        if owed > 0:
            if was_w > grant_w:
                owed = owed // was_w * grant_w
            self._owed = owed if owed < self._bound else self._bound
            self.owed_ws = self._owed // _TICKS_A_SECOND

    def _end_early(self, lower, available_w):
        if self._charged:
            self._charged = False
            last = self._oldest - 1 if self._oldest else _SAVED - 1
            self._oldest = last
            self._begun_s[last] = self._now_s - self._window_s - 1
        return self._go(lower, available_w)

    def _pass(self):
        self._held += 1
        self._ticks += 1
        if self._ticks >= _TICKS_A_SECOND:
            self._ticks = 0
            self._now_s += 1

    def _go(self, level, available_w):
        if level != self._level:
            if level > self._level:
                self._peak_w = self._for_grant_w
                self.switchings += 1
                self._charged = self._pulsed = True
                self._begun_s[self._oldest] = self._now_s
                self._oldest = self._oldest + 1 if self._oldest < _SAVED - 1 else 0
            self._level = level
            self._held = 0
        self.effective_w = self._share(level) * available_w // 1000
        if level == 0:
            self.stage = STAGE_OFF
        elif level == 3:
            self.stage = STAGE_FULL
        else:
            self.stage = STAGE_LOW if level == 1 else STAGE_HIGH
        return self.stage

    def hold_off(self):
        """Off in this tick, by interlock. Nothing is owed afterwards."""
        self._pass()
        self._owed = self.owed_ws = 0
        self._rested = True
        self._go(0, 0)
