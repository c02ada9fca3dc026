"""A year of plans against an oracle on datetime and zoneinfo: every change to the second.

The oracle knows nothing of the firmware: it walks the local calendar, asks zoneinfo, and finds
the first second at which the wall clock shows a change's time or later by looking at every
second around it.
"""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from heater.plan import clock as clocks
from heater.plan import presets
from heater.plan.clock import Clock
from heater.plan.reasons import BY_NO_CLOCK, BY_PERIOD, BY_PLAN, BY_UNCERTAIN_CLOCK
from heater.plan.scheduler import Plan
from heater.record.table import ROWS

ZONES = {
    "Asia/Shanghai": "CST-8",
    "Europe/Dublin": "IST-1GMT0,M10.5.0,M3.5.0/1",
    "America/New_York": "EST5EDT,M3.2.0,M11.1.0",
    "Australia/Lord_Howe": "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MDEG = {"comfort": 22000, "eco": 20000, "sleep": 19000, "away": 14000, "frost": 7000}


class Settings(dict):
    """Defaults of the table, with `control.mode` plan and every set-point at its time."""

    def __init__(self, **changes):
        super().__init__({row[0]: row[5] for row in ROWS})
        self["control.mode"] = "plan"
        self["plan.early_start"] = False
        self.update({name.replace("__", "."): value for name, value in changes.items()})


def random_week(random):
    """{weekday: [(minute, preset name)]}, with changes in the hours that daylight time moves."""
    week = {}
    for day in range(7):
        minutes = set(random.sample(range(1440), random.randint(1, 6)))
        minutes |= set(random.sample((0, 59, 60, 90, 119, 120, 150, 179, 180, 1439), 2))
        week[day] = [(m, random.choice(list(MDEG))) for m in sorted(minutes)[:8]]
    return week


def week_text(week):
    return "; ".join(
        DAYS[day] + "".join(f" {m // 60:02}:{m % 60:02} {name}" for m, name in changes)
        for day, changes in week.items()
    )


def random_exceptions(random, first):
    """[(first date, last date, weekday)], [(from, to, preset)] in local time, free of overlap."""
    days, periods = [], []
    at = first + timedelta(days=10)
    for _ in range(8):
        at += timedelta(days=random.randint(5, 30))
        last = at + timedelta(days=random.choice((0, 0, 1, 6)))
        days.append((at, last, random.randrange(7)))
        at = last + timedelta(days=1)
    at = datetime.combine(first, datetime.min.time())
    for _ in range(8):
        at += timedelta(days=random.randint(3, 35), minutes=random.randrange(1440))
        end = at + timedelta(minutes=random.choice((7, 600, 4000, 15000)))
        periods.append((at, end, random.choice(list(MDEG))))
        at = end + timedelta(minutes=random.choice((0, 1, 5000)))
    return days, periods


def exceptions_text(days, periods):
    parts = [f"{a}..{b} {DAYS[day]}" for a, b, day in days]
    parts += [f"{a:%Y-%m-%dT%H:%M}..{b:%Y-%m-%dT%H:%M} {name}" for a, b, name in periods]
    return "; ".join(parts)


def first_instant(zone, local):
    """Unix time of the first second at which the wall clock of `zone` shows `local` or later."""
    utc = int(local.replace(tzinfo=UTC).timestamp())
    offsets = {
        int(datetime.fromtimestamp(utc + d, zone).utcoffset().total_seconds())
        for d in range(-93600, 93601, 21600)
    }
    if len(offsets) == 1:
        return utc - offsets.pop()

    def shows(t):
        return datetime.fromtimestamp(t, zone).replace(tzinfo=None) >= local

    # The wall clock runs by whole minutes between changes of the offset: coarse, then fine.
    t = utc - max(offsets) - 120
    while not shows(t):
        t += 60
    t -= 60
    while not shows(t):
        t += 1
    return t


class Oracle:
    """What the plan asks for at a Unix time: (preset name, by a period)."""

    def __init__(self, zone, week, days, periods, first, last):
        self.changes = []
        day = first - timedelta(days=3)
        while day <= last + timedelta(days=3):
            lives_by = next((w for a, b, w in days if a <= day <= b), day.weekday())
            for minute, name in week[lives_by]:
                local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
                self.changes.append((first_instant(zone, local), name))
            day += timedelta(days=1)
        self.periods = [
            (first_instant(zone, a), first_instant(zone, b), name) for a, b, name in periods
        ]
        self.instants = sorted(
            {t for t, _ in self.changes}
            | {t for period in self.periods for t in period[:2]}
        )

    def next_after(self, t):
        """The next instant at which something may change; a period hides the plan beneath it."""
        return next(
            i for i in self.instants
            if i > t and not any(begin < i < end for begin, end, _ in self.periods)
        )  # fmt: skip

    def at(self, t):
        for begin, end, name in self.periods:
            if begin <= t < end:
                return name, True
        # several changes at one instant (the spring hour): the last in the calendar's order
        low, high = 0, len(self.changes)
        while low < high:
            middle = (low + high) // 2
            if self.changes[middle][0] <= t:
                low = middle + 1
            else:
                high = middle
        return self.changes[low - 1][1], False


def prepare(zone_name, seed, first, last):
    """(oracle, clock, plan, settings, random) for a random plan with exceptions."""
    random = Random(seed)
    week = random_week(random)
    days, periods = random_exceptions(random, first)
    cfg = Settings(
        plan__tz=ZONES[zone_name],
        plan__week=week_text(week),
        plan__exceptions=exceptions_text(days, periods),
    )
    oracle = Oracle(ZoneInfo(zone_name), week, days, periods, first, last)
    clock, plan = Clock(), Plan()
    clock.configure(cfg)
    plan.configure(cfg)
    assert plan.refusal == ""
    return oracle, clock, plan, cfg, random


def step(clock, plan, uptime_s):
    clock.step(uptime_s)
    plan.step(uptime_s, clock, 21000, 1, 500, 0)


def assert_follows(plan, oracle, t):
    name, by_period = oracle.at(t)
    assert plan.preset == presets.NAMES.index(name), datetime.fromtimestamp(t, UTC)
    assert plan.reason == (BY_PERIOD if by_period else BY_PLAN)
    assert plan.setpoint_mdeg == MDEG[name]


@pytest.mark.parametrize("zone_name", ZONES)
@pytest.mark.parametrize(
    "first", [date(2026, 10, 15), date(2027, 12, 1), date(2037, 12, 1)], ids=str
)
def test_every_change_of_365_days_is_exact(zone_name, first):
    last = first + timedelta(days=365)
    oracle, clock, plan, _, random = prepare(zone_name, f"{zone_name}{first}", first, last)
    start = int(datetime.combine(first, datetime.min.time(), UTC).timestamp())
    clock.set(start, clocks.NTP, 50)
    checked = 0
    for i, t in enumerate(oracle.instants):
        if not start + 2 <= t < start + 365 * 86400:
            continue
        for second in (t - 1, t, random.randint(t, oracle.instants[i + 1] - 1)):
            step(clock, plan, 50 + second - start)
            assert_follows(plan, oracle, second)
        if i % 7 == 0:
            following = oracle.next_after(second)
            assert plan.next_change_s == following - second
            assert plan.next_preset == presets.NAMES.index(oracle.at(following)[0])
        checked += 1
    assert checked > 1000


@pytest.mark.parametrize("zone_name", ZONES)
def test_the_clock_may_jump_anywhere_at_any_time(zone_name):
    first, last = date(2026, 10, 15), date(2027, 10, 15)
    oracle, clock, plan, _, random = prepare(zone_name, f"jump {zone_name}", first, last)
    start = int(datetime.combine(first, datetime.min.time(), UTC).timestamp())
    uptime = 0
    for _ in range(3000):
        uptime += random.choice((1, 7, 900, 40000))
        if random.random() < 0.8:
            t = random.choice(oracle.instants) + random.choice((-1, 0, 1, 17, -3700))
        else:
            t = random.randint(start, start + 365 * 86400)
        t = min(max(t, start), start + 364 * 86400)
        clock.set(t, clocks.SERVER, uptime)
        for _ in range(3):
            step(clock, plan, uptime)
            # small corrections backwards are made by standing still
            now = clock.epoch_s()
            assert t <= now <= t + 60
            assert_follows(plan, oracle, now)
            dt = random.choice((1, 60, 3600))
            uptime += dt
            t += dt


def test_boots_without_a_clock_keep_the_last_set_point_and_say_so():
    first, last = date(2026, 11, 1), date(2027, 2, 1)
    oracle, clock, plan, cfg, random = prepare("Asia/Shanghai", 7, first, last)
    start = int(datetime.combine(first, datetime.min.time(), UTC).timestamp())
    for _ in range(300):
        t = random.randint(start, start + 80 * 86400)
        clock.set(t, clocks.SERVER, 10)
        step(clock, plan, 10)
        assert_follows(plan, oracle, t)
        held, saved = plan.setpoint_mdeg, plan.state()
        clock, plan = Clock(), Plan()
        plan.configure(cfg)
        assert plan.restore(saved)
        for uptime in (0, 1, 3600, 10**6):
            step(clock, plan, uptime)
            assert (plan.setpoint_mdeg, plan.reason) == (held, BY_NO_CLOCK)
            assert plan.next_change_s == -1
        clock, plan = Clock(), Plan()
        plan.configure(cfg)


def test_an_uncertain_clock_may_raise_the_set_point_but_never_lower_it():
    first, last = date(2026, 11, 1), date(2027, 2, 1)
    oracle, clock, plan, *_ = prepare("Asia/Shanghai", 9, first, last)
    start = int(datetime.combine(first, datetime.min.time(), UTC).timestamp())
    t = start + 40000
    clock.set(t, clocks.UNCERTAIN, 0)
    saved = plan.state()
    saved[1] = 14000  # the last set-point
    assert plan.restore(saved)
    highest = 14000
    for uptime in range(0, 20 * 86400, 977):
        step(clock, plan, uptime)
        highest = max(highest, MDEG[oracle.at(t + uptime)[0]])
        assert (plan.setpoint_mdeg, plan.reason) == (highest, BY_UNCERTAIN_CLOCK)
    assert highest == 22000
