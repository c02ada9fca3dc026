"""The figures of a run, against records short enough to reckon by hand."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuanbu.report.figures import number, summarise, summary
from nuanbu.report.record import Meta, RunRecord


def record(rooms, setpoints=None, *, settle_s=0.0, wall_s=0.0, **columns):
    run = RunRecord(
        Meta("h", "a house", "w.csv", "2026-01-20T10:00:00+08:00", 1000.0,
             settle_s=settle_s, wall_s=wall_s)
    )  # fmt: skip
    for k, room in enumerate(rooms):
        minute = dict.fromkeys(run.samples, 0.0)
        minute.update(room_c=room, setpoint_c=setpoints[k] if setpoints else 22.0)
        minute.update({name: values[k] for name, values in columns.items()})
        run.add(**minute)
    return run


def test_deviations_are_absolute_and_leave_out_the_settling_time():
    run = record([10.0, 12.0, 21.9, 22.1, 22.3], settle_s=120)
    s = summarise(run)
    assert s.mean_k == pytest.approx((0.1 + 0.1 + 0.3) / 3)
    assert s.overshoot_k == pytest.approx(0.3)
    assert s.judged_s == 180


def test_p95_is_the_smallest_value_that_19_of_20_do_not_pass():
    rooms = [22.0 + k / 100 for k in range(1, 21)]
    assert summarise(record(rooms)).p95_k == pytest.approx(0.19)


@settings(deadline=None)
@given(st.lists(st.floats(15, 25), min_size=1, max_size=200))
def test_p95_has_its_meaning_for_any_run(rooms):
    s = summarise(record(rooms))
    within = sum(abs(room - 22.0) <= s.p95_k + 1e-12 for room in rooms)
    assert within >= 0.95 * len(rooms)
    deviations = [abs(room - 22.0) for room in rooms]
    assert min(deviations) - 1e-9 <= s.mean_k <= max(deviations) + 1e-9


def test_a_room_that_never_passes_has_no_overshoot():
    assert summarise(record([18.0, 20.0, 21.99])).overshoot_k == 0.0


def test_a_lowered_setpoint_is_no_overshoot_until_the_room_has_come_down():
    rooms = [22.0, 22.0, 21.0, 18.0, 18.4, 18.0]
    setpoints = [22.0, 18.0, 18.0, 18.0, 18.0, 18.0]
    s = summarise(record(rooms, setpoints))
    assert s.overshoot_k == pytest.approx(0.4)
    assert s.mean_k == pytest.approx(0.4 / 4)  # two of six minutes came down
    assert s.judged_s == 240
    assert summarise(record(rooms[:4], setpoints[:4])).overshoot_k == 0.0


def test_energy_counts_faults_and_speed():
    run = record(
        [22.0] * 120, wall_s=3.6, power_w=[1500.0] * 60 + [500.0] * 60,
        switchings=list(range(120)), contactor_switchings=[2] * 120, body_c=[50.0, 71.5] * 60,
    )  # fmt: skip
    run.event(0, "mode", "on")
    run.event(60, "fault", "one")
    run.event(90, "fault", "two", 95)
    s = summarise(run)
    assert s.energy_kwh == pytest.approx(2.0)
    assert (s.switchings, s.contactor_switchings) == (119, 2)
    assert s.hottest_body_c == 71.5
    assert s.faults == 2
    assert s.power_share == pytest.approx(1.0)
    assert s.speed == pytest.approx(2000.0)


def test_a_run_shorter_than_its_settling_has_no_deviation():
    s = summarise(record([20.0] * 5, settle_s=600))
    assert math.isnan(s.mean_k)
    assert math.isnan(s.p95_k)
    assert math.isnan(s.overshoot_k)
    assert s.judged_s == 0


def test_a_minute_must_have_every_column():
    run = record([22.0])
    minute = dict.fromkeys(run.samples, 0.0)
    del minute["body_c"]
    with pytest.raises(ValueError, match="body_c"):
        run.add(**minute)
    with pytest.raises(ValueError, match="humidity"):
        run.add(**dict.fromkeys(run.samples, 0.0), humidity=1.0)
    assert run.minutes == 1


def test_an_unknown_kind_of_event_is_refused():
    with pytest.raises(ValueError, match="allowed: fault, window"):
        record([22.0]).event(0, "party", "x")


def test_the_table_for_a_terminal_has_labels_units_and_both_languages():
    run = record([22.0, 21.75], wall_s=0.05, body_c=[50.0, -3.25])
    english, chinese = dict(summary(run)), dict(summary(run, "zh"))
    assert english["mean deviation"] == chinese["平均偏差"] == "0.125 K"
    assert english["hottest body temperature"] == "50.0 °C"
    assert english["times real time"] == "2,400 ×"
    assert english["faults"] == "0"
    assert len(english) == len(chinese) == 10
    assert "times real time" not in dict(summary(record([22.0])))


@pytest.mark.parametrize(("value", "digits", "text"), [
    (-3.25, 1, "\u22123.2"), (math.nan, 2, "–"), (0.12345, 3, "0.123"),
])  # fmt: skip
def test_numbers_read_well(value, digits, text):
    assert number(value, digits) == text
