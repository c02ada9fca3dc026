# What the learner makes of a rise, and when it begins anew. Runs on CPython and MicroPython.

from heater.control.learn import Learner
from heater.control.room import RoomControl

RATED_W = 2000


def rise_in(room_j_k, seconds, outside_w=0):
    """A learner that has seen a room of one node, without walls, rise at full power; outside_w:
    heat that joins after a quarter of the time and is not the heater's."""
    learner = Learner()
    learner.rated_w = RATED_W
    emitter_w = 0.0
    room_c = sensor_c = 18.0
    learner.begin()
    for t in range(seconds):
        emitter_w += (RATED_W - emitter_w) / 200
        other_w = outside_w if 4 * t > seconds else 0
        room_c += (emitter_w + other_w) / room_j_k
        sensor_c += (room_c - sensor_c) / 100
        learner.note(int(sensor_c * 16) * 1000 // 16, RATED_W)
        learner.note_body(int(60_000 * (emitter_w / RATED_W) ** (1 / 1.3)))
        learner.slice()
    return learner


def test_a_slow_room_without_walls_is_not_taken_for_a_quick_one():
    learner = rise_in(3e6, 2200)
    told = learner.found((6000, 450, 200, 1666), 0)
    assert 0.6 < told[0] / (1e9 / 3e6) < 1.6, told


def test_lags_found_are_lags_of_a_room():
    learner = rise_in(8e5, 1200)
    learner.emitter_s, learner.sensor_s = 12.0, 7.0
    told = learner.found((6000, 450, 200, 1666), 0)
    assert told[1] == 30 and told[2] == 20


def test_what_something_else_has_moved_is_hopeless_and_an_honest_rise_is_not():
    assert not rise_in(8e5, 1200).hopeless
    assert rise_in(8e5, 1200, -3 * RATED_W).hopeless


def test_a_record_in_which_nothing_moved_gives_way_to_the_rise():
    room = RoomControl()
    room.configure({"heater.rated_w": RATED_W})
    assert room.restore((1, 2500, 340, 150, 800, 4, 600)) is True

    def live(seconds, sensor_mdeg, setpoint_mdeg):
        for t in range(seconds):
            room.step(sensor_mdeg(t), setpoint_mdeg, room.want_w, RATED_W, True)
            room.learn_step()

    live(900, lambda t: 21_000, 21_000)
    room.learner.begin()  # by the noise of the demand, say
    live(600, lambda t: 21_000, 21_000)
    assert room.learner.samples > 15
    live(300, lambda t: 21_000 + t, 25_000)
    assert room.learner.samples < 12


def slow_room():
    room = RoomControl()
    room.configure({"heater.rated_w": RATED_W})
    assert room.restore((1, 4100, 1270, 250, 1760, 4, 300)) is True
    return room


def test_noise_that_drives_the_demand_to_a_stop_is_made_up_for():
    room = slow_room()
    load_w = power_w = heat_w = RATED_W * 3 // 20
    air_k = sensor_k = total_k = 0.0  # above 22 degC
    stopped = 0
    random = 1
    for t in range(6 * 3600):
        heat_w += (power_w - heat_w) / 1270
        air_k += (heat_w - load_w - 40 * air_k) / 244e3
        sensor_k += (air_k - sensor_k) / 250
        random = random * 1103 % 65_521
        steps = int((sensor_k + 0.17 * (random / 65_521 - 0.5)) * 16 + 800.5) - 800
        power_w = room.step(22_000 + steps * 1000 // 16, 22_000, power_w, RATED_W, True)
        if t >= 2 * 3600:
            total_k += air_k
            stopped += power_w == 0
    assert stopped > 3600
    assert abs(total_k / (4 * 3600)) < 0.05


def test_far_from_the_set_point_a_stop_lets_the_integral_go():
    room = slow_room()
    room.step(22_000, 22_000, 300, RATED_W, True)
    room.pid.move_trim(-150_000)
    for _ in range(1200):
        room.step(18_500, 22_000, RATED_W, RATED_W, True)
    assert room.want_w == RATED_W and -10_000 < room.pid.trim_mw <= 0


def test_a_slow_emitter_gets_no_gain_that_follows_noise():
    assert slow_room().pid.kp_mw <= 6 * RATED_W
