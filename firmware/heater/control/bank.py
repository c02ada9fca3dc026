# The learner's bank: pairs of lags, emitter and sensor, each with its own least-squares fit of the
# room (see learn.py for the model and the method).
#
# What each pair takes the emitter for is followed all the time. The fits, 25 numbers a pair, exist
# only while a record is being learned from; both lie in arrays of 32-bit floats.

import array
import math

from micropython import const

SAMPLE_S = const(30)
_LONG_S = const((60, 110, 200, 340, 560, 900, 1400))
_SHORT_S = const((20, 50, 110, 220, 380, 620))
_N = const(5)  # unknowns K A H c Q
_NOISE_K = 0.04  # of a mean over SAMPLE_S, with what the model leaves out
# Rooms at large: mean and spread of K (K per ks at rated power), A (1/ks), H, c (K), Q.
_PRIOR = ((12.0, 8.0), (0.3, 0.45), (4.0, 8.0), (0.0, 0.05), (0.0, 0.5))
# Heaters are bought to fit: a room that warms slowly also loses little to its walls. The mean of
# A is the one above and this part of K; without it a room without walls is taken for one that
# warms twice as fast.
_TIE = 0.05


def _tied():
    """The two upper rows of the triangle before the first sample: (K K, K A, K y, A A, A y)."""
    mean_k, spread_k = _PRIOR[0]
    mean_a, spread_a = _PRIOR[1]
    a = 1.0 / spread_k
    b = -_TIE / spread_a
    r = math.sqrt(a * a + b * b)
    c = a / r
    s = b / r
    y_k = mean_k / spread_k
    y_a = mean_a / spread_a
    return r, s / spread_a, c * y_k + s * y_a, c / spread_a, c * y_a - s * y_k


# One fit in the array: these, then the rows of the triangle, each from its diagonal on with the
# right-hand side at its end.
_X1 = const(0)
_X3 = const(1)
_LEFT = const(2)
_LEFT_FELT = const(3)
_COST = const(4)
_ROW_AT = const((5, 11, 16, 20, 23))
_SIZE = const(25)


class Bank:
    """Members 0..count-1. Powers as share of rated, time in ks."""

    def __init__(self):
        pairs = [(a, b) for a in _LONG_S for b in _SHORT_S if b <= a]
        self.count = len(pairs)
        self.long_s = array.array("H", [a for a, _ in pairs])
        self.short_s = array.array("H", [b for _, b in pairs])
        self._emitter = array.array("f", bytes(4 * self.count))  # heat given off now
        self._felt = array.array("f", bytes(4 * self.count))
        self._fits = None

    def open(self):
        """Make room for the fits of a new record; each member is begun by `begin`."""
        self._fits = array.array("f", bytes(4 * _SIZE * self.count))

    def close(self):
        """Give that room back."""
        self._fits = None

    def begin(self, member):
        """What is known before the first sample."""
        fits = self._fits
        at = member * _SIZE
        for k in range(_SIZE):
            fits[at + k] = 0.0
        fits[at + _LEFT] = fits[at + _LEFT_FELT] = 1.0
        for i in range(2, _N):  # K and A are tied, below
            mean, spread = _PRIOR[i]
            row = at + _ROW_AT[i]
            fits[row] = 1.0 / spread
            fits[row + _N - i] = mean / spread
        k = at + _ROW_AT[0]
        a = at + _ROW_AT[1]
        fits[k], fits[k + 1], fits[k + _N], fits[a], fits[a + _N - 1] = _tied()

    def feed(self, member, power):
        """Filters of one sample: a mean power over SAMPLE_S."""
        keep = math.exp(-SAMPLE_S / self.long_s[member])
        emitter = power + (self._emitter[member] - power) * keep
        self._emitter[member] = emitter
        keep = math.exp(-SAMPLE_S / self.short_s[member])
        self._felt[member] = emitter + (self._felt[member] - emitter) * keep

    def learn(self, member, x2, t, y):
        """Take in one sample of the record: one row, turned into the triangle."""
        fits = self._fits
        at = member * _SIZE
        dt = SAMPLE_S * 0.001
        x1 = fits[at + _X1] + self._felt[member] * dt
        left = fits[at + _LEFT] * math.exp(-SAMPLE_S / self.long_s[member])
        keep = math.exp(-SAMPLE_S / self.short_s[member])
        left_felt = left + (fits[at + _LEFT_FELT] - left) * keep
        x3 = fits[at + _X3] + left_felt * dt
        fits[at + _X1] = x1
        fits[at + _X3] = x3
        fits[at + _LEFT] = left
        fits[at + _LEFT_FELT] = left_felt
        w = 1.0 / _NOISE_K
        row = [x1 * w, -x2 * w, -t * w, w, x3 * w, y * w]
        for i in range(_N):
            b = row[i]
            if b == 0.0:
                continue
            own = at + _ROW_AT[i] - i
            a = fits[own + i]
            r = math.sqrt(a * a + b * b)
            c = a / r
            s = b / r
            for j in range(i, _N + 1):
                p = fits[own + j]
                q = row[j]
                fits[own + j] = c * p + s * q
                row[j] = c * q - s * p
        fits[at + _COST] += row[_N] * row[_N]

    def cost(self, member):
        """Sum of squared misfits of the record, in units of the noise."""
        return self._fits[member * _SIZE + _COST]

    def misfit_k(self, member, samples):
        """The same as a mean misfit in K."""
        return math.sqrt(self.cost(member) / samples) * _NOISE_K

    def solve(self, member):
        """The unknowns K A H c Q of one member."""
        fits = self._fits
        theta = [0.0] * _N
        for i in range(_N - 1, -1, -1):
            row = member * _SIZE + _ROW_AT[i] - i
            x = fits[row + _N]
            for j in range(i + 1, _N):
                x -= fits[row + j] * theta[j]
            theta[i] = x / fits[row + i]
        return theta
