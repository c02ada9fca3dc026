"""A server for one heater, small enough for a test: speaks docs/protocol with its own signing,
and checks every message that passes against the schemas."""

import contextlib
import hashlib
import hmac
import json
import os
import queue
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import paho.mqtt.client as paho
from witness import Witness, validate

REPO = Path(__file__).resolve().parents[2]
UMQTTS = sorted((REPO / ".tools/umqtt").glob("*"))  # one folder a version; set-up brings 1.3.4
DEVICE_KEY = bytes(range(32))
ZONE_KEY = bytes(range(32, 64))
COLLECTOR_KEY = bytes(range(64, 96))
PLACE = "nuanbu/1/heatco/{}/b7/u2/0301"
BASE = PLACE.format("east") + "/htr-1"
ZONE = "nuanbu/1/heatco/{}/heartbeat"
UTC_0 = 1_790_000_000


def canonical(message):
    return json.dumps(message, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sign(key, topic, message):
    bare = {k: v for k, v in message.items() if k != "sig"}
    text = topic + "\n" + canonical(bare)
    return dict(bare, sig=hmac.new(key, text.encode(), hashlib.sha256).hexdigest())


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


class Mosquitto:
    """A real broker with the given configuration lines. A witness hears by a door of its own all
    that passes; `stop` fails where that was no published message. hostile: messages that are not
    are sent on purpose, and nobody listens."""

    def __init__(self, folder, *lines, hostile=False):
        self.port, self.side_port = free_port(), free_port()
        self.config = Path(folder) / "mosquitto.conf"
        text = ["per_listener_settings true", "persistence false"]
        text += [f"listener {self.port} 127.0.0.1", *lines]
        text += [f"listener {self.side_port} 127.0.0.1", "allow_anonymous true"]
        if os.getuid() == 0:
            text.append("user root")  # else it gives up the right to read this folder
        self.config.write_text("\n".join(text) + "\n")
        self.process = self.witness = None
        self.hostile = hostile
        self.start()

    def start(self):
        binary = REPO / ".tools/bin/mosquitto"
        with open(self.config.with_suffix(".log"), "ab") as log:
            self.process = subprocess.Popen(
                [binary, "-c", self.config], stdout=log, stderr=subprocess.STDOUT
            )
        for _ in range(100):
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), 1),
            ):
                if not self.hostile:
                    self.witness = Witness(self.side_port)
                return
            time.sleep(0.05)
        raise RuntimeError(self.config.with_suffix(".log").read_text())

    def stop(self):
        self.process.kill()
        self.process.wait()
        if self.witness is not None:
            witness, self.witness = self.witness, None
            witness.close()


