# The heater's own buttons and its LED.

from plan_home import Home

from heater.plan import local, presets, reasons
from heater.signals import BUTTON_DOWN, BUTTON_MAIN, BUTTON_UP


def held(buttons, level, ticks):
    events = [buttons.step(level) for _ in range(ticks)]
    return [event for event in events if event]


def test_short_press_long_press_and_lock():
    buttons = local.Buttons()
    assert held(buttons, BUTTON_MAIN, 1) == [] and held(buttons, 0, 6) == [local.BOOST]
    assert held(buttons, BUTTON_MAIN, 10) == [] and held(buttons, 0, 6) == [local.BOOST]
    assert held(buttons, BUTTON_MAIN, 11) == [] and held(buttons, 0, 5) == [local.MODE]
    assert held(buttons, BUTTON_MAIN, 50) == [] and held(buttons, 0, 5) == [local.MODE]
    assert held(buttons, BUTTON_MAIN, 300) == [local.LOCK] and held(buttons, 0, 5) == []


def test_two_short_presses_are_no_boost():
    buttons = local.Buttons()
    for pause in (1, 5):
        assert held(buttons, BUTTON_MAIN, 2) == [] and held(buttons, 0, pause) == []
        assert held(buttons, BUTTON_MAIN, 2) == [] and held(buttons, 0, 9) == [local.PRESET]
    # too late for twice, and a long second press is a long press
    assert held(buttons, BUTTON_MAIN, 2) == [] and held(buttons, 0, 7) == [local.BOOST]
    assert held(buttons, BUTTON_MAIN, 2) == [] and held(buttons, 0, 2) == []
    assert held(buttons, BUTTON_MAIN, 20) == [] and held(buttons, 0, 9) == [local.MODE]
    # another button ends the wait, and is taken too
    assert held(buttons, BUTTON_MAIN, 2) == [] and held(buttons, 0, 2) == []
    assert held(buttons, BUTTON_UP, 3) == [local.BOOST, local.UP]


def test_three_short_presses_are_quiet():
    buttons = local.Buttons()
    for pause in (1, 4):
        for _ in range(2):
            assert held(buttons, BUTTON_MAIN, 2) == [] and held(buttons, 0, pause) == []
        assert held(buttons, BUTTON_MAIN, 2) == [] and held(buttons, 0, 9) == [local.QUIET]
    # a long one ends the count, and two with another button after them are two
    assert held(buttons, BUTTON_MAIN, 2) == [] and held(buttons, 0, 2) == []
    assert held(buttons, BUTTON_MAIN, 20) == [] and held(buttons, 0, 9) == [local.MODE]
    assert held(buttons, BUTTON_MAIN, 2) == [] and held(buttons, 0, 9) == [local.BOOST]
    for _ in range(2):
        held(buttons, BUTTON_MAIN, 2)
        held(buttons, 0, 2)
    assert held(buttons, BUTTON_DOWN, 2) == [local.PRESET, local.DOWN]


def test_four_and_five_short_presses_change_the_plan():
    for times, event in ((4, local.TEACH), (5, local.FORGET), (6, local.FORGET)):
        buttons = local.Buttons()
        heard = []
        for _ in range(times):
            heard += held(buttons, BUTTON_MAIN, 2) + held(buttons, 0, 2)
        heard += held(buttons, 0, 9)
        # a sixth press is the first of another gesture
        assert heard == [event] + ([local.BOOST] if times > 5 else [])


def test_the_plan_is_taught_by_asking_for_a_preset_at_its_hour():
    home = Home(12)
    home.at(12, 3)
    plan = home.plan
    assert plan.press(local.TEACH) == 0 and not plan.week_unsaved  # nobody has asked for anything
    plan.press(local.PRESET)
    home.at(12, 4)
    assert plan.press(local.TEACH) == 1 and plan.answer == local.LED_TAUGHT
    assert home.at(12, 5).preset == presets.COMFORT and plan.reason == reasons.BY_PLAN
    assert "08:30 eco 12:00 comfort 22:30 sleep;" in plan.week_text() and plan.week_unsaved
    # 17:00 comfort has moved to noon; tomorrow eco ends then, and on Saturday nothing is new
    assert home.at(24 + 11, 59).preset == presets.ECO
    assert home.at(24 + 12).preset == presets.COMFORT
    assert home.at(5 * 24 + 12).preset == presets.COMFORT
    assert plan.week_text().endswith("sat-sun 07:30 comfort 23:00 sleep")
    # another setting's commit does not undo what is not saved yet
    home.set(plan__eco_mdeg=19000)
    assert home.at(7 * 24 + 12).preset == presets.COMFORT and "12:00" in plan.week_text()
    home.set(plan__week="mon-sun 06:00 comfort 22:00 sleep")
    assert plan.week_text() == "mon-sun 06:00 comfort 22:00 sleep"


