# Early start: learning from rises, on rooms that obey a law the learner does not know.

import micropython

from heater.plan.early import EarlyStart


class Room:
    # Two powers and a dead time: rate at rated power, less what the cold takes.

    def __init__(self, rated_w, capacity_j_k, loss_w_k, dead_s):
        self.rated_w = rated_w
        self.capacity_j_k = capacity_j_k
        self.loss_w_k = loss_w_k
        self.dead_s = dead_s

    def night_w(self, outdoor_c):
        return self.loss_w_k * (18.0 - outdoor_c)

    def rise_s(self, outdoor_c):
        # seconds from 18 to 21.5 degC at rated power
        room_c, seconds = 18.0, self.dead_s
        while room_c < 21.5:
            net_w = self.rated_w - self.loss_w_k * (room_c - outdoor_c)
            room_c += 10.0 * net_w / self.capacity_j_k
            seconds += 10
        return seconds


ROOMS = (
    Room(2000, 1_600_000, 25.0, 300),
    Room(1000, 500_000, 12.0, 120),
    Room(2500, 3_000_000, 30.0, 900),
    Room(1500, 1_000_000, 24.0, 600),
)
# outdoor temperatures of 30 mornings, as they come in January
OUTDOORS_C = (-14, -22, -30, -31, -29, -25, -28, -30, -24, -22, -23, -24, -16, -9, -5, -12, -18,
              -20, -27, -30, -26, -21, -15, -13, -19, -22, -28, -25, -17, -11)  # fmt: skip


def step(early, *now):
    # as the device does: what is over is learned from after the tick
    early.step(*now)
    if early.due:
        early.learn_due()


def night(early, uptime_s, power_w, room_mdeg=18000, setpoint_mdeg=18000, hours=4):
    for _ in range(hours * 3600):
        uptime_s += 1
        step(early, uptime_s, room_mdeg, setpoint_mdeg, power_w, 1)
    return uptime_s


def morning(early, room, uptime_s, outdoor_c):
    # one night and one rise by the room's own law; returns (lead told before it, time it took)
    uptime_s = night(early, uptime_s, int(room.night_w(outdoor_c)))
    told_s, took_s = early.lead_s(18000, 22000), room.rise_s(outdoor_c)
    for i in range(took_s + 1):
        uptime_s += 1
        warm = 21500 if i >= took_s else 18000 + 3000 * i // took_s
        step(early, uptime_s, warm, 22000, room.rated_w, 1)
    return uptime_s, told_s, took_s


def test_after_seven_mornings_it_knows_the_room_to_five_minutes():
    for room in ROOMS:
        early = EarlyStart()
        early.rated_w = room.rated_w
        uptime_s, good = 0, 0
        for i in range(30):
            uptime_s, told_s, took_s = morning(early, room, uptime_s, OUTDOORS_C[i])
            if i >= 7 and abs(told_s - took_s) <= 300:
                good += 1
        assert early.rises == 30
        assert good >= 22, (room.rated_w, good)  # of 23: 95 %


def taught(minutes=(40, 42, 38, 41, 40, 39)):
    early = EarlyStart()
    for took in minutes:
        early.learn(3500, 100, took * 60)
    return early


def test_a_disturbed_or_broken_off_rise_teaches_nothing():
    early = EarlyStart()
    uptime_s = night(early, 0, 400)
    for disturbed in (True, False):
        for i in range(1200):
            uptime_s += 1
            step(early, uptime_s, 18000 + i, 22000, 2000, 0 if disturbed and i == 600 else 1)
        step(early, uptime_s, 19000, 18000 if not disturbed else 22000, 2000, 1)
        step(early, uptime_s, 22000, 22000, 2000, 1)
        step(early, uptime_s, 18000, 18000, 2000, 1)
    assert early.rises == 0


def test_a_small_rise_teaches_nothing():
    for before, after, room_mdeg, rises in (
        (21000, 22000, 21000, 0),  # nearly warm
        (21500, 22000, 18000, 0),  # nearly no rise: it was heating already
        (24000, 22000, 18000, 0),  # a fall
        (18000, 22000, 18000, 1),
    ):
        early = EarlyStart()
        uptime_s = night(early, 0, 500, room_mdeg, before)
        step(early, uptime_s + 1, room_mdeg, after, 500, 1)
        step(early, uptime_s + 900, 22000, after, 500, 1)
        assert early.rises == rises, (before, after)


