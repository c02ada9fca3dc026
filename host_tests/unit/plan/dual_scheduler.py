# The scheduler step by step: modes, overrides, bounds, working time, quiet hours, buttons.

import micropython

from heater.plan import clock as clocks
from heater.plan import local, presets, reasons
from heater.plan.clock import Clock
from heater.plan.scheduler import Plan
from heater.signals import MODE_HEAT, MODE_OFF, MODE_PLAN

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


def test_override_until_the_next_change():
    home = Home(9)
    home.plan.override_until_next(23500)
    assert home.at(16, 59, 59).setpoint_mdeg == 23500
    assert home.plan.reason == reasons.BY_OVERRIDE
    assert home.at(17).setpoint_mdeg == 22000 and home.plan.reason == reasons.BY_PLAN


def test_override_until_a_time():
    home = Home(9)
    home.plan.override_until(23500, MONDAY + 20 * 3600)
    assert home.at(19, 59, 59).setpoint_mdeg == 23500
    assert home.at(20).setpoint_mdeg == 22000
    assert "past" in refusal(home.plan.override_until, 23500, MONDAY + 20 * 3600)


def test_override_for_a_duration_needs_no_clock():
    home = Home()
    home.plan.override_for(23500, 600)
    assert home.after(599).setpoint_mdeg == 23500
    assert home.after(600).setpoint_mdeg == 21500
    assert "trusted" in refusal(home.plan.override_until, 23500, MONDAY + 10**6)


def test_an_override_until_the_next_change_is_bound_once_the_clock_is_found():
    home = Home()
    home.plan.override_until_next(23000)
    assert home.after(30 * 3600).setpoint_mdeg == 23000
    home.clock.set(MONDAY + 8 * 3600, clocks.NTP, 30 * 3600)
    assert home.after(30 * 3600 + 1799).setpoint_mdeg == 23000
    assert home.after(30 * 3600 + 1800).setpoint_mdeg == 20000


def test_boost_is_limited_in_time_and_toggles():
    home = Home(9)
    assert home.plan.press(local.BOOST)
    assert home.at(9, 44, 59).setpoint_mdeg == 25000
    assert home.plan.reason == reasons.BY_BOOST
    assert home.at(9, 45).setpoint_mdeg == 20000
    home.plan.press(local.BOOST)
    assert home.at(10).setpoint_mdeg == 25000
    home.plan.press(local.BOOST)
    assert home.at(10, 0, 1).setpoint_mdeg == 20000


def test_overrides_outside_the_bounds_are_refused_with_value_and_bounds():
    home = Home(9, plan__company_highest_mdeg=24000, plan__lowest_mdeg=16000)
    for mdeg in (24001, 15999):
        said = refusal(home.plan.override_until_next, mdeg)
        assert str(mdeg) in said and "16000 to 24000" in said
    assert "604800" in refusal(home.plan.override_for, 20000, 604801)


def test_bounds_of_installer_and_company_hold_over_plan_and_boost():
    home = Home(9, plan__highest_mdeg=26000, plan__company_highest_mdeg=21000)
    assert home.at(17).setpoint_mdeg == 21000 and home.plan.bounded
    home.plan.press(local.BOOST)
    assert home.at(17, 1).setpoint_mdeg == 21000
    home.set(plan__company_highest_mdeg=30000, plan__company_lowest_mdeg=19000)
    assert home.at(23).setpoint_mdeg == 19000 and home.plan.bounded
    assert home.at(24 + 7).setpoint_mdeg == 22000 and not home.plan.bounded


def test_buttons_change_by_half_degrees():
    home = Home(9, plan__eco_mdeg=20300)
    home.plan.press(local.UP)
    assert home.at(9, 1).setpoint_mdeg == 20500
    home.plan.press(local.UP)
    home.plan.press(local.UP)
    assert home.at(9, 2).setpoint_mdeg == 21500
    home.plan.press(local.DOWN)
    assert home.at(9, 3).setpoint_mdeg == 21000
    assert not home.plan.unsaved
    assert home.at(17).setpoint_mdeg == 22000
    home = Home(9, plan__eco_mdeg=20300)
    home.plan.press(local.DOWN)
    assert home.at(9, 1).setpoint_mdeg == 20000


def test_buttons_in_mode_heat_change_the_constant_set_point_within_bounds():
    home = Home(9, control__mode="heat", plan__highest_mdeg=22000)
    for _ in range(5):
        home.plan.press(local.UP)
    assert home.at(9, 1).setpoint_mdeg == 22000
    assert home.plan.base_mdeg == 22000 and home.plan.unsaved


