"""Life counters: exact sums, counted edges, nothing lost between ticks."""

import micropython

from heater.record.energy import CONTACTOR, LENGTH, SWITCH_FIRST, SWITCH_SECOND, Energy
from heater.signals import STAGE_FULL, STAGE_HIGH, STAGE_LOW, STAGE_OFF


def pseudo_random(seed):
    """The same numbers on every runtime (Numerical Recipes' LCG)."""
    while True:
        seed = (seed * 1664525 + 1013904223) % 4294967296
        yield seed >> 8


def test_one_kilowatt_for_an_hour_is_one_kilowatt_hour():
    energy = Energy()
    for _ in range(36_000):
        energy.step(1000, STAGE_FULL, 1, 100)
    assert energy.energy_wh == 1000


def test_the_sum_is_exact_whatever_the_ticks():
    energy = Energy()
    numbers = pseudo_random(4)
    sum_wms = 0
    for _ in range(20_000):
        power_w, dt_ms = next(numbers) % 3501, next(numbers) % 10_001
        sum_wms += power_w * dt_ms
        energy.step(power_w, STAGE_FULL, 1, dt_ms)
    assert energy.energy_wh == sum_wms // 3_600_000


def test_a_remainder_survives_the_file():
    energy = Energy()
    for _ in range(600):
        energy.step(1, STAGE_LOW, 1, 5_999)
        again = Energy()
        again.restore(energy.pack())
        energy = again
    assert energy.energy_wh == 600 * 5_999 // 3_600_000 == 0
    energy.step(20_000, STAGE_LOW, 1, 1)
    assert energy.energy_wh == (600 * 5_999 + 20_000) // 3_600_000 == 1


def test_a_tick_allocates_nothing():
    energy = Energy()
    stages = (STAGE_OFF, STAGE_LOW, STAGE_HIGH, STAGE_FULL)
    micropython.heap_lock()
    try:
        for _ in range(5000):
            for stage in stages:
                energy.step(3500, stage, stage & 1, 100)
    finally:
        micropython.heap_unlock()
    assert energy.energy_wh == 20_000 * 350_000 // 3_600_000


def test_negative_and_impossible_power():
    energy = Energy()
    energy.step(-5000, STAGE_FULL, 1, 10_000)
    assert energy.energy_wh == 0
    energy.step(1_000_000, STAGE_FULL, 1, 10_000)
    assert energy.energy_wh == 20_000 * 10_000 // 3_600_000


def test_switchings_are_closings_of_each_switch():
    energy = Energy()
    closings = [0, 0, 0]
    was = (0, 0, 0)
    numbers = pseudo_random(7)
    for _ in range(5_000):
        stage, contactor = next(numbers) % 4, next(numbers) % 2
        now = (
            int(stage in (STAGE_LOW, STAGE_FULL)),
            int(stage in (STAGE_HIGH, STAGE_FULL)),
            contactor,
        )
        for switch in range(3):
            closings[switch] += now[switch] and not was[switch]
        was = now
        energy.step(0, stage, contactor, 100)
    assert energy.switchings == closings


def test_working_time_of_each_switch():
    energy = Energy()
    for stage, contactor, seconds in (
        (STAGE_OFF, 0, 40),
        (STAGE_OFF, 1, 5),
        (STAGE_LOW, 1, 30),
        (STAGE_FULL, 1, 20),
        (STAGE_HIGH, 1, 7),
    ):
        for _ in range(seconds * 10):
            energy.step(0, stage, contactor, 100)
    energy.fold()
    assert energy.working_s[SWITCH_FIRST] == 50
    assert energy.working_s[SWITCH_SECOND] == 27
    assert energy.working_s[CONTACTOR] == 62


def test_half_seconds_add_up_over_folds():
    energy = Energy()
    for _ in range(11):
        energy.step(0, STAGE_LOW, 0, 500)
        energy.fold()
    assert energy.working_s[SWITCH_FIRST] == 5


def test_the_file_brings_everything_back():
    energy = Energy()
    for second in range(4000):
        energy.step(3000, second % 4, second % 2, 1000)
    data = energy.pack()
    assert len(data) == LENGTH
    again = Energy()
    again.restore(data)
    assert again.energy_wh == again.booked_wh == energy.energy_wh > 3000
    assert again.switchings == energy.switchings and again.working_s == energy.working_s


def test_booked_follows_only_what_is_on_flash():
    energy = Energy()
    energy.step(3600, STAGE_FULL, 1, 10_000)
    data = energy.pack()
    energy.step(3600, STAGE_FULL, 1, 10_000)
    assert (energy.energy_wh, energy.booked_wh) == (20, 0)
    energy.booked(data)
    assert (energy.energy_wh, energy.booked_wh) == (20, 10)


def test_a_lost_file_does_not_fall_behind_the_ledger():
    energy = Energy()
    energy.at_least(700)
    assert energy.energy_wh == energy.booked_wh == 700
    energy.at_least(600)
    assert energy.energy_wh == 700
