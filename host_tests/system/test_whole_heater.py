"""The whole firmware on the simulated board, a real broker, and a server that knows docs/protocol.

Scaled time: the heater lives faster than the wall clock, the network does not.
"""

import binascii
import sys
import time
from pathlib import Path

import pytest

from nuanbu.sim import Device

sys.path.insert(0, str(Path(__file__).parent))
import guard as side

SPEED = 10.0
HOUR_S = 3600
RATED_W = 2000
UNIQUE_ID = b"\x24\x0a\xc4\x00\x00\x01"  # of boards/sim/machine.py


def link_settings(port):
    return {
        "heater.rated_w": RATED_W,
        "link.enabled": True,
        "link.host": "127.0.0.1",
        "link.port": port,
        "link.tls": False,
        "link.keepalive_s": 30,
        "link.company": "heatco",
        "link.district": "east",
        "link.building": "b7",
        "link.unit": "u2",
        "link.household": "0301",
        "limits.failsafe_w": 600,
        "limits.spread_s": 0,
    }


@pytest.fixture
def broker(tmp_path):
    broker = side.Mosquitto(tmp_path, "allow_anonymous true")
    yield broker
    broker.stop()


@pytest.fixture
def heater(broker):
    with Device(speed=SPEED) as device:
        device.request("key.put", k="device", v=side.DEVICE_KEY.hex())
        device.request("key.put", k="zone.district", v=side.ZONE_KEY.hex())
        device.set({**link_settings(broker.port), "heater.serial": "htr-1"})
        device.power_cycle(1.0)
        yield device


def live(device, until, wait_s=20.0):
    """Let the heater live in a cold room until the server has something, at most `wait_s`."""
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        reply = device.step(1.0, room_c=17.0)
        if until(reply):
            return reply
    raise AssertionError(f"not within {wait_s} s; last {reply}")


def insist(heater, send, until, wait_s=60.0):
    """As a server does that hears no answer: send it again after a while. A busy host makes a
    welcome slow in scaled time, and a slow one is none."""
    end = time.monotonic() + wait_s
    while True:
        send()
        for _ in range(20):
            reply = heater.step(1.0, room_c=17.0)
            if until(reply):
                return reply
        assert time.monotonic() < end, reply


def test_a_limit_reaches_the_element(broker, heater):
    server = side.Guard(broker.port, clock=lambda: heater.elapsed_ms / 1000)
    try:
        reply = live(heater, lambda r: r.snapshot["uptime_s"] >= 60)
        # Until a server has spoken, the agreed safe share.
        assert reply.snapshot["limit_w"] == 600
        live(heater, lambda r: server.nonce is not None)
        live(heater, lambda r: r.snapshot["uptime_s"] >= 62)
        server.heartbeat()
        insist(heater, lambda: server.limit(1500), lambda r: r.snapshot["limit_w"] == 1500)
        reply = heater.step(20.0, room_c=17.0)
        assert reply.power_w == pytest.approx(1500, rel=0.03)
        server.heartbeat()
        server.limit(400)
        live(heater, lambda r: r.snapshot["limit_w"] == 400)
        # What the running window gave too much is made good first, so at most 400 W ...
        assert heater.step(20.0, room_c=17.0).power_w <= 400
        # ... and then just that.
        assert heater.step(20.0, room_c=17.0).power_w == pytest.approx(400, rel=0.05)
        assert heater.step(1.0, room_c=17.0).snapshot["late_ticks"] == 0
    finally:
        server.close()


def accepted(server):
    """Whether a limit has been acknowledged by now."""
    while not server.seen.empty():
        kind, message = server.seen.get()
        if kind == "ack" and message["status"] == "accepted":
            return True
    return False


def test_after_a_power_cut_it_waits_for_its_turn(broker, heater):
    spread_s = 120
    turn_s = (binascii.crc32(UNIQUE_ID) & 0x3FFFFFFF) % (spread_s + 1)
    assert 20 < turn_s < 90  # so that it can be told from chance
    server = side.Guard(broker.port, clock=lambda: heater.elapsed_ms / 1000)
    try:
        live(heater, lambda r: server.nonce is not None)
        insist(
            heater,
            lambda: server.command("set", {"limits.spread_s": spread_s}),
            lambda r: heater.get("limits.spread_s") == spread_s,
        )
        for _ in range(5):  # until a busy host lets the limit come before the turn
            server.nonce = None
            heater.power_cycle(5.0)
            live(heater, lambda r: server.nonce is not None)
            held = insist(heater, lambda: server.limit(1500), lambda r: accepted(server))
            if held.snapshot["uptime_s"] < turn_s - 5:
                break
        while held.snapshot["uptime_s"] < turn_s - 1:
            assert held.snapshot["limit_w"] == 600
            held = heater.step(1.0, room_c=17.0)
        # Then by the ramp: 3 % of rated power a second.
        for _ in range(20):
            before_w = held.snapshot["limit_w"]
            held = heater.step(1.0, room_c=17.0)
            assert held.snapshot["limit_w"] - before_w <= 0.03 * RATED_W + 1
        assert held.snapshot["limit_w"] == 1500
    finally:
        server.close()


def test_the_ledger_says_by_whose_order_it_was_cold(broker, heater):
    order = {"level": "unit", "node": "u2"}
    left_s = 150  # of the hour, when the heater starts
    began_s = heater.elapsed_ms / 1000
    shift_s = HOUR_S - side.UTC_0 % HOUR_S - left_s - began_s
    server = side.Guard(broker.port, clock=lambda: heater.elapsed_ms / 1000 + shift_s)
    try:
        live(heater, lambda r: server.nonce is not None)
        server.heartbeat()
        insist(
            heater,
            lambda: server.limit(700, cause=order),
            lambda r: r.snapshot["limit_w"] == 700,
        )
        at = heater.request("time.get")["local"]
        while heater.elapsed_ms / 1000 < began_s + left_s + 15:
            server.heartbeat()
            heater.step(15.0, room_c=17.0)
        told = heater.request("hours.why", at=at.replace(" ", "T"))
        by = {reason[3]: reason for reason in told["why"] if reason[0] == "limit"}
        assert list(by) == ["unit"]  # it stood longer than the safe share before it
        assert 1 <= by["unit"][1] <= left_s // 60
        # the mean of the safe share, for as long as no server had spoken, and the order
        assert 600 <= by["unit"][2] <= 700
    finally:
        server.close()


def test_no_key_leaves_the_device(heater):
    listed = heater.request("key.list")
    assert side.DEVICE_KEY.hex() not in str(listed)
    assert "device" in listed["present"]
