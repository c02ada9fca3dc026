# NTC thermistor in a divider, read by an ADC in calibrated microvolts.
#
#   supply --[ series ]--+--[ NTC ]-- ground          optional second resistor from `range_pin`:
#                        |                             driven high it stands parallel to `series`,
#                       ADC                            as an input it is out of the circuit
#
# From -40 to 150 degC an NTC changes 2000-fold. A plain divider then comes within 2.5 % of the
# supply at the cold end or of ground at the hot end, where an ESP32 ADC (0.15 to 3.1 V) reads
# nothing and an open or shorted wire looks the same. The second resistor gives the hot end a range
# of its own. boards/*/board.md derive the values.
#
# The curve is turned into a table of microvolts at even temperatures once, at construction (the
# only place with floats); a reading is a binary search and a linear interpolation in integers.

import array
import math

from micropython import const
from sensor_state import CORRUPT, OK, OPEN, RANGE, SHORT, STARTING

_COLD_C = const(-44)  # table ends: a little beyond the promised -40..150 degC
_STEP_C = const(2)  # interpolation error < 0.04 K
_NODES = const(100)  # -44, -42 ... 154
_HOT_START_C = const(10)  # the hot range's table needs not begin colder
_LEAST_MDEG = const(-42_000)  # the noise of the last code at -40 degC is no fault
_GREATEST_MDEG = const(152_000)
_TO_HOT_MDEG = const(40_000)  # with hysteresis between the ranges
_TO_COLD_MDEG = const(30_000)
_PROOF_EVERY = const(16)  # readings from one proof of the ADC to the next, 4.8 s at 100 ms
_PROBE = const(3)
_KELVIN = 273.15



def beta(r25_ohm, b_k):
    """R(T) by the Beta equation R = R25 * exp(B * (1/T - 1/298.15 K)); T in degC, R in ohms."""

    def ohm(t_c):
        return r25_ohm * math.exp(b_k * (1 / (t_c + _KELVIN) - 1 / 298.15))

    return ohm


def steinhart(a, b, c):
    """R(T) by the Steinhart-Hart equation 1/T = a + b ln R + c (ln R)^3; T in degC, R in ohms."""

    def ohm(t_c):
        y = 1 / (t_c + _KELVIN) - a
        x = y / b  # ln R without the cubic term, then Newton: converges within five steps
        for _ in range(8):
            x -= (b * x + c * x * x * x - y) / (b + 3 * c * x * x)
        return math.exp(x)

    return ohm


class _Range:
    """Microvolts at even temperatures for one resistor above the NTC; falls as it gets hotter."""

    def __init__(self, ohm, supply_uv, series_ohm, start_c):
        n = _NODES - (start_c - _COLD_C) // _STEP_C
        self.start_mdeg = start_c * 1000
        self.uv = array.array("i", [0] * n)
        for i in range(n):
            r = ohm(start_c + i * _STEP_C)
            self.uv[i] = int(supply_uv * (r / (r + series_ohm)) + 0.5)

    def uv_at(self, mdeg):
        """Reading of the node below `mdeg`; beyond the table, its end."""
        i = (mdeg - self.start_mdeg) // (_STEP_C * 1000)
        return self.uv[min(max(i, 0), len(self.uv) - 1)]

    def mdeg(self, uv):
        """Temperature at `uv`; beyond the table, its end."""
        t = self.uv
        lo = 0
        hi = len(t) - 1
        if uv >= t[0]:
            return self.start_mdeg
        if uv <= t[hi]:
            return self.start_mdeg + hi * (_STEP_C * 1000)
        while hi - lo > 1:
            mid = lo + hi >> 1
            if t[mid] > uv:
                lo = mid
            else:
                hi = mid
        top = t[lo]
        # A step spans at most 100,000 uV, so the product stays under 2**28.
        part = (top - uv) * (_STEP_C * 1000) // (top - t[hi])
        return self.start_mdeg + lo * (_STEP_C * 1000) + part


