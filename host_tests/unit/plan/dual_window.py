# Open-window detection on drawn curves. The simulated homes judge it in test_window_homes.py.

import micropython

from heater.plan.window import Window


def run(window, seconds, room_mdeg, slope, power_w=800, setpoint_mdeg=22000):
    # a straight line of `slope` mdeg a second in 1/16 K steps; returns (s to the alarm, end)
    noticed_s = None
    for i in range(seconds):
        value = room_mdeg + int(slope * i)
        window.step(value * 16 // 1000 * 1000 // 16, 1, power_w, setpoint_mdeg)
        if window.open and noticed_s is None:
            noticed_s = i + 1
    return noticed_s, room_mdeg + int(slope * seconds)


def settled(power_w=800):
    window = Window()
    assert run(window, 7200, 22000, 0, power_w) == (None, 22000)
    return window


def test_a_steady_fall_under_power_is_an_open_window():
    # 0.3 K at 2 kW: 150 mdeg a minute take 120 s, then up to two samples
    noticed_s, _ = run(settled(), 600, 22000, -2.5)
    assert 110 <= noticed_s <= 155


def test_a_slow_fall_is_none():
    # 0.26 K in 5 min
    assert run(settled(), 3600, 22000, -0.85)[0] is None


def test_the_fall_that_counts_follows_the_size_of_the_heater():
    for rated_w, slope, alarm in ((800, -2.2, False), (800, -3.0, True), (3500, -1.0, True)):
        window = Window()
        window.rated_w = rated_w
        run(window, 7200, 22000, 0, rated_w // 2)
        assert (run(window, 320, 22000, slope, rated_w // 2)[0] is not None) == alarm, rated_w


def test_a_fall_after_less_heating_is_none():
    # 0.75 K in 5 min, when 800 of 2000 W have gone
    window = settled()
    assert run(window, 1200, 22000, -2.5, 0)[0] is None
    # a steeper one is a window even so
    window = settled()
    run(window, 300, 22000, -0.5, 0)
    assert run(window, 300, 21850, -8.0, 0)[0] is not None


def test_missing_power_is_remembered_while_the_room_still_falls():
    window = settled()
    run(window, 300, 22000, -0.5, 0)
    assert run(window, 200, 21850, -1.8, 1200)[0] is None
    # without the pause the same fall is a window
    window = settled()
    run(window, 300, 22000, -0.5)
    assert run(window, 200, 21850, -1.8, 1200)[0] is not None


def test_what_is_lost_above_the_set_point_counts_for_a_third():
    window = settled()
    run(window, 900, 22000, 1.5)
    assert run(window, 400, 23350, -2.5)[0] is None
    assert run(settled(), 400, 22000, -2.5)[0] is not None


def test_raising_the_set_point_makes_no_alarm_of_the_past():
    window = Window()
    run(window, 7200, 20000, 0, setpoint_mdeg=19500)
    run(window, 240, 20000, -2.0, setpoint_mdeg=19500)
    assert not window.open
    assert run(window, 60, 19520, 0, setpoint_mdeg=22000)[0] is None


def test_a_room_that_swings_by_habit_has_to_fall_by_more():
    window = Window()
    for _ in range(40):
        run(window, 300, 22000, -1.1)
        run(window, 300, 21670, 1.1)
    assert not window.open
    assert run(window, 300, 22000, -1.7)[0] is None
    assert run(window, 300, 21400, -8.0)[0] is not None


def cycles(window, count, granted_w=800):
    # of a relay: 4 min of full power, 6 min without, and the room swings by 0.66 K
    for i in range(600 * count):
        at = i % 600
        swing = at * 2750 // 1000 if at < 240 else 660 - (at - 240) * 1833 // 1000
        window.note(granted_w, 600, 1, granted_w)
        window.step(21670 + swing, 1, 2000 if at < 240 else 0, 22000)


def test_the_cycles_of_a_relay_are_no_window_and_hide_none():
    window = Window()
    cycles(window, 24)
    assert not window.open
    # the pulse ends, as in each cycle, and the room falls four times as fast
    for i in range(300):
        window.note(800, 600, 1, 800)
        window.step(22330 - 8 * i, 1, 0, 22000)
    assert window.open
    # with less granted, a part of that fall is explained
    window = Window()
    cycles(window, 24)
    for i in range(300):
        window.note(800, 600, 1, 0)
        window.step(22330 - 5 * i, 1, 0, 22000)
    assert not window.open


def test_it_is_shut_when_the_room_warms_again_or_after_half_an_hour():
    window = settled()
    _, low = run(window, 600, 22000, -2.5)
    assert window.open and window.open_s > 300
    run(window, 90, low, 0.8, 0)
    assert window.open
    run(window, 150, low + 72, 1.0, 0)
    assert not window.open and window.open_s == 0
    noticed_s, low = run(window, 1200, 22000, -2.5)
    assert noticed_s and window.open
    run(window, 1800 - (1200 - noticed_s) - 2, low, -0.2, 0)
    assert window.open
    run(window, 5, low - 400, -0.2, 0)
    assert not window.open


def test_a_lost_sensor_a_press_or_the_setting_end_it():
    for end in ("sensor", "press", "setting"):
        window = settled()
        run(window, 600, 22000, -2.5)
        assert window.open
        if end == "press":
            window.clear()
        else:
            window.enabled = end == "sensor"
            window.step(20000, end != "sensor", 0, 22000)
        assert not window.open, end
    window.enabled = 0
    assert run(window, 600, 22000, -5)[0] is None


def test_a_second_allocates_nothing():
    window = Window()
    micropython.heap_lock()
    try:
        for i in range(4000):
            window.step(22000 - i * 3 % 9000, 1, i % 3500, 22000)
    finally:
        micropython.heap_unlock()
