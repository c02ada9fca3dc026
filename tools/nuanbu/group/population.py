"""Simulated heaters that speak docs/protocol over a real broker, for trials of the server.

Each holds the firmware's own lease machine (firmware/heater/limits/lease.py), takes all the power
it may, and has a clock of its own that it gets by hello and welcome. All share one connection;
what a radio loses is not simulated here (see `nuanbu fleet simulate`).
"""

from __future__ import annotations

import queue
import random
import sys
import threading
import types
from collections.abc import Callable
from typing import Any

from nuanbu.group import wire
from nuanbu.group.broker import Broker, connected
from nuanbu.group.tree import Heater
from nuanbu.sim.find import repository

_HELLO_S = 10
_WELCOME_WITHIN_S = 30
_STATE_S = 60
_EFFECT_S = 30
Out = list[tuple[str, dict]]


def lease_machine() -> Any:
    """The module heater.limits.lease of the firmware, under CPython."""
    if "micropython" not in sys.modules:
        shim = types.ModuleType("micropython")
        shim.const = lambda value: value  # pyright: ignore[reportAttributeAccessIssue]
        sys.modules["micropython"] = shim
    for folder in (repository() / "firmware", repository() / "lib"):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    from heater.limits import lease

    return lease


def hello(heater: Heater, nonce: str, up_s: int) -> dict:
    """The greeting of a heater, as docs/protocol has it."""
    return {
        "v": 1, "nonce": nonce, "uptime_s": up_s, "revision": 1, "rated_w": heater.rated_w,
        "installed_w": heater.rated_w, "failsafe_w": heater.failsafe_w, "failsafe_min_s": 7200,
        "frost_floor_w": heater.floor_w, "levels": 8, "firmware": "trial", "board": "sim",
    }  # fmt: skip


def answer(
    epoch: int, seq: int, status: str, reason: str, t: int, lease: str, limit_w: int,
    demand_w: int, room_mdeg: int,
) -> dict:  # fmt: skip
    """An ack to limit `seq`; limit_w: what is in force now. t: Unix seconds."""
    return {
        "v": 1, "epoch": epoch, "seq": seq, "level": "district", "status": status,
        "reason": reason, "t": t, "state": lease, "limit_w": limit_w, "cause": "district",
        "demand_w": demand_w, "mean_w": -1, "peak_w": -1, "room_mdeg": room_mdeg,
    }  # fmt: skip


def state(
    seq: int, t: int, up_s: int, setpoint_mdeg: int, room_mdeg: int, power_w: int,
    demand_w: int, lease: str,
) -> dict:  # fmt: skip
    """A state of a heater that takes all that it is granted."""
    return {
        "v": 1, "seq": seq, "t": t, "uptime_s": up_s, "mode": "heat",
        "setpoint_mdeg": setpoint_mdeg, "room_mdeg": room_mdeg, "room_source": "own",
        "power_w": power_w, "demand_w": demand_w, "grant_w": power_w, "limit_w": power_w,
        "cause": "district", "lease": lease, "faults": 0, "window_open": False,
    }  # fmt: skip


class _Settings:
    def __init__(self, heater: Heater):
        self.values = {
            "limits.failsafe_w": heater.failsafe_w,
            "limits.failsafe_min_s": 7200,
            "limits.autonomous": False,
            "limits.spread_s": 0,
        }

    def get(self, name: str) -> Any:
        return self.values[name]


