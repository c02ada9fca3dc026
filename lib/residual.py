# Residual current (the difference between what flows out and what comes back) from a summation
# transformer, a precision rectifier with a smoothing of some 50 ms, and a comparator.
#
# The rectifier does the averaging, so one ADC sample a tick is the RMS value; a mains period
# cannot be sampled in the 2 ms a driver may take. The amplifier rests at `zero_uv`, well above the
# lowest voltage the ADC can read, so that a dead amplifier or a broken wire reads below rest.
# The comparator trips the contactor without firmware; here it is only observed.

from micropython import const
from sensor_state import OK, OPEN, STARTING

_SAMPLES = const(4)  # boxcar over 0.4 s at a 100 ms tick
_ZERO_SPAN_PERMILLE = const(200)  # rest may drift so far from its nominal value and be learned
_LEARN_SHIFT = const(6)  # a learning step moves rest by 1/64 of the difference


class Residual:
    """Residual-current input.

    `adc.read_uv()` gives microvolts; `uv_per_ma` is the amplifier's gain in microvolts for each
    milliampere RMS (1000..1000000), `zero_uv` where it rests; `trip` and `test` are Pins or None:
    the comparator, high when tripped, and the current through the test winding.

    After `poll(now_ms)`: `ua` the residual current in microampere RMS (0.4 s mean), `trip` 1 while
    the comparator has tripped, `state` OK, STARTING or OPEN (below rest: no amplifier there).
    An input at the top of its range stays OK: a current too large to measure must trip.
    """

    def __init__(self, adc, uv_per_ma, zero_uv=250_000, trip=None, test=None):
        self._adc = adc
        self._uv_per_10ua = uv_per_ma // 100
        self._nominal_uv = zero_uv
        self._dead_uv = zero_uv * (1000 - 2 * _ZERO_SPAN_PERMILLE) // 1000
        self._trip = trip
        self._test = test
        self._sum = 0
        self._ring = [0] * _SAMPLES
        self._at = 0
        self._filled = 0
        self._zero_acc = zero_uv << _LEARN_SHIFT
        self.zero_uv = zero_uv
        self.uv = 0
        self.ua = 0
        self.trip = 0
        self.state = STARTING
        self.stamp_ms = 0

    def poll(self, now_ms):
        """Take one sample; two pin reads and one conversion."""
        if self._trip is not None:
            self.trip = self._trip.value()
        uv = self._adc.read_uv()
        at = self._at
        ring = self._ring
        total = self._sum + uv - ring[at]
        ring[at] = uv
        self._sum = total
        self._at = at + 1 & _SAMPLES - 1
        self.stamp_ms = now_ms
        if self._filled < _SAMPLES:
            self._filled += 1
            if self._filled < _SAMPLES:
                return
        uv = total // _SAMPLES
        self.uv = uv
        if uv < self._dead_uv:
            self.ua = 0
            self.state = OPEN
            return
        uv -= self.zero_uv
        self.ua = uv * 10 // self._uv_per_10ua if uv > 0 else 0
        self.state = OK

    def learn_zero(self):
        """Take the present reading as 'no residual current', slowly and within limits.

        To be called once a tick while nothing can leak (contactor open for a second or more).
        Follows the drift of the amplifier with a time constant of 64 calls; a rest more than 20 %
        from nominal is not learned, so that a real leak can never be learned away.
        """
        if self.state != OK:
            return
        span = self._nominal_uv * _ZERO_SPAN_PERMILLE // 1000
        target = min(max(self.uv, self._nominal_uv - span), self._nominal_uv + span)
        self._zero_acc += target - (self._zero_acc >> _LEARN_SHIFT)
        self.zero_uv = self._zero_acc >> _LEARN_SHIFT

    def test(self, on):
        """Drive (1) or rest (0) the test winding."""
        if self._test is not None:
            self._test.value(1 if on else 0)
