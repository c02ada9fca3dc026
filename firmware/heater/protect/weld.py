# A welded switch told by the body alone: what heat does the body take up while everything is off?
#
# Balance of the body over a window of 45 s (emitters that move too little in it: 80 s):
#   change = a * sum(flow) - b * sum(loss)
# flow: power, share of rated, with a lag; loss: (excess / 64 K) ^ 1.3, the law of free convection
# (EN 442-2). What the body gains beyond that, over what full power would have added, is the share
# of rated power that flows although the switch is open. a, b and the lag are learned, five lags
# side by side. The loss is that of the excess that is measured, so that nothing has to be known of
# the hours before.

from micropython import const

_STEP_S = const(5)
_RING = const(32)  # steps kept
_MASK = const(31)
_SHORT = const(9)  # steps of a window: 45 s
_LONG = const(16)  # 80 s
# Lags of 10, 22, 45, 70, 100 s. Of each 1024 * (1 - exp(-5 / lag)), and the sum that flow reaches
# in a window at full power, from nothing, in permille * steps.
_LAGS = const(5)
_PART = (403, 208, 108, 71, 50)
_SUM_SHORT = (7470, 5579, 3624, 2603, 1929)
_SUM_LONG = (14450, 12170, 8935, 6821, 5255)
# (n / 8) ^ 1.3 in permille, and the excess n = 8 stands for
_LOSS = (0, 67, 165, 279, 406, 543, 688, 841, 1000, 1165, 1337, 1513, 1694)
_LOSS_MDEG = const(64_000)
_UNIT = const(50)  # sums are learned from in permille * steps / 50 ...
_CHANGE = const(8)  # ... and changes in mdeg / 8, so that their products stay small integers
_MOVES = const(36)  # of _UNIT: mean imbalance of a fifth of rated power, or nothing is learned
_KNOWN = const(24)  # windows before anything is concluded
_MOST = const(1_000_000)  # sums are halved here: some hours of moving are remembered
_MOST_CHANGE = const(30_000_000)
_BITS = const(14)  # of the sums when they are solved for a and b: their products fit 31 bits
_SWIFT = const(2)  # lags up to here: 45 s
_A_MOST = const(0x10000)  # 50 K in 5 s at full power: no heater
_CLEAR = const(6)  # full power must add so many mean errors within a window
_LEAST_MDEG = const(400)
_RESTED_S = const(600)  # off for so long: nothing moves, noise alone is left
_SHARE = const(600)  # permille of rated power: noise, mains and model leave less than half of it
# A blanket thrown over a hot body in that very minute keeps most of its loss from it; the rest is
# for a loss that is known to a third.
_COVER_PERMILLE = const(1300)
_SURE_SHARE = const(800)  # to name it at once, while what was before still moves the body
_SLOW_SHARE = const(300)  # one stage of two that welds shows in the mean of five minutes
_SLOW_STEPS = const(60)
_FADE_STEPS = (4, 9, 18, 28, 40)  # two lags: so long what flowed before the contactor opened lasts
_GONE_PERMILLE = const(400)  # of what was too much is left: then it was the switch
_TRIALS = const(2)  # and once more: by then what was wrong in the model has faded
_CERTAIN = const(2000)
_SAY_STEPS = const(3)  # so long it is said