class Guard:
    """The server's side over a real broker. scale: virtual seconds in a real one; or clock(): the
    seconds that have passed for the heater, where a busy host may slow its life down."""

    def __init__(
        self, port, scale=1, tls=None, user=None, password=None, clock=None, district="east",
        device="htr-1",
    ):  # fmt: skip
        t0 = time.monotonic()
        place = PLACE.format(district)
        self.base = f"{place}/{device}"
        self.reading_topic = f"{place}/collector/c1/reading"
        self.zone = ZONE.format(district)
        self.clock = clock or (lambda: (time.monotonic() - t0) * scale)
        self.epoch, self.seq, self.beat, self.command_seq = 1, 0, 0, 0
        self.nonce = None
        self.answering = True  # welcome, and take records
        self.seen = queue.Queue()
        self.records = {}  # stream -> {number: item}
        self.unmarked = {}  # stream -> numbers that came as records of this connection
        self.replayed = 0
        self.doubled = 0
        self.subscribed = threading.Event()
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="guard-" + district)
        if user:
            self.client.username_pw_set(user, password)
        if tls:
            context = ssl.create_default_context(cafile=tls["ca"])
            context.load_cert_chain(tls["cert"], tls["key"])
            self.client.tls_set_context(context)
        self.client.on_connect = lambda c, *_: c.subscribe(self.base + "/#", 1)
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.on_message = self._on_message
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("localhost" if tls else "127.0.0.1", port)
        self.client.loop_start()
        assert self.subscribed.wait(10)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()
        self.client.on_message = self.client.on_connect = self.client.on_subscribe = None

    def now(self):
        return UTC_0 + int(self.clock())

    def publish(self, key, topic, message, schema=None, retain=False):
        message = sign(key, topic, dict(message, v=1))
        if schema:
            validate(schema, message)
        self.client.publish(topic, canonical(message), 1, retain)
        return message

    def heartbeat(self, min_seq=0, abnormal=False, **more):
        self.beat += 1
        message = {"level": "district", "guard": "g1", "epoch": self.epoch, "seq": self.beat,
                   "now": self.now(), "min_seq": min_seq, "abnormal": abnormal}  # fmt: skip
        return self.publish(ZONE_KEY, self.zone, dict(message, **more), "heartbeat")

    def limit(self, watts, **more):
        self.seq += 1
        now = self.now()
        message = {"level": "district", "guard": "g1", "epoch": self.epoch, "seq": self.seq,
                   "iat": now, "exp": now + 180, "active": watts is not None,
                   "limit_w": watts or 0, "periods": [], "ramp": 30, "rnd_s": 0, "slot": -1,
                   "cause": {"level": "building", "node": "b7"}, "reason": "feeder"}  # fmt: skip
        return self.publish(DEVICE_KEY, self.base + "/limit", dict(message, **more), "limit", True)

    def command(self, name, args, **more):
        self.command_seq += 1
        message = {"id": os.urandom(8).hex(), "epoch": self.epoch, "seq": self.command_seq,
                   "iat": self.now(), "ttl_s": 60, "name": name, "args": args}  # fmt: skip
        return self.publish(DEVICE_KEY, self.base + "/command", dict(message, **more), "command")

    def reading(self, mdeg, seq, **more):
        message = {"epoch": 1, "seq": seq, "t": self.now(), "room_mdeg": mdeg,
                   "battery_permille": 900}  # fmt: skip
        return self.publish(COLLECTOR_KEY, self.reading_topic, dict(message, **more), "reading")

    def wait(self, kind, wait_s=10, **wanted):
        """The next message of this kind with these values; others are passed over."""
        end = time.monotonic() + wait_s
        passed = []
        while time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                got, message = self.seen.get(timeout=max(0.01, end - time.monotonic()))
                if got == kind and all(message.get(k) == v for k, v in wanted.items()):
                    return message
                passed.append((got, message))
        raise AssertionError(f"no {kind} with {wanted} within {wait_s} s, but {passed}")

    def _on_message(self, client, userdata, packet):
        kind = packet.topic.rsplit("/", 1)[1]
        if kind in ("limit", "welcome", "command", "received"):
            return  # our own
        try:
            for secret in (DEVICE_KEY, ZONE_KEY, COLLECTOR_KEY):
                assert secret.hex().encode() not in packet.payload, "a key left the device"
            message = json.loads(packet.payload)
            validate(kind, message)
            if kind != "status":
                assert sign(DEVICE_KEY, packet.topic, message) == message, "wrong signature"
                assert canonical(message).encode() == packet.payload
        except Exception as error:  # told to the test, whose thread this is not
            self.seen.put(("invalid", {"error": repr(error), "payload": packet.payload}))
            return
        if self.answering and kind == "hello":
            self._welcome(message)
        if self.answering and kind == "records":
            self._records(message)
        self.seen.put((kind, message))

    def _welcome(self, hello):
        self.nonce = hello["nonce"]
        message = {"level": "district", "guard": "g1", "nonce": self.nonce, "now": self.now(),
                   "epoch": self.epoch, "seq": self.seq + 1,
                   "command_seq": self.command_seq + 1}  # fmt: skip
        self.publish(DEVICE_KEY, self.base + "/welcome", message, "welcome")

    def _records(self, message):
        kept = self.records.setdefault(message["stream"], {})
        for item in message["items"]:
            self.doubled += item[0] in kept
            kept[item[0]] = item
            if not message["replayed"]:
                self.unmarked.setdefault(message["stream"], set()).add(item[0])
        self.replayed += message["replayed"]
        answer = {"stream": message["stream"], "next": message["next"], "nonce": self.nonce}
        self.publish(DEVICE_KEY, self.base + "/received", answer, "received")


class Heater:
    """device_link.py in MicroPython."""

    def __init__(self, micropython, umqtt, folder, port, scale=1, keys=None, **settings):
        self.lines = []
        config = {
            "device": "htr-1",
            "scale": scale,
            "keys": dict(
                {
                    "device": DEVICE_KEY.hex(),
                    "zone.district": ZONE_KEY.hex(),
                    "collector": COLLECTOR_KEY.hex(),
                },
                **(keys or {}),
            ),
            "events_every_s": settings.pop("events_every_s", 0),
            "hasty": settings.pop("hasty", False),
            "settings": dict(
                {
                    "link.enabled": True,
                    "link.host": "127.0.0.1",
                    "link.port": port,
                    "link.tls": False,
                    "link.keepalive_s": 10,
                    "link.company": "heatco",
                    "link.district": "east",
                    "link.building": "b7",
                    "link.unit": "u2",
                    "link.household": "0301",
                    "link.collector": "c1",
                    "limits.failsafe_w": 600,
                },
                **settings.pop("more", {}),
            ),
        }
        data = Path(folder) / "data"
        data.mkdir(exist_ok=True)
        path = Path(folder) / "config.json"  # an argument over 255 bytes ends MicroPython
        path.write_text(json.dumps(config))
        self.process = subprocess.Popen(
            [micropython, Path(__file__).parent / "device_link.py", REPO / "firmware",
             REPO / "lib", umqtt, data, path],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.words = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        with self.process.stdout:
            for line in self.process.stdout:
                if line.startswith("{") and line.endswith("}\n"):
                    self.lines.append(json.loads(line))
                else:
                    self.words.append(line)

    def now(self):
        return self.lines[-1] if self.lines else {}

    def wait(self, condition, wait_s=10):
        """The first printed second for which condition(second) holds, from now on."""
        at = max(0, len(self.lines) - 1)
        end = time.monotonic() + wait_s
        while time.monotonic() < end:
            while at < len(self.lines):
                if condition(self.lines[at]):
                    return self.lines[at]
                at += 1
            if self.process.poll() is not None:
                raise AssertionError("".join(self.words))
            time.sleep(0.01)
        raise AssertionError(f"not within {wait_s} s; last: {self.now()}")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
