# What stands at the two ADC inputs: the body NTC in its divider, and the residual-current
# amplifier with its comparator; and the ADC's range, steps and noise.

from array import array
from math import exp

import board
import world

# Nothing below or above what the chip's ADC can read, 12 bits, and a few codes of noise.
_FLOOR_UV, _CEILING_UV = board.NTC_ADC_UV
STEP_UV = (_CEILING_UV - _FLOOR_UV) // 4095
NOISE_STEPS = 5  # uniform over so many codes
ZERO_UV = _FLOOR_UV + NOISE_STEPS // 2 * STEP_UV  # the noise is centred
CODE_0_UV = _FLOOR_UV + STEP_UV // 2

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

    def __init__(self):
        self._at_mdeg = self._uv = -1  # what was worked out last, and in which range
        self._range = _table

    def uv(self):
        f = world.faults
        if f:
            if "body_open" in f:
                return board.NTC_SUPPLY_MV * 1000
            if "body_short" in f:
                return 0
        mdeg = world.body_mdeg
        table = _table
        if range_driven and world.get_pin(board.PIN_BODY_RANGE):
            table = _hot_table
        if mdeg != self._at_mdeg or table is not self._range:
            self._at_mdeg = mdeg
            self._range = table
            self._uv = _between(table, mdeg)
        return self._uv


def _between(table, mdeg):
    mdeg -= _LEAST_C * 1000
    i = min(max(mdeg // 1000, 0), _GREATEST_C - _LEAST_C - 1)
    return table[i] + (table[i + 1] - table[i]) * (mdeg - i * 1000) // 1000


class LeakAmplifier:
    """Microvolts of the residual-current amplifier, and the comparator behind it."""

    def __init__(self):
        self._trip_uv = board.LEAK_ZERO_UV + board.LEAK_TRIP_UA * board.LEAK_UV_PER_MA // 1000
        self._at_ua = self._uv = -1  # what was worked out last

    def uv(self):
        ua = world.leak_ua + world.leak_test_ua
        if world.faults:
            if "leak_sensor_dead" in world.faults:
                return 0
            ua += world.faults.get("leak_sensor_offset_ua", 0)
        if ua != self._at_ua:
            self._at_ua = ua
            self._uv = board.LEAK_ZERO_UV + ua * board.LEAK_UV_PER_MA // 1000
        return self._uv

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