class NTC:
    """One NTC on one ADC input, optionally with a second range.

    `adc.read_uv()` gives microvolts; `ohm` is beta(...) or steinhart(...); `series_ohm` is the
    resistor that is always there, `hot_ohm` the one in series with `range_pin` (a Pin with
    `init(mode)`, `OUT`, `IN`, `value`), its output resistance included. The wire counts as broken
    halfway from the reading of -40 degC to the end of the scale, `adc_uv[1]` or the supply, and as
    shorted halfway from 150 degC to `adc_uv[0]`, the least the ADC can read.

    A reading is the median of three samples, which one spike does not change.

    After `poll(now_ms)`: `mdeg` -42000..152000, `state` OK, OPEN, SHORT, RANGE (outside these
    limits, yet neither open nor short), CORRUPT or STARTING; `stamp_ms` when it was measured.
    CORRUPT is the verdict of a proof that only the second range allows: every 16 readings the
    other resistor is taken for one sample, and an ADC that does not follow is stuck.
    """

    def __init__(
        self,
        adc,
        ohm,
        supply_mv=3300,
        series_ohm=10_000,
        range_pin=None,
        hot_ohm=0,
        adc_uv=(142_000, 3_130_000),  # what the first ESP32 can read at 11 dB
    ):
        supply_uv = supply_mv * 1000
        self._adc = adc
        self._pin = range_pin
        self._cold = _Range(ohm, supply_uv, series_ohm, _COLD_C)
        self._hot = self._cold
        low_ohm = series_ohm
        if range_pin is not None:
            low_ohm = 1 / (1 / series_ohm + 1 / hot_ohm)
            self._hot = _Range(ohm, supply_uv, low_ohm, _HOT_START_C)
        cold = ohm(-40)
        hot = ohm(150)
        highest_uv = min(supply_uv, adc_uv[1])
        self._open_uv = int(supply_uv * (cold / (cold + series_ohm)) + highest_uv) // 2
        self._short_uv = int(supply_uv * (hot / (hot + low_ohm)) + adc_uv[0]) // 2
        self._now = self._cold
        self._at = 0  # which sample is next: 0, 1, 2 of a reading, or _PROBE
        self._a = 0
        self._b = 0
        self._since_proof = 0
        self._unmoved = 0  # proofs in a row that failed
        self.uv = 0
        self.mdeg = 0
        self.state = STARTING
        self.stamp_ms = 0
        self._set_range(self._cold)

    def poll(self, now_ms):
        """Take one sample; every third call makes a reading."""
        uv = self._adc.read_uv()
        at = self._at
        if at == 0:
            self._a = uv
            self._at = 1
            return
        if at == 1:
            self._b = uv
            self._at = 2
            return
        if at == _PROBE:
            self._end_probe(uv)
            return
        self._at = 0
        a = self._a
        b = self._b
        if a > b:
            a, b = b, a
        self._judge(a if uv < a else (b if uv > b else uv), now_ms)

    def _judge(self, uv, now_ms):
        self.uv = uv
        self.stamp_ms = now_ms
        mdeg = self._now.mdeg(uv)
        if self._now is self._cold:
            if uv > self._open_uv:
                self.state = OPEN
                return
            if self._pin is not None:
                if mdeg > _TO_HOT_MDEG:
                    self._set_range(self._hot)
                    return
            elif uv < self._short_uv:
                self.state = SHORT
                return
        else:
            if uv < self._short_uv:
                self.state = SHORT
                return
            if mdeg < _TO_COLD_MDEG:
                self._set_range(self._cold)
                return
        if _LEAST_MDEG <= mdeg <= _GREATEST_MDEG:
            self.mdeg = mdeg
            self.state = OK if self._unmoved < 2 else CORRUPT
        else:
            self.state = RANGE
        if self._pin is not None:
            self._since_proof += 1
            if self._since_proof >= _PROOF_EVERY:
                self._since_proof = 0
                self._at = _PROBE
                self._drive(self._now is self._cold)

    def _end_probe(self, uv):
        seen = uv - self.uv
        other = self._hot if self._now is self._cold else self._cold
        expected = other.uv_at(self.mdeg) - self.uv
        # Half the expected change is plenty: near the ends of its scale the ADC shows less.
        followed = seen >= expected // 2 if expected > 0 else seen <= expected // 2
        if followed:
            self._unmoved = 0
        else:  # prove it again at once, for the input itself may have moved
            self._unmoved += 1
            self._since_proof = _PROOF_EVERY - 1
        self._at = 0
        self._drive(self._now is self._hot)

    def _set_range(self, wanted):
        self._now = wanted
        self._at = 0
        if self._pin is not None:
            self._drive(wanted is self._hot)

    def _drive(self, hot):
        pin = self._pin
        if hot:
            pin.init(pin.OUT, value=1)
        else:
            pin.init(pin.IN)
