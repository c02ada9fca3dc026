# What a relay's own pulses move in the room, found by regression, so that a window can be told
# from them.
#
# A relay gives its heat in pulses of many minutes; a light room swings by kelvins with them, and
# the power that seems to hold it, as room control estimates it, by half of the rated one, for no
# model of five numbers is exact. But all of that is the answer of a nearly linear system to a
# power that is known to the second. So room temperature and holding power are written as sums of
# the power behind six lags (a finite basis of such answers, as in Wahlberg 1991, "System
# identification using Laguerre models"), fitted by least squares with forgetting and with outliers
# weighted down (Huber), and what the sums explain is taken off. Weather, walls and sun are slower:
# all is seen against means of hours.
#
# `sample` and `fall` are integers only, in the tick; `learn` is slow code outside of it.

import array
import math

from micropython import const

_SAMPLE_S = 15.0
_COUNT = const(6)
_LAGS = (3, 7, 15, 33, 73, 160)  # samples: 45 s to 40 min, as emitters, sensors and walls have
_SLOW = const(960)  # samples, four hours: the mean against which all is seen
_SCALE = const(64)  # of the filtered values, so that the division loses nothing
_POWER = const(6)  # places of the slow means, behind those of the six
_ROOM = const(7)
_LOSS = const(8)
_SIZE = const(7)  # of the fit: the six, and a constant, for the mean of hours lags behind
_ONE_W = const(250)  # the constant, of the size of the others
_PART = const(256)  # of the shares: W a W, and mdeg a W
_LOSS_MOST_W = const(5000)
_SHARE_MAX = const(60)  # the smallest heater swings its room by 25 mdeg a W
_BACK = const(20)  # samples, 5 min, that a fall is looked for
_STEP = const(4)
_MOVED_SHIFT = const(5)  # forgotten over 8 min
_PAUSE = const(120)  # samples: after a window room control holds the loss for half an hour
_MATRIX = _SIZE * _SIZE
_FORGET = 1.0 - _SAMPLE_S / 43_200.0  # half a day
_FORGET_MODEL = 0.1  # is left of what was known of the loss when the room model has changed
_RIDGE = 0.01  # rated power squared, a sum over samples: little against one pulse
_OUTLIER = 0.1  # from here on an error counts in proportion, not squared
_UNIT_MDEG = 3000.0  # so that errors of the room are of the size of those of the loss
_SOLVE_SAMPLES = const(40)
_SURE = const(960)  # learned samples, four hours, after which all is believed
_FIRST = const(240)  # before an hour nothing is


