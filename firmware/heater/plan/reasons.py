# Why the set-point is what it is (Plan.reason).

from micropython import const

BY_OFF = const(0)  # switched off, frost protection only
BY_HEAT = const(1)  # the constant set-point
BY_PLAN = const(2)  # the weekly plan
BY_PERIOD = const(3)  # a dated period, such as away
BY_OVERRIDE = const(4)  # somebody changed it for a while
BY_BOOST = const(5)
BY_EARLY_START = const(6)  # heating ahead, to be warm at the next change
BY_WINDOW = const(7)  # a window is open
BY_WORK_TIME = const(8)  # nobody has touched it for the longest working time allowed
BY_NO_CLOCK = const(9)  # the plan waits for a clock, the last set-point stays
BY_UNCERTAIN_CLOCK = const(10)  # the same, but the plan may already raise it
NAMES = (
    "off", "heat", "plan", "period", "override", "boost", "early_start", "window", "work_time",
    "no_clock", "uncertain_clock",
)  # fmt: skip
