"""The NTC driver against the formulas in floating point, an ideal ADC in between."""

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ntc import NTC, beta, steinhart
from sensor_state import CORRUPT, OK, OPEN, RANGE, SHORT

SUPPLY_UV = 3_300_000
SERIES = 47_000
HOT = 1_000
FLOOR_UV = 142_000  # of an ESP32 ADC
CEILING_UV = 3_130_000

# A 10 kOhm part by three points of its maker's table (0, 25, 100 degC), the way application notes
# work the Steinhart-Hart coefficients out.
POINTS = ((0.0, 32_650.0), (25.0, 10_000.0), (100.0, 678.0))


def coefficients():
    (t1, r1), (t2, r2), (t3, r3) = POINTS
    l1, l2, l3 = log(r1), log(r2), log(r3)
    y1, y2, y3 = (1 / (t + 273.15) for t in (t1, t2, t3))
    g2 = (y2 - y1) / (l2 - l1)
    g3 = (y3 - y1) / (l3 - l1)
    c = (g3 - g2) / (l3 - l2) / (l1 + l2 + l3)
    b = g2 - c * (l1 * l1 + l1 * l2 + l2 * l2)
    return y1 - (b + l1 * l1 * c) * l1, b, c


def celsius_by_beta(ohm):
    return 1 / (1 / 298.15 + log(ohm / 10_000) / 3950) - 273.15


def celsius_by_steinhart(ohm):
    a, b, c = coefficients()
    return 1 / (a + b * log(ohm) + c * log(ohm) ** 3) - 273.15


KINDS = {
    "beta": (beta(10_000, 3950), celsius_by_beta),
    "steinhart": (steinhart(*coefficients()), celsius_by_steinhart),
}


class Divider:
    """The divider, its range pin and the ADC as one: `ohm` is the NTC's resistance."""

    IN = 1
    OUT = 3

    def __init__(self, ohm):
        self.ohm = ohm
        self.hot = False
        self.stuck_uv = None
        self.switchings = 0

    def init(self, mode, value=None):
        hot = mode == self.OUT and value == 1
        self.switchings += hot != self.hot
        self.hot = hot

    def read_uv(self):
        if self.stuck_uv is not None:
            return self.stuck_uv
        above = SERIES * HOT / (SERIES + HOT) if self.hot else SERIES
        uv = SUPPLY_UV if self.ohm is None else SUPPLY_UV * self.ohm / (self.ohm + above)
        return int(min(max(uv, FLOOR_UV), CEILING_UV))


def sensor(divider, kind="beta"):
    return NTC(divider, KINDS[kind][0], 3300, SERIES, divider, HOT, (FLOOR_UV, CEILING_UV))


def settle(ntc, polls=12):
    for k in range(polls):
        ntc.poll(100 * k)


