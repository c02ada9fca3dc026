"""The safety case as data: hazard, how it is seen, how fast it is stopped, which tests prove it.

Monitors are named as in firmware/heater/protect/monitors.py, tests as `file::function` below
host_tests/. host_tests/unit/protect/test_safety_case.py fails when a row names no existing
test, or a monitor has no row.
"""

from __future__ import annotations

from dataclasses import dataclass

UNIT = "unit/protect/dual_hazards.py::test_"
ROOM = "unit/protect/dual_room_sensor.py::test_"
SUPPLY = "unit/protect/dual_supply.py::test_"
PROOF = "unit/protect/dual_proof.py::test_"
DRIFT = "unit/protect/dual_drift.py::test_"
THERMAL = "unit/protect/dual_thermal.py::test_"
COVER = "unit/protect/dual_cover.py::test_"
WELD = "unit/protect/dual_weld.py::test_"
FIRMWARE = "unit/protect/dual_firmware.py::test_"
INJECTION = "faults/test_injection.py::test_a_sample_of_faults_ends_safe"
EXCEPTIONS = "faults/test_exceptions.py::test_any_call_may_raise"
KEPT = "faults/test_what_is_kept.py::test_"
STORY = "faults/test_scenarios.py::test_"
TIMES = "faults/test_reaction_times.py::test_off_in_time"
WELD_TIME = "faults/test_reaction_times.py::test_a_weld_opens_the_contactor_in_time"
HEALTHY = "faults/test_no_false_trips.py::test_half_a_day_without_a_false_alarm"


@dataclass(frozen=True)
class Hazard:
    """One row of the table. time: from the first bad sample; monitors may be none."""

    hazard: str
    detection: str
    reaction: str
    monitors: tuple[str, ...]
    tests: tuple[str, ...]


def _supply(*names: str) -> tuple[str, ...]:
    return tuple(SUPPLY + name for name in names)


def _firmware(*names: str) -> tuple[str, ...]:
    return tuple(FIRMWARE + name for name in names)


def _room(*names: str) -> tuple[str, ...]:
    return tuple(ROOM + name for name in names)


def _unit(*names: str) -> tuple[str, ...]:
    return tuple(UNIT + name for name in names)


