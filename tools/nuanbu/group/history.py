"""What a district did over a time, from its journal: minute by minute, for the report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from nuanbu.errors import UserError
from nuanbu.group import journal
from nuanbu.group.allocate import Ints
from nuanbu.group.tree import Heater, Layout, Node, Tree

_STEPS = 1440  # about so many points of a plot; never closer than
_LEAST_S = 10
_GONE_S = 180  # a heater unheard for so long is left out of sums


@dataclass
class NodeHistory:
    """One node; arrays over the steps, NaN where nothing is known. Watts.

    granted_w: sum of the newest limits. power_w: sum of what heaters said they take, the mean of
    a step; peak_w its highest. meter_w: its feeder meter.
    """

    id: str
    level: str
    parent: str
    heaters: int
    limit_w: np.ndarray
    granted_w: np.ndarray
    power_w: np.ndarray
    peak_w: np.ndarray
    meter_w: np.ndarray


@dataclass
class HeaterHistory:
    """One heater. shortfall_k: set-point less room, over the steps. limited_s: for how long each
    node (level, id) held it below what it wanted; silent_s: how long nothing was heard of it;
    failsafe_s: how long it stood at its fail-safe limit."""

    heater: Heater
    shortfall_k: np.ndarray
    room_c: np.ndarray
    granted_w: np.ndarray
    limited_s: dict[tuple[str, str], float]
    silent_s: float
    failsafe_s: float


@dataclass
class History:
    """time_s: Unix seconds of the steps; broken: chunks that are not what was written."""

    district: str
    time_s: np.ndarray
    step_s: int
    nodes: list[NodeHistory]
    heaters: list[HeaterHistory]
    epochs: int
    broken: int


def read(engine: sa.Engine, district: str, from_s: int, to_s: int) -> History:
    """The history of a time (Unix seconds). UserError: the journal has nothing of it."""
    step_s = max(_LEAST_S, (to_s - from_s) // _STEPS)
    reader = _Reader(from_s, to_s, step_s)
    with engine.connect() as db:
        for chunk in journal.chunks(db, district, from_s, to_s):
            reader.broken += chunk.broken
            for event in chunk.events:
                reader.take(event)
    if reader.state is None or not reader.any:
        raise UserError(
            f"district {district}: the journal has nothing of this time",
            "choose --from and --to while its server ran",
        )
    return reader.result(district)


class _State:
    """The newest word on every heater of an epoch, as arrays over the layout."""

    def __init__(self, tree: Tree, layout: Layout):
        n = len(layout.heaters)
        self.tree, self.layout = tree, layout
        self.index = {heater.id: i for i, heater in enumerate(layout.heaters)}
        self.base_w = np.array([h.base_w for h in layout.heaters], dtype=float)
        self.granted_w = self.base_w.copy()
        self.power_w, self.demand_w = np.zeros(n), np.zeros(n)
        self.room_c, self.setpoint_c = np.full(n, np.nan), np.full(n, np.nan)
        self.heard_s = np.full(n, -np.inf)
        self.failsafe = np.zeros(n, dtype=bool)
        self.cause: list[tuple[str, str] | None] = [None] * n
        self.later: dict[int, tuple[int, int]] = {}  # heater -> its period that has not begun

    def take_over(self, before: _State) -> None:
        """What the state before knew of heaters that are here too."""
        both = [name for name in before.index if name in self.index]
        here = [self.index[name] for name in both]
        there = [before.index[name] for name in both]
        for name in "granted_w power_w demand_w room_c setpoint_c heard_s failsafe".split():
            getattr(self, name)[here] = getattr(before, name)[there]
        for i, k in zip(here, there):
            self.cause[i] = before.cause[k]
            if k in before.later:
                self.later[i] = before.later[k]


class _Table:
    """Rows by name, columns are the steps; rows are added as they are met."""

    def __init__(self, count: int, names: str):
        self.rows: dict[str, int] = {}
        self.values = {name: np.full((0, count), np.nan) for name in names.split()}

    def at(self, names: list[str]) -> Ints:
        """The rows of these names, which are made where there are none."""
        for name in names:
            self.rows.setdefault(name, len(self.rows))
        for name, values in self.values.items():
            more = len(self.rows) - len(values)
            if more:
                new = np.full((more, values.shape[1]), np.nan)
                self.values[name] = np.concatenate([values, new])
        return np.array([self.rows[name] for name in names], dtype=np.int64)


class _Reader:
    def __init__(self, from_s: int, to_s: int, step_s: int):
        self.from_s, self.step_s = from_s, step_s
        self.count = max(1, -(-(to_s - from_s) // step_s))
        self.state: _State | None = None
        self.any = False
        self.broken = self.epochs = 0
        self._changes: list[tuple[int, str, float]] = []
        self._limit_w: dict[str, float] = {}
        self._meter_w: dict[str, float] = {}
        self._nodes = _Table(self.count, "limit granted power peak meter")
        self._heaters = _Table(self.count, "short room granted")
        self._known: dict[str, Heater] = {}
        self._places: dict[str, tuple[Node, int]] = {}
        self._limited: dict[str, dict[tuple[str, str], float]] = {}
        self._spent: dict[str, list[float]] = {}
        self._samples = np.zeros(self.count)
        self._last_at = -1

    def take(self, event: list) -> None:
        kind, state = event[0], self.state
        if kind == "b":
            self._begin(event[1])
        elif state is None:
            return
        elif kind == "l":
            if event[3] is None:
                self._limit_w[event[1]] = event[2]
            else:
                self._changes.append((event[3], event[1], event[2]))
        elif kind == "m":
            self._meter_w[event[2]] = event[3]
        elif kind == "s":
            i = event[2]
            state.heard_s[i] = event[1]
            state.room_c[i] = np.nan if event[3] is None else event[3] / 1000
            state.setpoint_c[i] = event[4] / 1000
            state.power_w[i], state.demand_w[i] = event[5], event[6]
            state.failsafe[i] = event[8] == "failsafe"
        elif kind in "ah":
            state.heard_s[event[2]] = event[1]
        elif kind == "C":
            for order in event[2] if len(event) > 2 else []:
                i, _, watts, later_s, later_w = order[:5]
                state.granted_w[i] = max(watts, state.base_w[i])
                state.cause[i] = (order[6], order[7])
                state.later.pop(i, None)
                if later_s:
                    state.later[i] = (later_s, later_w)
            self._second(state, event[1])

    def result(self, district: str) -> History:
        for name in ("granted", "power"):
            values = self._nodes.values[name]
            values /= np.where(self._samples > 0, self._samples, np.nan)
        table = self._nodes.values
        nodes = []
        for name, row in self._nodes.rows.items():
            node, count = self._places[name]
            nodes.append(
                NodeHistory(
                    name, node.level, node.parent, count, table["limit"][row],
                    table["granted"][row], table["power"][row], table["peak"][row],
                    table["meter"][row],
                )
            )  # fmt: skip
        table = self._heaters.values
        heaters = []
        for name, row in sorted(self._heaters.rows.items()):
            silent_s, failsafe_s = self._spent[name]
            heaters.append(
                HeaterHistory(
                    self._known[name], table["short"][row], table["room"][row],
                    table["granted"][row], self._limited[name], silent_s, failsafe_s,
                )
            )  # fmt: skip
        time_s = self.from_s + self.step_s * np.arange(self.count)
        return History(
            district, time_s, self.step_s, nodes, heaters, self.epochs, self.broken
        )  # fmt: skip

    def _begin(self, begin: dict) -> None:
        before = self.state
        tree = Tree(
            [Node(*row) for row in begin["nodes"]], [Heater(*row) for row in begin["heaters"]]
        )
        layout = Layout.of(tree)
        self.state = _State(tree, layout)
        if before:
            self.state.take_over(before)
        self.epochs += 1
        self._changes = []
        self._known.update(tree.heaters)
        counts = tree.sums(lambda heater: 1)
        self._places.update({name: (tree.nodes[name], counts[name]) for name in tree.nodes})
        self._node_rows = [self._nodes.at(ids) for ids in layout.node_ids]
        self._heater_rows = self._heaters.at([heater.id for heater in layout.heaters])
        for heater in layout.heaters:
            self._limited.setdefault(heater.id, {})
            self._spent.setdefault(heater.id, [0.0, 0.0])

    def _second(self, state: _State, t: int) -> None:
        for change in sorted(one for one in self._changes if one[0] <= t):
            self._changes.remove(change)
            self._limit_w[change[1]] = change[2]
        for i in [i for i, (later_s, _) in state.later.items() if later_s <= t]:
            state.granted_w[i] = max(state.later.pop(i)[1], state.base_w[i])
        at = (t - self.from_s) // self.step_s
        if not 0 <= at < self.count:
            return
        self.any = True
        self._samples[at] += 1
        silent = t - state.heard_s > _GONE_S
        power_w = np.where(silent, 0.0, state.power_w)
        table = self._nodes.values
        for level, rows in enumerate(self._node_rows):
            sums = [state.layout.sums(level, one) for one in (state.granted_w, power_w)]
            for name, sum_w in zip(("granted", "power"), sums):
                table[name][rows, at] = np.nan_to_num(table[name][rows, at]) + sum_w
            table["peak"][rows, at] = np.fmax(table["peak"][rows, at], sums[1])
        if at != self._last_at:
            self._last_at = at
            self._step(state, at, silent)

    def _step(self, state: _State, at: int, silent: np.ndarray) -> None:
        # What changes slowly is looked at once a step.
        for level, rows in enumerate(self._node_rows):
            for name, known in (("limit", self._limit_w), ("meter", self._meter_w)):
                values = [known.get(node, np.nan) for node in state.layout.node_ids[level]]
                self._nodes.values[name][rows, at] = values
        rows, table = self._heater_rows, self._heaters.values
        table["short"][rows, at] = np.where(silent, np.nan, state.setpoint_c - state.room_c)
        table["room"][rows, at] = np.where(silent, np.nan, state.room_c)
        table["granted"][rows, at] = state.granted_w
        limited = (state.demand_w > state.granted_w + 1) & ~silent & ~state.failsafe
        heaters = state.layout.heaters
        for i in np.flatnonzero(silent):
            self._spent[heaters[i].id][0] += self.step_s
        for i in np.flatnonzero(state.failsafe & ~silent):
            self._spent[heaters[i].id][1] += self.step_s
        for i in np.flatnonzero(limited):
            cause = state.cause[i]
            if cause:
                mine = self._limited[heaters[i].id]
                mine[cause] = mine.get(cause, 0.0) + self.step_s
