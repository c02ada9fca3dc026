"""Every remote command to the whole firmware over a real broker, and what it does there; and how
often the heater tells of itself."""

import itertools
import sys
import time
from pathlib import Path

import pytest

from nuanbu.sim import Device

sys.path.insert(0, str(Path(__file__).parent))
import guard as side
from test_whole_heater import link_settings

SPEED = 10.0


class Home:
    """A commissioned heater, its broker and its server, a second after the first welcome."""

    def __init__(self, folder, speed):
        self.broker = side.Mosquitto(folder, "allow_anonymous true")
        self.device = Device(speed=speed)
        try:
            self.device.request("key.put", k="device", v=side.DEVICE_KEY.hex())
            self.device.request("key.put", k="zone.district", v=side.ZONE_KEY.hex())
            settings = link_settings(self.broker.port)
            self.device.set({**settings, "heater.serial": "htr-1"})
            self.device.power_cycle(1.0)
            self.server = side.Guard(self.broker.port, clock=lambda: self.device.elapsed_ms / 1000)
            self.heard = []
            self.live(lambda: self.server.nonce is not None)
            while self.result(self.server.command("proof_test", {}))["reason"] == "no_time":
                self.live(lambda: len(self.heard))  # a welcome that a busy host made slow is none
        except BaseException:
            self.close()
            raise

    def close(self):
        self.device.close()
        if hasattr(self, "server"):
            self.server.close()
        self.broker.stop()

    def take(self):
        while not self.server.seen.empty():
            kind, message = self.server.seen.get()
            assert kind != "invalid", message
            self.heard.append((kind, message))

    def live(self, condition, wait_s=20.0):
        end = time.monotonic() + wait_s
        while not condition():
            assert time.monotonic() < end, self.heard[-5:]
            self.reply = self.device.step(0.5, room_c=19.0)
            self.take()

    def result(self, sent):
        """The answer to a command, waited for."""
        found = []

        def came():
            found[:] = [m for k, m in self.heard if k == "result" and m["id"] == sent["id"]]
            return found

        self.live(came)
        return found[-1]

    def done(self, name, args):
        answer = self.result(self.server.command(name, args))
        assert (answer["status"], answer["reason"]) == ("done", ""), answer
        return answer["facts"]

    def refused(self, name, args, **more):
        answer = self.result(self.server.command(name, args, **more))
        assert answer["status"] == "rejected", answer
        return answer["reason"], answer["facts"]


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path, SPEED)
    yield home
    home.close()


@pytest.mark.timeout(120)
def test_every_command_does_what_it_says(home):
    device = home.device
    revision = home.done("mode", {"mode": "off"})["revision"]
    home.live(lambda: home.reply.mode == "off")
    assert home.done("mode", {"mode": "heat"})["revision"] == revision + 1
    home.done("setpoint", {"setpoint_mdeg": 21_500})
    home.live(lambda: home.reply.snapshot["setpoint_mdeg"] == 21_500)
    home.done("override", {"setpoint_mdeg": 23_000, "until": home.server.now() + 600})
    home.live(lambda: home.reply.snapshot["setpoint_mdeg"] == 23_000)
    home.done("plan", {"week": "mon-fri 05:30 comfort 21:00 eco; sat-sun 07:00 comfort 23:00 eco"})
    assert device.get("plan.week").startswith("mon-fri 05:30")
    home.done("set", {"limits.failsafe_w": 700, "link.collector_fresh_s": 300})
    assert (device.get("limits.failsafe_w"), device.get("link.collector_fresh_s")) == (700, 300)
    home.live(lambda: home.reply.snapshot["limit_w"] == 700)  # no lease yet: at once in force
    home.done("identify", {"seconds": 5})
    home.done("proof_test", {})
    facts = home.done("log", {"stream": "events", "from": 0})
    again = [m for k, m in home.heard if k == "records" and m["items"][0][0] == 0]
    assert again and facts["sent"] == len(again[-1]["items"])
    # Once, however often it is asked for.
    sent = home.server.command("setpoint", {"setpoint_mdeg": 19_000})
    first = home.result(sent)
    device.set({"control.setpoint_mdeg": 20_000})
    home.server.client.publish(side.BASE + "/command", side.canonical(sent), 1)
    count = len(home.heard)
    home.live(lambda: any(m.get("id") == sent["id"] for _, m in home.heard[count:]))
    assert home.result(sent)["facts"] == first["facts"]
    assert device.get("control.setpoint_mdeg") == 20_000
    sent = home.server.command("restart", {})
    assert home.result(sent)["status"] == "done"  # the answer goes out first
    home.live(lambda: home.reply.snapshot["uptime_s"] < 20)
    count = len(home.heard)
    home.live(lambda: any(k == "hello" for k, _ in home.heard[count:]))
    home.device.step(2.0)
    home.server.client.publish(side.BASE + "/command", side.canonical(sent), 1)
    home.live(lambda: any(m.get("id") == sent["id"] for _, m in home.heard[count:]))
    assert home.result(sent)["status"] == "repeated"
    assert home.reply.snapshot["uptime_s"] > 1 and not home.device.step(10.0).resets


