"""`nuanbu group serve`: the guard of one district between its database and a broker."""

from __future__ import annotations

import queue
import secrets
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import paho.mqtt.client as paho
import sqlalchemy as sa
from paho.mqtt.enums import CallbackAPIVersion

from nuanbu.errors import UserError
from nuanbu.group import wire
from nuanbu.group.guard import Guard, Order
from nuanbu.group.store import Incarnation, Places, Superseded
from nuanbu.group.tree import Layout, Tree

_LOOK_S = 2  # how often limits and devices that an operator changed are looked for
_FRESH_S = 90  # a message that tells an older time is a recording, or was long under way
_WELCOME_S = 5  # a heater greets at most every 10 s; more often is somebody repeating it
_HEARD = ("hello", "ack", "state")


@dataclass(frozen=True)
class Broker:
    """Where it is and how to speak to it. ca: file with its certificate authority, "" for no
    TLS."""

    host: str
    port: int = 1883
    user: str = ""
    password: str = ""
    ca: str = ""


class Service:
    """One run. Messages arrive on paho's thread and are only queued there; everything else
    happens in `turn()`, which the owner calls about once a second."""

    def __init__(self, engine: sa.Engine, company: str, district: str, broker: Broker):
        self._engine, self._district = engine, district
        self._places = Places(engine)
        self._root = f"{wire.PREFIX}/{company}"
        self._name = f"g{secrets.token_hex(4)}"
        self._inbox: queue.Queue[tuple[str, bytes]] = queue.Queue(100_000)
        self._looked_s = 0
        self._told: dict[str, int] = {}  # device -> time of its latest message
        self._welcomed: dict[str, int] = {}
        self.refused = 0  # messages that were not what they claim to be
        tree = self._places.tree()
        if district not in tree.nodes or tree.nodes[district].level != "district":
            raise UserError(f"no district {district} in the tree", "nuanbu group tree import")
        self._begin(tree)
        self._client = self._connect(broker)

    def close(self) -> None:
        """Stop. Heaters go on with what they hold until it expires."""
        self._client.disconnect()
        self._client.loop_stop()

    def turn(self, now_s: int) -> None:
        """Take in what was said and send what is due. Superseded: another server has taken over;
        nothing was sent."""
        self._look(now_s)
        while True:
            try:
                topic, payload = self._inbox.get_nowait()
            except queue.Empty:
                break
            self._take(topic, payload, now_s)
        if self._client.is_connected():
            self._send(now_s)

    # --- out

    def _send(self, now_s: int) -> None:
        beat = self.guard.heartbeat(now_s)
        if beat:
            self._run.beating(now_s)
            topic = f"{self._root}/{self._segments}/heartbeat"
            message = wire.heartbeat(beat, self._name, self.guard.epoch)
            self._client.publish(topic, wire.signed(self._zone_key, topic, message), 1)
        new, again = self.guard.cycle(now_s)
        if new:
            names = [order.device for order in new]
            self._run.issuing(self.guard.layout, self.guard.book, names, self.guard.seq)
        for order in new + again:
            self._publish(order)

    def _publish(self, order: Order) -> None:
        node = self._tree.nodes[order.cause[1]]
        message = wire.limit(order, self._name, self.guard.epoch, node.name or node.id)
        self._to_device(order.device, "limit", message, retain=True)

    def _to_device(self, device: str, kind: str, message: dict, retain: bool = False) -> None:
        topic = f"{self._bases[device]}/{kind}"
        self._client.publish(topic, wire.signed(self._keys[device], topic, message), 1, retain)

    # --- in

    def _take(self, topic: str, payload: bytes, now_s: int) -> None:
        base, kind = topic.rsplit("/", 1)
        device = base.rsplit("/", 1)[1]
        known = self._bases.get(device) == base
        message = wire.opened(self._keys[device], topic, payload) if known else None
        try:
            if message is None:
                raise ValueError(topic)
            getattr(self, "_" + kind)(device, message, now_s)
        except (ValueError, KeyError, TypeError):
            self.refused += 1

    def _hello(self, device: str, message: dict, now_s: int) -> None:
        if now_s - self._welcomed.get(device, 0) < _WELCOME_S:
            return
        self._welcomed[device] = now_s
        seq = self.guard.hello(device, now_s)
        answer = wire.welcome(message["nonce"], now_s, self._name, self.guard.epoch, seq)
        self._to_device(device, "welcome", answer)

    def _ack(self, device: str, message: dict, now_s: int) -> None:
        if abs(now_s - message["t"]) > _FRESH_S or message["level"] != "district":
            return
        holds = message["status"] in ("accepted", "effect")
        self.guard.acknowledged(device, message["epoch"], message["seq"], holds, now_s)

    def _state(self, device: str, message: dict, now_s: int) -> None:
        # A retained state is old; one that was told before is a recording.
        if abs(now_s - message["t"]) > _FRESH_S or message["t"] < self._told.get(device, 0):
            return
        self._told[device] = message["t"]
        room = message["room_mdeg"]
        values = (
            float("nan") if room is None else room / 1000,
            message["setpoint_mdeg"] / 1000,
            message["power_w"],
            message["demand_w"],
        )
        room_k, setpoint_k, power_w, demand_w = (np.array([v], dtype=float) for v in values)
        who = np.array([self.guard.index[device]])
        self.guard.seen.state(who, now_s, room_k, setpoint_k, power_w, demand_w)

    # --- what the operator changes

    def _look(self, now_s: int) -> None:
        if now_s - self._looked_s < _LOOK_S:
            return
        self._looked_s = now_s
        tree = self._places.tree()
        if tree.nodes != self._tree.nodes or tree.heaters != self._tree.heaters:
            self._begin(tree)
        force, coming = self._places.limits(now_s)
        for node, watts in force.items():
            self.guard.limit(node, watts)
        for change in coming:
            if change not in self._coming:
                self._coming.add(change)
                at, node, watts = change
                self.guard.limit(node, watts, at)

    def _begin(self, tree: Tree) -> None:
        # A changed tree is a new epoch: the way of a restart, which is the one that is proved.
        mine = [h for h in tree.heaters.values() if tree.path(h.household)[-1] == self._district]
        layout = Layout.of(Tree(tree.nodes.values(), mine))
        self._tree = tree
        self._run = Incarnation(self._engine, self._district)
        self.guard = Guard(layout, self._run.epoch, self._run.seq)
        self._run.restore(layout, self.guard.book)
        self._coming: set[tuple[int, str, int]] = set()
        self._segments = "/".join(tree.segments(self._district))
        self._zone_key = zone_key(self._places, self._district)
        self._keys = {h.id: self._places.key(h.id) or b"" for h in mine}
        self._bases = {
            h.id: "/".join([self._root, *tree.segments(h.household), h.id]) for h in mine
        }
        self._looked_s = 0

    def _connect(self, broker: Broker) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=self._name)
        if broker.user:
            client.username_pw_set(broker.user, broker.password)
        if broker.ca:
            client.tls_set(broker.ca)
        client.reconnect_delay_set(1, 10)
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        try:
            client.connect(broker.host, broker.port)
        except OSError as e:
            raise UserError(
                f"broker {broker.host}:{broker.port}: {e}", "start it, or name another"
            ) from e
        client.loop_start()
        return client

    def _on_connect(self, client: paho.Client, *_: Any) -> None:
        for kind in _HEARD:
            client.subscribe(f"{self._root}/{self._segments}/+/+/+/+/{kind}", 1)

    def _on_message(self, client: paho.Client, data: Any, packet: paho.MQTTMessage) -> None:
        try:
            self._inbox.put_nowait((packet.topic, bytes(packet.payload)))
        except queue.Full:
            self.refused += 1  # a lost ack or state comes again


def zone_key(places: Places, district: str) -> bytes:
    """The key that signs a district's heartbeats, made when it is first wanted."""
    owner = f"zone/{district}"
    key = places.key(owner)
    if key is None:
        key = secrets.token_bytes(32)
        places.set_key(owner, key)
    return key


def run(service: Service, say: Any) -> None:
    """Until interrupted or superseded."""
    try:
        while True:
            service.turn(int(time.time()))
            time.sleep(1)
    except Superseded as e:
        raise UserError(str(e), "one server a district is enough") from e
    except KeyboardInterrupt:
        say("stopped; heaters keep what they hold until it expires")
    finally:
        service.close()
