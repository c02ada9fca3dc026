# The scheduler step by step: week, exceptions, bounds, quiet hours, early start, open window.

import micropython
from plan_home import Home

from heater.plan import clock as clocks
from heater.plan import local, presets, reasons


def test_plan_follows_the_week():
    home = Home(3)
    assert home.plan.setpoint_mdeg == 18000 and home.plan.preset == presets.SLEEP
    assert home.at(6, 29, 59).setpoint_mdeg == 18000
    assert home.plan.next_change_s == 1 and home.plan.next_preset == presets.COMFORT
    assert home.at(6, 30).setpoint_mdeg == 22000
    assert home.plan.next_change_s == 7200 and home.plan.reason == reasons.BY_PLAN
    assert home.at(5 * 24 + 7, 29).setpoint_mdeg == 18000
    assert home.at(5 * 24 + 7, 30).setpoint_mdeg == 22000


def test_a_holiday_and_an_absence():
    home = Home(3, plan__exceptions="2027-01-05 sun; 2027-01-06T09:00..2027-01-08T15:30 away")
    assert home.at(24 + 6, 30).setpoint_mdeg == 18000
    assert home.at(24 + 7, 30).setpoint_mdeg == 22000
    assert home.at(48 + 8, 59, 59).next_preset == presets.AWAY
    assert home.at(48 + 9).setpoint_mdeg == 14000
    assert home.plan.reason == reasons.BY_PERIOD and home.plan.next_preset == presets.ECO
    assert home.plan.next_change_s == (2 * 24 + 6) * 3600 + 1800
    assert home.at(96 + 15, 30).setpoint_mdeg == 20000


def test_a_period_that_begins_with_a_change_comes_before_it():
    home = Home(12, plan__exceptions="2027-01-04T17:00..2027-01-04T22:30 away")
    assert home.plan.next_change_s == 5 * 3600 and home.plan.next_preset == presets.AWAY
    assert home.at(17).setpoint_mdeg == 14000 and home.plan.next_preset == presets.SLEEP


def test_changes_that_the_spring_hour_swallows_happen_at_its_jump():
    # 2027-03-28 in Berlin: 01:00 UTC is 02:00, which becomes 03:00
    jump = 1806195600
    home = Home(
        plan__tz="CET-1CEST,M3.5.0,M10.5.0/3",
        plan__week="mon-sun 01:00 comfort 02:10 eco 02:40 frost 04:00 away",
    )
    home.clock.set(jump - 60, clocks.NTP, 0)
    assert home.after(59).setpoint_mdeg == 22000
    assert home.plan.next_change_s == 1 and home.plan.next_preset == presets.FROST
    assert home.after(60).setpoint_mdeg == 7000 and home.plan.next_change_s == 3600


def test_off_keeps_frost_protection_whatever_the_bounds():
    home = Home(12, control__mode="off", plan__company_lowest_mdeg=16000)
    assert home.plan.setpoint_mdeg == 7000 and home.plan.reason == reasons.BY_OFF
    assert not home.plan.bounded and home.plan.next_change_s == -1


def test_heat_is_the_constant_set_point():
    home = Home(12, control__mode="heat")
    assert home.plan.setpoint_mdeg == 21500 and home.plan.reason == reasons.BY_HEAT
    assert home.at(23).setpoint_mdeg == 21500


def test_bounds_of_installer_and_company_hold_over_plan_and_boost():
    home = Home(9, plan__highest_mdeg=26000, plan__company_highest_mdeg=21000)
    assert home.at(17).setpoint_mdeg == 21000 and home.plan.bounded
    home.plan.press(local.BOOST)
    assert home.at(17, 1).setpoint_mdeg == 21000
    home.set(plan__company_highest_mdeg=30000, plan__company_lowest_mdeg=19000)
    assert home.at(23).setpoint_mdeg == 19000 and home.plan.bounded
    assert home.at(24 + 7).setpoint_mdeg == 22000 and not home.plan.bounded


def test_quiet_hours_over_midnight_and_without_a_clock():
    home = Home(21)
    assert home.at(21, 59).quiet == 0
    assert home.at(22).quiet == 1
    assert home.at(24 + 5, 59).quiet == 1
    assert home.at(24 + 6).quiet == 0
    assert Home().plan.quiet == 1
    # every hour may be somebody's night, but no relay is spared for that
    assert home.at(24 + 22).calm == 1 and Home().plan.calm == 0
    home.set(plan__quiet_from_min=780, plan__quiet_to_min=840)
    assert home.at(24 + 12, 59).quiet == 0 and home.at(24 + 13).quiet == 1
    assert home.at(24 + 14).quiet == 0
    home.set(plan__quiet_to_min=780)
    assert home.at(24 + 13, 1).quiet == 0 and Home(plan__quiet_to_min=1320).plan.quiet == 0


def test_without_a_clock_the_first_set_point_is_the_constant_one():
    plan = Home().plan
    assert plan.setpoint_mdeg == 21500 and plan.reason == reasons.BY_NO_CLOCK
    assert plan.next_change_s == -1


