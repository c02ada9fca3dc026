"""The section of the report on a feeder, and what a feeder is judged by."""

import pytest

from nuanbu.errors import UserError
from nuanbu.fleet import feeder, show
from nuanbu.report import write
from nuanbu.report.feeder import FeederRecord
from nuanbu.report.record import COLUMNS, COUNTERS, Meta, RunRecord
from nuanbu.sim import beside


def judged(powers_w, limits_w, cut_s=None):
    record = FeederRecord(2, 20.0, 2000, 500)
    judge = feeder.Judge(record)
    for t, (power_w, limit_w) in enumerate(zip(powers_w, limits_w)):
        if t == cut_s:
            judge.cut(t)
        judge.second(t, power_w, limit_w)
        record.wanted_w.append(2000.0)
        record.granted_w.append(float(limit_w))
    judge.finish()
    return record


def test_minutes_above_the_limit_are_counted_and_single_windows_are_told():
    record = judged([1000] * 200 + [1110] * 10 + [1000] * 200, [1000] * 410)
    assert record.over_s == 0 and record.peak == pytest.approx(1.11)
    assert judged([1000] * 100 + [1100] * 100, [1000] * 200).over_s == 88  # but 12 s
    assert record.used == pytest.approx(1.0, abs=0.01)


def test_the_time_to_obey_a_cut_is_told_and_not_counted():
    limits_w = [1000] * 200 + [600] * 200
    record = judged([1000] * 208 + [600] * 192, limits_w, cut_s=200)
    assert record.over_s == 0 and 8 < record.after_cut_s <= 18
    slow = judged([1000] * 300 + [600] * 100, limits_w, cut_s=200)
    assert slow.over_s > 30 and slow.after_cut_s == feeder.OBEYED_S + 10


def run_record():
    run = RunRecord(Meta("corner-convector", "a room", "a week", "2026-01-20T00:00:00", 1400.0))
    for _ in range(60):
        run.add(**dict.fromkeys(COLUMNS + COUNTERS, 1.0))
    return run


@pytest.mark.parametrize("lang, title", [("en", "less than is wanted"), ("zh", "供不应求")])
def test_the_page_has_a_section_for_the_feeder_when_there_was_one(lang, title, tmp_path):
    record = judged([1000] * 300, [1000] * 300)
    record.save(tmp_path / "group.json")
    page = write.render(run_record(), lang, FeederRecord.load(tmp_path / "group.json"))
    without = write.render(run_record(), lang)
    assert title in page and title not in without
    assert page.count("<svg") == without.count("<svg") + 2
    assert "#0101" not in page  # every stand-in colour was replaced


def test_a_group_that_fails_is_told_with_its_last_words(tmp_path):
    with beside.Group(tmp_path, 0, 1) as group, pytest.raises(UserError, match="exit code 2"):
        group.result()


def test_heaters_that_fell_behind_their_clock_are_told_with_a_speed_that_may_do():
    record = judged([1000] * 10, [1000] * 10)
    record.lag_s, record.able = 1.9, 30.0
    assert show.behind(record) == ""
    record.lag_s, record.able = 12.4, 5.0
    assert "12 s behind" in show.behind(record) and "--speed 4.0" in show.behind(record)
