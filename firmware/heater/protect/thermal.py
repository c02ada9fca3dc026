# What the body temperature tells: how fast it rises, whether it fits the heat that was given.
#
# Model of the emitter: the excess of the body over the room follows the power with one lag,
#   excess = E * n,   dn/dt = (g(p) - n) / tau,   g(p) = p^(1/1.3)
# p is the power as a share of rated; the exponent is that of natural convection (EN 442-2).
# E (excess at rated power) and tau are learned: six lags run side by side, each with its own E,
# and the one with the least error is believed.
#
# The exponent is not learned, and an emitter with a fan has 1 instead of 1.3. At a load r times
# that at which E was learned (in n) such a one is wrong by r^0.3 - 1 <= 0.3 (r - 1); so much more
# is allowed for before anything is concluded from it.

from micropython import const

from heater.protect import monitors as m

_OK = const(0)
_STEP_S = const(10)
_TAU_S = const((160, 260, 420, 680, 1100, 1800))
_CANDIDATES = const(6)
# g at p = 0, 125, 250 ... 1500 permille: 1000 * (p / 1000) ** (1 / 1.3), rounded
_G = const((0, 202, 344, 470, 587, 697, 801, 902, 1000, 1095, 1187, 1278, 1366))
_MIN_N = const(200)  # permille: below that the excess says little about E
_SAMPLES = const(180)  # half an hour of heating before anything is concluded
_RECENT = const(256)  # samples the error of a candidate is averaged over
_FIRST = const(6)  # a candidate's first samples only give it a value, not yet an error
_GOOD_MDEG = const(1500)  # mean error below which a candidate describes the emitter
_BELIEVED_MDEG = const(500)  # a lag worse than twice the best by more than this is out
_SLOWEST = const(8192)  # samples a learned value is averaged over: a day of heating
_COVERED_MIN_MDEG = const(8000)
_COVERED_PERMILLE = const(250)
# 242 V after days at 198 V are 36 % more, with the model's own error 57 in a healthy home.
_BLIND_PERMILLE = const(600)
# An excess so far from what is expected, and a tenth of that further, is not learned.
_DOUBT_MDEG = const(2500)
_SETTLE_S = const(15)  # the emitter's core still feeds the body so long after switching off
_WELD_MDEG = const(3000)
_HOT_MDEG = const(15_000)  # excess that must shrink within ten minutes of being off
_HOT_CHECK_S = const(600)
_FORGET_MDEG = const(2)  # a second: 7 K an hour, more than rooms warm by themselves
_ON_PERMILLE = const(200)  # less power covers nothing dangerous and says little
_ON_S = const(300)  # of heating before the excess is judged: what came before fades
_STRETCH_PERMILLE = const(300)
_FLAT_MDEG = const(4000)  # a body so close to the room is not being heated


def excess_of(power):
    """Share of the excess at rated power that `power` (permille, 0 or more) leads to, permille."""
    k = power // 125
    if k > 11:
        k = 11
    return _G[k] + (_G[k + 1] - _G[k]) * (power - k * 125) // 125


