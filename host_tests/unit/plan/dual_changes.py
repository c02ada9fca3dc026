# Finding the plan's place anew is part of a tick: it takes no heap.

import micropython
from plan_home import Home

from heater.plan import clock as clocks
from heater.plan import presets

FRIDAY = 1805929200  # 2027-03-26 00:00 in Berlin; its clocks go forward on Sunday
DAYS = 5


def test_changes_of_plan_day_period_and_zone_take_no_heap():
    home = Home(
        plan__tz="CET-1CEST,M3.5.0,M10.5.0/3",
        plan__exceptions="2027-03-27 mon; 2027-03-29T12:00..2027-03-30T03:30 away",
        plan__early_start=True,
    )
    home.clock.set(FRIDAY, clocks.SERVER, 0)
    home.after(0)
    clock, plan = home.clock, home.plan
    changes, offset_s, room_mdeg = 0, clock.offset_s, 20500
    seen = bytearray(len(presets.NAMES))
    before = plan.preset
    micropython.heap_lock()
    try:
        for uptime_s in range(60, DAYS * 86400, 60):
            clock.step(uptime_s)
            plan.step(uptime_s, clock, room_mdeg, 1, 900, 0)
            if plan.preset != before:
                changes += 1
                before = plan.preset
            seen[before] = 1
    finally:
        micropython.heap_unlock()
    assert clock.offset_s == offset_s + 3600
    assert changes >= 4 * DAYS - 8
    assert seen[presets.COMFORT] and seen[presets.ECO] and seen[presets.SLEEP]
    assert seen[presets.AWAY] and not seen[presets.MANUAL]
