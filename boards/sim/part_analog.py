# What stands at the two ADC inputs: the body NTC in its divider, and the residual-current
# amplifier with its comparator; and the ADC itself with its range, steps and noise.

from array import array
from math import exp

import board
import world

# Nothing below or above what the chip's ADC can read, 12 bits, and a few codes of noise.
_FLOOR_UV, _CEILING_UV = board.NTC_ADC_UV
_STEP_UV = (_CEILING_UV - _FLOOR_UV) // 4095
_NOISE_STEPS = 5  # uniform over so many codes
_ZERO_UV = _FLOOR_UV + _NOISE_STEPS // 2 * _STEP_UV  # the noise is centred
_CODE_0_UV = _FLOOR_UV + _STEP_UV // 2

_LEAST_C = -60
_GREATEST_C = 300  # a body far beyond anything the firmware believes must still read as something

range_driven = 0  # 1 while the second resistor's pin is an output


def _divider_table(above_ohm):
    table = array("i", [])
    for t in range(_LEAST_C, _GREATEST_C + 1):
        r = board.NTC_R25_OHM * exp(board.NTC_B_K / (t + 273.15) - board.NTC_B_K / 298.15)
        table.append(round(board.NTC_SUPPLY_MV * 1000 * r / (r + above_ohm)))
    return table


_table = _divider_table(board.NTC_SERIES_OHM)
_hot_table = _divider_table(
    board.NTC_SERIES_OHM * board.NTC_HOT_OHM / (board.NTC_SERIES_OHM + board.NTC_HOT_OHM)
)


class BodyNtc:
    """Microvolts at the divider of the body NTC."""

    def uv(self):
        f = world.faults
        if f:
            if "body_open" in f:
                return board.NTC_SUPPLY_MV * 1000
            if "body_short" in f:
                return 0
        mdeg = world.body_mdeg - _LEAST_C * 1000
        i = mdeg // 1000
        i = min(max(i, 0), _GREATEST_C - _LEAST_C - 1)
        t = _table
        if range_driven and world.get_pin(board.PIN_BODY_RANGE):
            t = _hot_table
        return t[i] + (t[i + 1] - t[i]) * (mdeg - i * 1000) // 1000


class LeakAmplifier:
    """Microvolts of the residual-current amplifier, and the comparator behind it."""

    def __init__(self):
        self._trip_uv = board.LEAK_ZERO_UV + board.LEAK_TRIP_UA * board.LEAK_UV_PER_MA // 1000

    def uv(self):
        ua = world.leak_ua + world.leak_test_ua
        if world.faults:
            if "leak_sensor_dead" in world.faults:
                return 0
            ua += world.faults.get("leak_sensor_offset_ua", 0)
        return board.LEAK_ZERO_UV + ua * board.LEAK_UV_PER_MA // 1000


    def tripped(self):
        """Level of the comparator, which on a real board also opens the contactor's supply."""
        return 1 if self.uv() >= self._trip_uv else 0


leak = LeakAmplifier() if board.HAS_LEAK else None


class Floating:
    def uv(self):
        return 0


def part_at(pin):
    """What is soldered to an ADC pin."""
    if pin == board.PIN_BODY_NTC:
        return BodyNtc()
    if pin == board.PIN_LEAK:
        return leak
    return Floating()


class Converter:
    """One channel of the ADC."""

    def __init__(self, pin):
        self._part = part_at(pin)
        self._seed = pin
        self._code = 0

    def code(self):
        """0..4095, with noise."""
        if world.faults and "adc_stuck" in world.faults:
            return self._code
        self._seed = seed = (self._seed * 75 + 74) % 65537
        code = (self._part.uv() - _ZERO_UV) // _STEP_UV + seed % _NOISE_STEPS
        self._code = code = 0 if code < 0 else (4095 if code > 4095 else code)
        return code

    def read_uv(self):
        """What the port's calibration makes of the code."""
        return self.code() * _STEP_UV + _CODE_0_UV