HAZARDS = (
    Hazard(
        "Room sensor open, short, bad CRC or silent",
        "state and age from the driver: bus presence, CRC, range, age",
        "≤ 1 s (open, short, CRC), ≤ 2 sensor periods (silent): collector if fresh, else at most "
        "15 % of rated power while meter and every other protection are healthy, else off",
        ("room_sensor", "room_none"),
        (*_room("room_sensor", "room_none"), INJECTION),
    ),
    Hazard(
        "Room sensor frozen, shifted, drifting, moved, or at odds with the collector",
        "heat given or withheld that does not move the reading; steps that air cannot make; "
        "the room that the body implies by the heat it gave off in the last hour; comparison with "
        "the collector, and of body, room and controller after two hours without heat",
        "named before the real room has moved 2 K (drift: with a meter, after a day, in two of "
        "three cases, else by 2.6 K, see the gaps); a fresh collector is believed instead",
        ("room_frozen", "room_jump", "room_drift", "room_disagrees", "sensors_apart"),
        (
            *_room(
                "room_frozen",
                "room_frozen_not_when_nothing_changes",
                "room_jump",
                "room_jump_not_by_a_window",
                "room_drift",
                "no_drift_in_the_morning",
                "room_disagrees",
                "sensors_apart",
            ),
            DRIFT + "a_drift_is_named_whatever_the_load_does",
            DRIFT + "a_drift_is_named_while_the_room_gets_warmer",
            DRIFT + "a_steady_load_and_its_changes_are_no_drift",
            DRIFT + "what_cold_walls_taught_is_no_drift",
            DRIFT + "a_body_among_cold_walls_stands_lower_and_tells_of_no_drift",
            DRIFT + "two_loads_that_differ_tell_little_of_a_third",
            DRIFT + "without_a_meter_only_rest_tells",
            PROOF + "sensors_against_each_other",
            INJECTION,
        ),
    ),
    Hazard(
        "Body or outlet too hot",
        "body sensor against a warning and a trip limit; rate of rise over 3 s",
        "power lowered from 100 to 110 °C; off ≤ 1 s at 115 °C; rise above 2 K/s for 3 s: off; "
        "three trips in 24 h latch",
        ("body_warm", "body_hot", "body_hot_repeated", "body_rise"),
        (
            *_unit(
                "body_warm",
                "body_hot",
                "body_hot_repeated",
                "two_trips_a_day_do_not_latch",
                "body_rise",
            ),
            INJECTION,
            TIMES,
        ),
    ),
    Hazard(
        "Body sensor lost",
        "open, short, stale; two ranges of the divider that read the same; metered heat without "
        "any rise of the body",
        "switch off, contactor open ≤ 1 s; disagreement after 150 Wh",
        ("body_sensor", "body_disagrees"),
        (
            *_unit("body_sensor", "body_disagrees"),
            STORY + "a_converter_that_sticks_while_it_heats_is_found",
            INJECTION,
            TIMES,
        ),
    ),
    Hazard(
        "Heater covered",
        "the body gets more than was asked for, by its learned heat balance: what a cover keeps "
        "in; body above the rise learned for the power given (six lags side by side, EN 442-2 "
        "exponent); without a meter, where a voltage could explain it as well, heat is withheld "
        "for five minutes to look what the body keeps",
        "off ≤ 5 min of heat with a meter once it is warm, ≤ 10 min without (at the voltage at "
        "which it was learned, see the gaps); an open window is told apart",
        ("covered",),
        (
            *_unit(
                "covered",
                "covered_is_not_an_open_window",
                "the_balance_overrules_the_rise_where_nobody_measures_the_voltage",
                "a_look_for_a_cover_withholds_heat_and_leaves_the_contactor_alone",
            ),
            THERMAL + "not_covered_after_a_night_of_one_load",
            THERMAL + "not_covered_by_a_voltage_that_nobody_measures",
            COVER + "a_voltage_that_nobody_measures_is_no_cover",
            COVER + "what_heating_alone_has_taught_at_a_low_voltage_is_no_cover",
            COVER + "loss_is_told_from_voltage_once_it_has_cooled",
            COVER + "a_cover_is_told_at_any_voltage",
            COVER + "a_cover_is_told_at_rest_by_who_was_given_too_much",
            COVER + "a_cover_that_was_taken_off_is_forgotten",
            HEALTHY,
            STORY + "covered_heater_stays_below_the_hazard",
        ),
    ),
    Hazard(
        "Element open or weak",
        "metered power against voltage-corrected rated power of what was switched on; without a "
        "meter: what the body gets, by its learned heat balance, against what was asked for",
        "named ≤ 60 s of operation with a meter (at duties above 25 %), ≤ 10 min without (at "
        "a quarter of rated power and more; weak: only with a meter, see the gaps)",
        ("element_open", "element_weak", "element_cold"),
        (
            *_supply("element_open", "element_weak", "element_cold"),
            THERMAL + "not_cold_by_a_voltage_that_nobody_measures",
            THERMAL + "an_open_element_is_found_through_pauses_of_the_heat",
            INJECTION,
        ),
    ),
    Hazard(
        "Modulating switch welded, at any set-point, off included",
        "power beyond what was switched on during the meter's own window; without a meter the "
        "learned heat balance of the body over 45 or 80 s: what it gains beyond what is known, "
        "against what full power would add",
        "contactor open ≤ 3 s after the first metered sample of the off state; by the "
        "body ≤ 60 s, named at once from cold, after three trials when hot (see the gaps)",
        ("switch_welded", "switch_welded_body"),
        (
            *_supply(
                "switch_welded",
                "switch_welded_body",
                "switch_welded_body_not_by_its_own_core",
            ),
            WELD + "a_weld_opens_the_contactor",
            WELD + "a_weld_of_a_heavy_emitter",
            WELD + "a_look_for_a_cover_does_not_hide_a_weld",
            WELD + "a_voltage_that_nobody_measures_neither_hides_a_weld_nor_looks_like_one",
            WELD + "a_blanket_over_a_hot_heater_is_no_weld",
            WELD + "no_weld_by_what_a_core_still_gives",
            WELD + "no_weld_by_the_sun_or_a_window",
            STORY + "a_meter_that_reads_no_current_does_not_hide_a_weld",
            INJECTION,
            WELD_TIME,
        ),
    ),
    Hazard(
        "Contactor welded",
        "power with the contactor open; proof test at start and daily, without a meter daily by "
        "the body",
        "stays off, says “switch off the breaker”, latched until service",
        ("contactor_welded",),
        (
            *_supply("contactor_welded"),
            PROOF + "daily_with_a_meter",
            PROOF + "daily_by_the_body",
            STORY + "contactor_welded_at_power_up",
            STORY + "both_switches_welded_is_said_aloud",
        ),
    ),
    Hazard(
        "Leakage current",
        "residual-current sensor above 10 mA (profile); comparator of the residual-current "
        "circuit",
        "both switches off in the tick that reads it (≤ 100 ms), latched through loss of power",
        ("leak_high", "leak_comparator"),
        (
            *_unit("leak_high", "leak_high_outlasts_power", "leak_comparator"),
            STORY + "remote_cannot_clear_what_only_a_person_may",
            INJECTION,
            TIMES,
        ),
    ),
    Hazard(
        "Leakage rising",
        "half the trip value for 10 min; linear trend of seven daily means, 14 days ahead",
        "warning in time for a visit",
        ("leak_rising", "leak_trend"),
        _unit("leak_rising", "leak_trend"),
    ),
    Hazard(
        "Residual-current sensor itself",
        "state; test winding and offset at start and daily",
        "no heat while it fails; the self-test is repeated every 10 min",
        ("leak_sensor", "leak_test"),
        (
            *_unit("leak_sensor", "leak_test"),
            STORY + "a_shifted_leakage_sensor_never_heats",
            STORY + "a_stuck_converter_is_found_by_the_self_test",
            INJECTION,
        ),
    ),
    Hazard(
        "Hot joint, loose terminal",
        "ΔU/ΔI at each switching, smoothed over 16, against the value learned in 64",
        "half power above +300 mΩ, off above +800 mΩ",
        ("joint_warm", "joint_hot"),
        _supply("joint_warm", "joint_hot", "joint_not_by_steps_of_the_mains"),
    ),
    Hazard(
        "Over- and under-voltage, over-power, meter lost",
        "meter: above 255 V, below 176 V, above 115 % of voltage-corrected rated power",
        "off until normal for 60 s; meter lost: named",
        ("mains_high", "mains_low", "over_power", "meter_lost"),
        (*_supply("mains_high", "mains_low", "over_power", "meter_lost"), INJECTION),
    ),
    Hazard(
        "Tipped over (portable)",
        "tilt switch",
        "off ≤ 500 ms",
        ("tilted",),
        (*_supply("tilted"), INJECTION, TIMES),
    ),
    Hazard(
        "Controller too hot",
        "temperature of the chip",
        "power lowered over the last 15 K, off at 95 °C",
        ("chip_hot",),
        (*_supply("chip_hot"), INJECTION),
    ),
    Hazard(
        "Room too hot",
        "room temperature above 38 °C",
        "off ≤ 6 s",
        ("room_hot",),
        (*_room("room_hot"), INJECTION),
    ),
    Hazard(
        "Firmware hung, tick late, memory full, stack, exception anywhere",
        "hardware watchdog (3 s) fed by a completed tick only; tick deadline; the executive "
        "catches everything",
        "outputs off before the tick ends (exception) or by the watchdog's reset; heats again "
        "≤ 60 s; five abnormal resets without ten quiet minutes between: safe hold, console alive",
        ("tick_late", "exception", "safe_hold"),
        (
            *_firmware("tick_late", "exception", "safe_hold"),
            FIRMWARE + "safe_hold_forgets_after_ten_quiet_minutes",
            FIRMWARE + "a_crash_is_no_restart",
            EXCEPTIONS,
            STORY + "a_hang_is_over_in_a_minute",
            STORY + "five_hangs_end_in_a_safe_hold_that_listens",
            STORY + "the_longest_legitimate_stall_is_bounded",
        ),
    ),
    Hazard(
        "Program or settings damaged",
        "SHA-256 of the running image and, where the application lies as files, of these, against "
        "that of the build, from the start on and hourly; CRC of settings and latches when read, "
        "SHA-256 of the settings in RAM hourly",
        "no heat, says why; a program until service, settings until somebody at the heater has "
        "looked",
        ("program_damaged", "settings_damaged"),
        (
            *_firmware("program_damaged", "settings_damaged"),
            KEPT + "a_turned_bit_of_the_program_is_found",
            KEPT + "a_turned_value_in_ram_is_found",
            KEPT + "a_damaged_copy_of_the_latches_withholds_heat",
        ),
    ),
    Hazard(
        "Clock jumps, counter wraps (49.7 days, 30-bit tick)",
        "none needed: protection counts its own ticks and seconds since start",
        "no effect",
        (),
        _firmware("wraps_do_not_matter"),
    ),
    Hazard(
        "Cold start at -35 °C",
        "sensors valid down to -40 °C",
        "not a fault: heats within 10 s of power-up, every protection on",
        (),
        (*_supply("cold_start"), STORY + "cold_start_at_minus_35"),
    ),
    Hazard(
        "Freezing room",
        "room below 5 °C",
        "heats to 7 °C in every mode but service lock",
        ("service_lock",),
        (
            *_supply("freezing_room"),
            *_firmware("service_lock"),
            STORY + "freezing_room_is_heated_although_off",
            KEPT + "a_service_lock_is_set_and_kept",
        ),
    ),
)
