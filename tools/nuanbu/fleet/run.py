"""A run of the fleet: heaters, network and server, second by second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from nuanbu.fleet.heaters import Heaters
from nuanbu.fleet.judge import Findings, Judge
from nuanbu.fleet.other import Meters, OtherLoad
from nuanbu.fleet.power import pulsed_w
from nuanbu.fleet.rooms import STEP_S, Rooms
from nuanbu.fleet.scenario import DAY_S, OFFLINE_MEAN_S, Plan
from nuanbu.fleet.server import Server
from nuanbu.fleet.town import Town
from nuanbu.fleet.wire import Wire
from nuanbu.group.allocate import Floats
from nuanbu.sim.weather import Weather

T0 = 1_790_000_100  # Unix second at which runs begin, a quarter of an hour
SETPOINT_C = 22.0
SERIES = (
    "power_w", "pulsed_w", "limit_w", "demand_w", "other_w", "online", "held", "coldest_c",
    "most_c", "middle_c", "mean_c", "outdoor_c", "sent", "lost", "limits",
)  # fmt: skip


@dataclass
class Result:
    """series: of the district, one value a minute (powers are means of it, pulsed_w its highest
    second, without the other load; held is the share of heaters that hold a limit; coldest_c,
    most_c and middle_c are colder than 99, 95 and 50 of 100 rooms; sent, lost: messages both ways,
    limits: those sent to heaters). buildings_w, limits_w: mean power and limit of every building,
    minute by minute. minutes: {node: [(mean of the minute
    over the limit, highest second over the limit)]} of the nodes that were watched."""

    plan: Plan
    found: Findings
    series: dict[str, list[float]]
    buildings_w: Floats
    limits_w: Floats
    minutes: dict[str, list[tuple[float, float]]]
    seconds: dict[str, list[float]]  # {watched node: power over limit, every second}
    messages: int
    wall_s: float


@dataclass
class _Minute:
    power_w: float = 0.0
    pulsed_w: float = 0.0
    other_w: float = 0.0
    buildings_w: Floats | float = 0.0
    counted: tuple[int, int, int] = (0, 0, 0)  # messages at its begin: sent, lost, limits
    nodes: dict[str, list[float]] = field(default_factory=dict)


class Run:
    """watch: ids of nodes whose every second is kept."""

    def __init__(self, plan: Plan, town: Town, rng: np.random.Generator, watch=()):
        self.plan, self.town, self._rng = plan, town, rng
        n = len(town.kind)
        weather = Weather.cold_week().coldest(max(3600, plan.seconds))
        self.rooms = Rooms(town.kind, weather, rng)
        self.heaters = Heaters(
            town.rated_w, town.failsafe_w, town.floor_w, self.rooms, town.relay,
            np.full(n, SETPOINT_C), rng.uniform(20.0, SETPOINT_C, n), T0, rng,
            plan.relay_profile,
        )  # fmt: skip
        self.server = Server(town.layout, town.firm_w)
        self.judge = Judge(town, T0)
        buildings = town.nodes("building")
        mean_w = np.array([plan.other * town.firm_w[node] for node in buildings])
        self._other = OtherLoad(mean_w, rng) if plan.other else None
        self._meters = Meters(len(buildings)) if plan.other and plan.meters else None
        self._down, self._up = (Wire(rng, plan.loss, plan.delays_s) for _ in "du")
        self._told = sorted(plan.changes, key=lambda one: one.told_s)
        self._true = sorted(plan.changes, key=lambda one: one.at_s)
        self._offline_until_s = np.zeros(n, np.int64)
        self._outage: dict[str, np.ndarray] = {}
        self._phase_s = rng.integers(0, 10, n)
        self._watch = {node: self.judge._place[node] for node in watch}
        self.series: dict[str, list[float]] = {name: [] for name in SERIES}
        self.minutes: dict[str, list[tuple[float, float]]] = {node: [] for node in watch}
        self.seconds: dict[str, list[float]] = {node: [] for node in watch}
        self._minute = _Minute()
        self._buildings_w: list[Floats] = []
        self._limits_w: list[Floats] = []

    def go(self, progress: Callable[[float], None] | None = None) -> Result:
        """Run it all. progress(part done) is called once a minute of the run."""
        began = time.monotonic()
        self.server.start()
        self._begin_offline()
        for t in range(self.plan.seconds):
            self._second(t)
            if progress and t % 60 == 59:
                progress((t + 1) / self.plan.seconds)
        return Result(
            self.plan, self.judge.finish(), self.series, np.array(self._buildings_w),
            np.array(self._limits_w), self.minutes, self.seconds,
            self.server.messages, time.monotonic() - began,
        )  # fmt: skip

    def _second(self, t: int) -> None:
        now_s = T0 + t
        heaters, server = self.heaters, self.server
        self._happen(t, now_s)
        for batch in self._down.due(now_s):
            if heaters.broker_up:
                heaters.receive(batch, now_s)
        heaters.second(now_s)
        heard = self._up.due(now_s)
        if heaters.broker_up:
            dies = any(begin_s == t for begin_s, _ in self.plan.server_down)
            for batch in server.turn(heard, now_s, dies):
                self._down.send(now_s, batch)
        for batch in heaters.talk(now_s):
            self._up.send(now_s, batch)
        if len(heaters.came):
            self._down.send(now_s, server.retained(heaters.came))
        self._keep(t, now_s)

    # --- what happens

    def _happen(self, t: int, now_s: int) -> None:
        plan, server, heaters = self.plan, self.server, self.heaters
        while self._true and self._true[0].at_s <= t:
            change = self._true.pop(0)
            self.judge.limit(change.node, change.watts, now_s, not change.announced)
        while self._told and self._told[0].told_s <= t:
            change = self._told.pop(0)
            server.limit(change.node, change.watts, T0 + change.at_s, now_s)
        for _, end_s in plan.server_down:
            if end_s == t:
                server.start()
        for begin_s, end_s in plan.broker_down:
            if begin_s == t:
                heaters.broker(False, now_s)
            if end_s == t:
                heaters.broker(True, now_s, end_s - begin_s)
        for begin_s, end_s, node in plan.outages:
            if begin_s == t:
                level, k = self.judge._place[node]
                here = np.zeros(len(self.judge.limit_w[level]), bool)
                here[k] = True
                self._outage[node] = np.flatnonzero(self.town.layout.spread(level, here))
                heaters.cut(self._outage[node])
            if end_s == t:
                heaters.supply(self._outage[node], now_s)
        self._chance(now_s)

    def _begin_offline(self) -> None:
        who = np.flatnonzero(self._rng.random(len(self.town.kind)) < self.plan.offline)
        self._take_offline(who, T0)

    def _chance(self, now_s: int) -> None:
        heaters, plan, rng = self.heaters, self.plan, self._rng
        n = len(heaters.online)
        back = np.flatnonzero(~heaters.online & (self._offline_until_s <= now_s))
        if len(back):
            heaters.reach(back, True, now_s)
        if plan.offline:
            rate = plan.offline / (1 - plan.offline) / OFFLINE_MEAN_S
            gone = np.unique(rng.integers(0, n, rng.poisson(n * rate * (1 - plan.offline))))
            self._take_offline(gone[heaters.online[gone]], now_s)
        again = np.unique(rng.integers(0, n, rng.poisson(n * plan.restarts / DAY_S)))
        if len(again):
            heaters.restart(again, now_s)

    def _take_offline(self, who, now_s: int) -> None:
        if len(who):
            self._offline_until_s[who] = now_s + self._rng.exponential(OFFLINE_MEAN_S, len(who))
            self.heaters.reach(who, False, now_s)

    # --- what is kept

    def _keep(self, t: int, now_s: int) -> None:
        heaters, judge, minute = self.heaters, self.judge, self._minute
        other_w = self._other.second(now_s) if self._other else None
        sums = judge.second(now_s, heaters.power_w, other_w)
        read = self._meters.second(now_s, sums[-2], float(sums[-1][0])) if self._meters else None
        if read and heaters.broker_up:
            self._up.send(now_s, read)
        if now_s % STEP_S == 0:
            judge.used(now_s, sums, np.where(heaters.awake, heaters.demand_w, 0))
        pulsed = pulsed_w(
            heaters.power_w, self.town.rated_w.astype(float), self._phase_s, now_s
        )
        which = heaters.relays.which
        pulsed[which] = heaters.power_w[which]
        minute.power_w += float(sums[-1][0]) / 60
        minute.buildings_w = minute.buildings_w + sums[-2] / 60
        minute.other_w += float(other_w.sum()) / 60 if other_w is not None else 0.0
        minute.pulsed_w = max(minute.pulsed_w, float(pulsed.sum()))
        for node, (level, k) in self._watch.items():
            ratio = float(sums[level][k]) / max(judge.limit_w[level][k], 1.0)
            minute.nodes.setdefault(node, []).append(ratio)
            self.seconds[node].append(ratio)
        if t % 60 == 59:
            self._end_minute()

    def _end_minute(self) -> None:
        heaters, minute = self.heaters, self._minute
        counted = self._counted()
        values = {
            "power_w": minute.power_w,
            "pulsed_w": minute.pulsed_w,
            "limit_w": float(self.judge.limit_w[-1][0]),
            "demand_w": float(heaters.demand_w[heaters.awake].sum()),
            "online": float(heaters.online.mean()),
            "held": float((heaters.leases.state == 1)[heaters.awake].mean()) if
            heaters.awake.any() else 0.0,
            "other_w": minute.other_w,
            "coldest_c": float(np.quantile(self.rooms.air_c, 0.01)),
            "most_c": float(np.quantile(self.rooms.air_c, 0.05)),
            "middle_c": float(np.median(self.rooms.air_c)),
            "mean_c": float(self.rooms.air_c.mean()),
            "outdoor_c": self.rooms.outdoor_c,
            **dict(zip(("sent", "lost", "limits"), np.subtract(counted, minute.counted).tolist())),
        }
        for name, value in values.items():
            self.series[name].append(value)
        for node, ratios in minute.nodes.items():
            self.minutes[node].append((float(np.mean(ratios)), max(ratios)))
        self._buildings_w.append(np.asarray(minute.buildings_w))
        self._limits_w.append(self.judge.limit_w[-2].copy())
        self._minute = _Minute(counted=counted)

    def _counted(self) -> tuple[int, int, int]:
        wires = (self._down, self._up)
        return sum(w.sent for w in wires), sum(w.lost for w in wires), self.server.messages
