# A plan with its clock, moved through time by hand, for the dual tests here.

from heater.plan import clock as clocks
from heater.plan.clock import Clock
from heater.plan.scheduler import Plan

# 2027-01-04 is a Monday; 00:00 in China (UTC+8) is 16:00 UTC the day before.
MONDAY = 1798992000


def settings(**changes):
    cfg = {
        "control.mode": "plan",
        "control.setpoint_mdeg": 21500,
        "heater.rated_w": 2000,
        "plan.tz": "CST-8",
        "plan.week": "mon-fri 06:30 comfort 08:30 eco 17:00 comfort 22:30 sleep; "
        "sat,sun 07:30 comfort 23:00 sleep",
        "plan.exceptions": "",
        "plan.comfort_mdeg": 22000,
        "plan.eco_mdeg": 20000,
        "plan.sleep_mdeg": 18000,
        "plan.away_mdeg": 14000,
        "plan.boost_mdeg": 25000,
        "plan.boost_min": 45,
        "plan.work_max_min": 0,
        "plan.quiet_from_min": 22 * 60,
        "plan.quiet_to_min": 6 * 60,
        "plan.child_lock": False,
        "plan.window": True,
        "plan.early_start": False,
        "plan.lowest_mdeg": 5000,
        "plan.highest_mdeg": 30000,
        "plan.company_lowest_mdeg": 5000,
        "plan.company_highest_mdeg": 30000,
    }
    for name in changes:
        cfg[name.replace("__", ".")] = changes[name]
    return cfg


class Home:
    # A plan with its clock, moved through time by at().

    def __init__(self, hour=None, **changes):
        self.cfg = settings(**changes)
        self.clock = Clock()
        self.plan = Plan()
        self.clock.configure(self.cfg)
        self.plan.configure(self.cfg)
        if hour is not None:
            self.clock.set(MONDAY, clocks.SERVER, 0)
            self.at(hour)
        else:
            self.after(0)

    def at(self, hour, minute=0, second=0):
        # local time of Monday; hours beyond 24 are the days after
        self.after(hour * 3600 + minute * 60 + second)
        return self.plan

    def after(self, uptime_s, room_mdeg=21000):
        self.uptime_s = uptime_s
        self.clock.step(uptime_s)
        self.plan.step(uptime_s, self.clock, room_mdeg, 1, 500, 0)
        return self.plan

    def set(self, **changes):
        for name in changes:
            self.cfg[name.replace("__", ".")] = changes[name]
        self.plan.configure(self.cfg)


def refusal(function, *args):
    try:
        function(*args)
    except ValueError as error:
        return str(error)
    raise AssertionError("taken, though it should be refused")
