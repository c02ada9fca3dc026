"""`nuanbu group serve`: the guard of one district between its database and a broker."""

from __future__ import annotations

import queue
import secrets
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
import sqlalchemy as sa

from nuanbu.errors import UserError
from nuanbu.group import picture, retention, wire
from nuanbu.group.broker import Broker, connected
from nuanbu.group.guard import Guard, Order
from nuanbu.group.incarnation import Incarnation, Superseded
from nuanbu.group.journal import Journal
from nuanbu.group.notes import Notes
from nuanbu.group.recorded import Recorded
from nuanbu.group.store import Places
from nuanbu.group.tree import Layout, Tree

_LOOK_S = 2  # how often limits and devices that an operator changed are looked for
_FRESH_S = 90  # a message that tells an older time is a recording, or was long under way
_WELCOME_S = 5  # a heater greets at most every 10 s; more often is somebody repeating it
_JOURNAL_S = 10  # what led to no message is written this late; a crash may lose it
_PICTURE_S = 2
# A new epoch a day: the journal can be let go of, and read, from the beginning of an epoch only.
_ANEW_S = 86_400
_INBOX = 100_000
_HEARD = ("hello", "ack", "state", "fault", "energy", "records")
_KEY_BYTES = 32


class Service:
    """One run. Messages arrive on paho's thread and are only queued there; everything else
    happens in `turn()`, which the owner calls about once a second."""

    def __init__(self, engine: sa.Engine, company: str, district: str, broker: Broker, now_s: int):
        self._engine, self._district = engine, district
        self._places = Places(engine)
        self._root = f"{wire.PREFIX}/{company}"
        self._name = f"g{secrets.token_hex(4)}"
        self._inbox: queue.Queue[tuple[str, bytes]] = queue.Queue(_INBOX)
        self._told: dict[str, int] = {}  # device -> time of its latest message
        self._states: dict[str, dict] = {}  # device -> its latest state
        self._welcomed: dict[str, tuple[int, str]] = {}
        self._meters: dict[str, tuple[int, int]] = {}  # node -> (time, watts)
        self._received: list[tuple[str, str, int]] = []
        self._pictured_s = self._looked_s = 0
        self._notes = Notes(engine)
        self._keeper = retention.Keeper(engine)
        self.refused = 0  # messages that were not what they claim to be
        tree = self._places.tree()
        if district not in tree.nodes or tree.nodes[district].level != "district":
            raise UserError(f"no district {district} in the tree", "nuanbu group tree import")
        self._begin(tree, self._places.revision(), now_s)
        self._client = connected(broker, self._name, self._on_connect, self._on_message)

    @property
    def guard(self) -> Guard:
        """The guard at work, for looking at."""
        return self._guard.guard

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
        self._yield_to_a_later_one(now_s)
        if self._client.is_connected():
            self._send(now_s)
        if self._log.since_s(now_s) >= _JOURNAL_S:
            self._run.noting(self._log.write)
            self._log.written()
        self._notes.flush()
        self._answer_records()
        if now_s - self._pictured_s >= _PICTURE_S:
            self._pictured_s = now_s
            picture.save(self._engine, self._district, self._shown(now_s))
        self._keeper.turn(now_s)

    # --- out

    def _send(self, now_s: int) -> None:
        beat = self._guard.heartbeat(now_s)
        if beat:
            self._run.beating(now_s, self._log.write)
            self._log.written()
            topic = f"{self._root}/{self._segments}/heartbeat"
            message = wire.heartbeat(beat, self._name, self.guard.epoch)
            self._client.publish(topic, wire.signed(self._zone_key, topic, message), 1)
        new, again = self._guard.cycle(now_s)
        if new:
            names = [order.device for order in new]
            guard = self.guard
            self._run.issuing(guard.layout, guard.book, names, guard.seq, self._log.write)
            self._log.written()
        for order in new + again:
            self._publish(order)

    def _publish(self, order: Order) -> None:
        node = self._tree.nodes[order.cause[1]]
        message = wire.limit(order, self._name, self.guard.epoch, node.name or node.id)
        self._to_device(order.device, "limit", message, retain=True)

    def _to_device(self, device: str, kind: str, message: dict, retain: bool = False) -> None:
        topic = f"{self._bases[device]}/{kind}"
        self._client.publish(topic, wire.signed(self._keys[device], topic, message), 1, retain)

    def _answer_records(self) -> None:
        for device, stream, following in self._received:
            nonce = self._welcomed.get(device, (0, ""))[1]
            if device in self._bases and nonce:
                self._to_device(device, "received", wire.received(stream, following, nonce))
        self._received.clear()

    # --- in

    def _take(self, topic: str, payload: bytes, now_s: int) -> None:
        base, kind = topic.rsplit("/", 1)
        device = base.rsplit("/", 1)[1]
        try:
            if base.rsplit("/", 1)[0].endswith("/meter"):
                self._metered(device, topic, payload, now_s)
            else:
                known = self._bases.get(device) == base and kind in _HEARD
                message = wire.opened(self._keys[device], topic, payload) if known else None
                if message is None:
                    raise ValueError(topic)
                getattr(self, "_" + kind)(device, message, now_s)
        except (ValueError, KeyError, TypeError):
            self.refused += 1

    def _hello(self, device: str, message: dict, now_s: int) -> None:
        if now_s - self._welcomed.get(device, (0, ""))[0] < _WELCOME_S:
            return
        nonce = message["nonce"]
        if not isinstance(nonce, str) or len(nonce) != 32:
            raise ValueError("nonce")
        self._welcomed[device] = (now_s, nonce)
        self._notes.hello(device, message, now_s)
        seq = self._guard.hello(device, now_s)
        answer = wire.welcome(nonce, now_s, self._name, self.guard.epoch, seq)
        self._to_device(device, "welcome", answer)

    def _ack(self, device: str, message: dict, now_s: int) -> None:
        if abs(now_s - message["t"]) > _FRESH_S or message["level"] != "district":
            return
        self._guard.answered(device, message, now_s)
        if message["epoch"] == self.guard.epoch:
            outdated = message["reason"] == "old_epoch"
            (self._outdated.add if outdated else self._outdated.discard)(device)

    def _state(self, device: str, message: dict, now_s: int) -> None:
        # A retained state is old; one that was told before is a recording.
        if abs(now_s - message["t"]) > _FRESH_S or message["t"] < self._told.get(device, 0):
            return
        self._guard.told(device, message, now_s)
        self._told[device] = message["t"]
        self._states[device] = message

    def _fault(self, device: str, message: dict, now_s: int) -> None:
        self._notes.fault(device, message, now_s)

    def _energy(self, device: str, message: dict, now_s: int) -> None:
        self._notes.energy(device, message, now_s)

    def _records(self, device: str, message: dict, now_s: int) -> None:
        self._received.append((device, *self._notes.records(device, message, now_s)))

    def _metered(self, name: str, topic: str, payload: bytes, now_s: int) -> None:
        message = wire.opened(self._meter_keys[name], topic, payload)
        if message is None or abs(now_s - message["t"]) > _FRESH_S:
            raise ValueError(topic)
        power_w = wire.whole(message, "power_w", 0, 2**31 - 1)
        for node in self._metered_nodes[name]:
            if message["t"] <= self._meters.get(node, (0, 0))[0]:
                continue  # doubled by the broker, or a recording
            self._meters[node] = (message["t"], power_w)
            self._guard.metered(node, power_w, now_s)

    def _yield_to_a_later_one(self, now_s: int) -> None:
        # A server with another database, for instance a copy, shows only in what heaters say.
        # More than half of them must say so: each signs with its own key.
        reached = int(self.guard.seen.reachable(now_s).sum())
        if 2 * len(self._outdated) > max(reached, 1):
            raise Superseded(
                f"district {self._district}: {len(self._outdated)} of {reached} heaters obey a"
                f" server with a later epoch than {self.guard.epoch}"
            )

    # --- what the operator changes

    def _look(self, now_s: int) -> None:
        if now_s - self._looked_s < _LOOK_S:
            return
        self._looked_s = now_s
        revision = self._places.revision()
        if now_s - self._begun_s >= _ANEW_S:
            self._begin(self._tree, self._revision, now_s)
        if revision != self._revision:
            tree = self._places.tree()
            if tree.nodes != self._tree.nodes or tree.heaters != self._tree.heaters:
                self._begin(tree, revision, now_s)
            self._revision = revision
        force, coming = self._places.limits(now_s)
        for node, watts in force.items():
            if self._force.get(node) != watts:
                self._guard.limit(node, watts, None, now_s)
        self._force = force
        for at, node, watts in coming:
            if self._coming.get((at, node)) != watts:
                self._coming[at, node] = watts
                self._guard.limit(node, watts, at, now_s)

    def _begin(self, tree: Tree, revision: int, now_s: int) -> None:
        # A changed tree is a new epoch: the way of a restart, which is the one that is proved.
        mine = [h for h in tree.heaters.values() if tree.path(h.household)[-1] == self._district]
        self._tree, self._revision = tree, revision
        holds = self._holds()
        self._begun_s = now_s
        self._run = Incarnation(self._engine, self._district)
        under = Tree(tree.nodes.values(), [*mine, *self._run.ghosts(tree, now_s)])
        guard = Guard(Layout.of(under), self._run.epoch, self._run.seq)
        self._run.restore(guard.layout, guard.book)
        self._log = Journal(self._engine, self._district, self._run.epoch)
        self._guard = Recorded(guard, under, self._log, now_s)
        self._outdated: set[str] = set()
        self._force: dict[str, int] = {}
        self._coming: dict[tuple[int, str], int] = {}
        self._segments = "/".join(tree.segments(self._district))
        self._zone_key = zone_key(self._places, self._district)
        keys = self._places.keys()
        self._keys = {h.id: keys.get(h.id, b"") for h in mine}
        self._bases = {
            h.id: "/".join([self._root, *tree.segments(h.household), h.id]) for h in mine
        }
        self._metered_nodes: dict[str, list[str]] = {}
        for node in tree.nodes.values():
            if node.meter and f"meter/{node.meter}" in keys:
                self._metered_nodes.setdefault(node.meter, []).append(node.id)
        self._meter_keys = {name: keys[f"meter/{name}"] for name in self._metered_nodes}
        self._looked_s = 0
        self._states = {name: one for name, one in self._states.items() if name in self._bases}
        for name, state in self._states.items():
            if now_s - state["t"] <= _FRESH_S:
                self._guard.told(name, state, now_s)
                if name in holds:
                    self._guard.keep(name, holds[name], now_s)

    def _holds(self) -> dict[str, float]:
        if not self._states:
            return {}
        seen = self.guard.seen.hold_w
        return {name: float(seen[i]) for name, i in self.guard.index.items()}

    def _shown(self, now_s: int) -> dict:
        about = {"guard": self._name, "refused": self.refused, "t": now_s}
        about["connected"] = self._client.is_connected()
        return picture.taken(self._guard.guard, self._tree, self._states, self._meters, about)

    def _on_connect(self, client: paho.Client, *_: Any) -> None:
        for kind in _HEARD:
            client.subscribe(f"{self._root}/{self._segments}/+/+/+/+/{kind}", 1)
        client.subscribe(f"{self._root}/{self._segments}/meter/+/power", 1)

    def _on_message(self, client: paho.Client, data: Any, packet: paho.MQTTMessage) -> None:
        try:
            self._inbox.put_nowait((packet.topic, bytes(packet.payload)))
        except queue.Full:
            self.refused += 1  # a lost ack or state comes again


def zone_key(places: Places, district: str) -> bytes:
    """The key that signs a district's heartbeats, made when it is first wanted."""
    return places.key_or_new(f"zone/{district}", lambda: secrets.token_bytes(_KEY_BYTES))


def run(service: Service, say: Callable[[str], None], clock: Callable[[], int], pause_s: float):
    """Until interrupted or superseded. pause_s: real seconds between turns."""
    import signal
    import threading
    import time

    if threading.current_thread() is threading.main_thread():
        # A supervisor's way to end a service, and Ctrl-C where a shell had taken it away.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.default_int_handler)
    try:
        while True:
            service.turn(clock())
            time.sleep(pause_s)
    except Superseded as e:
        raise UserError(str(e), "one server a district is enough") from e
    except KeyboardInterrupt:
        say("stopped; heaters keep what they hold until it expires")
    finally:
        service.close()
