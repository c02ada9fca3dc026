# The room by the heat that the emitter gave off in the last hour, alone: what was learned of some
# loads, judged at these, between and beyond them. The emitter here has another exponent than the
# firmware's, and one lag.

from heater.protect.drift import Drift
from heater.protect.monitors import R_ROOM_DRIFT, ROWS

EXCESS_MDEG = 52_000
S_K = 20  # an oil radiator: seconds of full power in a kelvin ...
CONVECTOR_S_K = 5  # ... and a convector
STEPS_H = 360


class Home:
    def __init__(self, metered=True, s_k=S_K):
        self.s_k = s_k
        self.drift, self.signal = Drift(), [0] * len(ROWS)
        self.metered = metered
        self.excess = 0.0
        self.room, self.off = 20_000.0, 0.0  # the air, and the reading less the air
        self.noise = 0

    def stored(self, mdeg):
        return mdeg * self.s_k

    def live(self, hours, permille, drift_mdeg_h=0, room_mdeg_h=0):
        """Greatest signal in so many hours at that load."""
        most = 0
        for _ in range(int(hours * STEPS_H)):
            lost = 1000 * (max(self.excess, 0.0) / EXCESS_MDEG) ** 1.2
            self.excess += (permille - lost) * 10 / self.s_k
            self.off += drift_mdeg_h / STEPS_H
            self.room += room_mdeg_h / STEPS_H
            self.noise = (self.noise + 7919) % 301
            self.drift.step(
                int(self.room + self.excess) + self.noise - 150, int(self.room + self.off),
                permille, self, self.metered, self.signal,
            )  # fmt: skip
            most = max(most, self.signal[R_ROOM_DRIFT])
        return most


def lived(metered=True, s_k=S_K):
    """One that knows loads from 150 to 400 permille, and rest."""
    home = Home(metered, s_k)
    for _ in range(2):
        for permille in (150, 200, 250, 300, 350, 400):
            assert home.live(6, permille) < 700
        assert home.live(9, 0) < 700
    return home


def test_a_steady_load_and_its_changes_are_no_drift():
    home = lived()
    for permille in (100, 180, 270, 430, 550, 0, 400):  # between and beyond what is known
        assert home.live(5, permille) < 600, permille
    home.live(1, 300)
    assert home.live(3, 300, room_mdeg_h=2000) < 600  # the plan warms the room


def test_a_mild_morning_after_a_night_of_rest_is_no_drift():
    home = lived(s_k=CONVECTOR_S_K)
    for _ in range(3):
        home.live(6, 0)
        most = home.live(0.25, 400, room_mdeg_h=5000)
        most = max(most, home.live(4, 80))
        assert most < 500, most


def test_a_drift_is_named_whatever_the_load_does():
    for k_h in (500, -500):
        for steps in ((250,), (400, 350, 300, 250, 200, 150), (200, 230, 260, 300, 350, 400)):
            home = lived()
            home.live(2, steps[0])
            for tenth in range(60):  # another load each half hour
                permille = steps[min(tenth // 5, len(steps) - 1)]
                if home.live(0.1, permille, drift_mdeg_h=k_h) > 1000:
                    break
            assert abs(home.off) < 2000, (k_h, steps)


def test_a_drift_is_named_while_the_room_gets_warmer():
    for k_h in (500, -500):
        home = lived()
        home.live(2, 300)
        for _ in range(60):
            if home.live(0.1, 300, drift_mdeg_h=k_h, room_mdeg_h=800) > 1000:
                break
        assert abs(home.off) < 2300, k_h


def test_the_first_day_says_nothing():
    home = Home()
    assert home.live(20, 300) == 0
    assert home.live(3, 300, drift_mdeg_h=500) == 0


def test_what_cold_walls_taught_is_no_drift():
    # The first hours of one load were those of a cold house, by which the body stood higher.
    home = Home()
    home.off = -1800.0
    home.live(3.5, 280)
    home.off = 0.0
    for _ in range(2):
        for permille in (150, 200, 350, 400):
            home.live(4, permille)
    assert home.live(6, 280) < 1000
    assert home.live(6, 280, drift_mdeg_h=500) > 1000  # by then it knows better


def test_a_body_among_cold_walls_stands_lower_and_tells_of_no_drift():
    # A day off in a light flat, then 10 K in an hour: walls take hours to follow, and what the
    # body radiates to them is 1.6 K of its excess at first. Without such a day it is a drift, and
    # so it is a week later.
    for hour_mdeg, days in ((-5000, 0), (0, 0), (-5000, 7)):
        home = lived(s_k=CONVECTOR_S_K)
        home.live(3, 350)
        home.live(2, 0, room_mdeg_h=hour_mdeg)
        home.live(6, 0)
        home.live(1, 700, room_mdeg_h=-2 * hour_mdeg)
        home.live(24 * days, 350)
        home.off = 1600.0
        most = home.live(4, 350, drift_mdeg_h=-250)
        drifts = days or not hour_mdeg
        assert (most > 1000) if drifts else (most < 1000), (hour_mdeg, days, most)


def test_two_loads_that_differ_tell_little_of_a_third():
    # Half of their slope is taken for chance, so they expect 2 K or 3 K less than there is.
    for apart_mdeg in (0, 4000):
        home = Home()
        home.live(4, 310)
        seen_16 = home.drift.excess_16[3]
        home.drift.count[:] = [0, 36_000, 36_000] + [0] * 6
        home.drift.excess_16[2] = seen_16 - 5000 * 16
        home.drift.excess_16[1] = home.drift.excess_16[2] + apart_mdeg * 16
        most = home.live(2, 310)
        assert (most < 1000) if apart_mdeg else (most > 1000), (apart_mdeg, most)


def test_without_a_meter_only_rest_tells():
    # 198 V after 242 V: a third of the power, and no drift of the sensor.
    for metered in (True, False):
        home = lived(metered)
        home.live(4, 300)
        home.excess *= 0.75
        home.live(0, 300)
        scale = 0
        for _ in range(4 * STEPS_H):
            lost = 1000 * (home.excess / EXCESS_MDEG) ** 1.2
            home.excess += (200 - lost) * 10 / home.s_k  # but 300 is what was switched on
            home.drift.step(
                int(home.room + home.excess), int(home.room), 300, home, metered, home.signal
            )
            scale = max(scale, home.signal[R_ROOM_DRIFT])
        assert (scale > 1000) == metered
    home.live(6, 0)
    assert home.live(4, 0, drift_mdeg_h=500) > 1000


def test_what_is_learned_outlasts_a_loss_of_power():
    home = lived()
    again = Home()
    again.excess = home.excess
    again.drift.restore(home.drift.learned())
    assert again.live(4, 300) < 600
    assert again.live(4, 300, drift_mdeg_h=500) > 1000
    for bad in ([], [0] * 18 + [0], [0] * 9 + [-1] * 9, [10**9] * 18):
        try:
            again.drift.restore(bad)
        except ValueError:
            continue
        raise AssertionError(bad)
