"""A whole run of the fleet: limits held whatever is lost, and a judge that would see if not."""

import dataclasses

import numpy as np
import pytest

from nuanbu.fleet import judge, run, scenario, town
from nuanbu.fleet.town import DISTRICT
from nuanbu.fleet.wire import ACK, Batch, Wire


def made(plan, changes=()):
    rng = np.random.default_rng(plan.seed)
    homes = town.make(plan.heaters, rng, plan.relay_share)
    changes = changes(homes, rng) if callable(changes) else list(changes)
    return run.Run(dataclasses.replace(plan, changes=changes), homes, rng)


def test_limits_hold_while_server_broker_and_supply_fail():
    plan = scenario.Plan(
        heaters=100, hours=0.75, loss=0.3, restarts=20, server_down=[(1000, 1080)],
        broker_down=[(1400, 1460)], outages=[(1800, 1900, "b00001")],
    )  # fmt: skip
    one = made(plan, lambda homes, rng: [
        scenario.Change(900, "b00000", 0.7 * homes.firm_w["b00000"], 0),
        scenario.Change(2200, DISTRICT, 0.6 * homes.firm_w[DISTRICT], 2201)])  # fmt: skip
    result = one.go()
    found = result.found
    assert found.over_s == dict.fromkeys(found.over_s, 0), found.examples
    assert len(found.after_cut_s) == 1 and 0 < found.after_cut_s[0] < 60
    assert found.used > 0.7 and found.short_share > 0.9
    # What was to happen did happen.
    assert one.server._epoch == 2
    power_w = result.series["power_w"]
    assert power_w[30] < 0.75 * power_w[28]
    assert one.rooms.air_c.mean() < 21.5


def test_heaters_that_hold_on_to_what_they_had_are_found(monkeypatch):
    # As a firmware would that ran on after its lease: with a server that dies, limits that fall
    # as announced are then overrun.
    monkeypatch.setattr("nuanbu.fleet.leases.HEARTBEAT_LOST_S", 10**6)
    monkeypatch.setattr("nuanbu.fleet.server.Server.start", _once)
    plan = scenario.Plan(heaters=50, hours=0.5, loss=0.0, offline=0.0, restarts=0.0,
                         server_down=[(600, 10**6)])  # fmt: skip
    one = made(plan, lambda homes, rng: [
        scenario.Change(1500, DISTRICT, 0.5 * homes.firm_w[DISTRICT], 500)])  # fmt: skip
    one.heaters.leases._end_s = _Endless(50)
    found = one.go().found
    assert found.over_s["district"] > 100 and found.worst > 1.2


_started = run.Server.start


def _once(self):
    if self._epoch == 0:
        _started(self)


class _Endless(np.ndarray):
    """Lease ends that nothing brings nearer."""

    def __new__(cls, n):
        return np.full(n, 10**12).view(cls)

    def __setitem__(self, key, value):
        pass


def test_a_run_follows_from_its_seed():
    plan = scenario.Plan(heaters=50, hours=0.1)
    first, second = (made(plan).go() for _ in range(2))
    other = made(dataclasses.replace(plan, seed=2)).go()
    assert first.series == second.series != other.series


def test_relays_take_their_rated_power_or_nothing():
    plan = scenario.Plan(heaters=50, hours=0.2, relay_share=1.0, offline=0.0)
    one = made(plan)
    one.go()
    power_w, rated_w = one.heaters.power_w, one.town.rated_w
    assert np.all((power_w == 0) | (power_w == rated_w)) and np.any(power_w == rated_w)


def test_the_judge_counts_seconds_above_and_the_time_after_a_cut():
    homes = town.make(50, np.random.default_rng(1))
    one = judge.Judge(homes, 1000, settle_s=0)
    firm_w = homes.firm_w["b00000"]
    one.limit(DISTRICT, 2 * firm_w, 999, unannounced=False)
    share = homes.rated_w / homes.rated_w.sum() * firm_w
    one.second(1000, 1.01 * share)
    one.second(1001, 1.05 * share)
    one.limit("b00000", 0.6 * firm_w, 1002, unannounced=True)
    one.second(1002, share)
    one.second(1005, share)
    one.second(1006, 0.6 * share)
    one.limit("b00000", 0.5 * firm_w, 2000, unannounced=False)
    one.second(2000, 0.6 * share)
    found = one.finish()
    assert found.over_s == {"household": 0, "unit": 0, "building": 2, "district": 0}
    assert found.after_cut_s == [4]
    assert found.worst == pytest.approx(1.2, abs=0.01)


def test_the_judge_asks_for_no_more_than_lower_nodes_carry():
    homes = town.make(100, np.random.default_rng(1))
    one = judge.Judge(homes, 0, settle_s=0)
    one.limit("b00000", 0.2 * homes.firm_w["b00000"], 0, unannounced=False)
    one.limit("b00001", 0.2 * homes.firm_w["b00001"], 0, unannounced=False)
    sums = one.second(10, 0.1 * homes.rated_w)
    one.used(10, sums, homes.rated_w)
    # The two buildings are short, the district above them is not, nor are the units below.
    limit_w = sum(one.limit_w[2])
    assert one.finish().used == pytest.approx(0.1 * homes.rated_w.sum() / limit_w)


def test_the_network_loses_delays_and_keeps_each_heater_apart():
    wire = Wire(np.random.default_rng(1), 0.3, (0, 2))
    rows = np.zeros(1000, ACK)
    rows["who"] = np.arange(1000) % 500
    wire.send(50, Batch("ack", rows))
    arrived = {at: wire.due(at) for at in range(50, 60)}
    counts = {at: sum(len(batch.rows) for batch in got) for at, got in arrived.items() if got}
    assert counts.keys() == {51, 53}
    assert 630 < sum(counts.values()) < 770
    assert all(len(np.unique(batch.who)) == len(batch.who) for got in arrived.values()
               for batch in got)  # fmt: skip
