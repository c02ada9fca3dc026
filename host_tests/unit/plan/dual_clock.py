# The clock: sources, quality, jumps, years.

import micropython

from heater.plan import clock as clocks
from heater.plan.civil import date_of, day_of, parse_date, parse_minute, weekday, year_of
from heater.plan.clock import Clock

NEW_YEAR_2027 = 1798761600  # Unix time


def refused(function, *args):
    try:
        function(*args)
    except ValueError as error:
        return str(error)
    raise AssertionError("taken, though it should be refused")


def test_dates():
    # weekdays and leap days from a printed calendar
    assert date_of(0) == (2020, 1, 1) and weekday(0) == 2
    assert date_of(59) == (2020, 2, 29) and date_of(60) == (2020, 3, 1)
    assert day_of(2028, 2, 29) + 1 == day_of(2028, 3, 1)
    assert day_of(2027, 2, 28) + 1 == day_of(2027, 3, 1)
    assert weekday(day_of(2026, 11, 23)) == 0 and weekday(day_of(2038, 1, 19)) == 1
    assert day_of(2100, 3, 1) - day_of(2100, 2, 28) == 1
    for day in range(0, 40000, 13):
        assert day_of(*date_of(day)) == day
    for day in range(-800, 80000):
        assert year_of(day) == date_of(day)[0]


def test_the_first_and_the_last_time_that_can_be():
    for date, good in ((day_of(2026, 1, 1), 1), (day_of(2100, 1, 1), 0)):
        first_s = 1577836800 + date * 86400
        clock = Clock()
        clock.set(first_s if good else first_s - 1, clocks.SERVER, 0)
        assert "outside 2026" in refused(Clock().set, first_s - good, clocks.SERVER, 0)


def test_dates_and_times_that_do_not_exist_are_refused():
    for text in ("2027-02-29", "2027-13-01", "2027-00-10", "2027-01-32", "2027-1-1", "x",
                 "2019-12-31", "2100-01-01", "20270101", "2027-01-0a"):  # fmt: skip
        assert repr(text) in refused(parse_date, text)
    assert parse_date("2028-02-29") == day_of(2028, 2, 29)
    for text in ("24:00", "12:60", "1:30", "0130", "01:3", "-1:30", "01-30"):
        assert repr(text) in refused(parse_minute, text)
    assert parse_minute("23:59") == 1439


def test_no_time_until_somebody_tells():
    clock = Clock()
    clock.step(10**8)
    assert clock.quality == clocks.NONE and not clock.trusted and clock.epoch_s() == 0


def test_time_runs_with_uptime():
    clock = Clock()
    clock.set(NEW_YEAR_2027, clocks.NTP, 500)
    clock.step(500 + 86399)
    assert clock.epoch_s() == NEW_YEAR_2027 + 86399
    assert clock.local_s - clock.t_s == clock.offset_s == 8 * 3600


def test_a_better_source_is_not_replaced_by_a_lesser_one_within_a_day():
    clock = Clock()
    clock.set(NEW_YEAR_2027, clocks.SERVER, 0)
    assert "server is better" in refused(clock.set, NEW_YEAR_2027 + 900, clocks.NTP, 86399)
    assert clock.epoch_s() == NEW_YEAR_2027
    assert clock.set(NEW_YEAR_2027 + 86400 + 900, clocks.NTP, 86400) == 900
    assert clock.quality == clocks.NTP


def test_uncertain_time_never_replaces_any_other():
    clock = Clock()
    clock.set(NEW_YEAR_2027, clocks.UNCERTAIN, 0)
    assert not clock.trusted
    assert clock.set(NEW_YEAR_2027 + 7200, clocks.CONSOLE, 5) == 7195
    assert clock.trusted
    refused(clock.set, NEW_YEAR_2027, clocks.UNCERTAIN, 10**7)


def test_a_time_kept_over_a_restart_is_followed_until_anybody_knows_better():
    clock = Clock()
    clock.set(NEW_YEAR_2027, clocks.UNCERTAIN, 0)
    clock.set(NEW_YEAR_2027 + 300, clocks.KEPT, 0)
    assert clock.trusted and clock.epoch_s() == NEW_YEAR_2027 + 300
    clock.set(NEW_YEAR_2027 + 297, clocks.CONSOLE, 1)
    assert clock.quality == clocks.CONSOLE
    assert "console is better" in refused(clock.set, NEW_YEAR_2027, clocks.KEPT, 10**7)


def test_trust_gained_without_a_jump_is_told():
    clock = Clock()
    clock.set(NEW_YEAR_2027, clocks.UNCERTAIN, 0)
    generation = clock.generation
    assert clock.set(NEW_YEAR_2027 + 60, clocks.NTP, 60) == 0
    assert clock.generation != generation


def test_jumps_forward_and_back():
    clock = Clock()
    clock.set(NEW_YEAR_2027, clocks.NTP, 0)
    for seconds in (1, 3600, -3600, 10**8, -(10**8), -61):
        before, generation = clock.epoch_s(), clock.generation
        assert clock.set(before + seconds, clocks.NTP, 0) == seconds
        clock.step(0)
        assert clock.epoch_s() == before + seconds and clock.generation != generation


def test_a_small_step_back_is_made_by_standing_still():
    clock = Clock()
    clock.set(NEW_YEAR_2027, clocks.NTP, 0)
    clock.step(100)
    clock.set(NEW_YEAR_2027 + 60, clocks.NTP, 100)
    for uptime_s, shown in ((100, 100), (139, 100), (140, 100), (141, 101), (200, 160)):
        clock.step(uptime_s)
        assert clock.epoch_s() == NEW_YEAR_2027 + shown


def test_times_before_this_firmware_or_after_its_calendar_are_refused():
    clock = Clock()
    for epoch_s in (0, -5, 1767225599, 4102444800, 2**40):
        assert str(epoch_s) in refused(clock.set, epoch_s, clocks.SERVER, 0)
    refused(clock.set, NEW_YEAR_2027, clocks.NONE, 0)
    refused(clock.set, NEW_YEAR_2027, clocks.SERVER + 1, 0)
    assert clock.quality == clocks.NONE


def test_2038_and_the_end_of_small_integers():
    # 2038-01-19 03:14:08 UTC and 2054-01-09 13:37:04 UTC pass like any other second
    for epoch_s in (2**31, 1577836800 + 2**30):
        clock = Clock()
        clock.set(epoch_s - 5, clocks.SERVER, 0)
        for uptime_s in range(10):
            clock.step(uptime_s)
            assert clock.epoch_s() == epoch_s - 5 + uptime_s
            assert clock.local_s - clock.t_s == 8 * 3600


def test_a_malformed_zone_keeps_the_old_one():
    clock = Clock()
    clock.set(NEW_YEAR_2027, clocks.SERVER, 0)
    assert "XX" in refused(clock.configure, {"plan.tz": "XX"})
    assert clock.zone.text == "CST-8"
    clock.configure({"plan.tz": "EST5EDT,M3.2.0,M11.1.0"})
    clock.step(0)
    assert clock.offset_s == -5 * 3600


def test_a_second_allocates_nothing():
    clock = Clock()
    clock.configure({"plan.tz": "CET-1CEST,M3.5.0,M10.5.0/3"})
    clock.set(NEW_YEAR_2027, clocks.SERVER, 0)
    micropython.heap_lock()
    try:
        for uptime_s in range(86400):
            clock.step(uptime_s)
    finally:
        micropython.heap_unlock()
    assert clock.local_s - clock.t_s == 3600
