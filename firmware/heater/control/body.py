# What the body of the emitter tells about its lag.
#
# From power and room sensor alone nobody can say which of two lags in a row is the emitter's and
# which the sensor's. The body's temperature is behind the emitter's lag only. While a record is
# being learned from, its excess over the room is compared with the power behind each of a row of
# lags, E n^(1/1.3) by the law of natural convection (EN 442-2), and the lag that leaves the least
# is the emitter's.
#
# Slow code, outside the tick, floats allowed.

import array
import math

from micropython import const

_LAGS_S = const((30, 50, 80, 130, 210, 340, 540, 870, 1400))
_COUNT = const(9)
_SAMPLES_MIN = const(10)
_EXCESS_MIN = 5.0  # K in the mean: below that it says little
_TELLS_MIN = 0.1  # of the excess, left by the worst lag: an even heat fits them all
_MISFIT_MAX = 0.05  # of the excess, root mean square; heat from before leaves more
_EXPONENT = 0.769230769  # 1 / 1.3


class Body:
    """Follows the emitter behind each lag, and weighs them over a record."""

    def __init__(self, sample_s):
        self._sample_s = sample_s
        self._share = array.array("f", bytes(4 * _COUNT))  # heat given off, share of rated
        self._xx = array.array("f", bytes(4 * _COUNT))
        self._xy = array.array("f", bytes(4 * _COUNT))
        self.begin()

    def begin(self):
        """A record begins."""
        self._yy = self._y = 0.0
        self._n = 0
        for i in range(_COUNT):
            self._xx[i] = self._xy[i] = 0.0

    def feed(self, power):
        """A sample's mean power, share of rated."""
        share = self._share
        for i in range(_COUNT):
            share[i] = power + (share[i] - power) * math.exp(-self._sample_s / _LAGS_S[i])

    def learn(self, excess_k):
        """The body's mean excess over the room in that sample."""
        for i in range(_COUNT):
            x = max(self._share[i], 0.0) ** _EXPONENT
            self._xx[i] += x * x
            self._xy[i] += x * excess_k
        self._yy += excess_k * excess_k
        self._y += excess_k
        self._n += 1

    def lag_s(self):
        """The emitter's lag in s, or 0 when the record does not tell."""
        n = self._n
        if n < _SAMPLES_MIN or self._y < n * _EXCESS_MIN:
            return 0.0
        left = [self._left(i) for i in range(_COUNT)]
        best = left.index(min(left))
        if left[best] > _MISFIT_MAX * _MISFIT_MAX * self._yy:
            return 0.0
        if max(left) - 2 * left[best] < _TELLS_MIN * _TELLS_MIN * self._yy:
            return 0.0
        if not 0 < best < _COUNT - 1:
            return float(_LAGS_S[best])
        # Between the lags of the row by a parabola through the least three.
        a, b, c = left[best - 1 : best + 2]
        bend = a - 2 * b + c
        part = 0.5 * (a - c) / bend if bend > 0 else 0.0
        step = math.log(_LAGS_S[best + 1] / _LAGS_S[best - 1]) / 2
        return _LAGS_S[best] * math.exp(part * step)

    def _left(self, i):
        """Squares that lag i leaves unexplained."""
        xx = self._xx[i]
        return self._yy - self._xy[i] * self._xy[i] / xx if xx > 0 else self._yy

    def share(self, lag_s):
        """Heat in the emitter now as share of rated, by the nearest lag."""
        near = 0
        for i in range(_COUNT):
            if abs(_LAGS_S[i] - lag_s) < abs(_LAGS_S[near] - lag_s):
                near = i
        return self._share[near]