@pytest.mark.timeout(120)
def test_what_is_refused_says_why_and_changes_nothing(home):
    revision = home.device.request("hello")["rev"]
    now = home.server.now
    for name, args, reason in (
        ("setpoint", {"setpoint_mdeg": 40_000}, "range"),
        ("setpoint", {}, "missing"),
        ("set", {"protect.leak_trip_ua": 30_000}, "local_only"),
        ("set", {"limits.installed_w": 3500}, "local_only"),
        ("set", {"control.mode": "off", "no.such": 1}, "unknown"),
        ("set", {"limits.failsafe_w": 9999}, "range"),
        ("override", {"setpoint_mdeg": 21_000, "until": now() - 5}, "range"),
        ("faults.clear", {"code": "all"}, "unknown"),
        ("key.list", {}, "unknown"),
    ):
        why, facts = home.refused(name, args)
        assert why == reason, (name, args, why, facts)
        if why == "local_only":
            assert facts["who"] in ("installer", "factory")
    assert home.refused("plan", {"week": "nonsense"})[0] not in ("", "failed")
    assert home.refused("identify", {"seconds": 5}, iat=now() - 61)[0] == "expired"
    assert home.device.request("hello")["rev"] == revision
    assert home.reply.mode == "heat"


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_how_often_it_tells_of_itself(tmp_path, figure):
    home = Home(tmp_path, 60.0)
    try:
        begin = home.device.elapsed_ms
        home.live(lambda: home.device.elapsed_ms - begin > 3_700_000, 200)
        home.device.inject("room_open")
        since_s = home.reply.snapshot["uptime_s"]
        home.live(lambda: any(k == "fault" and m["fault"]["active"] for k, m in home.heard), 30)
        fault = next(m for k, m in home.heard if k == "fault" and m["fault"]["active"])
        for kind, every_s in (("state", 60), ("measures", 300), ("energy", 900)):
            at = [m["uptime_s"] for k, m in home.heard if k == kind and m["uptime_s"] < since_s]
            gaps = [later - earlier for earlier, later in itertools.pairwise(at)]
            figure(f"{kind} every", f"{min(gaps)} to {max(gaps)} s of {len(gaps)}",
                   f"{every_s} s, or on a change", max(gaps) <= every_s + 1)  # fmt: skip
            assert len(gaps) >= 3600 // every_s - 1
        late_s = fault["uptime_s"] - fault["fault"]["time_s"]
        figure(
            "fault told after it is named", f"{late_s} s", "at once: within a second", late_s <= 1
        )
        four = ("state", "measures", "energy", "fault")
        numbers = [m["seq"] for k, m in home.heard if k in four]
        assert numbers == list(range(len(numbers)))
        home.device.close()  # its supply, cut
        home.server.wait("status", 10, online=False)
    finally:
        home.close()
