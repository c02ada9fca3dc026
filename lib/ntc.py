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

from array import array
from math import exp, log

from micropython import const

from sensor_state import CORRUPT, OK, OPEN, RANGE, SHORT, STARTING

_COLD_C = const(-44)  # table ends: a little beyond the promised -40..150 degC
_STEP_C = const(2)  # interpolation error < 0.04 K
_NODES = const(100)  # -44, -42 ... 154
_HOT_START_C = const(10)  # the hot range's table needs not begin colder
_TO_HOT_MDEG = const(40_000)  # with hysteresis between the ranges
_TO_COLD_MDEG = const(30_000)
_SAMPLES = const(4)  # least and greatest are dropped, the other two averaged
_KELVIN = 273.15


def beta(r25_ohm, b_k):
    """R(T) by the Beta equation R = R25 * exp(B * (1/T - 1/298.15 K)); T in degC, R in ohms."""

    def ohm(t_c):
        return r25_ohm * exp(b_k * (1 / (t_c + _KELVIN) - 1 / 298.15))

    return ohm


def steinhart(a, b, c):
    """R(T) by the Steinhart-Hart equation 1/T = a + b ln R + c (ln R)^3; T in degC, R in ohms."""

    def ohm(t_c):
        y = 1 / (t_c + _KELVIN) - a
        x = y / b  # ln R without the cubic term, then Newton: converges within five steps
        for _ in range(8):
            x -= (b * x + c * x * x * x - y) / (b + 3 * c * x * x)
        return exp(x)

    return ohm


class _Range:
    """Microvolts at even temperatures for one resistor above the NTC; falls as it gets hotter."""

    def __init__(self, ohm, supply_uv, series_ohm, start_c):
        n = _NODES - (start_c - _COLD_C) // _STEP_C
        self.start_mdeg = start_c * 1000
        self.uv = array("i", [0] * n)
        for i in range(n):
            r = ohm(start_c + i * _STEP_C)
            self.uv[i] = int(supply_uv * (r / (r + series_ohm)) + 0.5)

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
    `init(mode)`, `OUT`, `IN`, `value`), its output resistance included. `open_uv` is the reading
    above which the wire counts as broken, `short_uv` the one below which it counts as shorted;
    left out, they lie halfway between the ends of the scale and -40 degC or 150 degC.

    After `poll(now_ms)`: `mdeg` -40000..150000, `state` OK, OPEN, SHORT, RANGE (outside these
    limits, yet neither open nor short), CORRUPT (the input does not follow the change of range: the
    ADC is stuck) or STARTING; `stamp_ms` when it was measured.
    """

    def __init__(
        self,
        adc,
        ohm,
        supply_mv=3300,
        series_ohm=10_000,
        range_pin=None,
        hot_ohm=0,
        open_uv=None,
        short_uv=None,
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
        if open_uv is None:
            open_uv = int(supply_uv * (1 + cold / (cold + series_ohm)) / 2)
        if short_uv is None:
            short_uv = int(supply_uv * hot / (hot + low_ohm) / 2)
        self._open_uv = open_uv
        self._short_uv = short_uv
        self._now = self._cold
        self._ring = array("i", [0] * _SAMPLES)
        self._at = 0
        self._settling = True
        self.uv = 0
        self.mdeg = 0
        self.state = STARTING
        self.stamp_ms = 0
        self._set_range(self._cold)

    def poll(self, now_ms):
        """Take one sample; with the fourth after a change of range, and every later one, a reading."""
        ring = self._ring
        ring[self._at] = uv = self._adc.read_uv()
        self._at += 1
        if self._at == _SAMPLES:
            self._at = 0
            self._settling = False
        if self._settling:
            return
        a = ring[0]
        b = ring[1]
        c = ring[2]
        d = ring[3]
        uv = (a + b + c + d - min(a, b, c, d) - max(a, b, c, d)) >> 1
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
        if -40_000 <= mdeg <= 150_000:
            self.mdeg = mdeg
            self.state = OK
        else:
            self.state = RANGE

    def _set_range(self, wanted):
        self._now = wanted
        self._at = 0
        self._settling = True
        pin = self._pin
        if pin is None:
            return
        if wanted is self._hot:
            pin.init(pin.OUT, value=1)
        else:
            pin.init(pin.IN)
