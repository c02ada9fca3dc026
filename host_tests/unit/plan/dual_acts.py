# What people do to the plan: overrides, presets, buttons, child lock; what outlasts a power cut.

from plan_home import MONDAY, Home, refusal

from heater.plan import clock as clocks
from heater.plan import local, reasons
from heater.signals import MODE_HEAT, MODE_OFF, MODE_PLAN


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
