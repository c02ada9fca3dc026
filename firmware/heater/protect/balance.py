# The heat balance of the body, learned: over a window of 45 s (or 80 s)
#   change = a * sum(flow) - b * sum(loss)
# flow: power, share of rated, with a lag; loss: (excess / 64 K) ^ 1.3, the law of free convection
# (EN 442-2). a, b and the lag are learned, five lags side by side. The loss is that of the excess
# that is measured, so that nothing has to be known of the hours before.
#
# Read the other way round it tells what the body is given: of what was asked for while it heats
# (here: less where the element is open, more where a cover keeps the loss in), and of nothing
# while it is off (weld.py).

from micropython import const

STEP_S = const(5)
MASK = const(31)
SHORT = const(9)  # steps of a window: 45 s
LONG = const(16)  # 80 s
LAGS = const(5)
UNIT = const(50)  # sums are learned from in permille * steps / 50 ...
# Lags of 10, 22, 45, 70, 100 s: 1024 * (1 - exp(-5 / lag)).
PART = (403, 208, 108, 71, 50)
# What flow reaches in a window at full power, from nothing, in permille * steps.
SUM_SHORT = (7470, 5579, 3624, 2603, 1929)
SUM_LONG = (14450, 12170, 8935, 6821, 5255)
_RING = const(32)  # steps kept
# (n / 8) ^ 1.3 in permille, and the excess n = 8 stands for
_LOSS = (0, 67, 165, 279, 406, 543, 688, 841, 1000, 1165, 1337, 1513, 1694)
_LOSS_MDEG = const(64_000)
_CHANGE = const(8)  # ... and changes in mdeg / 8, so that their products stay small integers
_MOVES = const(36)  # of UNIT: mean imbalance of a fifth of rated power, or nothing is learned
_KNOWN = const(24)  # windows before anything is concluded
_MOST = const(1_000_000)  # sums are halved here: some hours of moving are remembered
_MOST_CHANGE = const(30_000_000)
_BITS = const(14)  # of the sums when they are solved for a and b: their products fit 31 bits
# Flow and loss rise together while it heats; only cooling sets them apart. Of 1 - r^2 of the two
# this part at least, or a voltage that changed meanwhile may pass for loss, and days of full power
# let both fade. Homes that have heated and cooled for a day show 0.2 to 0.5.
_APART = const(5)
_A_MOST = const(0x10000)  # 50 K in 5 s at full power: no heater
_WEIGHED = const(96)  # UNIT: a mean of three tenths of rated power tells of the voltage ...
_ASKED = const(24)  # ... and one of 75 permille of the power that is missing,
_ENOUGH = const(2600)  # in a mean of 40 s at full power, of five minutes at an eighth of it
_LOSES = const(7)  # of 8: a body that loses more than 8/7 of what is asked for
_MAINS_LOW = const(700)  # permille of the power at nominal voltage; GB/T 12325 allows 810 to 1210
_MAINS_HIGH = const(1300)
# 242 V after days at 198 V, and a loss that grows by another law. Only at full power: at less, so
# much more may be a switch that has welded.
_MAINS_FULL = const(1600)
_FULL = const(290)  # UNIT: of 320
# A cover keeps in what was lost: eight tenths of it under a blanket. Permille of the power asked
# for beyond which it is one: healthy homes stay below 110 where the voltage is known. Where it is
# not, 242 V after days at 198 V give a body 490 more, 640 with what the model is good for. More
# than is lost no cover keeps: what comes while a cold body warms up is voltage.
_COVERED = const(350)
_COVERED_BLIND = const(800)
_ODD_PERMILLE = const(850)  # of that: not learned as normal, by who knows its emitter
_OLD = const(60)  # windows before that may be so: the first ones say anything
_YOUNG = const(120)  # until then an eighth more is needed
_FADE = const(64)  # steps without heat in which what was too much is forgotten: five minutes