SENSORS = {kind: sensor(Divider(10_000.0), kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
@given(x=st.floats(log(195.0), log(390_000.0)))
def test_within_a_third_of_a_kelvin_over_the_whole_range(kind, x):
    ohm = exp(x)
    celsius = KINDS[kind][1](ohm)
    if not -40 <= celsius <= 150:
        return
    ntc = SENSORS[kind]
    ntc._adc.ohm = ohm
    settle(ntc)
    assert ntc.state == OK
    assert abs(ntc.mdeg / 1000 - celsius) <= 0.1  # the rest of 0.3 K belongs to the ADC


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_itself_costs_less_than_a_twentieth_of_a_kelvin(kind):
    ntc = SENSORS[kind]
    worst = 0.0
    for tenth in range(-400, 1500, 3):
        ntc._adc.ohm = KINDS[kind][0](tenth / 10)
        settle(ntc)
        worst = max(worst, abs(ntc.mdeg / 1000 - tenth / 10))
    assert worst < 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_the_curve_and_its_inverse_agree(kind):
    ohm, celsius = KINDS[kind]
    for t in range(-44, 156, 2):
        assert celsius(ohm(t)) == pytest.approx(t, abs=0.001)


@given(x=st.floats(log(195.0), log(390_000.0)), step=st.floats(0.0005, 0.5))
def test_hotter_never_reads_colder(x, step):
    ntc = SENSORS["beta"]
    ntc._adc.ohm = exp(x)
    settle(ntc)
    colder = ntc.mdeg
    ntc._adc.ohm = exp(x - step)
    settle(ntc)
    # Each range follows strictly; where they meet, their tables differ by their interpolation.
    assert ntc.mdeg >= colder - 80


@pytest.mark.parametrize("celsius", [-40, -20, 0, 25, 33, 60, 100, 150])
@pytest.mark.parametrize(("fault_ohm", "state"), [(None, OPEN), (0.0, SHORT)])
def test_open_and_short_show_within_a_second_from_anywhere(celsius, fault_ohm, state):
    divider = Divider(KINDS["beta"][0](celsius))
    ntc = sensor(divider)
    settle(ntc)
    assert ntc.state == OK
    divider.ohm = fault_ohm
    settle(ntc, 10)
    assert ntc.state == state
    divider.ohm = KINDS["beta"][0](celsius)
    settle(ntc, 12)
    assert ntc.state == OK


@pytest.mark.parametrize("gain", [0.98, 1.02])
def test_open_and_short_are_told_by_an_adc_that_is_two_percent_wrong(gain):
    for celsius, fault_ohm, state in ((-38, None, OPEN), (147, 0.0, SHORT)):
        divider = Divider(KINDS["beta"][0](celsius))
        true_uv = divider.read_uv
        divider.read_uv = lambda true_uv=true_uv: int(true_uv() * gain)
        ntc = sensor(divider)
        settle(ntc)
        assert ntc.state == OK
        divider.ohm = fault_ohm
        settle(ntc)
        assert ntc.state == state


@pytest.mark.parametrize("celsius", [-47, -43, 154, 165])
def test_what_the_part_cannot_be_is_refused(celsius):
    ntc = sensor(Divider(KINDS["beta"][0](celsius)))
    settle(ntc)
    assert ntc.state in (RANGE, OPEN, SHORT)


@pytest.mark.parametrize("celsius", [-35, 0, 25, 60, 100, 140])
def test_a_stuck_adc_is_found_and_forgiven(celsius):
    divider = Divider(KINDS["beta"][0](celsius))
    ntc = sensor(divider)
    settle(ntc)
    for k in range(600):  # no false alarm
        ntc.poll(k)
        assert ntc.state == OK
    divider.stuck_uv = divider.read_uv()
    settle(ntc, 120)
    assert ntc.state == CORRUPT
    divider.stuck_uv = None
    settle(ntc, 120)
    assert ntc.state == OK


def test_a_single_spike_is_not_a_temperature():
    divider = Divider(10_000.0)
    ntc = sensor(divider)
    settle(ntc)
    for spike in (FLOOR_UV, CEILING_UV):
        divider.stuck_uv = spike
        ntc.poll(0)
        divider.stuck_uv = None
        for _ in range(4):
            assert ntc.state == OK and abs(ntc.mdeg - 25_000) < 200
            ntc.poll(0)


def test_the_ranges_do_not_chatter():
    divider = Divider(KINDS["beta"][0](35))
    ntc = sensor(divider)
    settle(ntc)
    before = divider.switchings
    for k in range(200):
        divider.ohm = KINDS["beta"][0](35 + (k % 7 - 3))
        ntc.poll(k)
    assert divider.switchings - before <= 2 * (200 // 48 + 1)  # the proofs alone


def test_one_range_alone_tells_open_and_short():
    divider = Divider(10_000.0)
    ntc = NTC(divider, KINDS["beta"][0], 3300, SERIES, adc_uv=(0, CEILING_UV))
    settle(ntc)
    assert ntc.state == OK and abs(ntc.mdeg - 25_000) < 100
    divider.ohm = None
    settle(ntc)
    assert ntc.state == OPEN
    divider.ohm = 0.0
    divider.read_uv = lambda: 0
    settle(ntc)
    assert ntc.state == SHORT
