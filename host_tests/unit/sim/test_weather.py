"""Weather files: what is read, how it is interpolated, and how a bad row is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuanbu.errors import UserError
from nuanbu.sim.weather import COLD_WEEK, ConstantWeather, Weather, WeatherError

HEADING = "month,day,hour,outdoor_c,global_horizontal_w_m2,wind_m_s"
HOUR = 3600.0


def write(tmp_path, *rows, name="w.csv", heading=HEADING):
    path = tmp_path / name
    path.write_text("\n".join(("# a comment", heading, *rows)) + "\n")
    return path


def epw_row(month, day, hour, outdoor, ghi, wind):
    cells = ["2001", month, day, hour, 60, "?9?9", outdoor, "-30.0", 70, 99000]
    cells += [0, 0, 200, ghi, 0, 0, 0, 0, 0, 0, 270, wind, 5, 5, 16, 7000, 0, 0, 5, 0.1, 0, 88]
    return ",".join(str(c) for c in cells)


def write_epw(tmp_path, *rows, records="1"):
    head = ["LOCATION,Harbin,HL,CHN,CSWD,509530,45.75,126.77,8.0,142.0"]
    head += [
        "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0",
        "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        "COMMENTS 1,x",
        "COMMENTS 2,y",
        f"DATA PERIODS,1,{records},Data,Sunday, 1/ 1,12/31",
    ]
    path = tmp_path / "harbin.EPW"
    path.write_text("\n".join((*head, *rows)) + "\n")
    return path


def test_cold_week_is_the_whole_week_with_its_coldest_hour():
    week = Weather.cold_week()
    assert week.hours == 168
    assert week.start == (1, 20, 9)  # the hour 9..10 of 20 January
    assert min(row[0] for row in week.rows) == -34.2
    assert week.start_iso.endswith("-01-20T09:00:00+08:00")


def test_cold_week_carries_its_source():
    assert "CWEC2016" in COLD_WEEK.read_text().split("month,day")[0]


def test_coldest_day_holds_the_coldest_hour_and_no_other_day_is_colder():
    week = Weather.cold_week()
    day = week.coldest(24 * HOUR)
    temperatures = [row[0] for row in week.rows]
    sums = [sum(temperatures[k : k + 24]) for k in range(168 - 23)]
    assert min(row[0] for row in day.rows) == -34.2
    assert sum(row[0] for row in day.rows) == pytest.approx(min(sums))
    first = sums.index(min(sums))
    assert day.rows == week.rows[first : first + 24]
    month, date, second = week.clock(first * HOUR)
    assert day.start == (month, date, second // HOUR)


def test_part_of_an_hour_is_covered_and_more_than_the_file_is_refused():
    week = Weather.cold_week()
    assert week.coldest(90 * 60).hours == 2
    with pytest.raises(WeatherError, match=r"8 days asked for \(allowed: up to 7,"):
        week.coldest(8 * 86400)


def test_hours_stand_at_their_middle_and_ends_are_constant(tmp_path):
    w = Weather.load(write(tmp_path, "1,20,24,-10,0,2", "1,21,1,-20,100,4"))
    assert w.sample(0) == w.sample(HOUR / 2) == (-10, 0, 2)
    assert w.sample(HOUR) == pytest.approx((-15, 50, 3))
    assert w.sample(HOUR * 1.25) == pytest.approx((-17.5, 75, 3.5))
    assert w.sample(HOUR * 1.5) == w.sample(HOUR * 99) == (-20, 100, 4)


@settings(deadline=None)
@given(st.floats(0, 168 * HOUR))
def test_interpolation_stays_between_neighbouring_hours(t_s):
    week = Weather.cold_week()
    rows = week.rows[max(0, int(t_s / HOUR) - 1) : int(t_s / HOUR) + 2]
    for value, *around in zip(week.sample(t_s), *rows, strict=True):
        assert min(around) - 1e-9 <= value <= max(around) + 1e-9


def test_clock_crosses_the_end_of_february_and_of_the_year():
    assert ConstantWeather(-5, start=(2, 28, 23)).clock(HOUR) == (3, 1, 0.0)
    assert ConstantWeather(-5, start=(12, 31, 23)).clock(HOUR + 90) == (1, 1, 90.0)


@pytest.mark.parametrize(
    ("row", "field", "allowed"),
    [
        ("13,1,1,-10,0,2", "month", "1..12"),
        ("2,29,1,-10,0,2", "day", "1..28"),
        ("1,20,0,-10,0,2", "hour", "1..24"),
        ("1,20,1.5,-10,0,2", "hour", "1..24"),
        ("1,20,1,-71,0,2", "outdoor_c", "-70..70"),
        ("1,20,1,cold,0,2", "outdoor_c", "-70..70"),
        ("1,20,1,nan,0,2", "outdoor_c", "-70..70"),
        ("1,20,1,-10,-1,2", "global_horizontal_w_m2", "0..1400"),
        ("1,20,1,-10,0,41", "wind_m_s", "0..40"),
    ],
)
def test_bad_field_is_named_with_file_line_and_range(tmp_path, row, field, allowed):
    path = write(tmp_path, row)
    with pytest.raises(WeatherError) as error:
        Weather.load(path)
    message = str(error.value)
    assert message.startswith(f"{path}:3: field {field}: ")
    assert f"(allowed: {allowed})" in message
    assert "\n" not in message
    assert isinstance(error.value, UserError)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (("1,20,1,-10,0",), ":3: 5 fields"),
        (("1,20,1,-10,0,2", "1,20,3,-10,0,2"), ":4: month 1 day 20 hour 3 does not follow"),
        ((), "no rows"),
    ],
)
def test_bad_shape_is_refused(tmp_path, rows, what):
    with pytest.raises(WeatherError, match=what):
        Weather.load(write(tmp_path, *rows))


def test_wrong_heading_and_missing_file_are_refused(tmp_path):
    with pytest.raises(WeatherError, match="the heading must read month,day"):
        Weather.load(write(tmp_path, "1,20,1,-10,0,2", heading="a,b"))
    with pytest.raises(WeatherError, match="cannot be read"):
        Weather.load(tmp_path / "none.csv")
    with pytest.raises(WeatherError, match="cannot be read"):
        Weather.load(tmp_path)


def test_epw_gives_temperature_radiation_and_wind(tmp_path):
    rows = [epw_row(12, 31, 24, -25.5, 0, 3.1), epw_row(1, 1, 1, -26.5, 12, 2.0)]
    w = Weather.load(write_epw(tmp_path, *rows))
    assert w.start == (12, 31, 23)
    assert w.rows == [(-25.5, 0.0, 3.1), (-26.5, 12.0, 2.0)]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (epw_row(1, 1, 1, 99.9, 0, 3), "field outdoor_c: '99.9'"),  # EPW's mark for missing
        (epw_row(1, 1, 1, -20, 9999, 3), "field global_horizontal_w_m2: '9999'"),
        (epw_row(1, 1, 1, -20, 0, 999), "field wind_m_s: '999'"),
        ("2001,1,1,1,60,?9,-20", "7 fields; an EPW row has at least 22"),
    ],
)
def test_epw_row_that_is_missing_a_value_is_refused(tmp_path, row, what):
    path = write_epw(tmp_path, row)
    with pytest.raises(WeatherError) as error:
        Weather.load(path)
    assert str(error.value).startswith(f"{path}:9: {what}")


def test_epw_of_another_kind_is_refused(tmp_path):
    with pytest.raises(WeatherError, match="records per hour"):
        Weather.load(write_epw(tmp_path, epw_row(1, 1, 1, -20, 0, 3), records="4"))
    other = tmp_path / "x.epw"
    other.write_text("not weather\n")
    with pytest.raises(WeatherError, match=":1: an EPW file begins with LOCATION"):
        Weather.load(other)
