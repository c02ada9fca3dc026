"""The heater's side of the link: what it does when the link's thread is not well."""

import sys
from types import SimpleNamespace

import pytest

from heater.limits.lease import Lease

DAY_S = 86_400
SETTINGS = {"heater.serial": "htr-1", "link.enabled": True}


@pytest.fixture
def network(monkeypatch):
    monkeypatch.setitem(sys.modules, "machine", SimpleNamespace(unique_id=lambda: b"123456"))
    monkeypatch.delitem(sys.modules, "heater.network", raising=False)
    from heater import network

    return network


class Link:
    def __init__(self, utc_at_0_s=None):
        self.silence_ms = 0
        self.agent = SimpleNamespace(
            poll=lambda now_s, view: None,
            utc_s=lambda now_s: None if utc_at_0_s is None else utc_at_0_s + now_s,
        )

    def silent_ms(self):
        return self.silence_ms


class Relay:
    cycle_s = 1000

    def place(self, left_s, turn):
        self.left_s, self.turn = left_s, turn


def made(network, link):
    store = SimpleNamespace(load=lambda name: None)
    inp = SimpleNamespace(uptime_s=0)
    heater = SimpleNamespace(
        settings=SETTINGS, books=SimpleNamespace(store=store, journal=None, ledger=None), inp=inp
    )
    net = network.Network(heater, False)
    net.link = link
    return net, inp


def test_a_hanging_thread_is_noticed_once_and_ends_in_a_planned_restart(network):
    link, relay = Link(), Relay()
    net, inp = made(network, link)
    noticed = []
    for inp.uptime_s in range(DAY_S):
        link.silence_ms = 30_000 if inp.uptime_s < 1000 else (inp.uptime_s - 1000) * 1000
        if net.poll(inp, None, relay):
            noticed.append(inp.uptime_s)
        if net.restart_due:
            break
    assert noticed == [1120]
    assert inp.uptime_s == 6 * 3600  # not before: a thread that never runs must not cost the heat


def test_a_thread_that_comes_back_costs_nothing(network):
    link, relay = Link(), Relay()
    net, inp = made(network, link)
    noticed = 0
    for inp.uptime_s in range(DAY_S):
        link.silence_ms = inp.uptime_s % 500 * 1000
        noticed += net.poll(inp, None, relay)
    assert noticed == -(-DAY_S // 500) and not net.restart_due


@pytest.mark.parametrize("error", [OSError(5), MemoryError(), RuntimeError("no radio")])
def test_a_link_that_cannot_start_costs_the_heater_nothing(network, monkeypatch, error):
    net, _ = made(network, None)
    heater = net._heater
    heater.settings = SimpleNamespace(get=SETTINGS.get)
    heater.board = SimpleNamespace(NAME="sim")
    heater.books.sent_events = heater.books.sent_hours = None
    heater.books.last_t_s = 0
    heater.books.journal = SimpleNamespace(read=None)
    heater.books.ledger = SimpleNamespace(ring=heater.books.journal)
    heater.configure = heater.fault_list = None

    def broken(*_):
        raise error

    start = SimpleNamespace(Link=broken)
    monkeypatch.setitem(sys.modules, "heater.link.start", start)
    monkeypatch.setattr("heater.link.start", start, raising=False)
    net.open()
    assert net.link is None and type(error).__name__ in net.why_not


def test_a_relay_gets_its_turn_by_trusted_time(network):
    utc_at_0_s = 1_790_000_300  # 300 s after a whole cycle
    net, inp = made(network, Link(utc_at_0_s))
    relay = Relay()
    limits = SimpleNamespace(set=lambda *_: None, set_ramp=lambda *_: None)
    district = net.leases._leases[3] = Lease(0, False)
    district.limit_w, district.slot = 500, 700
    begins = []
    for inp.uptime_s in range(2500):
        net.second(inp, limits, relay, 2000)
        net.poll(inp, None, relay)
        if relay.left_s == relay.cycle_s:
            begins.append((utc_at_0_s + inp.uptime_s) % relay.cycle_s)
        if inp.uptime_s:
            assert relay.turn == ((utc_at_0_s + inp.uptime_s - 700) % 1000 < 250)
    assert begins == [700, 700, 700]
    district.slot = -1
    net.poll(inp, None, relay)
    inp.uptime_s = 2510
    net.poll(inp, None, relay)
    net.second(inp, limits, relay, 2000)
    assert relay.left_s == -1


def test_the_time_of_the_network_reaches_the_clock_but_not_over_the_servers(network):
    from heater.plan.clock import NTP, SERVER, Clock

    net, _ = made(network, Link())
    clock = net._heater.clock = Clock()
    net._network_time(1_800_000_000, 10)
    assert (clock.quality, clock.epoch_s()) == (NTP, 1_800_000_000)
    net._set_clock(1_800_000_100, 20)
    net._network_time(1_900_000_000, 30)  # a lie, or late: nobody is disturbed
    clock.step(30)
    assert (clock.quality, clock.epoch_s()) == (SERVER, 1_800_000_110)
    net._network_time(7, 200_000)
    assert clock.quality == SERVER


def test_what_the_thread_has_asked_ntp_arrives_by_way_of_the_agent():
    from heater.link.agent import Agent

    told = []
    agent = Agent.__new__(Agent)
    agent._rooms = SimpleNamespace(network_time=lambda utc_s, now_s: told.append((utc_s, now_s)))
    agent._handle("time", 1_800_000_000, 77, None)
    assert told == [(1_800_000_000, 77)]