def test_a_weekly_plan_that_cannot_be_read_leaves_the_former_in_force():
    home = Home(9)
    home.set(plan__week="mon 06:00 comfort")
    assert "tue" in home.plan.refusal
    assert home.at(17).setpoint_mdeg == 22000
    home.set(plan__week="mon-sun 12:00 frost")
    assert home.plan.refusal == "" and home.at(17, 1).setpoint_mdeg == 7000


def through_the_night(home, from_s, to_s, room_mdeg=18000, power_w=400):
    # second by second, as the device does; returns the first second of an early start
    begun_s = None
    for uptime_s in range(from_s, to_s):
        home.clock.step(uptime_s)
        home.plan.step(uptime_s, home.clock, room_mdeg, 1, power_w, 0)
        if begun_s is None and home.plan.reason == reasons.BY_EARLY_START:
            begun_s = uptime_s
    return begun_s


CHANGE_S = 6 * 3600 + 1800  # 06:30 comfort


def test_it_heats_ahead_of_a_rise_and_keeps_to_it():
    home = Home(4, plan__early_start=True)
    begun_s = through_the_night(home, 4 * 3600, CHANGE_S)
    assert begun_s and home.plan.setpoint_mdeg == 22000
    assert home.plan.preset == presets.COMFORT
    # what it told then is what it had begun with
    assert abs(home.plan.early.lead_s(18000, 22000) - (CHANGE_S - begun_s)) <= 90
    # warmer than thought: it stays with the set-point of the change
    through_the_night(home, begun_s, begun_s + 600)
    home.after(begun_s + 601, room_mdeg=21900)
    assert home.plan.setpoint_mdeg == 22000 and home.plan.reason == reasons.BY_EARLY_START
    assert home.at(6, 30).reason == reasons.BY_PLAN
    # and not ahead of a set-back
    assert through_the_night(home, CHANGE_S, CHANGE_S + 7200) is None


def test_no_early_start_when_warm_enough_switched_off_or_without_a_sensor():
    assert through_the_night(Home(4, plan__early_start=True), 4 * 3600, CHANGE_S, 21600) is None
    assert through_the_night(Home(4), 4 * 3600, CHANGE_S) is None
    home = Home(4, plan__early_start=True)
    for uptime_s in range(4 * 3600, CHANGE_S):
        home.clock.step(uptime_s)
        home.plan.step(uptime_s, home.clock, 18000, 0, 400, 0)
        assert home.plan.reason == reasons.BY_PLAN
    off = Home(4, plan__early_start=True, control__mode="off")
    assert through_the_night(off, 4 * 3600, CHANGE_S) is None


def test_a_press_ends_an_early_start_for_this_change_only():
    home = Home(4, plan__early_start=True)
    begun_s = through_the_night(home, 4 * 3600, CHANGE_S)
    home = Home(4, plan__early_start=True)
    through_the_night(home, 4 * 3600, begun_s + 60)
    home.plan.press(local.DOWN)
    assert through_the_night(home, begun_s + 60, CHANGE_S) is None
    assert home.plan.reason == reasons.BY_OVERRIDE and home.plan.setpoint_mdeg == 21500
    assert home.at(6, 30).setpoint_mdeg == 22000
    # the next evening's rise at 17:00 has its early start again
    evening_s = 17 * 3600
    assert through_the_night(home, CHANGE_S, evening_s) is not None


def test_a_rise_held_back_by_a_limit_teaches_nothing():
    for limited in (0, 1):
        home = Home(6)
        for uptime_s in range(6 * 3600, CHANGE_S + 2400):
            room_mdeg = 18000 if uptime_s < CHANGE_S else 18000 + 2 * (uptime_s - CHANGE_S)
            home.clock.step(uptime_s)
            home.plan.step(uptime_s, home.clock, room_mdeg, 1, 1500, limited)
        assert home.plan.early.due == 1 - limited


def test_an_open_window_lowers_to_frost_until_somebody_presses():
    home = Home(9)
    uptime_s = home.uptime_s
    for fall_mdeg in range(0, 2000, 3):
        uptime_s += 1
        home.after(uptime_s, 20000 - fall_mdeg)
    assert home.plan.window.open
    assert home.plan.setpoint_mdeg == 7000 and home.plan.reason == reasons.BY_WINDOW
    home.plan.press(local.UP)
    assert home.after(uptime_s + 1, 18000).setpoint_mdeg == 20500
    off = Home(9, plan__window=False)
    for fall_mdeg in range(0, 2000, 3):
        off.after(off.uptime_s + 1, 20000 - fall_mdeg)
    assert off.plan.setpoint_mdeg == 20000


def test_a_second_allocates_nothing():
    home = Home(9)
    buttons = local.Buttons()
    clock, plan = home.clock, home.plan
    uptime_s = home.uptime_s
    micropython.heap_lock()
    try:
        for i in range(5000):  # no change of the plan within
            uptime_s += 1
            clock.step(uptime_s)
            plan.step(uptime_s, clock, 21000 + i % 50, 1, 500 + i % 700, 0)
            plan.press(buttons.step(0))
            local.led(plan, buttons, 0, 1)
    finally:
        micropython.heap_unlock()
    assert plan.setpoint_mdeg == 20000
