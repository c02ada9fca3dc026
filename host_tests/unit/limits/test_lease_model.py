"""The lease machine against an independent model, over random sequences of events."""

import math
import os
import random
import sys

import pytest

from heater.limits import lease

sys.path.insert(0, os.path.dirname(__file__))
from lease_model import CONTROLLED, Model

UTC_0 = 1_790_000_000


class Pair:
    """The machine and the model, fed with the same events and compared after each."""

    def __init__(self, rnd):
        self.rnd = rnd
        self.now = rnd.choice((0, 5, 1000))
        device, power_cut = rnd.randrange(1 << 20), rnd.random() < 0.5
        cfg = {
            "limits.failsafe_w": rnd.choice((0, 400, 1000)),
            "limits.failsafe_min_s": 7200,
            "limits.autonomous": rnd.random() < 0.3,
            "limits.spread_s": rnd.choice((0, 600)),
        }
        self.machine = lease.Lease(device, power_cut)
        self.machine.configure(cfg, True, self.now)
        self.model = Model(
            device,
            power_cut,
            cfg["limits.failsafe_w"],
            7200,
            cfg["limits.autonomous"],
            cfg["limits.spread_s"],
            self.now,
        )
        self.time_known = rnd.random() < 0.9
        self.epoch, self.seq, self.beat = 1, 0, 0
        self.last = None
        self.log = []
        if rnd.random() < 0.9:
            self.welcome()

    def utc(self):
        return UTC_0 + self.now if self.time_known else None

    def message(self):
        rnd = self.rnd
        if self.last and rnd.random() < 0.1:
            return self.last
        if rnd.random() < 0.03:
            self.epoch += 1
            self.seq = rnd.randrange(3)
        self.seq = max(0, self.seq + rnd.choice((1, 1, 1, 1, 2, 0, -1)))
        issued = UTC_0 + self.now + rnd.choice((0, 0, -1, -5, -100, 30, 61))
        start, periods = issued, []
        for _ in range(rnd.choice((0, 0, 0, 1, 2, 8, 9))):
            odd = rnd.random() < 0.1
            start += rnd.choice((1, 5, 30, 86_399, 86_400, 0, -3) if odd else (1, 20, 60))
            periods.append({"start": start, "limit_w": rnd.choice((0, 300, 900, 3000))})
        self.last = {
            "epoch": max(0, self.epoch - (rnd.random() < 0.05)),
            "seq": self.seq,
            "iat": issued,
            "exp": issued + rnd.choice((180, 180, 60, 10, 3600, 3601, 0)),
            "active": rnd.random() < 0.75,
            "limit_w": rnd.choice((0, 200, 500, 800, 1500, 5000)),
            "periods": periods,
            "ramp": 30,
            "slot": -1,
            "rnd_s": rnd.choice((0, 0, 60, 600)),
            "cause": {"level": "unit", "node": "U1"},
        }
        return self.last

    def event(self):
        rnd = self.rnd
        kind = rnd.random()
        if kind < 0.35:
            self.now += rnd.choice((1, 1, 2, 10, 30, 59, 60, 61, 119, 120, 180, 7200))
            self.machine.step(self.now)
            self.model.second(self.now)
            self.log.append(("second", self.now))
        elif kind < 0.60:
            msg = self.message()
            got = self.machine.offer(msg, self.now, self.utc())
            want = self.model.limit(msg, self.now, self.utc())
            self.log.append(("limit", self.now, msg, want))
            assert lease.RESULT_NAMES[got] == want, self.log
        elif kind < 0.92:
            self.beat += rnd.choice((1, 1, 1, 1, 0))
            args = (
                max(0, self.epoch + rnd.choice((0,) * 18 + (-1, 3))),
                self.beat,
                UTC_0 + self.now + rnd.choice((0, 0, 0, -2, -60, -61, 60, 61)),
                max(0, self.seq + rnd.choice((0, 0, -1, 1))),
                rnd.random() < 0.1,
                self.now,
                self.utc(),
            )
            got, want = self.machine.heartbeat(*args), self.model.heartbeat(*args)
            self.log.append(("heartbeat", args, want))
            assert lease.RESULT_NAMES[got] == want, self.log
        elif kind < 0.97:
            self.welcome()
        else:
            self.time_known = True
        self.compare()

    def welcome(self):
        args = (self.epoch, max(0, self.seq + self.rnd.choice((0, 1))), self.now)
        got, want = self.machine.welcome(*args), self.model.welcome(*args)
        self.log.append(("welcome", args, want))
        assert lease.RESULT_NAMES[got] == want, self.log

    def compare(self):
        limit = math.inf if self.machine.limit_w == lease.NONE else self.machine.limit_w
        assert lease.STATE_NAMES[self.machine.state] == self.model.state, self.log
        assert limit == self.model.applied, self.log


def sequences(seeds):
    visited = set()
    for seed in seeds:
        pair = Pair(random.Random(seed))
        for _ in range(pair.rnd.randrange(5, 40)):
            before = pair.model.state
            pair.event()
            visited.add((before, pair.model.state))
    return visited


@pytest.mark.soak
@pytest.mark.parametrize("part", range(10))
def test_a_million_sequences(figure, part):
    begin = 10_000 + part * 100_000
    visited = sequences(range(begin, begin + 100_000))
    told = f"100000, {len(visited)} transitions seen"
    figure("lease sequences, a tenth of 10^6", told, "no difference")


def test_machine_and_model_agree():
    visited = sequences(range(10_000))
    # A generator that never leaves INIT would prove nothing.
    for state in CONTROLLED:
        for other in ("init", "failsafe", "autonomous"):
            assert (other, state) in visited
        assert (state, "failsafe") in visited
    assert ("limited", "unlimited") in visited and ("unlimited", "limited") in visited