class Thermal:
    """`power`: permille of rated, mean of the last ten seconds."""

    def __init__(self):
        self.power = 0
        self.n_64 = [0] * _CANDIDATES  # n in permille * 64
        self.excess_64 = [0] * _CANDIDATES  # E of each candidate in mdeg * 64
        self.error_64 = [0] * _CANDIDATES  # smoothed absolute error of each, mdeg * 64
        self.samples = [0] * _CANDIDATES  # heating observations behind each E
        self.mean_n_64 = 0  # n at which E was learned, permille * 64
        self.best = 0
        self.known = 0  # 1: the best candidate describes this emitter
        self.residual_mdeg = 0  # measured less expected excess
        self.expected_mdeg = 0
        self._on_s = 0  # heating without pause
        self._past = [0, 0, 0, 0]
        self._past_at = 0
        self._past_n = 0
        self._second = 0
        self._sum = 0
        self._off_s = 0
        self._off_mdeg = 0
        self._off_excess = 0
        self._off_least = 0
        self._cold_ws = 0
        self._heat_ws = 0

    def learned(self):
        """What was learned, as a list of integers."""
        tail = [self.mean_n_64, self.best, self.known]
        return self.excess_64 + self.error_64 + self.samples + tail

    def restore(self, values):
        """Take back `learned()`. Raises ValueError when it is none."""
        k = _CANDIDATES
        if len(values) != 3 * k + 3 or not 0 <= values[-2] < k or min(values[: 3 * k + 1]) < 0:
            raise ValueError("thermal")
        self.excess_64 = values[:k]
        self.error_64 = values[k : 2 * k]
        self.samples = values[2 * k : 3 * k]
        self.mean_n_64, self.best, self.known = values[-3:]

    def rise(self, body_mdeg, signal):
        """Rate of rise over three seconds. Once a second, only with a valid reading."""
        at = self._past_at
        if self._past_n == 4:
            signal[m.R_BODY_RISE] = (body_mdeg - self._past[(at + 1) & 3]) // 3
        else:
            self._past_n += 1
        self._past[at] = body_mdeg
        self._past_at = (at + 1) & 3

    def second(self, inp, permille, scale_permille, power_w, room, metered, known, signal):
        """Once a second; writes its signals. True once in ten seconds, when `load()` is new.

        permille: switched on, mean of the last second; scale_permille: power at the present
        voltage over rated; power_w: the product of both and rated power; room: Room; metered: 1
        while the meter is there and sound; known: weld.py knows this emitter.
        """
        if inp.body_state != _OK:
            self._past_n = 0
            self._off_s = 0
            return False
        self._welded(inp.body_mdeg, permille, room, metered or known, signal)
        self._sum += permille
        self._heat_ws += power_w
        self._second += 1
        if self._second < _STEP_S:
            return False
        self.power = p = self._sum // _STEP_S * scale_permille // 1000
        self._second = 0
        self._sum = 0
        self._follow(p)
        if room.source == 2:
            self._unknown(signal)
            return True
        excess = inp.body_mdeg - room.mdeg
        self._disagrees(excess, self._heat_ws if metered else 0, signal)
        self._heat_ws = 0
        self._judge(excess, metered, signal)
        self._learn(excess)
        return True

    def _believed(self):
        # After hours of the same load every lag explains the body, and which one is best is
        # chance: at the next change the slowest believed lag says what is still cold, the
        # quickest what is already warm.
        return self.error_64[self.best] * 2 + _BELIEVED_MDEG * 64

    def _follow(self, p):
        g = excess_of(p)
        n_64 = self.n_64
        for i in range(_CANDIDATES):
            n_64[i] += (g * 64 - n_64[i]) * _STEP_S // _TAU_S[i]
        self._on_s = self._on_s + _STEP_S if p >= _ON_PERMILLE else 0

    def _judge(self, excess, metered, signal):
        best = self.best
        expected = self.excess_64[best] // 64 * (self.n_64[best] // 64) // 1000
        residual = excess - expected
        self.expected_mdeg = expected
        self.residual_mdeg = residual
        if not self.known:
            self._unknown(signal)
            return
        stretch = self._stretch()
        doubt = _STRETCH_PERMILLE * abs(stretch) // 1000  # permille of what is expected
        high = expected
        n_64 = self.n_64
        believed = self._believed()
        for i in range(_CANDIDATES):
            if self.error_64[i] <= believed:
                other = self.excess_64[i] // 64 * (n_64[i] // 64) // 1000
                if other > high:
                    high = other
        # While the emitter cools, or has just been cooling, what remains of the heat of before
        # counts for more than the model is good for.
        signal[m.R_COVERED] = 0
        if self._on_s >= _ON_S:
            part = _COVERED_PERMILLE if metered else _BLIND_PERMILLE
            limit = max(_COVERED_MIN_MDEG, high * part // 1000)
            limit += high * doubt // 1000
            signal[m.R_COVERED] = max(0, (excess - high) * 1000 // limit)

    def _stretch(self):
        # How far the load is from where E was learned, permille: above, of the learned load;
        # below, negative and of the present one, which bounds 1 - r^0.3 there.
        n = self.n_64[self.best]
        mean = self.mean_n_64
        least = n if n < mean else mean
        if least < 64 * _MIN_N // 4:
            least = 64 * _MIN_N // 4
        return (n - mean) * 1000 // least

    def _unknown(self, signal):
        signal[m.R_COVERED] = 0

    def _learn(self, excess):
        # A heater that is being covered, or fails, must not be learned as normal.
        expected = self.expected_mdeg
        unsure = expected * _STRETCH_PERMILLE // 1000 * abs(self._stretch()) // 1000
        doubt = abs(self.residual_mdeg) > _DOUBT_MDEG + expected // 10 + unsure
        if excess < 0 or (self.known and doubt):
            return
        best = self.best
        for i in range(_CANDIDATES):
            n = self.n_64[i] // 64
            if n < _MIN_N:
                continue
            count = self.samples[i]
            if count < _SLOWEST:
                count += 1
                self.samples[i] = count
            error = excess - self.excess_64[i] // 64 * n // 1000
            if i == best:
                self.mean_n_64 += (self.n_64[i] - self.mean_n_64) // min(count, _RECENT)
            self.excess_64[i] += error * 64 // n * 1000 // count
            if count < _FIRST:
                continue
            self.error_64[i] += (abs(error) * 64 - self.error_64[i]) // min(
                count - _FIRST + 1, _RECENT
            )
            if self.error_64[i] < self.error_64[best] or self.samples[best] < _FIRST:
                best = i
        self.best = best
        if self.samples[best] >= _SAMPLES and self.error_64[best] < _GOOD_MDEG * 64:
            self.known = 1

    def _disagrees(self, excess, heat_ws, signal):
        # Metered heat goes into the element while the body stays as cold as the room: the
        # sensor has come off, or it is not where it seems to be.
        if excess > _FLAT_MDEG:
            self._cold_ws = 0
        elif heat_ws:
            self._cold_ws += heat_ws
        else:
            self._cold_ws -= self._cold_ws // 8
        signal[m.R_BODY_DISAGREES] = self._cold_ws // 3600

    def _welded(self, body, permille, room, better, signal):
        # Until weld.py knows this emitter; with a sound meter electric.py knows sooner and surer.
        if permille or better:
            self._off_s = 0
            signal[m.R_SWITCH_WELDED_BODY] = 0
            return
        self._off_s = off_s = self._off_s + 1
        excess = body - room.mdeg
        if off_s == _SETTLE_S:
            self._off_mdeg = body
            self._off_least = self._off_excess = excess
        if off_s <= _SETTLE_S:
            return
        # A body that rises above what it was at its coolest, and rises above the room as well: the
        # sun and an opened window do one of the two. What rises in hours is forgotten on the way.
        self._off_mdeg = least = min(body, self._off_mdeg + _FORGET_MDEG)
        self._off_least = least_excess = min(excess, self._off_least + _FORGET_MDEG)
        rise = min(body - least, excess - least_excess)
        share = rise * 1000 // _WELD_MDEG
        if (
            off_s == _HOT_CHECK_S
            and self._off_excess > _HOT_MDEG
            and excess > self._off_excess * 9 // 10
        ):
            share = 2000  # still as hot as ten minutes ago
        signal[m.R_SWITCH_WELDED_BODY] = max(signal[m.R_SWITCH_WELDED_BODY] // 2, share)
