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


class Room:
    # of air alone, behind an emitter of 5 min; 2 kW raise it by 3.5 K in 10 min
    def __init__(self):
        self.window = Window()
        self.room_k = 0.0
        self.heat_w = 800.0
        self.i = 0

    def second(self, power_w, loss_w=800.0, setpoint_mdeg=22000):
        window = self.window
        self.heat_w += (power_w - self.heat_w) / 300
        self.room_k += (self.heat_w - loss_w - 150 * self.room_k) / 350_000
        window.note(800, 600, 1, 800)
        window.step(22000 + int(self.room_k * 1000), 1, power_w, setpoint_mdeg)
        self.i += 1
        if self.i % 2 == 0 and window.pulses.due:
            window.learn_due()

    def cycles(self, count, loss_w=800.0):
        # no two alike: what a pulse does is to be known, not when it comes
        for n in range(count):
            on_s = (240, 300, 180, 270, 210)[n % 5]
            for at in range(on_s * 5 // 2):
                self.second(2000 if at < on_s else 0, loss_w)


def test_the_pulses_of_a_relay_are_no_window_and_hide_none():
    room = Room()
    room.cycles(40)
    assert not room.window.open
    # a pause twice as long as any explains a fall twice as deep
    for _ in range(840):
        room.second(0)
    assert not room.window.open
    room.cycles(10)
    assert not room.window.open
    # A window: in the middle of a pulse, seen in the room before it is in the power.
    for _ in range(60):
        room.second(2000)
    began = room.i
    while not room.window.open and room.i < began + 600:
        room.second(2000, 2000.0)
    assert 60 <= room.i - began <= 300


def test_before_its_pulses_are_known_a_relay_makes_no_alarm():
    room = Room()
    for _ in range(8 * 3600 // 1600):
        for at in range(1600):
            room.second(2000 if at < 640 else 0)
            assert not room.window.open, room.i


class Told:
    # instead of Pulses: what a test says of them
    loss_w = off_w = due = begun = cleared = 0
    doubt = 0

    def __init__(self, fall_mdeg, moved_mdeg=0):
        self.fall_mdeg = fall_mdeg
        self.moved_mdeg = moved_mdeg

    def sample(self, *_):
        pass

    def fall(self, *_):
        pass

    def remodel(self, *_):
        pass

    def doubt_permille(self):
        return self.doubt

    def begin(self):
        self.begun += 1

    def clear(self):
        self.cleared += 1


def opens(fall_mdeg, moved_mdeg=0, doubt=0, losses_permille=0):
    window = Window()
    window.note(800, 600, 1, 800)
    window.pulses = told = Told(fall_mdeg, moved_mdeg)
    told.doubt = doubt
    window.losses.cyclic_sample = lambda *_: losses_permille
    run(window, 15, 22000, 0)
    return window.open


def test_a_relays_window_is_a_fall_and_a_loss_together_beyond_habit_pulses_and_doubt():
    # To begin with a relay's room is taken to fall by 120 mdeg, and eight times as much counts.
    assert not opens(900) and opens(1000)
    assert not opens(1000, moved_mdeg=400) and opens(1150, moved_mdeg=400)
    assert not opens(1900, doubt=1000) and opens(1950, doubt=1000)
    assert not opens(500, losses_permille=450) and opens(500, losses_permille=500)
    assert not opens(1000, losses_permille=-100)


def test_with_a_relay_the_past_is_left_when_the_set_point_rises_and_while_a_window_is_open():
    window = Window()
    window.note(800, 600, 1, 800)
    window.pulses = told = Told(0)
    run(window, 15, 22000, 0)
    begun = told.begun
    run(window, 15, 22000, 0, setpoint_mdeg=21000)
    assert told.begun == begun
    run(window, 15, 22000, 0, setpoint_mdeg=21500)
    assert told.begun == begun + 1
    told.fall_mdeg = 2000
    run(window, 15, 22000, 0, setpoint_mdeg=21500)
    assert window.open
    cleared = told.cleared
    run(window, 150, 22000, 0, setpoint_mdeg=21500)
    assert told.cleared == cleared + 10


def test_what_held_the_room_before_is_a_mean_over_the_cycles():
    window = Window()
    highest_s = 7 * 1600 + 300  # five minutes ago the estimate was at its highest
    for n in range(highest_s + 900):
        # the estimate swings by 400 W to either side
        window.note(400 + abs(n % 1600 - 800), 600, 1, 800)
        window.step(22000 - 5 * max(n - highest_s, 0), 1, 800, 22000)
        if window.open:
            break
    assert window.open
    assert 700 <= window.before_w <= 900


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
            window.note(i % 3000, 600, 1, 800 if i > 2000 else -1)
            window.step(22000 - i * 3 % 9000, 1, i % 3500, 22000)
    finally:
        micropython.heap_unlock()