def test_the_first_half_hour_after_a_start_teaches_nothing():
    for seconds, rises in ((1790, 0), (1810, 1)):
        early = EarlyStart()
        for uptime_s in range(seconds):
            step(early, uptime_s, 18000, 18000, 700, 1)
        step(early, seconds, 18000, 22000, 2000, 1)
        step(early, seconds + 2400, 22000, 22000, 2000, 1)
        assert early.rises == rises


def test_the_load_is_known_soon_after_a_start():
    short, long = taught(), taught()
    night(long, 0, 1200)
    for uptime_s in range(600):
        step(short, uptime_s, 18000, 18000, 1200, 1)
    assert abs(short.lead_s(18000, 22000) - long.lead_s(18000, 22000)) < 60


def test_one_strange_morning_moves_it_little():
    early = taught()
    before_s = early.lead_s(18000, 22000)
    early.learn(3500, 100, 6 * 3600)
    assert 0 < early.lead_s(18000, 22000) - before_s < 12 * 60


def test_a_room_that_changes_is_followed_faster_than_one_that_is_strange_by_turns():
    moved_s = []
    for first_min in (10, -10):
        early = taught()
        early.learn(3500, 100, early.lead_s(18000, 22000) + first_min * 60)
        before_s = early.lead_s(18000, 22000)
        early.learn(3500, 100, before_s + 600)
        moved_s.append(early.lead_s(18000, 22000) - before_s)
    assert moved_s[0] > moved_s[1] * 5 // 4 > 0, moved_s


def test_beyond_four_fifths_of_the_power_the_load_says_no_more():
    leads = []
    for power_w in (1600, 2000):
        early = taught()
        night(early, 0, power_w)
        leads.append(early.lead_s(20000, 22000))
    assert leads[0] == leads[1] < 6 * 3600


def test_lead_grows_with_the_rise_and_with_the_load_and_is_bounded():
    early = taught()
    leads = [early.lead_s(22000 - gap, 22000) for gap in range(0, 15000, 500)]
    assert leads == sorted(leads) and leads[0] == leads[1] == 0 and leads[8] > 1800
    idle_s = early.lead_s(18000, 22000)
    night(early, 0, 1400)
    assert early.lead_s(18000, 22000) > idle_s
    assert early.lead_s(-30000, 30000) == 6 * 3600
    early.enabled = 0
    assert early.lead_s(18000, 22000) == 0


def test_what_was_learned_outlasts_a_power_cut():
    early = taught()
    again = EarlyStart()
    assert again.restore(early.state())
    assert abs(again.lead_s(18000, 22000) - early.lead_s(18000, 22000)) <= 2
    # and goes on to be learned: the confidence was kept as well
    early.learn(3500, 100, 3000)
    again.learn(3500, 100, 3000)
    assert abs(again.lead_s(18000, 22000) - early.lead_s(18000, 22000)) <= 5


def test_what_is_no_saved_state_is_refused():
    good = taught().state()
    early = EarlyStart()
    for bad in ([], good[:-1], [-1] + good[1:], good[:4] + [0] + good[5:],
                good[:5] + [10**6] + good[6:]):  # fmt: skip
        assert not early.restore(bad)
    assert early.rises == 0 and early.restore(good)


def test_a_second_allocates_nothing_but_learning_from_a_rise_may():
    early = EarlyStart()
    micropython.heap_lock()
    try:
        for uptime_s in range(5000):
            early.step(uptime_s, 18000 + uptime_s // 4, 18000, uptime_s % 3500, 1)
            early.lead_s(18000 + uptime_s % 4000, 22000)
        for uptime_s in range(5000, 8000):
            early.step(uptime_s, 18000, 22000, 3500, 1)
        early.step(8000, 22000, 22000, 3500, 1)
    finally:
        micropython.heap_unlock()
    assert early.due and not early.rises
    early.learn_due()
    assert early.rises == 1 and not early.due