def test_a_turned_set_point_teaches_the_nearest_preset_and_five_presses_forget():
    home = Home(14)
    plan = home.plan
    for _ in range(3):
        plan.press(local.UP)  # 21.5 degC: comfort (22) is nearer than eco (20)
    home.at(14, 1)
    assert plan.press(local.TEACH) == 1
    assert home.at(14, 2).setpoint_mdeg == 22000
    home.at(14, 12)
    assert plan.press(local.FORGET) == 1 and plan.answer == local.LED_FORGOTTEN
    assert home.at(14, 13).preset == presets.ECO
    assert home.at(17).preset == presets.ECO  # its comfort had moved, and is forgotten with it


def test_five_presses_soon_after_four_bring_the_former_plan_back():
    home = Home(14)
    plan = home.plan
    before = plan.week_text()
    plan.press(local.PRESET)
    assert plan.press(local.TEACH) == 1 and plan.week_text() != before
    home.at(14, 9)
    assert plan.press(local.FORGET) == 1 and plan.week_text() == before
    assert home.at(14, 10).preset == presets.ECO
    assert plan.press(local.FORGET) == 1  # and once more is no undo
    assert "08:30" not in plan.week_text()


def test_a_plan_from_elsewhere_is_not_undone():
    home = Home(14)
    plan = home.plan
    plan.press(local.PRESET)
    plan.press(local.TEACH)
    home.set(plan__week=plan.week_text())  # saved: the undo stays
    plan.press(local.FORGET)
    assert "08:30 eco 17:00 comfort" in plan.week_text()
    plan.press(local.PRESET)
    plan.press(local.TEACH)
    home.set(plan__week="mon-sun 06:00 comfort 12:00 eco 22:00 sleep")
    home.at(14, 1)
    plan.press(local.FORGET)
    assert plan.week_text() == "mon-fri 06:00 comfort 22:00 sleep; sat-sun " + (
        "06:00 comfort 12:00 eco 22:00 sleep"
    )


def test_the_plan_is_not_changed_without_clock_in_another_mode_away_or_locked():
    for home in (
        Home(),
        Home(9, control__mode="heat"),
        Home(9, control__mode="off"),
        Home(9, plan__exceptions="2027-01-04T08:00..2027-01-06T08:00 away"),
        Home(9, plan__child_lock=True),
    ):
        before = home.plan.week_text()
        home.plan.press(local.PRESET)
        home.after(home.uptime_s + 60)
        assert home.plan.press(local.TEACH) == 0 and home.plan.press(local.FORGET) == 0
        assert home.plan.week_text() == before and not home.plan.week_unsaved


def test_quiet_by_hand_lasts_a_night_and_ends_by_the_same():
    home = Home(9)
    plan = home.plan
    assert plan.press(local.QUIET) and plan.quiet and plan.answer == local.LED_QUIET
    assert home.at(16, 59, 58).quiet == 1 and plan.calm == 1
    assert home.at(17, 0, 1).quiet == 0 and plan.calm == 0
    # in quiet hours it is the other way round
    assert home.at(23).quiet == 1
    assert plan.press(local.QUIET) and plan.answer == local.LED_NOT_QUIET
    assert home.at(23, 30).quiet == 0 and plan.calm == 0
    plan.press(local.QUIET)
    assert home.at(23, 31).quiet == 1
    # without a clock a press tells that relays may rest too
    plan = Home().plan
    plan.press(local.QUIET)
    plan.press(local.QUIET)
    assert plan.quiet == 1
    plan.press(local.LOCK)
    assert plan.press(local.QUIET) == 0