class Weld:
    """`share`: permille of rated power that flows although everything is off, as the body tells;
    `verdict`: the same in permille of the share that only a weld can give.
    """

    def __init__(self):
        self.share = 0
        self.verdict = 0
        self.best = 0  # of the lags
        self.count = 0  # windows learned from
        self.a_64 = [0] * _LAGS  # change per _UNIT of flow, _CHANGE * 64
        self.b_64 = [0] * _LAGS  # and of loss
        self.error_16 = [0] * _LAGS  # mean absolute error of each, mdeg * 16
        self._ff = [0] * _LAGS  # sums of products of flow, loss and change
        self._fl = [0] * _LAGS
        self._ll = 0
        self._df = [0] * _LAGS
        self._dl = 0
        self._flow_64 = [0] * _LAGS
        self._flow = [[0] * _RING for _ in range(_LAGS)]  # running sums
        self._loss = [0] * _RING
        self._body = [0] * _RING
        self._at = 0
        self._filled = 0
        self._off_s = 0
        self._second = 0
        self._power = 0
        self._mdeg = 0
        self._first_mdeg = 0
        self._wait = 0  # steps until a window is learned from
        self._before = 0  # share of a step ago
        self._slow_16 = 0
        self._slow_n = 0
        self._welded_64 = 0
        self._welded = [0] * _RING
        self.hold = 0  # 1: the contactor is to be open until it is known what helps
        self._helpless = 0  # 1: it did not help, so it was a cover
        self._ended = 0  # so often it has helped
        self._said = 0  # steps since it was certain
        self._too_much = 0
        self._opened = 0  # steps
        self._steps = _SHORT

    def learned(self):
        """What was learned, as a list of integers."""
        sums = self._ff + self._fl + self._df + [self._ll, self._dl]
        return self.a_64 + self.b_64 + self.error_16 + sums + [self.count, self.best]

    def restore(self, values):
        """Take back `learned()`. Raises ValueError when it is none."""
        n = _LAGS
        if len(values) != 6 * n + 4 or not 0 <= values[-1] < n or min(values[: 5 * n]) < 0:
            raise ValueError("weld")
        self.a_64, self.b_64, self.error_16, self._ff, self._fl, self._df = [
            values[k : k + n] for k in range(0, 6 * n, n)
        ]
        self._ll, self._dl, self.count, self.best = values[6 * n :]

    def known(self):
        """True once enough was learned for a verdict."""
        return self.count >= _KNOWN and self.a_64[self.best] > 0

    def forget(self):
        """The body was not read: begin a new window."""
        self._filled = 0
        self._off_s = 0
        self._second = 0
        self._rest()
        self.hold = 0

    def second(self, body_mdeg, room_mdeg, permille, scale_permille, contactor, sound, judge):
        """Once a second. permille: switched on, mean of the last second; scale_permille: power at
        the present voltage over rated; contactor: 1 while closed; sound: the heater does as told
        and may be learned from; judge: False where a meter knows better.
        """
        if self._second == 0:
            self._first_mdeg = body_mdeg
            self._mdeg = 0
            self._power = 0
        self._mdeg += body_mdeg - self._first_mdeg
        self._power += permille
        if permille or not judge:
            self._off_s = 0
            self._rest()
            self.hold = 0
        elif contactor or self.hold or self.verdict >= _CERTAIN:
            self._off_s += 1
        else:  # nothing can flow
            self._off_s = 0
            self._anew()
            self.verdict = 0
        self._second += 1
        if self._second < _STEP_S:
            return
        self._second = 0
        body = self._first_mdeg + self._mdeg // _STEP_S
        self._step(body, body - room_mdeg, self._power // _STEP_S * scale_permille // 1000)
        self._wait -= 1
        # What a weld gives must not be learned as normal.
        sound = sound and not self.hold and self.share < _SLOW_SHARE and self.verdict < 1000
        if sound and self._wait <= 0 and self._filled > _SHORT:
            self._wait = _SHORT
            self._learn()
        if self.hold:
            self._try(contactor)
        elif self.verdict >= _CERTAIN:
            self._said += 1
            if self._said > _SAY_STEPS:  # it is named and latched; now it may be mended
                self._rest()
        elif self._off_s >= _SHORT * _STEP_S and self.known():
            self._judge()

    def _step(self, body, excess, power):
        n = excess * 1000 // _LOSS_MDEG
        if n < 0:
            n = 0
        elif n > 1499:
            n = 1499
        k = n // 125
        loss = _LOSS[k] + (_LOSS[k + 1] - _LOSS[k]) * (n - k * 125) // 125
        before = self._at
        self._at = at = (before + 1) & _MASK
        self._body[at] = body
        # Running sums wrap long before they stop fitting a small integer; differences count.
        self._loss[at] = (self._loss[before] + loss) & 0xFFFFFF
        flow_64 = self._flow_64
        for i in range(_LAGS):
            flow_64[i] += (power * 64 - flow_64[i]) * _PART[i] // 1024
            sums = self._flow[i]
            sums[at] = (sums[before] + flow_64[i] // 64) & 0xFFFFFF
        # A weld of now would have fed the body with the same lag since it was switched off.
        self._welded_64 += (64_000 - self._welded_64) * _PART[self.best] // 1024
        self._welded[at] = (self._welded[before] + self._welded_64 // 64) & 0xFFFFFF
        if self._filled < _RING:
            self._filled += 1

    def _over(self, sums, steps):
        # Sum over the last steps, in _UNIT.
        at = self._at
        return ((sums[at] - sums[(at - steps) & _MASK]) & 0xFFFFFF) // _UNIT

    def _expected(self, i, flow, loss):
        # Change of the body in mdeg.
        return (self.a_64[i] * flow - self.b_64[i] * loss) * _CHANGE // 64

    def _change(self, steps):
        return self._body[self._at] - self._body[(self._at - steps) & _MASK]

    def _learn(self):
        best = self.best
        loss = self._over(self._loss, _SHORT)
        flow = self._over(self._flow[best], _SHORT)
        change = self._change(_SHORT)
        if self.known():
            balance = self._expected(best, flow, loss)
            full = self._expected(best, _SUM_SHORT[best] // _UNIT, 0)
            least = self._expected(best, _MOVES, 0)
            if abs(balance) < least or abs(change - balance) * 2 > full:
                return  # nothing moves, or not as this emitter does
        elif abs(flow - loss) < _MOVES:
            return
        change_8 = change // _CHANGE
        for i in range(_LAGS):
            flow = self._over(self._flow[i], _SHORT)
            if self.count > 4:
                error = abs(change - self._expected(i, flow, loss))
                self.error_16[i] += (error * 16 - self.error_16[i]) // min(self.count - 4, 48)
            self._ff[i] += flow * flow
            self._fl[i] += flow * loss
            self._df[i] += flow * change_8
        self._ll += loss * loss
        self._dl += loss * change_8
        self._halve()
        for i in range(_LAGS):
            self._solve(i)
        self.count += 1 if self.count < 1000 else 0
        error_16 = self.error_16
        for i in range(_LAGS):
            if error_16[i] < error_16[best]:
                best = i
        self.best = best

    def _halve(self):
        small = self._ll < _MOST and abs(self._dl) < _MOST_CHANGE
        for i in range(_LAGS):
            small = small and self._ff[i] < _MOST and abs(self._df[i]) < _MOST_CHANGE
        if small:
            return
        for i in range(_LAGS):
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

    def _judge(self):
        best = self.best
        least = self.error_16[best] * _CLEAR // 16
        # After a long rest nothing moves and noise alone is left, and a weld may begin at any
        # moment. Before that it is one that did not open.
        rested = self._off_s > _RESTED_S
        steps = _SHORT
        full = self._expected(best, _SUM_SHORT[best] // _UNIT, 0)
        # A window shorter than the lag tells of the lag, not of the heat.
        if full < _LEAST_MDEG or not (rested or (best <= _SWIFT and full > least)):
            steps = _LONG
            full = self._expected(best, _SUM_LONG[best] // _UNIT, 0)
            if full < max(least, 2 * _LEAST_MDEG):
                return
        if self._filled <= steps or self._off_s < steps * _STEP_S:
            return
        if not rested:
            full = self._expected(best, self._over(self._welded, steps), 0)
        more = self._more(steps)
        self.share = share = more * 1000 // full
        twice = min(share, self._before)
        self._before = share
        if self._slow_n < _SLOW_STEPS:
            self._slow_n += 1
        self._slow_16 += (share * 16 - self._slow_16) // self._slow_n
        slow = self._slow_16 // 16 if self._slow_n == _SLOW_STEPS else 0
        # What a blanket over it would keep from being lost, in the same unit.
        loss = self._over(self._loss, steps)
        kept = -self._expected(best, 0, loss) * _COVER_PERMILLE // full
        sure = _SHARE if rested else _SURE_SHARE
        verdict = max(twice * 1000 // max(sure, kept), slow * 1000 // max(_SLOW_SHARE, kept))
        self.verdict = max(0, verdict)
        # It may be either: open the contactor, which nobody needs now, and see whether that helps.
        if self.verdict <= 1000 and not self._helpless and (twice > _SHARE or slow > _SLOW_SHARE):
            self.hold = 1
            self._opened = 0
            self._too_much = more
            self._steps = steps

    def _more(self, steps):
        # What the body has gained beyond what is known, mdeg.
        best = self.best
        flow = self._over(self._flow[best], steps)
        return self._change(steps) - self._expected(best, flow, self._over(self._loss, steps))

    def _try(self, contactor):
        # Without the contactor: has it ended? If so, close it again; a weld comes back.
        if contactor:
            return
        self._opened += 1
        steps = self._steps
        if self._opened < steps + _FADE_STEPS[self.best]:
            return
        self.hold = 0
        if self._more(steps) * 1000 > self._too_much * _GONE_PERMILLE:
            self._helpless = 1
        elif self._ended < _TRIALS:
            self._ended += 1
        else:
            self.verdict = _CERTAIN
            self._said = 0
        self._off_s = 0
        self._anew()

    def _anew(self):
        self.share = 0
        self._before = 0
        self._slow_16 = 0
        self._slow_n = 0
        self._welded_64 = 0

    def _rest(self):
        self._anew()
        self.verdict = 0
        self._helpless = 0
        self._ended = 0