class Pulses:
    """Takes what the heater's own power explains off room temperature and holding power.

    Attributes:
      due            1 when learn() is to be called, outside the tick
      loss_w         power that holds the room, without the swing of the pulses
      off_w          how far that lies from what is usual, as far as the fit knows
      learned        samples learned from, at most sure
      fall_mdeg      found by fall()
      moved_mdeg     what the pulses moved the room by in 5 min, the most of a while ago
    """

    def __init__(self):
        self.due = 0
        self.loss_w = self.off_w = 0
        self.fall_mdeg = self.moved_mdeg = 0
        self._off_mdeg = 0
        self._behind = array.array("i", [0] * (_COUNT + 3))
        self._share = array.array("i", [0] * (2 * _SIZE))  # of the room, then of the loss
        self._f = array.array("i", [_ONE_W] * (_SIZE + 2))  # this sample: the fit's, room, loss
        self._ring_f = array.array("h", [0] * (_COUNT * (_BACK + 1)))
        self._ring_mdeg = array.array("i", [0] * (_BACK + 1))
        self._at = 0
        self._held = 0  # samples of the ring that may be looked at
        self._known = 0  # samples of the slow means, at most _SLOW
        self._pause = 0
        self.learned = 0
        self._unsolved = 0
        self._remodelled = False
        self._xx = array.array("f", [0.0] * (2 * _MATRIX))  # for the room, then for the loss
        self._xy = array.array("f", [0.0] * (2 * _SIZE))

    def clear(self):
        """A window was open, or the record is broken: nothing before now is looked at."""
        self._held = 0
        self._pause = _PAUSE

    def begin(self):
        """No fall is looked for before this sample."""
        self._held = 0

    def remodel(self, jump_w):
        """Room control sees the room otherwise from now on: its holding power has jumped."""
        self._behind[_LOSS] += jump_w * _SCALE
        self._remodelled = True

    def sample(self, power_w, room_mdeg, loss_w):
        """Take the means of 15 s: power of the element, room, and the power that holds it."""
        behind = self._behind
        f = self._f
        if not self._known:
            for i in range(_COUNT):
                behind[i] = power_w * _SCALE
        if self._known < _SLOW:
            self._known += 1
        known = self._known
        behind[_POWER] += (power_w * _SCALE - behind[_POWER]) // known
        behind[_ROOM] += (room_mdeg * _SCALE - behind[_ROOM]) // known
        behind[_LOSS] += (loss_w * _SCALE - behind[_LOSS]) // known
        at = self._at + 1 if self._at < _BACK else 0
        self._at = at
        if self._held <= _BACK:
            self._held += 1
        self._ring_mdeg[at] = room_mdeg
        at *= _COUNT
        share = self._share
        room = loss = 0
        for i in range(_COUNT):
            lag = _LAGS[i]
            behind[i] += (power_w * _SCALE - behind[i] + (lag >> 1)) // lag
            x = (behind[i] - behind[_POWER]) // _SCALE
            self._ring_f[at + i] = f[i] = x
            room += share[i] * x
            loss += share[_SIZE + i] * x
        f[_SIZE] = room_mdeg - behind[_ROOM] // _SCALE
        f[_SIZE + 1] = loss_w - behind[_LOSS] // _SCALE
        most = _PART * _LOSS_MOST_W
        loss = min(max(loss, -most), most)
        self.loss_w = loss_w - loss // _PART
        self.off_w = f[_SIZE + 1] - (loss + share[_SIZE + _COUNT] * _ONE_W) // _PART
        self._off_mdeg = f[_SIZE] - (room + share[_COUNT] * _ONE_W) // _PART
        if self._pause:
            self._pause -= 1
        else:
            self.due = 1

    def fall(self, setpoint_mdeg, above_divisor):
        """Look for the steepest unexplained fall of the last 5 min; what lay above the set-point
        counts for a part only. Sets fall_mdeg and moved_mdeg."""
        ring = self._ring_mdeg
        share = self._share
        f = self._f
        now_mdeg = ring[self._at]
        self.fall_mdeg = 0
        moved_mdeg = self.moved_mdeg
        moved_mdeg -= (moved_mdeg >> _MOVED_SHIFT) + 1 if moved_mdeg else 0
        self.moved_mdeg = moved_mdeg
        for ago in range(_STEP, _BACK + 1, _STEP):
            if ago >= self._held:
                return
            at = self._at - ago
            if at < 0:
                at += _BACK + 1
            then_mdeg = ring[at]
            at *= _COUNT
            explained = 0
            for i in range(_COUNT):
                explained += share[i] * (self._ring_f[at + i] - f[i])
            explained //= _PART
            self.moved_mdeg = max(self.moved_mdeg, abs(explained))
            fall_mdeg = then_mdeg - now_mdeg - explained
            if then_mdeg > setpoint_mdeg:
                above_mdeg = min(fall_mdeg, then_mdeg - max(setpoint_mdeg, now_mdeg))
                if above_mdeg > 0:
                    fall_mdeg -= above_mdeg - above_mdeg // above_divisor
            if fall_mdeg > self.fall_mdeg:
                self.fall_mdeg = fall_mdeg

    def doubt_permille(self):
        """2000 as long as nothing is known of the pulses, 0 after four hours of them."""
        return (_SURE - self.learned) * 2000 // _SURE

    def learn(self, rated_w):
        """Learn from the last sample. Slow code."""
        self.due = 0
        f, xx, xy = self._f, self._xx, self._xy
        if self._remodelled:
            self._remodelled = False
            for i in range(_MATRIX):
                xx[_MATRIX + i] *= _FORGET_MODEL
            for i in range(_SIZE):
                xy[_SIZE + i] *= _FORGET_MODEL
        for target in range(2):
            unit = float(rated_w) if target else _UNIT_MDEG
            error = abs(self.off_w if target else self._off_mdeg) / unit
            weight = _OUTLIER / error if error > _OUTLIER else 1.0
            y = f[_SIZE + target] / unit
            first = target * _SIZE
            at = target * _MATRIX
            for i in range(_SIZE):
                x = weight * f[i] / rated_w
                for k in range(i + 1):
                    xx[at + k] = xx[at + k] * _FORGET + x * f[k] / rated_w
                at += _SIZE
                xy[first + i] = xy[first + i] * _FORGET + x * y
        if self.learned < _SURE:
            self.learned += 1
        self._unsolved += 1
        if self._unsolved >= _SOLVE_SAMPLES and self.learned >= _FIRST:
            self._unsolved = 0
            self._solve(0, _UNIT_MDEG / rated_w)
            self._solve(1, 1.0)

    def _solve(self, target, unit):
        # Cholesky; the ridge keeps the matrix positive where the power was even.
        first = target * _SIZE
        xx = self._xx
        low = array.array("f", [0.0] * _MATRIX)
        for i in range(_SIZE):
            for k in range(i + 1):
                s = xx[(first + i) * _SIZE + k]
                for m in range(k):
                    s -= low[i * _SIZE + m] * low[k * _SIZE + m]
                if i == k:
                    low[i * _SIZE + i] = math.sqrt(max(s + _RIDGE, _RIDGE / 2))
                else:
                    low[i * _SIZE + k] = s / low[k * _SIZE + k]
        y = self._xy[first : first + _SIZE]
        for i in range(_SIZE):
            for m in range(i):
                y[i] -= low[i * _SIZE + m] * y[m]
            y[i] /= low[i * _SIZE + i]
        for i in range(_SIZE - 1, -1, -1):
            for m in range(i + 1, _SIZE):
                y[i] -= low[m * _SIZE + i] * y[m]
            y[i] /= low[i * _SIZE + i]
        most = _SHARE_MAX * _PART
        for i in range(_SIZE):
            self._share[first + i] = min(max(int(y[i] * unit * _PART), -most), most)
