"""A heater's link in MicroPython, a real mosquitto, and a server that knows only docs/protocol."""

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import guard as side


@pytest.fixture
def broker(tmp_path):
    broker = side.Mosquitto(tmp_path, "allow_anonymous true")
    yield broker
    broker.stop()


@pytest.fixture
def heater(micropython, broker, tmp_path):
    started = []

    def start(**kw):
        port = kw.pop("port", broker.port)
        heater = side.Heater(micropython, side.UMQTTS[-1], tmp_path, port, **kw)
        started.append(heater)
        return heater

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def guard(broker):
    made = []

    def make(**kw):
        made.append(side.Guard(broker.port, **kw))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_limit_life(heater, guard):
    server = guard()
    device = heater()
    device.wait(lambda s: s["w"] == 600 and s["cause"] == "starting")
    server.wait("status", online=True)
    hello = server.wait("hello")
    assert hello["failsafe_w"] == 600 and hello["levels"] == 8
    sent = server.limit(1500)
    began = time.monotonic()
    ack = server.wait("ack", seq=sent["seq"], status="accepted")
    assert time.monotonic() - began < 2
    assert ack["state"] == "limited"
    device.wait(lambda s: s["w"] == 1500, 30)
    server.heartbeat()
    server.limit(400, rnd_s=600)
    began = time.monotonic()
    device.wait(lambda s: s["w"] == 400, 5)
    assert time.monotonic() - began < 2.5  # under 1 s plus the second the driver prints in
    server.wait("state", cause="building", limit_w=400)


def test_silent_server_fails_safe_in_122_s(heater, guard):
    server = guard(scale=20)
    device = heater(scale=20)
    server.wait("hello")
    server.limit(1500)
    device.wait(lambda s: s["w"] == 1500)
    last = server.heartbeat()
    fallen = device.wait(lambda s: s["w"] <= 600, 20)
    assert fallen["lease"] == "failsafe" and fallen["cause"] == "failsafe"
    # By the heater's clock, which a welcome has set: how long messages take in scaled time is
    # none of this test's business (test_link_watts measures it in real time).
    assert 120 <= fallen["utc"] - last["now"] <= 122


def test_effect_is_reported_in_watts(heater, guard):
    server = guard(scale=20)
    heater(scale=20)
    server.wait("hello")
    sent = server.limit(450)
    effect = server.wait("ack", 20, seq=sent["seq"], status="effect")
    assert effect["mean_w"] == 450 and effect["peak_w"] == 450


def test_forgeries_and_replays_change_nothing(heater, guard, broker):
    server = guard()
    device = heater()
    server.wait("hello")
    first = server.limit(300)
    server.wait("ack", seq=first["seq"], status="accepted")
    topic = side.BASE + "/limit"
    broker.witness.spare(topic)
    forged = dict(first, seq=99, limit_w=3000)
    server.client.publish(topic, side.canonical(forged), 1)
    wrong_key = side.sign(b"x" * 32, topic, forged)
    server.client.publish(topic, side.canonical(wrong_key), 1)
    elsewhere = side.sign(side.DEVICE_KEY, side.BASE + "x/limit", forged)
    server.client.publish(topic, side.canonical(elsewhere), 1)
    for text in ("NaN", '{"limit_w":1e400}', "[" * 3000, "", "{}", '{"v":1.0}'):
        server.client.publish(topic, text, 1)
    second = server.limit(200)
    server.wait("ack", seq=second["seq"], status="accepted")
    server.client.publish(topic, side.canonical(first), 1)  # genuine, but old
    server.wait("ack", seq=first["seq"], status="superseded")
    seen = device.wait(lambda s: s["w"] == 200)
    assert seen["refused"]["forged"] == 3
    assert seen["refused"]["json"] >= 2
    assert seen["lease"] == "limited"