def test_mode_button_goes_round_and_ends_overrides():
    home = Home(9)
    home.plan.press(local.UP)
    for mode in (MODE_OFF, MODE_HEAT, MODE_PLAN):
        home.plan.press(local.MODE)
        assert home.plan.mode == mode and home.plan.unsaved
    assert home.at(9, 1).setpoint_mdeg == 20000


def test_a_press_not_yet_saved_outlives_the_change_of_another_setting():
    home = Home(9)
    home.plan.press(local.MODE)
    home.set(plan__boost_min=30)
    assert home.plan.mode == MODE_OFF
    home.set(control__mode="off")
    home.set(control__mode="heat")
    assert home.at(9, 0, 30).mode == MODE_HEAT
    home.plan.press(local.UP)
    home.set(plan__boost_min=45)
    assert home.at(9, 1).setpoint_mdeg == 22000
    home.set(control__setpoint_mdeg=20500)
    assert home.at(9, 2).setpoint_mdeg == 20500


def test_child_lock_refuses_every_press_but_its_own():
    home = Home(9)
    assert home.plan.press(local.LOCK) and home.plan.child_lock
    for event in (local.UP, local.DOWN, local.BOOST, local.MODE):
        assert not home.plan.press(event)
    assert home.at(9, 1).setpoint_mdeg == 20000 and home.plan.mode == MODE_PLAN
    home.plan.press(local.LOCK)
    assert home.plan.press(local.UP)


def test_working_time_ends_heat_until_somebody_comes():
    home = Home(0, control__mode="heat", plan__work_max_min=120)
    assert home.at(1, 59, 59).setpoint_mdeg == 21500
    assert home.at(2).setpoint_mdeg == 7000 and home.plan.reason == reasons.BY_WORK_TIME
    assert home.at(8).setpoint_mdeg == 7000
    home.plan.press(local.UP)
    assert home.at(8, 1).setpoint_mdeg == 22000
    assert home.at(10, 0, 0).setpoint_mdeg == 7000


def test_working_time_counts_from_the_last_change_of_the_plan():
    home = Home(6, plan__work_max_min=180)
    assert home.at(6, 30).setpoint_mdeg == 22000
    assert home.at(8, 30).setpoint_mdeg == 20000
    assert home.at(11, 29).setpoint_mdeg == 20000
    assert home.at(11, 30).reason == reasons.BY_WORK_TIME
    assert home.at(17).setpoint_mdeg == 22000


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


def test_overrides_outlast_a_power_cut_as_far_as_their_end_is_known():
    home = Home(9)
    home.plan.override_for(24000, 3600)
    home.at(9, 10)
    saved = home.plan.state()
    home = Home()
    assert home.plan.restore(saved)
    home.clock.set(MONDAY + 9 * 3600 + 1800, clocks.NTP, 100)
    assert home.after(100).setpoint_mdeg == 24000
    assert home.after(100 + 1799).setpoint_mdeg == 24000
    assert home.after(100 + 1800).setpoint_mdeg == 20000
    home = Home()
    home.plan.override_for(24000, 3600)
    saved = home.plan.state()
    home = Home()
    assert home.plan.restore(saved)
    assert home.after(0).setpoint_mdeg == 21500


def test_an_uncertain_clock_ends_no_override():
    home = Home(9)
    home.plan.override_until(24000, MONDAY + 10 * 3600)
    saved = home.at(9, 30).state()
    home = Home()
    assert home.plan.restore(saved)
    home.clock.set(MONDAY + 9 * 3600 + 1800, clocks.UNCERTAIN, 0)
    assert home.after(3 * 3600).setpoint_mdeg == 24000
    home.clock.set(MONDAY + 13 * 3600, clocks.NTP, 3 * 3600)
    assert home.after(3 * 3600).setpoint_mdeg == 20000


def test_what_is_no_saved_state_is_refused():
    plan = Home(9).plan
    good = plan.state()
    for bad in (None, {}, [], good[:-1], [99] + good[1:], good[:1] + [99999] + good[2:],
                good[:2] + [7] + good[3:], good[:-1] + ["x"]):  # fmt: skip
        assert not plan.restore(bad)
    assert plan.restore(good)


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
        assert home.plan.early.rises == 1 - limited


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
