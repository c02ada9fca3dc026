# What the weekly plan with its exceptions asks for at an instant, and what it asks for next.
# Run at a change of the plan, a jump of the clock or a new setting, not every second; in the midst
# of a tick, so it allocates nothing (until 2054, see civil.py).

from heater.plan import presets, week
from heater.plan.civil import DAY_S
from heater.plan.civil import weekday as weekday_of
from heater.plan.exceptions import Exceptions

DEFAULT_WEEK = "mon-sun 06:00 comfort 22:30 sleep"


class Program:
    """Weekly plan, exceptions and zone together.

    Attributes after `find`:
      preset        asked for at that instant
      by_period     1 if a dated period (away, say) asks for it, not the weekly plan
      next_s        instant of the next change, UTC seconds since 2020-01-01
      next_preset   asked for from then on
    and stale: 1 once the week was changed, until `find`
    """

    def __init__(self):
        self.week = week.parse(DEFAULT_WEEK)
        self.exceptions = Exceptions()
        self.preset = presets.COMFORT
        self.by_period = 0
        self.next_s = 0
        self.next_preset = presets.COMFORT
        self.stale = 1
        self._week_preset = self._week_next_preset = presets.COMFORT  # what `_weekly` has found
        self._week_next_s = 0

    def weekday(self, day):
        """Weekday (Monday 0) that `day` lives by, days since 2020-01-01 in local time."""
        return self.exceptions.weekday(day, weekday_of(day))

    def find(self, t_s, zone):
        """Set the attributes for the instant `t_s` (UTC s since 2020-01-01) in `zone`."""
        self.stale = self.by_period = 0
        self._weekly(t_s, zone)
        self.preset = self._week_preset
        self.next_s = self._week_next_s
        self.next_preset = self._week_next_preset
        for begin_s, end_s, preset in self.exceptions.periods:
            begin_s, end_s = zone.utc_s(begin_s), zone.utc_s(end_s)
            if begin_s <= t_s < end_s:
                self.by_period = 1
                self.preset = preset
                self.next_s = end_s
                self.next_preset = self._after_period(end_s, zone)
            elif t_s < begin_s <= self.next_s:
                self.next_s = begin_s
                self.next_preset = preset

    def _after_period(self, t_s, zone):
        for begin_s, _, preset in self.exceptions.periods:
            if zone.utc_s(begin_s) == t_s:
                return preset
        self._weekly(t_s, zone)
        return self._week_preset

    def _weekly(self, t_s, zone):
        # Preset at t_s, instant of the next change, preset from then on, by the week alone.
        #
        # Changes are taken as instants, in the order of the local calendar, so a change that
        # the spring hour swallows still happens and one that the autumn hour repeats does so
        # once. A day has at least one change; yesterday's last one holds past midnight, and a
        # zone ahead of or behind the date by a day costs one day more.
        packed = self.week
        self._week_preset = self._week_next_preset = presets.COMFORT
        next_s = None
        today = (t_s + zone.offset_s(t_s)) // DAY_S
        for day in range(today - 2, today + 3):
            lives_by = self.weekday(day)
            begin = week.first(packed, lives_by)
            for at in range(begin, begin + 2 * packed[lives_by], 2):
                at_s = zone.utc_s(day * DAY_S + week.minute_at(packed, at) * 60)
                if at_s <= t_s:
                    self._week_preset = week.preset_at(packed, at)
                elif next_s is None or at_s == next_s:
                    next_s = at_s
                    self._week_next_preset = week.preset_at(packed, at)
        self._week_next_s = next_s
