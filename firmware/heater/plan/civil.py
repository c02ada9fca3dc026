# Calendar arithmetic on whole days and seconds. No tables, no floats.
#
# Instants are `t_s`: seconds since 2020-01-01 00:00 UTC. Counted from there they are small
# integers (31 bits) until 2054-01-10; later ones are still right, only no longer free of
# allocation. Unix time is used at the borders alone.

from micropython import const

UNIX_2020_S = 1577836800  # Unix time of 2020-01-01 00:00 UTC; too large for a small integer
DAY_S = const(86400)
_WEEKDAY_2020 = const(2)  # 2020-01-01 was a Wednesday; Monday is 0
_ERA_DAYS = const(146097)  # days in 400 Gregorian years
_MARCH_TO_JANUARY = const(306)  # days from 1 March to 1 January
_DAYS_0000_TO_2020 = const(737730)  # 0000-03-01 to 2020-01-01

_MONTH_DAYS = const(b"\x1f\x1c\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f")


def is_leap(year):
    """Tell whether `year` has a 29 February (Gregorian rule)."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_days(year, month):
    """Number of days in `month` (1 to 12) of `year`."""
    return 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]


def day_of(year, month, dom):
    """Days from 2020-01-01 to the date `year`-`month`-`dom`; negative before it.

    Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil: the year
    begins in March, so that the leap day is its last.
    """
    if month <= 2:
        year -= 1
    era = year // 400
    year_of_era = year - era * 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + dom - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _ERA_DAYS + day_of_era - _DAYS_0000_TO_2020


def _year_of_era(day_of_era):
    # whole years of 400 before that day, each beginning in March
    day = day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096
    return day // 365


def _day_of_year(day_of_era, year_of_era):
    # since 1 March
    return day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)


def date_of(day):
    """The date (year, month, day of month) `day` days after 2020-01-01 (civil_from_days)."""
    day += _DAYS_0000_TO_2020
    era = day // _ERA_DAYS
    day_of_era = day - era * _ERA_DAYS
    year_of_era = _year_of_era(day_of_era)
    day_of_year = _day_of_year(day_of_era, year_of_era)
    shifted = (5 * day_of_year + 2) // 153
    dom = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return era * 400 + year_of_era + (1 if month <= 2 else 0), month, dom


def year_of(day):
    """The year of the day `day` days after 2020-01-01, as in date_of. Allocates nothing."""
    day += _DAYS_0000_TO_2020
    era = day // _ERA_DAYS
    day_of_era = day - era * _ERA_DAYS
    year_of_era = _year_of_era(day_of_era)
    day_of_year = _day_of_year(day_of_era, year_of_era)
    return era * 400 + year_of_era + (1 if day_of_year >= _MARCH_TO_JANUARY else 0)


def weekday(day):
    """Day of the week, Monday 0 to Sunday 6, of the day `day` days after 2020-01-01."""
    return (day + _WEEKDAY_2020) % 7


def parse_date(text):
    """Days since 2020-01-01 of "YYYY-MM-DD".

    Raises ValueError for a text of another form, or a date that does not exist or lies outside
    2020 to 2099.
    """
    parts = text.split("-")
    if len(parts) != 3 or not (len(text) == 10 and all(p.isdigit() for p in parts)):
        raise ValueError("date '{}': expected YYYY-MM-DD".format(text))
    year, month, dom = int(parts[0]), int(parts[1]), int(parts[2])
    if not 2020 <= year <= 2099:
        raise ValueError("date '{}': year must be 2020 to 2099".format(text))
    if not 1 <= month <= 12 or not 1 <= dom <= month_days(year, month):
        raise ValueError("date '{}': no such day".format(text))
    return day_of(year, month, dom)


def format_date(day):
    """ "YYYY-MM-DD" of the day `day` days after 2020-01-01."""
    return "{:04d}-{:02d}-{:02d}".format(*date_of(day))


def parse_minute(text):
    """Minute of the day (0 to 1439) of "HH:MM". Raises ValueError."""
    hour, colon, minute = text[:2], text[2:3], text[3:]
    if not (len(text) == 5 and colon == ":" and hour.isdigit() and minute.isdigit()):
        raise ValueError("time '{}': expected HH:MM".format(text))
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError("time '{}': must be 00:00 to 23:59".format(text))
    return int(hour) * 60 + int(minute)


def format_minute(minute):
    """ "HH:MM" of a minute of the day."""
    return "{:02d}:{:02d}".format(minute // 60, minute % 60)
