# Modulators under limits. A fallen limit holds from then on, and relays that share one cycle are
# on in their turns only. Runs on CPython and MicroPython.

from heater.control import modulator

RATED_W = 2000


class Relay:
    """A relay with a turn at `slot` permille of the cycle, as long as `limit_w` needs."""

    def __init__(self, slot, limit_w, profile="default"):
        self.relay = modulator.make("relay", 0, profile)
        self.cycle_s = self.relay.cycle_s
        self.begin_s = self.cycle_s * slot // 1000
        self.limit_w = limit_w

    def second(self, now_s, grant_w):
        """Mean power of one second."""
        gone_s = (now_s - self.begin_s) % self.cycle_s
        turn = gone_s * RATED_W < self.cycle_s * self.limit_w
        self.relay.place(self.cycle_s - gone_s, turn)
        total_w = 0
        for _ in range(10):
            self.relay.step(grant_w, RATED_W)
            total_w += self.relay.effective_w
        return total_w // 10


def test_a_solid_state_switch_keeps_a_fallen_limit_from_the_next_tick_on():
    for before_w, after_w in ((1600, 1560), (1500, 700), (2000, 1990), (900, 20), (700, 0)):
        for phase in range(0, 100, 3):
            ssr = modulator.make("ssr")
            for _ in range(300 + phase):
                ssr.step(before_w, RATED_W)
            ssr.cut()
            powers = []
            for _ in range(500):
                ssr.step(after_w, RATED_W)
                powers.append(ssr.effective_w)
            for begin in range(400):  # any 10 s; a tick is their resolution
                mean_w = sum(powers[begin : begin + 100]) // 100
                assert mean_w <= after_w + RATED_W // 100, (before_w, after_w, phase, begin)


def test_no_ten_seconds_across_a_fall_take_more_than_the_higher_limit():
    # Fairness lowers limits by little and often, of many heaters at once.
    for before_w, after_w in ((1600, 1560), (1000, 990), (1500, 700), (900, 20)):
        for phase in range(0, 100, 3):
            ssr = modulator.make("ssr")
            powers = []
            for tick in range(800):
                if tick == 300 + phase:
                    ssr.cut()
                ssr.step(before_w if tick < 300 + phase else after_w, RATED_W)
                powers.append(ssr.effective_w)
            for begin in range(200, 700):
                mean_w = sum(powers[begin : begin + 100]) // 100
                assert mean_w <= before_w + RATED_W // 100, (before_w, after_w, phase, begin)
            due_ws = before_w * (300 + phase) + after_w * (500 - phase)
            owed_ws = due_ws - sum(powers)
            assert -25 * RATED_W <= owed_ws <= 100 * after_w, (before_w, after_w, phase)


def pulsing(grant_w):
    relay = modulator.make("relay", 0, "precise")
    while not relay.effective_w:
        relay.step(grant_w, RATED_W)
    return relay


def test_a_pulse_that_a_higher_limit_began_ends_with_it_though_the_demand_fell_before():
    for demand_w, limit_w in ((0, 0), (50, 100), (900, 1000)):
        relay = pulsing(1500)
        relay.step(demand_w, RATED_W)
        assert relay.effective_w == RATED_W  # another pulse would cost another cycle
        relay.cut(1500)
        relay.step(demand_w, RATED_W)
        assert relay.effective_w == RATED_W  # this limit has not fallen below anything granted
        relay.cut(limit_w)
        relay.step(demand_w, RATED_W)
        assert relay.effective_w == 0, (demand_w, limit_w)


def test_what_a_higher_limit_had_promised_is_not_given_under_a_lower_one():
    relay = modulator.make("relay", 0, "precise")
    for _ in range(200):
        relay.step(1500, RATED_W)  # owed, and not yet given
    relay.cut(100)
    energy_ws = 0
    for _ in range(2 * 6000):
        relay.step(100, RATED_W)
        energy_ws += relay.effective_w // 10
    assert energy_ws <= 100 * 1200 + 100 * 600, energy_ws


def test_it_is_on_in_its_turn_only_and_the_mean_is_what_was_granted():
    for profile in ("default", "precise"):
        for grant_w in (300, 1000, 1700):
            one = Relay(100, grant_w, profile)  # at rest when the test begins
            cycles, energy_ws, begins = 8, 0, []
            on = False
            for now_s in range(cycles * one.cycle_s):
                power_w = one.second(now_s, grant_w)
                gone_s = (now_s - one.begin_s) % one.cycle_s
                assert not power_w or gone_s * RATED_W < one.cycle_s * grant_w + RATED_W
                if power_w and not on:
                    begins.append(gone_s)
                on = power_w > 0
                if now_s >= one.cycle_s:  # the first turn may come late
                    energy_ws += power_w
            assert len(begins) >= cycles - 1 and set(begins[1:]) <= {0, 1}
            mean_w = energy_ws // ((cycles - 1) * one.cycle_s)
            assert grant_w * 0.98 <= mean_w <= grant_w * 1.01, (profile, grant_w, mean_w)