def test_the_button_goes_round_the_presets_and_back_to_the_plan():
    home = Home(9)
    plan = home.plan
    for preset, mdeg in ((presets.COMFORT, 22000), (presets.ECO, 20000), (presets.SLEEP, 18000)):
        assert plan.press(local.PRESET) == 1
        assert home.at(9, 1).preset == preset and plan.setpoint_mdeg == mdeg
        assert plan.answer == local.LED_PRESETS + preset
        assert plan.override.remaining_s(home.uptime_s, 1, home.clock.t_s) == 8 * 3600 - 60
    plan.press(local.PRESET)
    assert home.at(9, 1).preset == presets.AWAY and plan.answer == local.LED_PRESETS + 3
    # who is away does not come back with the next change of the plan
    assert home.at(17, 1).setpoint_mdeg == 14000 and home.at(24 + 17).preset == presets.AWAY
    plan.press(local.PRESET)
    assert home.at(24 + 17).setpoint_mdeg == 22000 and plan.answer == local.LED_MODE_PLAN
    assert plan.reason == reasons.BY_PLAN


def test_in_mode_heat_a_preset_holds_until_it_is_ended():
    home = Home(9, control__mode="heat")
    home.plan.press(local.PRESET)
    home.plan.press(local.PRESET)
    assert home.at(24 + 17).setpoint_mdeg == 20000 and home.plan.base_mdeg == 21500
    for _ in range(3):
        home.plan.press(local.PRESET)
    assert home.at(24 + 18).setpoint_mdeg == 21500
    assert home.plan.answer == local.LED_MODE_HEAT
    home.plan.set_preset(presets.FROST)
    home.plan.press(local.BOOST)
    assert home.at(24 + 18, 1).setpoint_mdeg == 25000


def test_away_outlasts_a_power_cut_without_any_clock():
    home = Home()
    home.plan.set_preset(presets.AWAY)
    assert home.after(0).acted == 1
    saved = home.plan.state()
    home = Home()
    assert home.plan.restore(saved)
    assert home.after(10**6).setpoint_mdeg == 14000 and home.plan.preset == presets.AWAY


def test_up_and_down_act_at_once_and_repeat():
    buttons = local.Buttons()
    assert held(buttons, BUTTON_UP, 1) == [local.UP] and held(buttons, 0, 3) == []
    assert held(buttons, BUTTON_DOWN, 8) == [local.DOWN]
    assert held(buttons, BUTTON_DOWN, 9) == [local.DOWN] * 3
    # a second button waits until the first is let go
    assert held(buttons, BUTTON_DOWN | BUTTON_MAIN, 1) == []
    assert held(buttons, 0, 2) == []


def test_the_led_is_dark_in_quiet_hours_but_answers_a_press_and_shows_faults():
    home = Home(23)
    buttons = local.Buttons()
    assert local.led(home.plan, buttons, 0, 1) == local.LED_DARK
    assert local.led(home.plan, buttons, 1, 1) == local.LED_FAULT
    buttons.step(BUTTON_UP)
    assert local.led(home.plan, buttons, 0, 1) == local.LED_HEATING
    held(buttons, 0, 101)
    assert local.led(home.plan, buttons, 0, 1) == local.LED_DARK
    home.at(24 + 9)
    assert local.led(home.plan, buttons, 0, 0) == local.LED_STANDBY
    home.plan.press(local.MODE)
    buttons.step(BUTTON_MAIN)
    assert local.led(home.plan, buttons, 1, 0) == local.LED_FAULT
    home.plan.press(local.MODE)
    assert local.led(home.plan, buttons, 0, 0) == local.LED_MODE_HEAT
    home.plan.press(local.PRESET)
    assert local.led(home.plan, buttons, 0, 0) == local.LED_PRESETS
    home.plan.press(local.UP)
    assert local.led(home.plan, buttons, 0, 0) == local.LED_STANDBY
    home.plan.press(local.LOCK)
    buttons.step(BUTTON_UP)
    assert local.led(home.plan, buttons, 0, 0) == local.LED_LOCKED
