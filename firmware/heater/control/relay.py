# Switches that wear out and click: one relay, or two stages of an element.
#
# Between the two neighbouring levels of the element (off and full; with two stages off, low, high,
# full) the modulator keeps account of the energy granted but not yet delivered and switches when
# the account reaches +-bound: a charge-balance converter. With
#     bound = period g (L - g) / 2 L       (g above the lower level, L between the levels)
# the cycle has the wanted period at every load, its mean is exact, and the swing of the room lies
# evenly on both sides of the mean, which is the least a given number of cycles allows.

from micropython import const

from heater.signals import STAGE_FULL, STAGE_HIGH, STAGE_LOW, STAGE_OFF

_TICKS_A_SECOND = const(10)
_NO_TURN = const(-1)


class Levels:
    """Modulator for relays. `step` every 100 ms tick.

    stages     (low, high) share of the element behind each relay in permille, (0, 1000) for one
    period_s   length of a cycle; min_s: least time on and off; budget_s: seconds of life one
               cycle costs; a cycle may start when that much is saved (at most `saved` cycles)
    """

    def __init__(self, low_permille=0, period_s=1620, min_s=60, budget_s=1600, saved=3):
        self.low_permille = low_permille
        self.stage = STAGE_OFF
        self.effective_w = 0
        self.switchings = 0
        self._level = 0
        self._held = 1 << 20  # ticks since the last change; a start may switch at once
        self._owed = 0
        self.owed_ws = 0  # granted but not yet delivered, W s
        self._cut = False  # the limit has fallen since the last step
        self._left = _NO_TURN  # ticks to the next begin of this heater's turn
        self._turn = True  # its turn is on
        self._credit = 0
        self._for_grant_w = -1  # for which _plan was made
        self._for_available_w = 0
        self._lower = self._upper = 0
        self._above_w = self._span_w = self._bound = 0
        self.set_profile(period_s, min_s, budget_s, saved)
        self._credit = self._credit_max

    def set_profile(self, period_s, min_s, budget_s, saved):
        """Change the profile; takes effect from the next change on."""
        self.cycle_s = period_s
        self._half_period = period_s * _TICKS_A_SECOND // 2
        self._min = min_s * _TICKS_A_SECOND
        self._for_grant_w = -1
        self._cost = budget_s * _TICKS_A_SECOND
        self._credit_max = self._cost * saved
        if self._credit > self._credit_max:
            self._credit = self._credit_max

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
        self._bound = self._half_period * (above * (span - above) // span)

    def _share(self, level):
        """Permille of the element at a level 0..3 (0, low, high, full)."""
        if level == 0:
            return 0
        if level == 3:
            return 1000
        return self.low_permille if level == 1 else 1000 - self.low_permille

    def step(self, grant_w, available_w):
        """Stage for this tick; arguments as in ssr.SolidState.step."""
        self._held += 1
        if self._credit < self._credit_max:
            self._credit += 1
        if grant_w <= 0 or available_w <= 0:
            self._owed = self.owed_ws = 0
            return self._go(0, available_w)
        if grant_w > available_w:
            grant_w = available_w

        if grant_w != self._for_grant_w or available_w != self._for_available_w:
            self._plan(grant_w, available_w)
        level = self._level
        lower = self._lower
        upper = self._upper
        above = self._above_w
        span = self._span_w
        bound = self._bound
        owed = self._owed + grant_w - self.effective_w
        limit = self._half_period * 2 * available_w
        if owed > limit:
            owed = limit
        elif owed < -limit:
            owed = -limit
        self._owed = owed
        self.owed_ws = owed // _TICKS_A_SECOND

        if self._cut:
            # Also inside the least time; and what is owed from before is not made good now.
            self._cut = False
            if owed > 0:
                self._owed = self.owed_ws = 0
            if level > lower:
                return self._go(lower, available_w)
        if level > upper:
            return self._go(upper, available_w)
        if level < lower:
            return self._go(upper if above >= span else lower, available_w)
        if self._left != _NO_TURN:
            if self._left:
                self._left -= 1
            return self._go(self._in_turn(owed), available_w)
        if self._held >= self._min:
            # Out of budget the relay rests where it does less harm: off at low load, on at high.
            paid = self._credit >= self._cost
            if level == upper:
                if owed <= -bound and above < span and (paid or 2 * above < span):
                    return self._go(lower, available_w)
            elif owed >= bound and (paid or 2 * above >= span):
                return self._go(upper, available_w)
        return self._go(level, available_w)

    def _in_turn(self, owed):
        """The level in a cycle that is shared with other heaters: up only in its turn, for as
        long as it takes to owe nothing when the next turn begins."""
        left = self._left
        due = owed + self._above_w * left
        if self._level == self._upper:
            over = due <= 0 and self._held >= self._min and left >= self._min
            return self._lower if over or not self._turn else self._upper
        worth = due >= self._span_w * self._min and self._held >= self._min
        if self._turn and worth and self._credit >= self._cost:
            return self._upper
        return self._lower

    def cut(self):
        """The limit has fallen below what was granted: a pulse ends with the next step."""
        self._cut = True

    def place(self, left_s, turn):
        """Share the cycle with others (call once a second): `left_s` seconds from now, at least
        one, this heater's turn to be on begins; `turn`: it is on now. left_s -1: run free."""
        left = left_s * _TICKS_A_SECOND if left_s > 0 else _NO_TURN
        if left > self._left >= 0 and self._above_w * left >= self._span_w * self._min:
            # A new cycle pays for itself; only what is too little for a pulse is carried on.
            if self._owed > 0:
                self._owed = self.owed_ws = 0
        self._left = left
        self._turn = turn

    def _go(self, level, available_w):
        if level != self._level:
            if level > self._level:
                self.switchings += 1
                self._credit -= self._cost
                if self._credit < -self._credit_max:
                    self._credit = -self._credit_max
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
        """Off now, by interlock. Nothing is owed afterwards."""
        self._owed = self.owed_ws = 0
        self._go(0, 0)
