# Learns the room from what happens anyway: every rise at full power is a step test.
#
# Between two moments the sensor obeys, with the model of model.py filtered by the sensor's lag,
#
#   S(t) = c + K x1 - A x2 - H t + Q x3     x1 integral of power behind both lags
#                                           x2 integral of S above the structure
#                                           x3 heat left in the emitter from before
#
# which is linear once the two lags are known. So a bank of pairs of lags stands ready, each with
# its own least-squares fit, and the pair that explains the record best wins (separable least
# squares: Golub & Pereyra 1973; a bank of models: Magill 1965). The fits are kept as triangular
# matrices updated by Givens rotations (Bierman 1977, "Factorization Methods for Discrete
# Sequential Estimation"), which 32-bit floats can carry. What is known of rooms at large enters as
# rows made before the first measurement, so a short record changes little.
#
# The two lags act one behind the other: from power and sensor alone nobody can say which belongs
# to the emitter. The body's temperature tells (body.py); without it the longer is taken for it.
#
# Slow code, outside the tick: one member of the bank each call, floats allowed.

import math

from micropython import const

from heater.control.bank import SAMPLE_S, Bank
from heater.control.body import Body

_MISFIT_MAX_K = 0.06
_SWING_MIN_K = 0.4
_RATE_MIN_K_KS = 0.5  # of a heater bought for the room
_HEAT_SWING_MIN = 0.1  # of rated, behind a usual emitter's lag
_USUAL_S = const(340)
_FALL_MAX_K = 0.4
_FALL_FIRST_K = 0.15  # the same while nothing is known: a window may just have been opened
_HOPELESS_K = 0.12  # misfit
_WEIGHT_MAX_K = const(12)  # three mornings of 4 K: what is older fades
_SAMPLES_MIN = const(10)
_SAMPLES_MAX = const(80)
_WALL_KS = 7.2  # observer.WALL_S
_BODY_SPREAD = 0.25  # of the logarithm of a lag, as the body tells it
_BODY_MAX = 30.0  # squares of that: whatever the body says, the room's record has a say