class VirtualHeater:
    """One heater that wants its rated power. Times are real Unix seconds as a caller tells them;
    the heater itself knows only its uptime and what the server told it."""

    def __init__(self, heater: Heater, rng: random.Random, room_mdeg: int, now_s: int):
        self.heater, self._rng, self.room_mdeg = heater, rng, room_mdeg
        self.machine = lease_machine()
        self.restart(now_s)

    def restart(self, now_s: int) -> None:
        """It loses its power for a moment, and with it what it knew."""
        self._born_s = now_s - self._rng.randrange(1, 50)
        self.lease = self.machine.Lease(self._rng.randrange(1000), False)
        self.lease.configure(_Settings(self.heater), True, self._up(now_s))
        self._offset_s: int | None = None  # UTC minus uptime
        self._nonce, self._asked_s, self._greeted = "", -_HELLO_S, False
        self._seq, self._stated_s = 0, -_STATE_S
        self._shown: tuple | None = None
        self._effect: tuple[int, dict] | None = None

    @property
    def takes_w(self) -> int:
        """What it takes now, watts."""
        limit_w = self.lease.limit_w
        return self.heater.rated_w if limit_w < 0 else min(limit_w, self.heater.rated_w)

    def second(self, now_s: int, online: bool = True) -> Out:
        """A second of its life: (kind, message) of what it says."""
        up_s = self._up(now_s)
        self.lease.step(up_s)
        if not online:
            return []
        said: Out = []
        if not self._greeted and up_s - self._asked_s >= _HELLO_S:
            said.append(("hello", self._hello(up_s)))
        if self._effect and up_s >= self._effect[0]:
            said.append(("ack", {**self._effect[1], "t": self._utc(up_s)}))
            self._effect = None
        shown = (self.lease.state, self.lease.limit_w)
        if self._offset_s is not None:
            if shown != self._shown or up_s - self._stated_s >= _STATE_S:
                self._shown, self._stated_s = shown, up_s
                said.append(("state", self._state(up_s)))
        return said

    def hears(self, kind: str, message: dict, now_s: int) -> Out:
        """An authentic message for it: what it answers."""
        up_s = self._up(now_s)
        if kind == "limit":
            return [("ack", self._offered(message, up_s))]
        if kind == "welcome":
            fresh = up_s - self._asked_s <= _WELCOME_WITHIN_S
            if message["nonce"] == self._nonce and fresh:
                self._offset_s = message["now"] - self._asked_s
                self._nonce, self._greeted = "", True
                self.lease.welcome(message["epoch"], message["seq"], up_s)
        elif kind == "heartbeat":
            self.lease.heartbeat(
                message["epoch"], message["seq"], message["now"], message["min_seq"],
                message["abnormal"], up_s, self._utc(up_s) if self._offset_s is not None else None,
            )  # fmt: skip
        return []

    def reconnected(self) -> None:
        """The broker was gone: it greets again and tells its state, and keeps its time."""
        self._greeted, self._asked_s = False, -_HELLO_S
        self._shown = None

    def _up(self, now_s: int) -> int:
        return now_s - self._born_s

    def _utc(self, up_s: int) -> int:
        return 0 if self._offset_s is None else up_s + self._offset_s

    def _hello(self, up_s: int) -> dict:
        self._asked_s = up_s
        self._nonce = f"{self._rng.getrandbits(128):032x}"
        return hello(self.heater, self._nonce, up_s)

    def _offered(self, message: dict, up_s: int) -> dict:
        utc_s = self._utc(up_s) if self._offset_s is not None else None
        result = self.machine.RESULT_NAMES[self.lease.offer(message, up_s, utc_s)]
        status = _STATUS.get(result, "rejected")
        ack = answer(
            message["epoch"], message["seq"], status, "" if status == "accepted" else result,
            self._utc(up_s), self.machine.STATE_NAMES[self.lease.state], self.lease.limit_w,
            self.heater.rated_w, self.room_mdeg,
        )  # fmt: skip
        if result == "accepted":
            watts = self.takes_w
            effect = {**ack, "status": "effect", "mean_w": watts, "peak_w": watts}
            self._effect = (up_s + _EFFECT_S, effect)
        return ack

    def _state(self, up_s: int) -> dict:
        self._seq += 1
        return state(
            self._seq, self._utc(up_s), up_s, 22_000, self.room_mdeg, self.takes_w,
            self.heater.rated_w, self.machine.STATE_NAMES[self.lease.state],
        )  # fmt: skip


_STATUS = {
    "accepted": "accepted",
    "duplicate": "accepted",
    "replayed": "superseded",
    "old_epoch": "superseded",
    "expired": "expired",
}


class Population:
    """Heaters of one district behind one connection. places: {id: base topic}; keys: {id: key}.

    Call `turn()` about once a (virtual) second: it delivers what was received and sends what the
    heaters say. clock: Unix seconds of the trial.
    """

    def __init__(
        self, heaters: list[VirtualHeater], places: dict[str, str], keys: dict[str, bytes],
        zone: tuple[str, bytes], broker: Broker, clock: Callable[[], int],
    ):  # fmt: skip
        self.heaters = {one.heater.id: one for one in heaters}
        self._by_base = {base: name for name, base in places.items()}
        self._places, self._keys, self._zone, self._clock = places, keys, zone, clock
        self._inbox: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._connects = 0
        self._seen_connects = 0
        self._ready = threading.Event()
        self.sent = self.received = 0
        self._client = connected(broker, f"p{random.getrandbits(32):08x}", self._up, self._on)
        if not self._ready.wait(20):
            raise RuntimeError("the broker does not answer")

    def turn(self) -> None:
        """A second of all heaters."""
        now_s = self._clock()
        if self._connects != self._seen_connects:
            self._seen_connects = self._connects
            for heater in self.heaters.values():
                heater.reconnected()
        self.deliver()
        online = self._client.is_connected()
        for name, heater in self.heaters.items():
            self._say(name, heater.second(now_s, online))

    def deliver(self) -> None:
        """Hand on what has been received; call it more often than `turn` for quick answers."""
        now_s = self._clock()
        while True:
            try:
                topic, payload = self._inbox.get_nowait()
            except queue.Empty:
                return
            self.received += 1
            base, kind = topic.rsplit("/", 1)
            if kind == "heartbeat":
                message = wire.opened(self._zone[1], topic, payload)
                if message:
                    for heater in self.heaters.values():
                        heater.hears(kind, message, now_s)
                continue
            name = self._by_base.get(base)
            message = wire.opened(self._keys[name], topic, payload) if name else None
            if name and message:
                self._say(name, self.heaters[name].hears(kind, message, now_s))

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def _say(self, name: str, said: Out) -> None:
        for kind, message in said:
            topic = f"{self._places[name]}/{kind}"
            payload = wire.signed(self._keys[name], topic, message)
            self._client.publish(topic, payload, 1, retain=kind == "state")
            self.sent += 1

    def _up(self, client: Any, *_: Any) -> None:
        top = self._zone[0]
        client.subscribe([(f"{top}/+/+/+/+/{kind}", 1) for kind in ("limit", "welcome")])
        client.subscribe(f"{top}/heartbeat", 1)
        self._connects += 1
        self._ready.set()

    def _on(self, client: Any, data: Any, packet: Any) -> None:
        self._inbox.put((packet.topic, bytes(packet.payload)))
