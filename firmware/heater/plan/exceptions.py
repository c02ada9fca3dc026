# Dated exceptions to the weekly plan.
#
# As text, which is the setting `plan.exceptions`, parts separated by semicolons:
#   2027-02-05..2027-02-12 sun            these dates live like a Sunday (a holiday)
#   2027-02-14 mon                        this date lives like a Monday (a make-up workday)
#   2027-01-10T14:00..2027-01-20T09:00 away    from and to in local time: this preset throughout

from micropython import const

from heater.plan import presets
from heater.plan.civil import DAY_S, format_date, format_minute, parse_date, parse_minute
from heater.plan.week import DAYS, weekday

COUNT_MAX = const(16)
TEXT_MAX = const(702)  # bytes of the longest canonical text


def _parse_moment(text):
    # local seconds since 2020-01-01
    parts = text.split("T")
    if len(parts) != 2:
        raise ValueError("'{}': expected YYYY-MM-DDTHH:MM".format(text))
    return parse_date(parts[0]) * DAY_S + parse_minute(parts[1]) * 60


def _format_moment(local_s):
    return format_date(local_s // DAY_S) + "T" + format_minute(local_s % DAY_S // 60)


def _refuse_overlap(spans, what):
    spans.sort()
    for i in range(1, len(spans)):
        if spans[i][0] < spans[i - 1][1]:
            raise ValueError("two exceptions for the same {}".format(what))


class Exceptions:
    """The exceptions of a plan, parsed from their text ("" for none).

    Attributes, both sorted by time and free of overlaps:
      days      list of (first day, day after the last, weekday to live by)
      periods   list of (from, to, preset), from and to in local seconds since 2020-01-01

    Raises ValueError with the part that is wrong and what is allowed.
    """

    def __init__(self, text=""):
        self.days = []
        self.periods = []
        parts = text.split(";") if text.strip() else ()
        if len(parts) > COUNT_MAX:
            raise ValueError("{} exceptions, at most {}".format(len(parts), COUNT_MAX))
        for part in parts:
            self._add(part.split())
        _refuse_overlap(self.days, "day")
        _refuse_overlap(self.periods, "time")

    def _add(self, words):
        if len(words) != 2:
            raise ValueError("'{}': expected a date and what it is".format(" ".join(words)))
        ends = words[0].split("..")
        if len(ends) > 2:
            raise ValueError("'{}': expected one date or two".format(words[0]))
        if "T" in words[0]:
            begin, end = _parse_moment(ends[0]), _parse_moment(ends[-1])
            self.periods.append((begin, end, presets.plannable(words[1])))
        else:
            begin, end = parse_date(ends[0]), parse_date(ends[-1]) + 1
            self.days.append((begin, end, weekday(words[1])))
        if end <= begin:
            raise ValueError("'{}': ends before it begins".format(words[0]))

    def weekday(self, day, otherwise):
        """The weekday that day `day` (since 2020-01-01) lives by; `otherwise` if it is normal."""
        for begin, end, lives_by in self.days:
            if begin <= day < end:
                return lives_by
        return otherwise

    def render(self):
        """The canonical text: days before periods, each in order of time."""
        parts = []
        for begin, end, lives_by in self.days:
            dates = format_date(begin)
            if end > begin + 1:
                dates += ".." + format_date(end - 1)
            parts.append(dates + " " + DAYS[lives_by])
        for begin, end, preset in self.periods:
            parts.append(
                _format_moment(begin) + ".." + _format_moment(end) + " " + presets.NAMES[preset]
            )
        return "; ".join(parts)
