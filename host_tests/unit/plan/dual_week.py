# Weekly plans and exceptions: text, bytes, refusals.

from plan_home import refusal as refused

from heater.plan import presets, week
from heater.plan.check import refusal
from heater.plan.civil import DAY_S, day_of
from heater.plan.exceptions import Exceptions

PLAN = (
    "mon-fri 06:30 comfort 08:30 eco 17:00 comfort 22:30 sleep; sat,sun 07:30 comfort 23:00 sleep"
)


def test_a_week_is_read_into_its_changes():
    packed = week.parse(PLAN)
    assert len(packed) == 7 + 2 * (5 * 4 + 2 * 2)
    assert week.changes(packed, 4) == [
        (390, presets.COMFORT), (510, presets.ECO), (1020, presets.COMFORT), (1350, presets.SLEEP),
    ]  # fmt: skip
    assert week.changes(packed, 6) == [(450, presets.COMFORT), (1380, presets.SLEEP)]


def test_the_canonical_text_joins_equal_days():
    assert week.render(week.parse(PLAN)) == PLAN.replace("sat,sun", "sat-sun")
    split = "sun 01:00 away; sat 02:00 frost; mon,wed-fri 02:00 frost; tue 01:00 away"
    assert week.render(week.parse(split)) == "mon,wed-sat 02:00 frost; tue,sun 01:00 away"
    assert week.render(week.parse("fri-thu 00:00 eco")) == "mon-sun 00:00 eco"


def test_the_longest_plan_fits_what_the_setting_allows():
    groups = []
    for day in range(7):
        words = "".join(f" 1{hour}:{day:02} comfort" for hour in range(8))
        groups.append(week.DAYS[day] + words)
    text = "; ".join(groups)
    packed = week.parse(text)
    assert len(packed) == 119 and week.render(packed) == text
    assert len(text) == week.TEXT_MAX


def test_each_refusal_of_a_week_names_what_is_wrong_and_what_is_allowed():
    for text, said in (
        ("", "empty part"),
        ("mon-sun 06:00 comfort;", "empty part"),
        ("mon-sat 06:00 comfort", "sun: no change given, at least 1 a day"),
        ("mon-sun", "mon-sun: expected pairs of time and preset"),
        ("mon-sun 06:00", "mon-sun: expected pairs of time and preset"),
        ("mon-sun 06:00 warm", "'warm': must be one of comfort, eco, sleep, away, frost"),
        ("mon-sun 06:00 boost", "'boost': must be one of"),
        ("mon-sun 24:00 eco", "'24:00': must be 00:00 to 23:59"),
        ("mon-sun 6:00 eco", "'6:00': expected HH:MM"),
        ("mon-sun 06:00 eco 06:00 sleep", "06:00 is not after the change before it"),
        ("mon-sun 06:00 eco 05:59 sleep", "05:59 is not after the change before it"),
        ("mon-sun 06:00 eco; tue 07:00 eco", "tue: given twice"),
        ("mon-xyz 06:00 eco", "'xyz': must be one of mon, tue"),
        ("mon-tue-wed 06:00 eco", "'mon-tue-wed': expected a day or a range of two"),
        ("mon-sun" + "".join(f" {hour:02}:00 eco" for hour in range(9)),
         "9 changes, at most 8"),
    ):  # fmt: skip
        refused = refusal("plan.week", text)
        assert refused.startswith("plan.week: ") and said in refused, (text, refused)
    assert refusal("plan.week", PLAN) == ""


def test_exceptions_are_read_and_given_back_in_order_of_time():
    text = (
        "2027-02-14 mon;2027-02-05..2027-02-12 sun; "
        "2027-03-01T00:00..2027-03-01T00:01 frost;2027-01-10T14:00..2027-01-20T09:00 away"
    )
    found = Exceptions(text)
    assert found.render() == (
        "2027-02-05..2027-02-12 sun; 2027-02-14 mon; "
        "2027-01-10T14:00..2027-01-20T09:00 away; 2027-03-01T00:00..2027-03-01T00:01 frost"
    )
    first = day_of(2027, 2, 5)
    assert [found.weekday(first + i, 9) for i in (-1, 0, 7, 8, 9, 10)] == [9, 6, 6, 9, 0, 9]
    begin_s = day_of(2027, 1, 10) * DAY_S + 14 * 3600
    assert found.periods[0] == (begin_s, begin_s + 9 * DAY_S + 19 * 3600, presets.AWAY)
    assert Exceptions("").render() == "" and Exceptions("  ").periods == []


