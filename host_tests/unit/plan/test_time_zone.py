"""Time zones against the tz database (zoneinfo) and, for arbitrary strings, the C library."""

import os
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heater.plan.tz import Zone

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)

# The footer of each zone's file in the tz database, 2024a.
NAMED = {
    "Asia/Shanghai": "CST-8",
    "Europe/Berlin": "CET-1CEST,M3.5.0,M10.5.0/3",
    "America/New_York": "EST5EDT,M3.2.0,M11.1.0",
    "Europe/Dublin": "IST-1GMT0,M10.5.0,M3.5.0/1",
    "Australia/Lord_Howe": "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "America/Santiago": "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
    "Asia/Jerusalem": "IST-2IDT,M3.4.4/26,M10.5.0",
    "America/Nuuk": "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
    "Pacific/Chatham": "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
}


def seconds(moment):
    return (moment - EPOCH) // timedelta(seconds=1)


@contextmanager
def c_library(text):
    """The C library's reading of a POSIX TZ string: a function from t_s to the offset in s.

    Not zoneinfo, which takes a day "n" of a footer for the day before (Python 3.11).
    """
    kept = os.environ.get("TZ")
    os.environ["TZ"] = text
    time.tzset()
    try:
        yield lambda t_s: time.localtime(t_s + 1577836800).tm_gmtoff
    finally:
        os.environ.pop("TZ")
        if kept is not None:
            os.environ["TZ"] = kept
        time.tzset()


def truth(zone, t_s):
    """Offset in s that zoneinfo gives at `t_s` seconds after 2020-01-01 UTC."""
    moment = (EPOCH + timedelta(seconds=t_s)).astimezone(zone)
    return moment.utcoffset() // timedelta(seconds=1)


@pytest.mark.parametrize("name", NAMED)
def test_named_zones_agree_with_the_tz_database_at_every_change(name):
    zone, oracle = Zone(NAMED[name]), ZoneInfo(name)
    low_s = seconds(datetime(2026, 1, 1, tzinfo=UTC))
    changes = 0
    while low_s < seconds(datetime(2037, 1, 1, tzinfo=UTC)):
        high_s = low_s + 6 * 3600
        before, after = truth(oracle, low_s), truth(oracle, high_s)
        assert zone.offset_s(low_s) == before
        if before != after:
            changes += 1
            begin_s, end_s = low_s, high_s
            while end_s - begin_s > 1:
                middle_s = (begin_s + end_s) // 2
                if truth(oracle, middle_s) == before:
                    begin_s = middle_s
                else:
                    end_s = middle_s
            assert zone.offset_s(begin_s) == before
            assert zone.offset_s(end_s) == after
        low_s = high_s
    assert changes == (0 if name == "Asia/Shanghai" else 22)


names = st.sampled_from(("AAA", "Bcdef", "<+03>", "<-0330>"))
hours = st.integers(0, 23)
sixty = st.integers(0, 59)


@st.composite
def offsets(draw):
    text = draw(st.sampled_from(("", "-", "+"))) + str(draw(hours))
    if draw(st.booleans()):
        text += f":{draw(sixty):02}"
        if draw(st.booleans()):
            text += f":{draw(sixty):02}"
    return text


@st.composite
def rules(draw, first_month, last_month):
    # Kept three weeks away from New Year: C libraries look at one year only.
    kind = draw(st.sampled_from("MJn"))
    if kind == "M":
        month = draw(st.integers(first_month, last_month))
        text = f"M{month}.{draw(st.integers(1, 5))}.{draw(st.integers(0, 6))}"
    else:
        day = draw(st.integers(first_month * 30 - 5, last_month * 30))
        text = f"J{day}" if kind == "J" else str(day)
    if draw(st.booleans()):
        text += f"/{draw(st.integers(-167, 167))}"
        if draw(st.booleans()):
            text += f":{draw(sixty):02}"
    return text


@given(
    std=offsets(), dst=st.one_of(st.just(""), offsets()), names=st.tuples(names, names),
    begin=rules(2, 5), end=rules(7, 11), southern=st.booleans(),
    moments=st.lists(
        st.tuples(st.integers(2020, 2060), st.integers(20, 345), st.integers(0, 86399)),
        min_size=20, max_size=20,
    ),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_any_posix_string_agrees_with_the_c_library(
    std, dst, names, begin, end, southern, moments
):  # fmt: skip
    if southern:
        begin, end = end, begin
    text = f"{names[0]}{std}{names[1]}{dst},{begin},{end}"
    zone = Zone(text)
    with c_library(text) as truth_s:
        for year, day, second in moments:
            t_s = seconds(datetime(year, 1, 1, tzinfo=UTC)) + day * 86400 + second
            assert zone.offset_s(t_s) == truth_s(t_s), (text, t_s)
            assert zone.from_s <= t_s < zone.until_s


@given(begin=rules(2, 5), end=rules(7, 11), seed=st.integers(0, 10**6))
@settings(max_examples=150, deadline=None)
def test_utc_of_local_time_is_the_first_instant_the_clock_shows_it(begin, end, seed):
    zone = Zone(f"AAA-1BBB,{begin},{end}")
    base_s = (2026 - 2020) * 365 * 86400 + seed * 41 % (365 * 86400)
    zone.offset_s(base_s)
    for local_s in (base_s, zone.until_s, zone.until_s + 1800, zone.until_s + 5400):
        found_s = zone.utc_s(local_s)
        assert found_s + zone.offset_s(found_s) >= local_s
        for earlier_s in range(found_s - 4 * 3600, found_s, 601):
            assert earlier_s + zone.offset_s(earlier_s) < local_s
        assert found_s - 1 + zone.offset_s(found_s - 1) < local_s


@given(st.text(alphabet="ABCd<>+-0123456789:,./MJ ", max_size=30))
@settings(max_examples=500, deadline=None)
def test_text_that_is_no_zone_is_refused_by_name_or_taken(text):
    try:
        Zone(text).offset_s(200_000_000)
    except ValueError as refusal:
        assert "time zone" in str(refusal) and repr(text) in str(refusal)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "name"), ("CS-8", "name"), ("CST", "hour"), ("CST-25", "0 to 24"),
        ("CET-1CEST", "expected ','"), ("CET-1CEST,M3.5.0", "expected ','"),
        ("CET-1CEST,M13.5.0,M10.5.0", "1 to 12"), ("CET-1CEST,M3.6.0,M10.5.0", "1 to 5"),
        ("CET-1CEST,M3.5.7,M10.5.0", "0 to 6"), ("CET-1CEST,J0,J300", "1 to 365"),
        ("CET-1CEST,366,300", "0 to 365"), ("CET-1CEST,M3.5.0/168,M10.5.0", "0 to 167"),
        ("CET-1CEST,M3.5.0,M10.5.0x", "unexpected"), ("CST-8:60", "0 to 59"),
        ("<+08-8", "expected '>'"),
    ],
)  # fmt: skip
def test_each_refusal_says_what_was_expected(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        Zone(text)


def test_rules_that_move_over_new_year_and_daylight_time_all_year():
    # 31 December, 30 h after midnight: 1 January 06:00. RFC 8536 gives the all-year form.
    zone = Zone("AAA0BBB,J365/30,J100")
    new_year_s = seconds(datetime(2027, 1, 1, tzinfo=UTC))
    assert zone.offset_s(new_year_s + 6 * 3600 - 1) == 0
    assert zone.offset_s(new_year_s + 6 * 3600) == 3600
    always = Zone("EST5EDT,0/0,J365/25")
    for day in range(0, 1500, 7):
        assert always.offset_s(new_year_s + day * 86400) == -4 * 3600
