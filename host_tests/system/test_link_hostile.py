"""Somebody with the heater's own password at the broker, who hears and may publish everything.

The whole firmware, a real mosquitto, its server, and a stranger who records all that passes and
sends it again, altered, elsewhere, out of order and across a restart. He may cut the heater off;
he may never raise a limit or change a setting. And nothing that he, or whoever sits at the serial
port or reads the log, gets to see may hold a secret.
"""

import base64
import contextlib
import hashlib
import json
import random
import sys
import threading
import time
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from nuanbu.sim import Device
from nuanbu.sim.answers import Refused

sys.path.insert(0, str(Path(__file__).parent))
import guard as side
from test_whole_heater import insist, link_settings, live

SPEED = 10.0
PASSWORDS = {"mqtt": "broker-password-7Kq", "wifi": "wifi-password-暖-3xZ"}
FAILSAFE_W = 600
ENDING = {"restart", "reset", "factory", "logout", "lock"}  # methods after which nothing is told
ROOM_C = 17.0  # as `live` has it


class Stranger:
    """Records everything on the broker; sends it again."""

    def __init__(self, port, seed):
        self.rnd = random.Random(seed)
        self.heard = []
        self.sent = 0
        subscribed = threading.Event()
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="stranger")
        self.client.username_pw_set("htr-1", PASSWORDS["mqtt"])
        self.client.on_connect = lambda c, *_: c.subscribe("#", 1)
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_message = lambda c, u, m: self.heard.append((m.topic, m.payload))
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert subscribed.wait(10)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()

    def publish(self, topic, payload, retain=False):
        self.sent += 1
        self.client.publish(topic, payload, 1, retain)

    def attack(self, recorded, rounds):
        """Recorded messages again: as they were, elsewhere, signed anew, with another content."""
        base = side.BASE + "/"
        kinds = ("limit", "welcome", "command", "received")
        for _ in range(rounds):
            topic, payload = self.rnd.choice(recorded)
            self.publish(topic, payload, retain=self.rnd.random() < 0.1)
            self.publish(base + self.rnd.choice(kinds), payload)
            self.publish(side.ZONE.format("east"), payload)
            try:
                message = json.loads(payload)
            except ValueError:
                continue
            for name, value in (("limit_w", 3500), ("seq", 2_000_000_000), ("epoch", 9),
                                ("now", side.UTC_0 + 10**7), ("exp", side.UTC_0 + 10**7),
                                ("ttl_s", 86_400), ("next", 10**6)):  # fmt: skip
                if name in message:
                    changed = dict(message, **{name: value})
                    self.publish(topic, side.canonical(changed))
                    key = bytes(self.rnd.randrange(256) for _ in range(32))
                    self.publish(topic, side.canonical(side.sign(key, topic, changed)))
            time.sleep(0.02)

    def take_over(self):
        """Connect under the heater's own name, so that the broker throws the heater out."""
        thief = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="htr-1")
        thief.username_pw_set("htr-1", PASSWORDS["mqtt"])
        thief.connect("127.0.0.1", self.client.port)
        thief.loop_start()
        return thief


class Ear:
    """A heater whose console answers are all kept."""

    def __init__(self, device):
        self.heard = b""
        advance = device._advance

        def keep(*args, **kw):
            report = advance(*args, **kw)
            self.heard += report.console
            return report

        device._advance = keep


def login(user, password):
    """A line of mosquitto's password file: PBKDF2-SHA512."""
    salt = (user.encode() * 3)[:12]
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    both = [base64.b64encode(part).decode() for part in (salt, digest)]
    return f"{user}:$7$101${both[0]}${both[1]}\n"


@pytest.fixture
def site(tmp_path):
    (tmp_path / "passwords").write_text(
        login("htr-1", PASSWORDS["mqtt"]) + login("server", "server-password")
    )
    (tmp_path / "passwords").chmod(0o600)
    log = tmp_path / "device.log"
    with contextlib.ExitStack() as left:
        broker = side.Mosquitto(
            tmp_path, "allow_anonymous false", f"password_file {tmp_path / 'passwords'}",
            hostile=True,
        )  # fmt: skip
        left.callback(broker.stop)
        device = left.enter_context(Device(speed=SPEED, log=log))
        ear = Ear(device)
        device.request("key.put", k="device", v=side.DEVICE_KEY.hex())
        device.request("key.put", k="zone.district", v=side.ZONE_KEY.hex())
        for name, text in PASSWORDS.items():
            device.request("key.put", k=name, v=text)
        settings = dict(link_settings(broker.port), **{"link.user": "htr-1"})
        device.set({**settings, "heater.serial": "htr-1"})
        device.power_cycle(1.0)
        server = side.Guard(
            broker.port, user="server", password="server-password",
            clock=lambda: device.elapsed_ms / 1000,
        )  # fmt: skip
        left.callback(server.close)
        stranger = Stranger(broker.port, 5)
        left.callback(stranger.close)
        yield device, server, stranger, ear, log


