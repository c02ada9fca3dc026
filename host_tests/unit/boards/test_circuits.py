"""The circuit values of each board, worked out anew: what board.md says and promises."""

import re
from math import exp

import pytest
from loading import BOARDS, REAL, load

ROW = re.compile(r"\| *(-?\d+) °C \| ([\d.]+) kΩ \| (cold|hot) \| ([\d.]+) V \| ([\d.]+) K \|")
ADC_ERROR_V = 0.02  # after the chip's own calibration, as the last column of the table assumes
ADC_GAIN_ERROR = 0.015


def ntc_ohm(board, celsius):
    b = board["NTC_B_K"]
    return board["NTC_R25_OHM"] * exp(b / (celsius + 273.15) - b / 298.15)


def pin_v(board, celsius, span):
    r = ntc_ohm(board, celsius)
    above = board["NTC_SERIES_OHM"]
    if span == "hot":
        above = 1 / (1 / above + 1 / board["NTC_HOT_OHM"])
    return board["NTC_SUPPLY_MV"] / 1000 * r / (r + above)


def rows(name):
    return ROW.findall((BOARDS / name / "board.md").read_text())


@pytest.mark.parametrize("name", REAL)
def test_the_divider_table_is_true(name):
    board = load(name)
    seen = rows(name)
    assert {"-40", "25", "150"} <= {row[0] for row in seen}
    for celsius, kilo, span, volt, kelvin in seen:
        t = int(celsius)
        assert float(kilo) == pytest.approx(ntc_ohm(board, t) / 1000, rel=0.01)
        v = pin_v(board, t, span)
        assert float(volt) == pytest.approx(v, abs=0.006)
        slope = abs(pin_v(board, t + 0.5, span) - pin_v(board, t - 0.5, span))
        assert float(kelvin) == pytest.approx(ADC_ERROR_V / slope, rel=0.06)


@pytest.mark.parametrize("name", REAL)
def test_open_and_short_are_apart_from_the_ends_of_the_scale(name):
    board = load(name)
    floor_v, ceiling_v = (uv / 1e6 for uv in board["NTC_ADC_UV"])
    coldest, hottest = pin_v(board, -40, "cold"), pin_v(board, 150, "hot")
    broken, shorted = (coldest + ceiling_v) / 2, (hottest + floor_v) / 2
    assert coldest * (1 + ADC_GAIN_ERROR) < broken < ceiling_v
    assert ceiling_v * (1 - ADC_GAIN_ERROR) > broken
    assert hottest - ADC_ERROR_V > shorted > floor_v + ADC_ERROR_V


@pytest.mark.parametrize("name", REAL)
def test_both_ranges_stay_within_the_adc_where_they_are_used(name):
    board = load(name)
    floor_v, ceiling_v = (uv / 1e6 for uv in board["NTC_ADC_UV"])
    assert pin_v(board, 40, "cold") > floor_v + ADC_ERROR_V  # the driver leaves the range at 40
    assert pin_v(board, 30, "hot") < ceiling_v * (1 - ADC_GAIN_ERROR)  # and comes back at 30


@pytest.mark.parametrize("name", REAL)
def test_an_over_temperature_is_measured_within_three_kelvin(name):
    board = load(name)
    for celsius in (70, 85, 100, 110):
        slope = abs(pin_v(board, celsius + 0.5, "hot") - pin_v(board, celsius - 0.5, "hot"))
        assert ADC_ERROR_V / slope < 3


@pytest.mark.parametrize("name", [n for n in REAL if load(n)["HAS_LEAK"]])
def test_the_leak_input_sees_the_trip_and_a_dead_amplifier(name):
    board = load(name)
    floor_uv, ceiling_uv = board["NTC_ADC_UV"]
    zero, gain = board["LEAK_ZERO_UV"], board["LEAK_UV_PER_MA"]
    assert zero * 6 // 10 > floor_uv + ADC_ERROR_V * 1e6  # below which the driver says open
    assert zero + 30 * gain < ceiling_uv  # 30 mA, what a residual-current device trips at
    assert board["LEAK_TRIP_UA"] <= 15_000  # before such a device does: it may at half of 30 mA


@pytest.mark.parametrize("name", [n for n in REAL if load(n)["HAS_METER"]])
def test_the_meter_inputs_stay_within_its_scale(name):
    # BL0942 data sheet: at most 30 mV RMS at the current inputs, 70 mV RMS at the voltage input.
    board = load(name)
    assert 264_000 / board["METER_DIVIDER"] < 70.0
    assert 16_000 * board["METER_SHUNT_UOHM"] / 1e6 < 30.0


def test_a_plain_divider_would_fail():
    board = load(REAL[0]) | {"NTC_SERIES_OHM": 10_000}
    assert pin_v(board, -30, "cold") > board["NTC_ADC_UV"][1] / 1e6
    assert pin_v(board, 120, "cold") < board["NTC_ADC_UV"][0] / 1e6