class Learner:
    """Collects samples and offers what they say about the room. See the head of the file."""

    def __init__(self):
        self.bank = Bank()
        self.body = Body(SAMPLE_S)
        self.active = False
        self._asked = False
        self.rated_w = 2000
        self._power_sum = 0
        self._room_sum = 0
        self._body_sum = 0
        self._body_count = 0
        self._count = 0
        self._ready = False  # a sample waits for the bank
        self._turn = 0
        self._power = 0.0
        self._y = 0.0
        self._base = 0.0
        self._wall = 0.0
        self._x2 = 0.0
        self._n = 0
        self._low = 0.0
        self._high = 0.0
        self._heat_low = self._heat_high = 0.0
        # Result of the last complete sweep.
        self.emitter_s = 0.0
        self.sensor_s = 0.0
        self.rate_k_ks = 0.0
        self.loss_ks = 0.0
        self.misfit_k = 0.0
        self.offered = False  # a result of this record was taken over

    def note(self, room_mdeg, power_w):
        """Once a second, in the tick: integers only."""
        self._power_sum += power_w
        self._room_sum += room_mdeg - 20_000
        self._count += 1

    def note_body(self, excess_mdeg):
        """Once a second, in the tick, while the body's sensor is sound: excess over the room."""
        self._body_sum += excess_mdeg
        self._body_count += 1

    def begin(self):
        """A record starts with the next sample."""
        self._asked = True

    def end(self):
        """The record is over."""
        self.active = self._asked = False
        self.bank.close()

    def slice(self):
        """One slice of work. True when a sweep over the bank has given a new result."""
        bank = self.bank
        member = self._turn
        if member >= bank.count or not self._ready:
            if self._count < SAMPLE_S:
                return False
            return self._sample()
        self._turn = member + 1
        bank.feed(member, self._power)
        if self.active:
            if self._n == 1:
                bank.begin(member)
            bank.learn(member, self._x2, self._n * SAMPLE_S * 0.001, self._y)
        if self._turn < bank.count:
            return False
        self._ready = False
        return self.active and self._judge()

    def _sample(self):
        n = self._count
        self._power = self._power_sum / (n * self.rated_w)
        room = self._room_sum / (n * 1000.0)
        self.body.feed(self._power)
        if self._body_count:
            self.body.learn(self._body_sum / (self._body_count * 1000.0))
        self._body_sum = self._body_count = 0
        self._power_sum = self._room_sum = self._count = 0
        self._turn = 0
        self._ready = True
        if self._asked:
            self._asked = False
            self.active = True
            self._n = 0
            self.bank.open()
            self.body.begin()
            self.offered = False
            self._x2 = 0.0
        if self.active:
            heat = self.body.share(_USUAL_S)
            if self._n == 0:
                self._base = self._wall = self._low = self._high = room
                self._heat_low = self._heat_high = heat
            dt = SAMPLE_S * 0.001
            self._n += 1
            self._y = room - self._base
            self._x2 += (room - self._wall) * dt
            self._wall += (room - self._wall) * dt / _WALL_KS
            self._heat_low = min(self._heat_low, heat)
            self._heat_high = max(self._heat_high, heat)
            self._low = min(self._low, room)
            self._high = max(self._high, room)
        return False

    def _judge(self):
        """Weigh the bank. True when the record is long, moving and well explained."""
        bank = self.bank
        best = 0
        for member in range(bank.count):
            if bank.cost(member) < bank.cost(best):
                best = member
        least = bank.cost(best)
        self.misfit_k = bank.misfit_k(best, self._n)
        if self._heat_high - self._heat_low < _HEAT_SWING_MIN:
            return False  # what moved the room was not the heater
        if self._n < _SAMPLES_MIN or self.swing_k < _SWING_MIN_K or self.misfit_k > _MISFIT_MAX_K:
            return False
        theta = bank.solve(best)
        if theta[0] < _RATE_MIN_K_KS:
            return False  # what moved the room was not the heater, or not alone
        self._weigh(least)
        self.rate_k_ks = theta[0]
        self.loss_ks = theta[1]
        return True

    def _weigh(self, least):
        """The lags as the mean of all pairs that explain the record, by their likelihood."""
        bank = self.bank
        known_s = self.body.lag_s()
        total = emitter_sum = sensor_sum = 0.0
        for member in range(bank.count):
            above = bank.cost(member) - least
            if above > 20.0:
                continue
            longer = math.log(bank.long_s[member])
            shorter = math.log(bank.short_s[member])
            weight = math.exp(-0.5 * above)
            other = 0.0
            if known_s:
                away = (longer - math.log(known_s)) / _BODY_SPREAD
                other = weight
                weight *= math.exp(-0.5 * min(away * away, _BODY_MAX))
                away = (shorter - math.log(known_s)) / _BODY_SPREAD
                other *= math.exp(-0.5 * min(away * away, _BODY_MAX))
            total += weight + other
            emitter_sum += weight * longer + other * shorter
            sensor_sum += weight * shorter + other * longer
        self.emitter_s = math.exp(emitter_sum / total)
        self.sensor_s = math.exp(sensor_sum / total)

    def emitter_mw(self, emitter_s):
        """Heat in the emitter now, as it follows the power with emitter_s."""
        return int(self.body.share(emitter_s) * self.rated_w * 1000)

    def found(self, known, weight):
        """(rate_nk, emitter_s, sensor_s, loss_dw) as integers for RoomModel.set.

        known: those values when the record began; weight: the kelvins of swing they rest on. A
        record tells as much as it moves the room.
        """
        rate = min(self.rate_k_ks, 60.0)
        loss = min(max(self.loss_ks, 0.02), 2.5)
        found = (
            min(rate * 1e6 / self.rated_w, 20_000.0),
            max(self.emitter_s, 30.0),
            max(self.sensor_s, 20.0),
            min(10.0 * loss * self.rated_w / rate, 6000.0),
        )
        part = self.swing_k / (self.swing_k + min(weight, _WEIGHT_MAX_K))
        return [int(b * (a / b) ** part + 0.5) for a, b in zip(found, known[:4])]

    @property
    def swing_k(self):
        """Between the lowest and the highest temperature of the record, K."""
        return self._high - self._low

    @property
    def samples(self):
        return self._n

    @property
    def spoiled(self):
        """The room has fallen far in spite of more power: a window, not a lesson."""
        return self.active and self._y < -_FALL_MAX_K

    @property
    def hopeless(self):
        """Nothing was taken over, and the room falls or something else moves it: begin anew."""
        lost = self._y < -_FALL_FIRST_K or self.misfit_k > _HOPELESS_K and self._n >= _SAMPLES_MIN
        return self.active and not self.offered and lost

    @property
    def full(self):
        return self._n >= _SAMPLES_MAX