def test_commands(heater, guard):
    server = guard()
    device = heater()
    server.wait("hello")
    server.wait("state")
    sent = server.command("setpoint", {"setpoint_mdeg": 20_500})
    done = server.wait("result", id=sent["id"])
    assert done["status"] == "done" and len(done["facts"]["sha256"]) == 64
    device.wait(lambda s: s["setpoint_mdeg"] == 20_500)
    server.client.publish(side.BASE + "/command", side.canonical(sent), 1)
    assert server.wait("result", id=sent["id"])["status"] == "done"  # once, told twice
    for name, args, reason in (
        ("setpoint", {"setpoint_mdeg": 40_000}, "range"),
        ("setpoint", {"setpoint_mdeg": "warm"}, "type"),
        ("set", {"limits.installed_w": 3500}, "local_only"),
        ("set", {"protect.leak_trip_ua": 30_000}, "local_only"),
        ("set", {"no.such": 1}, "unknown"),
        ("clear_faults", {}, "unknown"),
        ("proof_test", {}, "busy"),
        ("restart", {}, "not_fitted"),
    ):
        sent = server.command(name, args)
        result = server.wait("result", id=sent["id"])
        assert (result["status"], result["reason"]) == ("rejected", reason), (name, result)
    sent = server.command("identify", {"seconds": 5}, iat=server.now() - 100)
    assert server.wait("result", id=sent["id"])["reason"] == "expired"
    sent = server.command("identify", {"seconds": 5})
    assert server.wait("result", id=sent["id"])["status"] == "done"
    assert device.wait(lambda s: s["identified"])["identified"] == [5]


def test_the_log_can_be_asked_for_again(heater, guard):
    server = guard(scale=20)
    device = heater(scale=20, events_every_s=20)
    first = server.wait("records", 20, stream="events")
    device.wait(lambda s: s["s"] > 100, 20)
    sent = server.command("log", {"stream": "events", "from": 0})
    again = server.wait("records", 10, stream="events", replayed=True)
    assert again["items"][0] == first["items"][0]
    facts = server.wait("result", id=sent["id"])["facts"]
    assert facts == {"sent": len(again["items"]), "next": again["next"]}
    sent = server.command("log", {"stream": "events", "from": 2_000_000})
    assert server.wait("result", id=sent["id"])["facts"]["sent"] == 0


def test_collector(heater, guard):
    server = guard()
    device = heater()
    server.wait("hello")
    server.reading(18_200, 1)
    device.wait(lambda s: s["remote_mdeg"] == 18_200 and s["remote_state"] == 0)
    server.reading(19_000, 1)  # replayed number
    server.reading(45_000, 2)  # not this room
    server.reading(18_300, 3, t=server.now() - 4000)  # old
    server.reading(18_400, 4)
    seen = device.wait(lambda s: s["remote_mdeg"] == 18_400)
    assert {"replayed", "apart", "expired"} <= set(seen["unapplied"])


def test_broker_restart(heater, guard, broker):
    server = guard()
    device = heater()
    server.wait("hello")
    broker.stop()
    device.wait(lambda s: not s["online"])
    broker.start()
    device.wait(lambda s: s["online"] and s["session"] == 2, 20)
    server.wait("hello", 20)


def test_records_of_an_outage_arrive_once_and_marked(heater, guard, broker):
    server = guard(scale=20)
    server.answering = False
    device = heater(scale=20, events_every_s=20)
    server.wait("hello")
    device.wait(lambda s: s["s"] > 200, 30)
    device.stop()  # power cut
    server.answering = True
    device = heater(scale=20)
    server.wait("records", 20, stream="events", replayed=True)
    device.wait(lambda s: s["s"] > 300, 30)
    events = server.records["events"]
    assert sorted(events) == list(range(len(events)))
    ours = [item[4] for item in events.values() if item[3] == 90]
    assert ours == list(range(1, len(ours) + 1)) and len(ours) >= 10
    assert server.doubled == 0 and server.replayed
