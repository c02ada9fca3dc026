# Local time by a POSIX TZ string (POSIX.1-2017, Base Definitions 8.3, with the hours of -167 to
# 167 that RFC 8536 adds). An answer is kept for as long as it holds, and finding the next one, a
# few times a year in the midst of a tick, allocates nothing.

from micropython import const

from heater.plan.civil import DAY_S, day_of, is_leap, month_days, weekday, year_of

_RULE_MONTH = const(0)  # Mm.w.d: weekday d (Sunday 0) of week w (5: the last) of month m
_RULE_JULIAN = const(1)  # Jn: day n of 1 to 365, 29 February is never counted
_RULE_DAY = const(2)  # n: day n of 0 to 365, 29 February is counted

_RULE_HOUR_MAX = const(167)
_OFFSET_HOUR_MAX = const(24)
_YEARS_S = const(126230400)  # four years, beyond the changes that are looked at
_FIXED_VALID_S = const(31536000)  # a zone without rules is asked again after a year


class _Reader:
    # A cursor over the TZ text. Every refusal shows the text and the place.

    def __init__(self, text):
        self.text = text
        self.pos = 0

    def fail(self, what):
        raise ValueError("time zone '{}': {} at character {}".format(self.text, what, self.pos))

    def peek(self):
        return self.text[self.pos : self.pos + 1]

    def skip(self, char):
        if self.peek() != char:
            return False
        self.pos += 1
        return True

    def expect(self, char):
        if not self.skip(char):
            self.fail("expected '{}'".format(char))

    def name(self):
        begin = self.pos
        if self.skip("<"):
            while self.peek().isalpha() or self.peek().isdigit() or self.peek() in ("+", "-"):
                self.pos += 1
            length = self.pos - begin - 1
            self.expect(">")
        else:
            while self.peek().isalpha():
                self.pos += 1
            length = self.pos - begin
        if length < 3:
            self.fail("expected a name of at least 3 letters")

    def number(self, lowest, highest, what):
        begin = self.pos
        while self.peek().isdigit():
            self.pos += 1
        digits = self.text[begin : self.pos]
        if not 1 <= len(digits) <= 3 or not lowest <= int(digits) <= highest:
            self.fail("expected {} of {} to {}".format(what, lowest, highest))
        return int(digits)

    def seconds(self, hour_max):
        # [+-]h[:mm[:ss]]
        sign = -1 if self.skip("-") else 1
        if sign == 1:
            self.skip("+")
        total_s = self.number(0, hour_max, "an hour") * 3600
        if self.skip(":"):
            total_s += self.number(0, 59, "a minute") * 60
            if self.skip(":"):
                total_s += self.number(0, 59, "a second")
        return sign * total_s

    def rule(self):
        # (kind, month or day, week, weekday, seconds after local midnight)
        month = week = 0
        if self.skip("M"):
            kind = _RULE_MONTH
            month = self.number(1, 12, "a month")
            self.expect(".")
            week = self.number(1, 5, "a week")
            self.expect(".")
            day = self.number(0, 6, "a weekday")
        elif self.skip("J"):
            kind = _RULE_JULIAN
            day = self.number(1, 365, "a day")
        else:
            kind = _RULE_DAY
            day = self.number(0, 365, "a day")
        time_s = self.seconds(_RULE_HOUR_MAX) if self.skip("/") else 2 * 3600
        return kind, month, week, day, time_s


def _rule_local_s(rule, year):
    # Local seconds since 2020-01-01 at which `rule` falls in `year`.
    kind, month, week, day, time_s = rule
    if kind == _RULE_MONTH:
        first = day_of(year, month, 1)
        # weekday() counts from Monday, POSIX from Sunday
        dom = (day - (weekday(first) + 1) % 7) % 7 + 7 * (week - 1)
        if dom >= month_days(year, month):
            dom -= 7
        found = first + dom
    else:
        found = day_of(year, 1, 1) + day
        if kind == _RULE_JULIAN and not (is_leap(year) and day >= 60):
            found -= 1
    return found * DAY_S + time_s


class Zone:
    """A time zone given by a POSIX TZ string, e.g. "CST-8" or "CET-1CEST,M3.5.0,M10.5.0/3".

    Raises ValueError, naming text and place, for anything malformed. A zone with daylight time
    must give its rules: POSIX leaves their absence to the implementation, so it is refused.
    Daylight time may lie behind standard time (Europe/Dublin) and on either hemisphere.
    """

    def __init__(self, text):
        self.text = text
        reader = _Reader(text)
        reader.name()
        self._std_s = -reader.seconds(_OFFSET_HOUR_MAX)
        self._dst_s = self._std_s
        self._begin = self._end = None
        if reader.peek():
            reader.name()
            if reader.peek() in ("", ","):
                self._dst_s = self._std_s + 3600
            else:
                self._dst_s = -reader.seconds(_OFFSET_HOUR_MAX)
            reader.expect(",")
            self._begin = reader.rule()
            reader.expect(",")
            self._end = reader.rule()
        if reader.peek():
            reader.fail("unexpected text")
        # the span [from_s, until_s) for which the last answer of offset_s() holds
        self.from_s = 0
        self.until_s = 0
        self._answer_s = 0

    def offset_s(self, t_s):
        """Seconds that local time is ahead of UTC at the instant `t_s`.

        Sets `from_s` and `until_s` to a span of instants around `t_s` with this same offset.
        """
        if self.from_s <= t_s < self.until_s:
            return self._answer_s
        if self._begin is None:
            self._answer_s = self._std_s
            self.from_s = t_s - _FIXED_VALID_S
            self.until_s = t_s + _FIXED_VALID_S
            return self._std_s
        # Hours beyond a day can move a rule over New Year, so the neighbouring years count too.
        # Of equal instants the later year counts: daylight time all year is written as an end
        # that meets the next begin (RFC 8536, 3.3.1); within a year the greater offset.
        year = year_of(t_s // DAY_S)
        self.from_s = t_s - _YEARS_S
        self.until_s = t_s + _YEARS_S
        for y in range(year - 2, year + 3):
            begin_s = _rule_local_s(self._begin, y) - self._std_s
            if self._dst_s < self._std_s:
                self._note(t_s, begin_s, self._dst_s)
            self._note(t_s, _rule_local_s(self._end, y) - self._dst_s, self._std_s)
            if self._dst_s >= self._std_s:
                self._note(t_s, begin_s, self._dst_s)
        return self._answer_s

    def _note(self, t_s, at_s, offset_s):
        # One change of the offset: is it the last before `t_s`, or the first after?
        if at_s > t_s:
            if at_s < self.until_s:
                self.until_s = at_s
        elif at_s >= self.from_s:
            self.from_s = at_s
            self._answer_s = offset_s

    def utc_s(self, local_s):
        """The first instant at which the local clock shows `local_s` or later.

        A local time that the spring change skips gives the instant of the change; one that the
        autumn change repeats gives the first of the two. So a plan keeps its order, and no
        change happens twice.
        """
        high_s = max(self._std_s, self._dst_s)
        low_s = min(self._std_s, self._dst_s)
        early_s = local_s - high_s
        if self.offset_s(early_s) == high_s:
            return early_s
        late_s = local_s - low_s
        # If the clock moves forward in between, it is beyond `local_s` from that moment on.
        return min(late_s, self.until_s)
