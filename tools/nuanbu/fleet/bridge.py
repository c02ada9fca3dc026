"""The many heaters of heaters.py behind one connection to a real broker: they hear and say what
docs/protocol has, each message signed with its heater's key."""

from __future__ import annotations

import queue
import secrets
import threading
from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuanbu.fleet.heaters import Heaters
from nuanbu.fleet.leases import LIMIT
from nuanbu.fleet.wire import WELCOME, Batch
from nuanbu.group import wire
from nuanbu.group.broker import Broker, connected
from nuanbu.group.guard import Beat
from nuanbu.group.population import answer, hello, state
from nuanbu.group.tree import Heater

_STATES = ("init", "limited", "unlimited", "failsafe", "autonomous")  # as in leases.py
_CONNECT_S = 20.0  # real


class Bridge:
    """made: whom the rows of `heaters` stand for. bases, keys: topic and key of each. zone: top
    topic of the district, and its key. Read: sent, received, in messages; a heartbeat is one."""

    def __init__(
        self, heaters: Heaters, made: list[Heater], bases: list[str], keys: list[bytes],
        zone: tuple[str, bytes], broker: Broker,
    ):  # fmt: skip
        self.heaters = heaters
        self._made, self._bases, self._keys, self._zone = made, bases, keys, zone
        self._row = {base: i for i, base in enumerate(bases)}
        self._inbox: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._seq = np.zeros(len(made), np.int64)
        self.sent = self.received = 0
        self._ready = threading.Event()
        self._client = connected(broker, f"v{secrets.token_hex(4)}", self._up, self._on)
        if not self._ready.wait(_CONNECT_S):
            raise RuntimeError("the broker does not answer")

    def second(self, now_s: int) -> None:
        """A second of theirs: what was received, what they do, what they say."""
        for batch in self._heard():
            self.heaters.receive(batch, now_s)
        self.heaters.second(now_s)
        for batch in self.heaters.talk(now_s):
            for row in batch.rows:
                self._say(batch.kind, row, now_s)

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    # --- in

    def _heard(self) -> list[Batch]:
        # In the order of arrival, and in a batch every heater once.
        found: list[Batch] = []
        turns: dict[str, list[list[NDArray]]] = defaultdict(list)
        known: dict[tuple[str, int], int] = defaultdict(int)
        while True:
            try:
                topic, payload = self._inbox.get_nowait()
            except queue.Empty:
                break
            self.received += 1
            base, kind = topic.rsplit("/", 1)
            if kind == "heartbeat":
                told = wire.opened(self._zone[1], topic, payload)
                if told:
                    beat = Beat(told["seq"], told["now"], told["min_seq"])
                    everybody = np.arange(len(self._made))
                    found.append(Batch("beat", everybody, (told["epoch"], beat)))
                continue
            i = self._row.get(base)
            told = wire.opened(self._keys[i], topic, payload) if i is not None else None
            if i is None or told is None:
                continue
            row = _limit(i, told) if kind == "limit" else _welcome(i, told)
            turn = known[kind, i]
            known[kind, i] += 1
            if turn == len(turns[kind]):
                turns[kind].append([])
            turns[kind][turn].append(row)
        # A welcome opens the way for limits and heartbeats.
        for kind in ("welcome", "limit"):
            batches = [Batch(kind, np.concatenate(rows)) for rows in turns[kind]]
            found = batches + found if kind == "welcome" else found + batches
        return found

    # --- out

    def _say(self, kind: str, row: Any, now_s: int) -> None:
        i, heaters = int(row["who"]), self.heaters
        leases = heaters.leases
        limit_w, lease = int(leases.limit_w[i]), _STATES[leases.state[i]]
        demand_w, up_s = int(heaters.demand_w[i]), heaters.uptime_s(i, now_s)
        room_mdeg = round(1000 * float(heaters.rooms.sensor_c[i]))
        if kind == "hello":
            message = hello(self._made[i], _nonce(i, int(row["nonce"])), up_s)
        elif kind == "ack":
            status, reason = ("accepted", "") if row["holds"] else ("superseded", "replayed")
            message = answer(
                int(row["epoch"]), int(row["seq"]), status, reason, int(row["t"]), lease,
                limit_w, demand_w, room_mdeg,
            )  # fmt: skip
        else:
            self._seq[i] += 1
            setpoint_mdeg = round(1000 * float(row["setpoint_c"]))
            message = state(
                int(self._seq[i]), int(row["t"]), up_s, setpoint_mdeg, room_mdeg,
                round(float(row["power_w"])), demand_w, lease,
            )  # fmt: skip
        topic = f"{self._bases[i]}/{kind}"
        payload = wire.signed(self._keys[i], topic, message)
        self._client.publish(topic, payload, 1, retain=kind == "state")
        self.sent += 1

    def _up(self, client: Any, *_: Any) -> None:
        top = self._zone[0]
        client.subscribe([(f"{top}/+/+/+/+/{kind}", 1) for kind in ("limit", "welcome")])
        client.subscribe(f"{top}/heartbeat", 1)
        self._ready.set()

    def _on(self, client: Any, data: Any, packet: Any) -> None:
        self._inbox.put((packet.topic, bytes(packet.payload)))


def _limit(i: int, told: dict) -> NDArray:
    row = np.zeros(1, LIMIT)
    for name in ("epoch", "seq", "iat", "exp", "active", "limit_w", "rnd_s", "slot"):
        row[name] = told[name]
    row["who"], row["ramp"] = i, told["ramp"]
    row["periods"] = len(told["periods"])
    for k, period in enumerate(told["periods"]):
        row["starts"][0, k], row["watts"][0, k] = period["start"], period["limit_w"]
    return row


def _welcome(i: int, told: dict) -> NDArray:
    row = np.zeros(1, WELCOME)
    row["who"], row["nonce"] = i, int(told["nonce"][16:], 16)
    for name in ("now", "epoch", "seq"):
        row[name] = told[name]
    return row


def _nonce(i: int, number: int) -> str:
    return f"{i:016x}{number:016x}"
