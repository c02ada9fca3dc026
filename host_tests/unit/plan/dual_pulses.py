# What a relay's pulses explain of a room, on small linear rooms.

import micropython

from heater.plan.pulses import Pulses

RATED_W = 2000


class Room:
    # air and a wall, behind an emitter and a sensor; sampled every 15 s
    def __init__(self, emitter_s=300.0, sensor_s=200.0):
        self.emitter_s = emitter_s
        self.sensor_s = sensor_s
        self.told = 0.5  # part of the heat's swing that the estimate of the loss shows
        self.heat_w = 800.0
        self.air_k = self.wall_k = self.sensor_k = 0.0

    def sample(self, pulses, power_w, loss_w=800.0, learn=True):
        for _ in range(15):
            self.heat_w += (power_w - self.heat_w) / self.emitter_s
            to_wall_w = 80 * (self.air_k - self.wall_k)
            self.air_k += (self.heat_w - loss_w - 20 * self.air_k - to_wall_w) / 200_000
            self.wall_k += to_wall_w / 2_000_000
            self.sensor_k += (self.air_k - self.sensor_k) / self.sensor_s
        # an estimate of the loss that is wrong as that of a wrong emitter would be
        loss_w = 800 + int((self.heat_w - 800) * self.told)
        pulses.sample(power_w, 22000 + int(self.sensor_k * 1000), loss_w)
        if learn and pulses.due:
            pulses.learn(RATED_W)

    def live(self, pulses, samples, learn=True):
        # pulses of many lengths; returns the most that is left of fall and loss
        fall_mdeg = off_w = n = 0
        while n < samples:
            on = (16, 20, 12, 18, 24)[n % 5]
            for at in range(on * 5 // 2):
                self.sample(pulses, RATED_W if at < on else 0, learn=learn)
                pulses.fall(30_000, 3)
                fall_mdeg = max(fall_mdeg, pulses.fall_mdeg)
                off_w = max(off_w, abs(pulses.off_w))
                n += 1
        return fall_mdeg, off_w


def test_what_the_pulses_do_is_explained():
    for lags in ((300.0, 200.0), (60.0, 60.0), (900.0, 400.0)):
        pulses, room = Pulses(), Room(*lags)
        room.live(pulses, 240, learn=False)
        fall_mdeg, off_w = room.live(pulses, 480, learn=False)
        room.live(pulses, 1920)
        left_mdeg, left_w = room.live(pulses, 480)
        assert left_mdeg < max(fall_mdeg // 5, 60), (lags, fall_mdeg, left_mdeg)
        assert left_w < off_w // 5, (lags, off_w, left_w)


def test_what_they_do_not_is_left():
    pulses, room = Pulses(), Room()
    room.live(pulses, 1920)
    still = Room()
    still.heat_w, still.air_k = room.heat_w, room.air_k
    still.wall_k, still.sensor_k = room.wall_k, room.sensor_k
    for n in range(20):
        power_w = RATED_W if n < 12 else 0
        room.sample(pulses, power_w, 2000.0, learn=False)
        still.sample(Pulses(), power_w)
    pulses.fall(30_000, 3)
    lost_mdeg = (still.sensor_k - room.sensor_k) * 1000
    assert 0.8 * lost_mdeg <= pulses.fall_mdeg <= 1.2 * lost_mdeg


def test_above_the_set_point_a_fall_counts_for_a_part():
    for setpoint_mdeg, wanted_mdeg in ((30_000, 1200), (20_000, 400), (21_400, 800)):
        pulses = Pulses()
        for n in range(17):
            pulses.sample(800, 22_000 - 75 * n, 800)
        pulses.fall(setpoint_mdeg, 3)
        assert abs(pulses.fall_mdeg - wanted_mdeg) <= 2, setpoint_mdeg


def test_nothing_before_a_raised_set_point_or_a_window_is_looked_at():
    for name in ("begin", "clear"):
        pulses = Pulses()
        for n in range(12):
            pulses.sample(800, 22_000 - 100 * n, 800)
        getattr(pulses, name)()
        for _ in range(12):
            pulses.sample(800, 20_900, 800)
            pulses.fall(30_000, 3)
            assert pulses.fall_mdeg == 0


def test_nothing_is_learned_for_half_an_hour_after_a_window():
    pulses = Pulses()
    pulses.clear()
    for _ in range(120):
        pulses.sample(800, 22_000, 800)
        assert not pulses.due
    pulses.sample(800, 22_000, 800)
    assert pulses.due


def test_what_was_half_a_day_ago_is_forgotten():
    pulses, room = Pulses(), Room(60.0, 60.0)
    room.live(pulses, 3 * 1920)
    room.emitter_s, room.sensor_s = 900.0, 400.0
    pulses_new, room_new = Pulses(), Room(900.0, 400.0)
    for one, place in ((pulses, room), (pulses_new, room_new)):
        place.live(one, 6 * 1920)
    left_mdeg, _ = room.live(pulses, 480)
    wanted_mdeg, _ = room_new.live(pulses_new, 480)
    assert left_mdeg < wanted_mdeg + 30, (left_mdeg, wanted_mdeg)


def test_a_window_in_four_hours_teaches_little():
    pulses, room = Pulses(), Room()
    for _ in range(4):
        room.live(pulses, 480)
        for n in range(40):
            room.sample(pulses, RATED_W if n < 20 else 0, 2400.0)
    room.live(pulses, 240)
    left_mdeg, _ = room.live(pulses, 480)
    assert left_mdeg < 350  # 450 are a window


def test_a_slow_change_of_the_loss_is_none_of_the_pulses():
    pulses = Pulses()
    for n in range(4000):
        pulses.sample(800 + n % 2, 22_000, 500 + n * 3 // 10)  # four hours of that are 288 W
        pulses.learn(RATED_W)
    assert abs(pulses.off_w) < 288 // 4


def test_who_knows_nothing_doubts():
    pulses = Pulses()
    told = {}
    for n in range(1001):
        told[n] = pulses.doubt_permille()
        pulses.sample(800, 22_000, 800)
        pulses.learn(RATED_W)
    assert told[0] == 2000 and told[480] == 1000 and told[960] == told[1000] == 0


def test_what_pulses_moved_is_told_and_forgotten_in_minutes():
    pulses, room = Pulses(), Room()
    room.live(pulses, 1920)
    assert pulses.moved_mdeg > 60
    for _ in range(240):
        room.sample(pulses, 800)
        pulses.fall(30_000, 3)
    assert pulses.moved_mdeg < 30


def test_shares_stay_within_what_31_bits_carry():
    pulses = Pulses()
    for n in range(1500):
        on = n // 20 % 2
        pulses.sample(100 * on, 22_000 + 40_000 * on, 800)
        pulses.learn(100)
    assert max(abs(share) for share in pulses._share) == 60 * 256


def test_even_power_teaches_nothing_wrong():
    pulses = Pulses()
    for n in range(2000):
        pulses.sample(800 + n % 2, 22_000 + n, 800)
        pulses.learn(RATED_W)
    shares = [share for i, share in enumerate(pulses._share) if i % 7 < 6]
    assert max(abs(share) for share in shares) < 256  # a W a W


def test_a_new_room_model_is_no_loss():
    pulses, room = Pulses(), Room()
    room.live(pulses, 1920)
    pulses.remodel(500)
    for at in range(40):
        pulses.sample(RATED_W if at < 16 else 0, 22_000, 1300)
        assert abs(pulses.off_w) < RATED_W // 2
    even = Pulses()
    for _ in range(300):
        even.sample(800, 22_000, 800)
    even.remodel(500)
    even.sample(800, 22_000, 1300)
    assert abs(even.off_w) < 20


def test_of_a_new_room_model_the_pulses_are_learned_anew():
    left_w = []
    for remodel in (False, True):
        pulses, room = Pulses(), Room()
        room.live(pulses, 1920)
        room.told = -0.5
        if remodel:
            pulses.remodel(0)
        room.live(pulses, 480)
        left_w.append(room.live(pulses, 240)[1])
    assert left_w[1] < left_w[0] // 2, left_w


def test_a_sample_allocates_nothing():
    pulses = Pulses()
    for n in range(300):
        pulses.sample(5000 * (n % 20 < 10), 22_000, 12_000)
        pulses.learn(800)
    for i in range(12):
        pulses._share[i] = 60 * 256  # the most that learning gives
    micropython.heap_lock()
    try:
        for n in range(400):
            odd = n % 2
            pulses.sample(5000 * (n % 200 < 100), 22_000 - 7000 * odd, 12_000 - 18_000 * odd)
            pulses.fall(22_000, 3)
            pulses.remodel(0)
    finally:
        micropython.heap_unlock()
