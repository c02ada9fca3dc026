"""The leases and the arbiter of the fleet against the firmware's own files, event by event."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from heater.limits import arbiter, lease
from nuanbu.fleet import leases, power

UTC_0 = 1_790_000_000
N = 7
SETTINGS = {"limits.failsafe_min_s": 300, "limits.spread_s": 90}


class Both:
    """N heaters of each kind, fed with the same events."""

    def __init__(self, seed):
        self.rnd = rnd = random.Random(seed)
        self.failsafe_w = [rnd.choice((0, 400, 1000)) for _ in range(N)]
        self.hashes = [rnd.randrange(1 << 20) for _ in range(N)]
        self.go_on = [rnd.random() < 0.3 for _ in range(N)]
        self.fleet = leases.Leases(
            np.array(self.failsafe_w), np.array(self.hashes), SETTINGS["limits.spread_s"],
            np.array(self.go_on), SETTINGS["limits.failsafe_min_s"],
        )  # fmt: skip
        self.device = [None] * N
        self.up_s = np.zeros(N, np.int64)
        self.skew_s = np.array([rnd.choice((0, 0, 2, -3)) for _ in range(N)])
        self.trusted = np.array([rnd.random() < 0.8 for _ in range(N)])
        self.awake = np.ones(N, bool)
        self.now_s = 0
        self.epoch, self.seq, self.beat = 1, 0, 0
        self.last = None
        for i in range(N):
            self.boot(i, keeps=False)

    def boot(self, i, keeps=True):
        power_loss = self.rnd.random() < 0.5
        saved = self.device[i].saved() if keeps else None
        self.device[i] = lease.Lease(self.hashes[i], power_loss)
        cfg = {**SETTINGS, "limits.failsafe_w": self.failsafe_w[i],
               "limits.autonomous": self.go_on[i]}  # fmt: skip
        self.device[i].configure(cfg, True, 0)
        if saved:
            self.device[i].restore(*saved)
        self.fleet.boot(np.array([i]), power_loss, keeps)
        self.up_s[i] = 0

    def utc_s(self):
        return UTC_0 + self.now_s + self.skew_s

    def second(self):
        passes = self.rnd.choice((1, 1, 1, 2, 20, 59, 61, 119, 121, 180, 600))
        self.now_s += passes
        self.up_s += passes
        self.awake = np.array([self.rnd.random() < 0.9 for _ in range(N)])
        for i in np.flatnonzero(self.awake):
            self.device[i].step(int(self.up_s[i]))
        self.fleet.step(self.up_s, self.awake)

    def message(self, i):
        rnd = self.rnd
        if self.last and rnd.random() < 0.15:
            return dict(self.last, who=i)
        if rnd.random() < 0.05:
            self.epoch += 1
        self.seq = max(0, self.seq + rnd.choice((1, 1, 1, 2, 0, -1)))
        issued = UTC_0 + self.now_s + rnd.choice((0, 0, -1, -100, 30, 61, 64))
        start, periods = issued, []
        for _ in range(rnd.choice((0, 0, 1, 2, 8, 9))):
            start += rnd.choice((1, 20, 60, 60, 86_390, 0)) if rnd.random() < 0.1 else 30
            periods.append({"start": start, "limit_w": rnd.choice((0, 300, 900, 3000))})
        self.last = {
            "who": i, "epoch": max(0, self.epoch - (rnd.random() < 0.1)), "seq": self.seq,
            "iat": issued, "exp": issued + rnd.choice((180, 180, 60, 3600, 3601, 0)),
            "active": rnd.random() < 0.75, "limit_w": rnd.choice((0, 200, 500, 1500, 5000)),
            "periods": periods, "ramp": rnd.choice((30, 10)), "slot": rnd.choice((-1, 250)),
            "rnd_s": rnd.choice((0, 0, 60)), "cause": None,
        }  # fmt: skip
        return self.last

    def offer(self):
        who = self.rnd.sample(range(N), self.rnd.randint(1, N))
        messages = [self.message(i) for i in who]
        utc_s = self.utc_s()
        want = [
            self.device[i].offer(
                msg, int(self.up_s[i]), int(utc_s[i]) if self.trusted[i] else None
            )
            for i, msg in zip(who, messages)
        ]
        got = self.fleet.offer(packed(messages), self.up_s, utc_s, self.trusted)
        assert got.tolist() == want
        return want

    def heartbeat(self):
        rnd = self.rnd
        self.beat = max(0, self.beat + rnd.choice((1, 1, 1, 0)))
        who = rnd.sample(range(N), rnd.randint(1, N))
        one = (max(0, self.epoch - (rnd.random() < 0.1)), self.beat,
               UTC_0 + self.now_s + rnd.choice((0, 0, -2, -61, 61)),
               max(0, self.seq + rnd.choice((0, 0, -2, 1))), rnd.random() < 0.1)  # fmt: skip
        utc_s = self.utc_s()
        want = [
            self.device[i].heartbeat(
                *one, int(self.up_s[i]), int(utc_s[i]) if self.trusted[i] else None
            )
            for i in who
        ]
        got = self.fleet.heartbeat(np.array(who), *one, self.up_s, utc_s, self.trusted)
        assert got.tolist() == want

    def welcome(self):
        rnd = self.rnd
        who = rnd.sample(range(N), rnd.randint(1, N))
        epochs = [max(0, self.epoch - (rnd.random() < 0.1)) for _ in who]
        seqs = [max(0, self.seq + rnd.choice((0, 1))) for _ in who]
        want = [self.device[i].welcome(e, s, int(self.up_s[i]))
                for i, e, s in zip(who, epochs, seqs)]  # fmt: skip
        got = self.fleet.welcome(np.array(who), np.array(epochs), np.array(seqs), self.up_s)
        assert got.tolist() == want
        wants = [one.wants_welcome() for one in self.device]
        assert self.fleet.wants_welcome().tolist() == wants
        self.trusted[who] = True

    def compare(self):
        for name in ("state", "limit_w", "epoch", "seq", "slot", "ramp_permille_s", "abnormal"):
            want = [getattr(one, name) for one in self.device]
            assert getattr(self.fleet, name).tolist() == want, name
        assert self.fleet._end_s.tolist() == [one.end_s() for one in self.device]


def packed(messages):
    found = np.zeros(len(messages), leases.LIMIT)
    for row, msg in zip(found, messages):
        for name, value in msg.items():
            if name == "periods":
                row["periods"] = len(value)
                for k, period in enumerate(value):
                    row["starts"][k], row["watts"][k] = period["start"], period["limit_w"]
            elif name != "cause":
                row[name] = value
    return found


def sequence(seed, events):
    both, visited, results = Both(seed), set(), set()
    for _ in range(events):
        before = both.fleet.state.copy()
        kind = both.rnd.random()
        if kind < 0.35:
            both.second()
        elif kind < 0.60:
            results |= set(both.offer())
        elif kind < 0.90:
            both.heartbeat()
        elif kind < 0.97:
            both.welcome()
        else:
            both.boot(both.rnd.randrange(N))
        both.compare()
        visited |= set(zip(before.tolist(), both.fleet.state.tolist()))
    return visited, results


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_leases_of_the_fleet_are_those_of_the_firmware(seed):
    sequence(seed, 60)


def test_the_sequences_go_everywhere():
    visited, results = set(), set()
    for seed in range(25):
        states, codes = sequence(seed, 80)
        visited |= states
        results |= codes
    assert results == set(range(leases.NO_HEARTBEAT + 1))
    for state in (leases.LIMITED, leases.UNLIMITED):
        assert (state, leases.FAILSAFE) in visited and (leases.INIT, state) in visited
        assert (leases.FAILSAFE, state) in visited and (leases.AUTONOMOUS, state) in visited


@settings(max_examples=60)
@given(st.data())
def test_grants_of_the_fleet_are_those_of_the_firmware(data):
    watts = st.integers(0, 3500)
    rated_w = data.draw(st.lists(st.integers(300, 3500), min_size=3, max_size=3))
    floor_w = data.draw(st.lists(st.integers(0, 400), min_size=3, max_size=3))
    fleet = power.Arbiter(np.array(rated_w), np.array(floor_w))
    devices = []
    for rated, floor in zip(rated_w, floor_w):
        one = arbiter.Arbiter()
        one.configure({"heater.rated_w": rated, "limits.installed_w": 3500,
                       "limits.frost_floor_w": floor})  # fmt: skip
        devices.append(one)
    for _ in range(data.draw(st.integers(1, 12))):
        order_w = data.draw(st.lists(st.one_of(st.just(-1), watts), min_size=3, max_size=3))
        ramp = data.draw(st.integers(0, 40))
        demand_w = data.draw(watts)
        frost = data.draw(st.booleans())
        for _ in range(data.draw(st.sampled_from((1, 1, 1, 3, 20)))):
            fallen = []
            for one, order in zip(devices, order_w):
                one.set(arbiter.DISTRICT, order, arbiter.DISTRICT)
                one.set_ramp(ramp)
                one.grant(demand_w, frost)
                fallen.append(one.fallen)
                for _ in range(9):
                    one.grant(demand_w, frost)
            got = fleet.grant(np.full(3, demand_w), np.array(order_w), np.full(3, frost),
                              np.full(3, ramp), np.ones(3, bool))  # fmt: skip
            assert fleet.limit_w.tolist() == [one.limit_w for one in devices]
            assert got.tolist() == [one.grant_w for one in devices]
            assert fleet.fallen.tolist() == fallen


def test_pulses_of_a_window_give_the_mean():
    mean_w, element_w = np.array([0.0, 310.0, 2000.0]), np.array([1500.0, 1500.0, 2000.0])
    phase_s = np.array([0, 3, 7])
    for begin_s in (0, 4):
        window = range(begin_s, begin_s + 10)
        seconds = [power.pulsed_w(mean_w, element_w, phase_s, t) for t in window]
        assert np.allclose(np.mean(seconds, axis=0), mean_w)
        assert np.max(seconds, axis=0)[1] == 1500.0