def test_each_refusal_of_exceptions_names_what_is_wrong_and_what_is_allowed():
    for text, said in (
        ("2027-02-29 mon", "'2027-02-29': no such day"),
        ("2027-02-05", "expected a date and what it is"),
        ("2027-02-05 away", "'away': must be one of mon"),
        ("2027-02-05T10:00..2027-02-06T10:00 mon", "'mon': must be one of comfort"),
        ("2027-02-05..2027-02-04 sun", "ends before it begins"),
        ("2027-02-05T10:00..2027-02-05T10:00 away", "ends before it begins"),
        ("2027-02-05T10:00..2027-02-06 away", "'2027-02-06': expected YYYY-MM-DDTHH:MM"),
        ("2027-02-01..2027-02-05 sun; 2027-02-05 mon", "two exceptions for the same day"),
        ("2027-02-05T10:00..2027-02-06T10:00 away; 2027-02-06T09:59..2027-02-07T10:00 eco",
         "two exceptions for the same time"),
        ("2027-02-05 mon;;", "expected a date"),
        ("2027-01-01..2027-01-02..2027-01-03 mon", "expected one date or two"),
        (";".join(f"2027-03-{day:02} sun" for day in range(1, 18)),
         "17 exceptions, at most 16"),
    ):  # fmt: skip
        refused = refusal("plan.exceptions", text)
        assert refused.startswith("plan.exceptions: ") and said in refused, (text, refused)
    adjacent = "2027-02-05T10:00..2027-02-06T10:00 away; 2027-02-06T10:00..2027-02-07T10:00 eco"
    assert refusal("plan.exceptions", adjacent) == ""


def test_other_settings_are_none_of_its_business():
    assert refusal("plan.tz", "CST-8") == "" and "name" in refusal("plan.tz", "8")
    assert refusal("plan.eco_mdeg", 5) == "" and refusal("limits.installed_w", 0) == ""


def test_a_taught_change_holds_on_all_days_of_its_kind_and_no_other():
    packed = week.taught(week.parse(PLAN), 2, 12 * 60, presets.COMFORT)
    assert week.render(packed) == (
        "mon-fri 06:30 comfort 08:30 eco 12:00 comfort 22:30 sleep; "
        "sat-sun 07:30 comfort 23:00 sleep"
    )
    packed = week.taught(packed, 6, 13 * 60, presets.ECO)
    assert week.render(packed) == (
        "mon-fri 06:30 comfort 08:30 eco 12:00 comfort 22:30 sleep; "
        "sat-sun 07:30 comfort 13:00 eco 23:00 sleep"
    )


def test_a_taught_change_moves_the_one_that_was_meant():
    def taught(minute, preset):
        packed = week.taught(week.parse(PLAN), 0, minute, preset)
        return week.render(packed).split(";")[0]

    later = "mon-fri 07:10 comfort 08:30 eco 17:00 comfort 22:30 sleep"
    assert taught(7 * 60 + 10, presets.COMFORT) == later
    earlier = "mon-fri 04:00 comfort 08:30 eco 17:00 comfort 22:30 sleep"
    assert taught(4 * 60, presets.COMFORT) == earlier
    near = "mon-fri 06:30 comfort 08:30 eco 17:20 away 22:30 sleep"
    assert taught(17 * 60 + 20, presets.AWAY) == near
    # half an hour is near, a minute more is not
    assert "17:00 comfort" not in taught(17 * 60 + 30, presets.AWAY)
    assert "17:00 comfort" in taught(17 * 60 + 31, presets.AWAY)


def test_a_ninth_change_is_refused_and_a_change_is_forgotten_on_all_days_of_its_kind():
    full = "mon-sun" + "".join(f" {hour:02}:00 {'eco' if hour % 4 else 'sleep'}"
                               for hour in range(0, 16, 2))  # fmt: skip
    assert "9 changes, at most 8" in refused(week.taught, week.parse(full), 0, 1200, 0)
    packed = week.forgotten(week.parse(PLAN), 4, 12 * 60)
    assert week.render(packed) == (
        "mon-fri 06:30 comfort 17:00 comfort 22:30 sleep; sat-sun 07:30 comfort 23:00 sleep"
    )
    packed = week.forgotten(week.parse(PLAN), 5, 1439)
    assert week.render(packed).endswith("sat-sun 07:30 comfort")
    assert "fri: no change before 06:29" in refused(week.forgotten, week.parse(PLAN), 4, 389)
    single = week.parse("mon-sun 06:00 comfort")
    assert "its only change" in refused(week.forgotten, single, 4, 720)