def held(device, seconds, most_w):
    """The greatest limit while the heater lives on, checked against the most it may be."""
    for _ in range(round(seconds)):
        reply = device.step(1.0, room_c=ROOM_C)
        assert reply.snapshot["limit_w"] <= most_w, reply.snapshot
    return reply


def settled(device):
    return device.request("hello")["rev"], device.get("control.setpoint_mdeg")


@pytest.mark.timeout(240)
def test_a_stranger_with_the_password_raises_nothing_and_changes_nothing(site):
    device, server, stranger, _, _ = site
    live(device, lambda r: server.nonce is not None)
    server.heartbeat()
    insist(
        device,
        lambda: server.limit(1500, exp=server.now() + 3600),  # good for an hour, and recorded
        lambda r: r.snapshot["limit_w"] == 1500,
    )
    sent = server.command("setpoint", {"setpoint_mdeg": 21_000}, ttl_s=86_400)
    live(device, lambda r: any(m.get("id") == sent["id"] for _, m in list(server.seen.queue)))
    sent = server.command("setpoint", {"setpoint_mdeg": 20_000}, ttl_s=86_400)
    live(device, lambda r: any(m.get("id") == sent["id"] for _, m in list(server.seen.queue)))
    server.heartbeat()
    insist(device, lambda: server.limit(400), lambda r: r.snapshot["limit_w"] == 400)
    before = settled(device)
    recorded = list(stranger.heard)
    assert len(recorded) > 15
    attack = threading.Thread(target=stranger.attack, args=(recorded, 60))
    attack.start()
    while attack.is_alive():
        server.heartbeat()
        held(device, 10, 400)
    reply = held(device, 20, 400)
    assert reply.snapshot["limit_w"] == 400 and settled(device) == before
    # Across a restart, before the server says a word, with all that is on flash hours old.
    server.answering = False
    device.power_cycle(1.0)
    attack = threading.Thread(target=stranger.attack, args=(recorded, 60))
    attack.start()
    while attack.is_alive():
        server.heartbeat()  # genuine, and no help either before a welcome
        held(device, 10, FAILSAFE_W)
    assert settled(device) == before
    server.answering = True
    end = time.monotonic() + 60  # the flood must run off first: a welcome that is slow is none
    while held(device, 15, FAILSAFE_W).snapshot["limit_w"] != 300:
        assert time.monotonic() < end
        server.heartbeat()
        server.limit(300)
    stranger.attack(recorded, 20)
    server.heartbeat()
    assert held(device, 20, 300).snapshot["limit_w"] == 300 and settled(device) == before
    assert stranger.sent > 500
    # Thrown out by somebody under its name: the agreed share, no more.
    thief = stranger.take_over()
    try:
        held(device, 140, FAILSAFE_W)
        assert held(device, 5, FAILSAFE_W).power_w <= FAILSAFE_W * 1.05
    finally:
        thief.disconnect()
        thief.loop_stop()


def forms(secret):
    raw = secret if isinstance(secret, bytes) else secret.encode()
    hexed = raw.hex().encode()
    return {raw, hexed, hexed.upper(), base64.b64encode(raw), repr(secret).encode()}


@pytest.mark.timeout(120)
def test_no_secret_is_ever_told(site):
    device, server, stranger, ear, log = site
    live(device, lambda r: server.nonce is not None)
    server.heartbeat()
    server.limit(500)
    server.command("log", {"stream": "events", "from": 0})
    server.command("set", {"link.user": "x"})
    server.command("set", {"keys": "device"})
    server.command("keys", {"name": "device"})
    live(device, lambda r: r.snapshot["uptime_s"] > 90)
    names = ["device", "zone.district", "mqtt", "wifi", "ca", "cert", "cert_key"]
    asked = [("key.list", {})] + [("key.get", {"k": name}) for name in names]
    asked += [
        ("key.put", {"k": name, "v": "x" * 70}) for name in names
    ]  # refused: what is echoed?
    asked += [("cfg.get", {"k": name}) for name in ("link.user", "link.ssid", "mqtt", "wifi")]
    asked += [("status", {}), ("hello", {}), ("methods", {}), ("faults.list", {}), ("meas", {})]
    listed = device.request("methods")["m"]
    assert "net.link" in listed and "key.list" in listed
    asked += [(name, {}) for name in listed if not set(name.split(".")) & ENDING]
    for method, more in asked:
        with contextlib.suppress(Refused):
            device.request(method, **more)
    for at in range(0, 30, 3):
        device.request("log.get", at=at)
    secrets = [side.DEVICE_KEY, side.ZONE_KEY, *PASSWORDS.values()]
    heard = b"\n".join(topic.encode() + b" " + payload for topic, payload in stranger.heard)
    assert len(stranger.heard) > 10 and len(ear.heard) > 2000
    for secret in secrets:
        for form in forms(secret):
            assert form not in heard, "on the broker"
            assert form not in ear.heard, "at the console"
            assert form not in log.read_bytes(), "in the log"