class Balance:
    """`missing`: permille of the power asked for that the body does not get, mean of some minutes
    of heating; negative: so much it gets beyond that.
    """

    def __init__(self):
        self.best = 0  # of the lags
        self.count = 0  # windows learned from
        self._apart = 0  # bit i: a and b of lag i are of heating and cooling
        self.a_64 = [0] * LAGS  # change per UNIT of flow, _CHANGE * 64
        self.b_64 = [0] * LAGS  # and of loss
        self.error_16 = [0] * LAGS  # mean absolute error of each, mdeg * 16
        self._ff = [0] * LAGS  # sums of products of flow, loss and change
        self._fl = [0] * LAGS
        self._ll = 0
        self._df = [0] * LAGS
        self._dl = 0
        self._flow_64 = [0] * LAGS
        self._flow = [[0] * _RING for _ in range(LAGS)]  # running sums
        self._loss = [0] * _RING
        self._body = [0] * _RING
        self._at = 0
        self._filled = 0
        self._wait = 0  # steps until a window is learned from
        self._mains = 1000  # permille: power over what it is taken for
        self._given = 0
        self._asked = 0
        self._lost = 0  # permille of the power asked for, of the same minutes
        self.missing = 0

    def learned(self):
        """What was learned, as a list of integers."""
        sums = self._ff + self._fl + self._df + [self._ll, self._dl]
        return self.a_64 + self.b_64 + self.error_16 + sums + [self._apart, self.count, self.best]

    def restore(self, values):
        """Take back `learned()`. Raises ValueError when it is none."""
        n = LAGS
        if len(values) == 6 * n + 4:  # as it was kept before cooling was told apart
            values = values[:-2] + [0] + values[-2:]
        if len(values) != 6 * n + 5 or not 0 <= values[-1] < n or min(values[: 5 * n]) < 0:
            raise ValueError("weld")
        self.a_64, self.b_64, self.error_16, self._ff, self._fl, self._df = [
            values[k : k + n] for k in range(0, 6 * n, n)
        ]
        self._ll, self._dl, self._apart, self.count, self.best = values[6 * n :]

    def known(self):
        """True once enough was learned for a verdict."""
        return self.count >= _KNOWN and self.a_64[self.best] > 0

    def sure(self):
        """True once a voltage that nobody measures cannot pass for much of the loss."""
        return (self._apart >> self.best & 1) == 1

    def stored(self, mdeg):
        """Heat by which the emitter gets warmer by `mdeg`, permille * s of rated power."""
        return mdeg * (UNIT * STEP_S * 64 // _CHANGE) // self.a_64[self.best]

    def _step(self, body, excess, power):
        n = excess * 1000 // _LOSS_MDEG
        if n < 0:
            n = 0
        elif n > 1499:
            n = 1499
        k = n // 125
        loss = _LOSS[k] + (_LOSS[k + 1] - _LOSS[k]) * (n - k * 125) // 125
        before = self._at
        self._at = at = (before + 1) & MASK
        self._body[at] = body
        # Running sums wrap long before they stop fitting a small integer; differences count.
        self._loss[at] = (self._loss[before] + loss) & 0xFFFFFF
        flow_64 = self._flow_64
        for i in range(LAGS):
            flow_64[i] += (power * 64 - flow_64[i]) * PART[i] // 1024
            sums = self._flow[i]
            sums[at] = (sums[before] + flow_64[i] // 64) & 0xFFFFFF
        if self._filled < _RING:
            self._filled += 1

    def _over(self, sums, steps):
        # Sum over the last steps, in UNIT.
        at = self._at
        return ((sums[at] - sums[(at - steps) & MASK]) & 0xFFFFFF) // UNIT

    def _expected(self, i, flow, loss):
        # Change of the body in mdeg.
        return (self.a_64[i] * flow - self.b_64[i] * loss) * _CHANGE // 64

    def _change(self, steps):
        return self._body[self._at] - self._body[(self._at - steps) & MASK]

    def _learn(self):
        best = self.best
        loss = self._over(self._loss, SHORT)
        flow = self._over(self._flow[best], SHORT)
        change = self._change(SHORT)
        if self.known():
            balance = self._expected(best, flow, loss)
            full = self._expected(best, SUM_SHORT[best] // UNIT, 0)
            least = self._expected(best, _MOVES, 0)
            if abs(balance) < least or abs(change - balance) * 2 > full:
                return  # nothing moves, or not as this emitter does
        elif abs(flow - loss) < _MOVES:
            return
        change_8 = change // _CHANGE
        for i in range(LAGS):
            flow = self._over(self._flow[i], SHORT)
            if self.count > 4:
                error = abs(change - self._expected(i, flow, loss))
                self.error_16[i] += (error * 16 - self.error_16[i]) // min(self.count - 4, 48)
            self._ff[i] += flow * flow
            self._fl[i] += flow * loss
            self._df[i] += flow * change_8
        self._ll += loss * loss
        self._dl += loss * change_8
        self._halve()
        for i in range(LAGS):
            self._solve(i)
        self.count += 1 if self.count < 1000 else 0
        error_16 = self.error_16
        for i in range(LAGS):
            if error_16[i] < error_16[best]:
                best = i
        self.best = best

    def _halve(self):
        small = self._ll < _MOST and abs(self._dl) < _MOST_CHANGE
        for i in range(LAGS):
            small = small and self._ff[i] < _MOST and abs(self._df[i]) < _MOST_CHANGE
        if small:
            return
        for i in range(LAGS):
            self._ff[i] //= 2
            self._fl[i] //= 2
            self._df[i] //= 2
        self._ll //= 2
        self._dl //= 2

    def _solve(self, i):
        # Least squares for a and b, the sums brought to 14 bits.
        ff = self._ff[i]
        fl = self._fl[i]
        ll = self._ll
        df = self._df[i]
        dl = self._dl
        shift = 0
        while max(ff, ll) >> _BITS:
            ff >>= 1
            fl >>= 1
            ll >>= 1
            shift -= 1
        while max(abs(df), abs(dl)) >> _BITS:
            df >>= 1
            dl >>= 1
            shift += 1
        det = ff * ll - fl * fl
        apart = self.count >= _OLD and det > ff * ll // _APART
        if not apart and self._apart >> i & 1:
            return  # what is known of both stays
        if det < 1024 or det < ff * ll // 32:
            return  # only heating or only cooling was seen: they cannot be told apart yet
        det //= 64
        a = (df * ll - dl * fl) // det
        b = (df * fl - dl * ff) // det
        if min(a, b) <= 0 or max(a, b) >= _A_MOST or shift > 9:
            return
        a = a << shift if shift >= 0 else a >> -shift
        b = b << shift if shift >= 0 else b >> -shift
        if max(a, b) < _A_MOST:
            self.a_64[i] = a
            self.b_64[i] = b
            self._apart |= apart << i

    def covered(self, metered):
        """Share of the surplus that only a cover explains, permille. metered: the power that was
        handed in knows the voltage. 0 where `sure` is needed for that.
        """
        if not metered and not self.sure():
            return 0
        limit = _COVERED if metered else _COVERED_BLIND
        if self.count < _YOUNG:
            limit += limit // 8
        return min(-self.missing, self._lost) * 1000 // limit

    def _odd(self, metered):
        return self.count >= _OLD and self.covered(metered) > _ODD_PERMILLE

    def _weigh(self):
        # While it heats: what the body was given against what was asked for. Where nobody measures
        # the voltage, what is still on its way to the body when the switch opens is as much more
        # or less.
        best = self.best
        flow = self._over(self._flow[best], LONG)
        loss = self._over(self._loss, LONG)
        if self._filled <= LONG or flow < max(_ASKED, loss // 2) or not self.known():
            self._fade()
            return
        asked = self.a_64[best] * flow
        lost = self.b_64[best] * loss
        given = self._change(LONG) * 64 // _CHANGE + lost
        if given > asked and best:
            # More than asked for, or only sooner: after a pause the lag may be the quicker one.
            asked = max(asked, self.a_64[best - 1] * self._over(self._flow[best - 1], LONG))
        given = max(-asked, min(2 * asked, given))
        # What is lost is known to a tenth or so; of much of it the rest says nothing of what is
        # missing.
        if flow < loss * _LOSES // 8 and given < asked:
            return
        if flow >= _WEIGHED:
            high = _MAINS_FULL if flow >= _FULL else _MAINS_HIGH
            mains = max(_MAINS_LOW, min(high, given * 125 // (asked // 8)))
            self._mains += (mains - self._mains) // 4
        steps = _ENOUGH // flow
        self._lost += (lost * 10 // (asked // 100 + 1) - self._lost) // min(steps, 16)
        self._given += given - self._given // steps
        self._asked += asked - self._asked // steps
        self._tell()

    def _fade(self):
        # A body that is not heated tells nothing; a cover may be taken off meanwhile.
        if self._given > self._asked:
            self._given -= (self._given - self._asked) // _FADE
            self._tell()

    def _tell(self):
        if self._asked >= self.a_64[self.best] * (_ENOUGH // 2):
            self.missing = missing = 1000 - self._given // (self._asked // 1000)
            if missing > 0 and self.count < _YOUNG:
                self.missing -= missing // 8
