"""The server of nuanbu.group in simulated time: its Guard, and around it what service.py does with
messages and what store.py keeps, without broker and database."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuanbu.fleet.leases import LIMIT
from nuanbu.fleet.wire import WELCOME, Batch
from nuanbu.group import wire
from nuanbu.group.allocate import Floats, Ints
from nuanbu.group.book import LEASE_S, SKEW_S
from nuanbu.group.guard import Guard, Order
from nuanbu.group.tree import Layout

_FRESH_S = 90  # as in service.py
_WELCOME_S = 5


class Server:
    """layout: of the district. limits: {node: watts} in force at first. Times are Unix seconds."""

    def __init__(self, layout: Layout, limits: dict[str, float]):
        self.layout = layout
        self._force = dict(limits)
        self._coming: list[tuple[int, str, float]] = []
        self._epoch = self._beat_s = 0
        self._worst_w = np.zeros((len(layout.heaters), 2))
        self._end_s: Floats = np.zeros(len(layout.heaters))
        self._names = [heater.id for heater in layout.heaters]
        self._metered = [*layout.node_ids[-2], *layout.node_ids[-1]]
        self.guard: Guard | None = None
        self.messages = 0  # limits published
        self._retained = np.zeros(len(layout.heaters), LIMIT)  # as the broker keeps them

    def start(self) -> None:
        """A new process with what the last one stored."""
        self._epoch += 1
        self.guard = guard = Guard(self.layout, self._epoch)
        beaten_s = self._beat_s + LEASE_S + SKEW_S
        guard.book.after_restart(self._worst_w, np.maximum(self._end_s, beaten_s))
        for node, watts in self._force.items():
            guard.limit(node, watts)
        for at_s, node, watts in self._coming:
            guard.limit(node, watts, at_s)
        self._told_s = np.zeros(len(self._names), np.int64)
        self._welcomed_s = np.zeros(len(self._names), np.int64)
        self._read_s = np.zeros(len(self._metered), np.int64)

    def kill(self) -> None:
        """The process is gone, with all that it had not stored."""
        self.guard = None

    def limit(self, node: str, watts: float, at_s: int, now_s: int) -> None:
        """An operator's order that holds from at_s on; it stands in the database."""
        if at_s > now_s:
            self._coming.append((at_s, node, watts))
        else:
            self._force[node] = watts
        if self.guard:
            self.guard.limit(node, watts, at_s if at_s > now_s else None)

    def turn(self, heard: list[Batch], now_s: int, dies: bool = False) -> list[Batch]:
        """One turn of the service. dies: killed after storing and before publishing."""
        for change in [one for one in self._coming if one[0] <= now_s]:
            self._coming.remove(change)
            self._force[change[1]] = change[2]
        guard = self.guard
        if guard is None:
            return []
        said = []
        for batch in heard:
            said += getattr(self, "_" + batch.kind)(guard, batch.rows, now_s)
        beat = guard.heartbeat(now_s)
        if beat:
            self._beat_s = now_s
            said.append(Batch("beat", np.arange(len(self._names)), (guard.epoch, beat)))
        new, again = guard.cycle(now_s)
        if new:
            book = guard.book
            self._worst_w, self._end_s = book.worst_w(), np.maximum(book.end_s, book.old_end_s)
        if dies:
            self.kill()
            return []
        limits = self._packed(new + again)
        self._retained[limits["who"]] = limits
        self.messages += len(limits)
        return [*said, Batch("limit", limits)]

    def retained(self, who: Ints) -> Batch:
        """What the broker has for these when they subscribe."""
        rows = self._retained[who]
        return Batch("limit", rows[rows["seq"] > 0])

    def _packed(self, orders: list[Order]) -> NDArray:
        guard = self.guard
        assert guard
        rows = np.zeros(len(orders), LIMIT)
        rows["who"] = [guard.index[order.device] for order in orders]
        rows["seq"] = [order.seq for order in orders]
        rows["iat"] = [order.issued_s for order in orders]
        rows["exp"] = [order.expires_s for order in orders]
        rows["limit_w"] = [order.watts for order in orders]
        rows["slot"] = [order.slot for order in orders]
        rows["epoch"], rows["active"], rows["ramp"] = guard.epoch, True, wire.RAMP_PERMILLE_S
        for row, order in zip(rows, orders):
            if order.later:
                row["periods"] = 1
                row["starts"][0], row["watts"][0] = order.later
        return rows

    # --- what it hears, with the judgement of service.py

    def _hello(self, guard: Guard, rows: NDArray, now_s: int) -> list[Batch]:
        rows = rows[now_s - self._welcomed_s[rows["who"]] >= _WELCOME_S]
        self._welcomed_s[rows["who"]] = now_s
        answers = np.zeros(len(rows), WELCOME)
        answers["who"], answers["nonce"] = rows["who"], rows["nonce"]
        answers["now"], answers["epoch"] = now_s, guard.epoch
        answers["seq"] = [guard.hello(self._names[i], now_s) for i in rows["who"].tolist()]
        return [Batch("welcome", answers)]

    def _ack(self, guard: Guard, rows: NDArray, now_s: int) -> list[Batch]:
        rows = rows[np.abs(now_s - rows["t"]) <= _FRESH_S]
        for who, epoch, seq, holds in zip(
            rows["who"].tolist(), rows["epoch"].tolist(), rows["seq"].tolist(),
            rows["holds"].tolist(),
        ):  # fmt: skip
            guard.acknowledged(self._names[who], epoch, seq, holds, now_s)
        return []

    def _state(self, guard: Guard, rows: NDArray, now_s: int) -> list[Batch]:
        fresh = np.abs(now_s - rows["t"]) <= _FRESH_S
        rows = rows[fresh & (rows["t"] >= self._told_s[rows["who"]])]
        who = rows["who"]
        self._told_s[who] = rows["t"]
        guard.seen.state(
            who, now_s, rows["room_c"], rows["setpoint_c"], rows["power_w"], rows["demand_w"]
        )
        return []

    def _meter(self, guard: Guard, rows: NDArray, now_s: int) -> list[Batch]:
        rows = rows[rows["t"] > self._read_s[rows["who"]]]
        self._read_s[rows["who"]] = rows["t"]
        for who, power_w in zip(rows["who"].tolist(), rows["power_w"].tolist()):
            guard.metered(self._metered[who], power_w, now_s)
        return []
