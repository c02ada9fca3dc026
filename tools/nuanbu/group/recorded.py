"""A guard of which everything is noted: what it is told, and what it says (journal.py).

`Recorded` notes and passes on, `replay` does it again from what was noted.
"""

from __future__ import annotations

from dataclasses import astuple

import numpy as np

from nuanbu.group import wire
from nuanbu.group.guard import Beat, Guard, Order
from nuanbu.group.journal import Journal
from nuanbu.group.tree import Heater, Layout, Node, Tree


class Recorded:
    """The guard of one run with its journal. guard: for looking at, not for telling."""

    def __init__(self, guard: Guard, tree: Tree, log: Journal, at_s: int):
        self.guard, self._log = guard, log
        begin = {
            "epoch": guard.epoch,
            "seq": guard.seq,
            "nodes": [astuple(node) for node in tree.nodes.values()],
            "heaters": [astuple(heater) for heater in guard.layout.heaters],
            "left": _left(guard),
        }
        log.add(at_s, ["b", begin])

    def limit(self, node: str, watts: int, from_s: int | None, at_s: int) -> None:
        """A node's limit, as Guard.limit."""
        self._log.add(at_s, ["l", node, watts, from_s])
        self.guard.limit(node, watts, from_s)

    def metered(self, node: str, power_w: int, at_s: int) -> None:
        """A feeder meter, as Guard.metered."""
        self._log.add(at_s, ["m", at_s, node, power_w])
        self.guard.metered(node, power_w, at_s)

    def hello(self, device: str, at_s: int) -> int:
        """A heater has connected, as Guard.hello."""
        self._log.add(at_s, ["h", at_s, self.guard.index[device]])
        return self.guard.hello(device, at_s)

    def answered(self, device: str, message: dict, at_s: int) -> None:
        """An ack message. ValueError: it is not of the form it must have."""
        epoch, seq, holds, limit_w = wire.answer_of(message)
        i = self.guard.index[device]
        self._log.add(at_s, ["a", at_s, i, epoch, seq, int(holds), limit_w])
        self.guard.acknowledged(device, epoch, seq, holds, at_s)

    def told(self, device: str, message: dict, at_s: int) -> None:
        """A state message. ValueError: it is not of the form it must have."""
        event = ["s", at_s, self.guard.index[device], *wire.state_of(message)]
        self._log.add(at_s, event)
        _tell(self.guard, event)

    def keep(self, device: str, hold_w: float, at_s: int) -> None:
        """What the guard before knew of a room: the power that holds its temperature."""
        event = ["k", self.guard.index[device], round(hold_w, 1)]
        self._log.add(at_s, event)
        _keep(self.guard, event)

    def heartbeat(self, at_s: int) -> Beat | None:
        """The heartbeat that is due, as Guard.heartbeat."""
        beat = self.guard.heartbeat(at_s)
        if beat:
            self._log.add(at_s, ["B", at_s, beat.seq, beat.min_seq])
        return beat

    def cycle(self, at_s: int) -> tuple[list[Order], list[Order]]:
        """What is to be sent now, as Guard.cycle."""
        new, again = self.guard.cycle(at_s)
        self._log.add(at_s, _cycle(self.guard, at_s, new, again))
        return new, again


def begun(event: list) -> tuple[Guard, Tree]:
    """The guard that an event "b" tells of, and the tree it was made for."""
    begin = event[1]
    nodes = [Node(*row) for row in begin["nodes"]]
    heaters = [Heater(*row) for row in begin["heaters"]]
    tree = Tree(nodes, heaters)
    guard = Guard(Layout.of(tree), begin["epoch"], begin["seq"])
    worst_w, end_s = np.zeros((len(heaters), 2)), np.zeros(len(heaters))
    for i, now_w, later_w, end in begin["left"]:
        worst_w[i], end_s[i] = (now_w, later_w), end
    guard.book.after_restart(worst_w, end_s)
    return guard, tree


def replay(guard: Guard, event: list) -> list | None:
    """Tell a guard an event again. For "B" and "C": what it says now, to be compared."""
    kind = event[0]
    if kind == "l":
        guard.limit(event[1], event[2], event[3])
    elif kind == "m":
        guard.metered(event[2], event[3], event[1])
    elif kind == "h":
        guard.hello(_name(guard, event), event[1])
    elif kind == "a":
        guard.acknowledged(_name(guard, event), event[3], event[4], bool(event[5]), event[1])
    elif kind == "s":
        _tell(guard, event)
    elif kind == "k":
        _keep(guard, event)
    elif kind == "B":
        beat = guard.heartbeat(event[1])
        return ["B", event[1], beat.seq, beat.min_seq] if beat else ["B", event[1]]
    elif kind == "C":
        return _cycle(guard, event[1], *guard.cycle(event[1]))
    return None


def _left(guard: Guard) -> list:
    book = guard.book
    out = np.flatnonzero(book.old_watts.any(axis=1))
    rows = zip(out.tolist(), book.old_watts[out].tolist(), book.old_end_s[out].tolist())
    return [[i, *watts, end_s] for i, watts, end_s in rows]


def _name(guard: Guard, event: list) -> str:
    return guard.layout.heaters[event[2]].id


def _tell(guard: Guard, event: list) -> None:
    _, at_s, i, room_mdeg, setpoint_mdeg, power_w, demand_w = event[:7]
    room_k = float("nan") if room_mdeg is None else room_mdeg / 1000
    values = (room_k, setpoint_mdeg / 1000, power_w, demand_w)
    arrays = [np.array([value], dtype=float) for value in values]
    guard.seen.state(np.array([i]), at_s, *arrays)


def _keep(guard: Guard, event: list) -> None:
    guard.seen.hold_w[event[1]] = event[2]


def _cycle(guard: Guard, at_s: int, new: list[Order], again: list[Order]) -> list:
    event: list = ["C", at_s]
    if new or again:
        event.append([_order(guard, order) for order in new])
    if again:
        event.append([guard.index[order.device] for order in again])
    return event


def _order(guard: Guard, order: Order) -> list:
    later = order.later or (0, 0)
    i = guard.index[order.device]
    return [i, order.seq, order.watts, *later, order.slot, *order.cause]