def test_a_pulse_before_the_first_turn_costs_none_of_them():
    for profile in ("default", "precise"):
        one = Relay(500, 1000, profile)
        begun = one.relay.switchings
        for _ in range(one.cycle_s * 10 // 4):
            one.relay.step(1000, RATED_W)  # runs free, and begins a pulse of its own
        assert one.relay.switchings > begun
        energy_ws = []
        for now_s in range(one.cycle_s // 4, 14 * one.cycle_s):
            if now_s % one.cycle_s == 0:
                energy_ws.append(0)
            power_w = one.second(now_s, 1000)
            if energy_ws:
                energy_ws[-1] += power_w
        assert min(energy_ws) >= 980 * one.cycle_s, (profile, energy_ws)


def half_way(limit_w):
    """A relay whose turn of 1500 W has lasted for a quarter of the cycle, when the limit falls."""
    one = Relay(0, 1500)
    for now_s in range(one.cycle_s + one.cycle_s // 4):
        one.second(now_s, 1500)
    assert one.relay.effective_w == RATED_W
    one.relay.cut(limit_w)
    one.limit_w = limit_w
    return one, one.cycle_s + one.cycle_s // 4


def test_a_limit_that_falls_within_the_turn_only_makes_it_shorter():
    one, begin_s = half_way(1000)
    begun = one.relay.switchings
    on_s = [s for s in range(begin_s, 2 * one.cycle_s) if one.second(s, 1000)]
    assert on_s[0] == begin_s and one.relay.switchings == begun
    assert abs(on_s[-1] - on_s[0] - one.cycle_s // 4) <= 1 and len(on_s) == on_s[-1] - begin_s + 1


def test_a_limit_that_falls_below_what_the_turn_has_had_ends_it_at_once():
    one, _ = half_way(490)
    one.relay.step(490, RATED_W)
    assert one.relay.effective_w == 0


def test_a_limit_that_rises_after_the_pulse_of_a_turn_costs_no_turn_that_follows():
    one = Relay(0, 600)
    for now_s in range(8 * one.cycle_s):
        one.second(now_s, 600)
    for turn in range(8, 16):
        # A little higher in the middle of every turn, for as long as it lasts.
        energy_ws = 0
        for gone_s in range(one.cycle_s):
            one.limit_w = 1000 if one.cycle_s * 2 // 5 < gone_s else 600
            energy_ws += one.second(turn * one.cycle_s + gone_s, one.limit_w)
        assert energy_ws >= 590 * one.cycle_s, turn


def test_a_demand_below_the_limit_is_met_within_the_turn():
    one = Relay(250, 1200)
    for now_s in range(5 * one.cycle_s):
        one.second(now_s, 500)
    energy_ws = sum(one.second(5 * one.cycle_s + s, 500) for s in range(10 * one.cycle_s))
    assert 490 <= energy_ws // (10 * one.cycle_s) <= 505


def test_too_little_for_one_pulse_is_carried_to_the_next_turn():
    one = Relay(0, 2000)
    energy_ws = sum(one.second(s, 40) for s in range(40 * one.cycle_s))
    assert 36 <= energy_ws // (40 * one.cycle_s) <= 41


def test_without_a_turn_it_runs_free_again():
    one = Relay(500, 1000)
    for now_s in range(100):
        one.second(now_s, 1000)
    one.relay.place(-1, True)
    total_w = 0
    for _ in range(4 * one.cycle_s * 10):
        one.relay.step(1000, RATED_W)
        total_w += one.relay.effective_w
    assert abs(total_w // (4 * one.cycle_s * 10) - 1000) < 60


def test_fifty_heaters_that_obey_means_do_not_peak_together():
    limits_w = [400 + 137 * i % 1100 for i in range(50)]
    begin, fleet = 0, []
    for limit_w in limits_w:  # end to end round the cycle, as a group server lays them
        fleet.append(Relay(begin * 1000 // RATED_W % 1000, limit_w, "precise"))
        begin += limit_w
    cycle_s, peak_w = fleet[0].cycle_s, 0
    for now_s in range(2 * cycle_s):
        powers = [fleet[i].second(now_s, limits_w[i]) for i in range(50)]
        if now_s >= cycle_s:
            peak_w = max(peak_w, sum(powers))
    assert peak_w <= 1.15 * sum(limits_w), (peak_w, sum(limits_w))
