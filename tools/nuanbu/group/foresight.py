"""The coldest room under this server, against the best that anybody could do: the figure "coldest
room against the best possible".

The best possible is a linear programme that knows the weather beforehand and chooses every power
of every quarter of an hour so that the largest (weighted) shortfall of any room at any time is
least, within the same limits, floors and rated powers. In the main figure it may not heat a room
above its set-point, as no heater does; beside it stands the figure with preheating allowed. Needs
highspy (HiGHS).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuanbu.errors import UserError
from nuanbu.group import alike
from nuanbu.group.allocate import Floats
from nuanbu.group.guard import Guard
from nuanbu.group.tree import Heater, Layout, Node, Tree
from nuanbu.sim.weather import Weather

STEP_S = 900
_CYCLE_S = 30
_SET_C = 22.0
_RATED_W, _FAILSAFE_W, _FLOOR_W = 2000, 100, 100
_T0 = 1_790_000_000
_LOOK_AHEAD_S = 600.0  # of the heaters' own regulators
_KW = 1000.0  # the programme counts in kilowatts: its numbers are then of like size


@dataclass(frozen=True)
class Rooms:
    """Rooms of two masses each: air with furniture, and walls. Outdoor temperature and a steady
    heat of other sources act on them; a heater's power goes to the air.

    ua_w_k: losses of the air; wall_w_k: between air and walls; out_w_k: from walls to outdoors;
    air_j_k, walls_j_k: heat capacities; base_w: other heat (district heating, people).
    """

    ua_w_k: Floats
    wall_w_k: Floats
    out_w_k: Floats
    air_j_k: Floats
    walls_j_k: Floats
    base_w: Floats

    @classmethod
    def made(cls, n: int, rng: np.random.Generator, need_w: float, coldest_c: float) -> Rooms:
        """Rooms of uneven make that need about need_w more than they get at coldest_c."""
        loss = rng.uniform(25, 70, n)
        part = rng.uniform(0.25, 0.6, n)  # of the losses through air: windows and leakage
        need = need_w * rng.uniform(0.55, 1.45, n)
        return cls(
            ua_w_k=loss * part,
            wall_w_k=rng.uniform(100, 250, n),
            out_w_k=loss * (1 - part),
            air_j_k=rng.uniform(0.6e6, 2.0e6, n),
            walls_j_k=rng.uniform(4e6, 20e6, n),
            base_w=loss * (_SET_C - coldest_c) - need,
        )

    def steps(self, seconds: float) -> tuple[Floats, Floats, Floats]:
        """Exact step of this length: (n, 2, 2) of the state, (n, 2) of the air's watts, (n, 2) of
        the outdoor temperature; power and weather constant within it."""
        n = len(self.ua_w_k)
        a = np.zeros((n, 4, 4))
        a[:, 0, 0] = -(self.ua_w_k + self.wall_w_k) / self.air_j_k
        a[:, 0, 1] = self.wall_w_k / self.air_j_k
        a[:, 1, 0] = self.wall_w_k / self.walls_j_k
        a[:, 1, 1] = -(self.wall_w_k + self.out_w_k) / self.walls_j_k
        a[:, 0, 2] = 1 / self.air_j_k
        a[:, 0, 3] = self.ua_w_k / self.air_j_k
        a[:, 1, 3] = self.out_w_k / self.walls_j_k
        power = _exponential(a * seconds)
        return power[:, :2, :2], power[:, :2, 2], power[:, :2, 3]


@dataclass(frozen=True)
class Case:
    """One weather on one tree. outdoor_c: of every quarter of an hour. limits: {node: watts}."""

    name: str
    rooms: Rooms
    tree: Tree
    outdoor_c: Floats
    limits: dict[str, int]


@dataclass(frozen=True)
class Result:
    """Largest weighted shortfall of any room at any time, kelvin. alike_k: with the rooms known
    exactly and none of the weather to come (alike.py)."""

    name: str
    ours_k: float
    best_k: float
    preheated_k: float
    alike_k: float

    @property
    def ratio(self) -> float:
        return self.ours_k / self.best_k


def cases(heaters: int, hours: int, seed: int) -> list[Case]:
    """Several weathers on several trees, seeded. Feeders carry 70 to 80 % of what the rooms would
    take at the coldest time."""
    rng = np.random.default_rng(seed)
    week = np.array([row[0] for row in Weather.cold_week().rows])
    hour = np.arange(0, hours, STEP_S / 3600)
    weathers = {
        "cold week, beginning": np.interp(hour, np.arange(len(week)), week),
        "cold week, middle": np.interp(hour + 60, np.arange(len(week)), week),
        "cold week, end": np.interp(hour + 110, np.arange(len(week)), week),
        "cold wave": -16 - 14 * np.exp(-(((hour - hours / 2) / 9) ** 2)),
        "sudden frost": np.where(hour < 8, -12.0, -30.0),
        "nights": -22 + 7 * np.cos(2 * np.pi * (hour - 14) / 24),
    }
    trees = {
        "one feeder": (1.0, 0.8),
        "uneven buildings": (0.8, 0.75),
        "scarce units": (0.85, 0.7),
    }
    made = []
    for (weather, outdoor_c), (tree, shares) in zip(
        weathers.items(), [*trees.items(), *trees.items()]
    ):
        weights = rng.choice([1.0, 2.0], heaters, p=[0.9, 0.1])
        made.append(_case(f"{weather}; {tree}", heaters, rng, outdoor_c, shares, weights))
    return made


def compare(case: Case) -> Result:
    """Both, for one case."""
    ours_k = float(np.max(_ours(case)))
    alike_k = alike.coldest_k(
        case.rooms, case.tree, case.outdoor_c, STEP_S, case.limits,
        _start(case.rooms, case.outdoor_c), _SET_C, _LOOK_AHEAD_S,
    )  # fmt: skip
    return Result(case.name, ours_k, _best(case, 0.0), _best(case, 1.0), alike_k)


def _case(
    name: str, n: int, rng: np.random.Generator, outdoor_c: Floats,
    shares: tuple[float, float], weights: Floats,
) -> Case:  # fmt: skip
    rooms = Rooms.made(n, rng, 1300.0, float(outdoor_c.min()))
    need = _needed(rooms, outdoor_c)
    nodes, heaters = [Node("east", "district", "", 10**7)], []
    limits: dict[str, int] = {}
    for i in range(n):
        building, unit = f"b{i // 10}", f"u{i // 5}"
        if i % 10 == 0:
            nodes.append(Node(building, "building", "east", 10**7))
            spread = rng.uniform(0.9, 1.05) if shares[0] < 1 else 9.0
            limits[building] = int(shares[0] * spread * need[i : i + 10].sum())
        if i % 5 == 0:
            nodes.append(Node(unit, "unit", building, 10**7))
            if "scarce units" in name:
                limits[unit] = int(rng.uniform(0.85, 0.95) * need[i : i + 5].sum())
        nodes.append(Node(f"h{i}", "household", unit, 10**7))
        heaters.append(
            Heater(f"d{i:03}", f"h{i}", _RATED_W, _FAILSAFE_W, _FLOOR_W, float(weights[i]))
        )
    limits["east"] = int(shares[1] * need.sum())
    return Case(name, rooms, Tree(nodes, heaters), outdoor_c, limits)


def _needed(rooms: Rooms, outdoor_c: Floats) -> Floats:
    # What each room would take without limits, at the time when all together take most.
    return max(_held(rooms, outdoor_c)[0], key=np.sum)


def _held(rooms: Rooms, outdoor_c: Floats) -> tuple[list[Floats], list[Floats]]:
    # Watts of each room without limits in every quarter of an hour, and its air at the end of it.
    a, by_watts, by_outdoor = rooms.steps(STEP_S)
    state, taken, air_c = _start(rooms, outdoor_c), [], []
    for now_c in outdoor_c:
        free = np.einsum("nij,nj->ni", a, state) + by_outdoor * now_c
        free += by_watts * rooms.base_w[:, None]
        watts = np.clip((_SET_C - free[:, 0]) / by_watts[:, 0], _FLOOR_W, _RATED_W)
        state = free + by_watts * watts[:, None]
        taken.append(watts)
        air_c.append(state[:, 0])
    return taken, air_c


def _start(rooms: Rooms, outdoor_c: Floats) -> Floats:
    # In balance at the set-point, with walls as they are at the first weather.
    n = len(rooms.ua_w_k)
    walls = (rooms.wall_w_k * _SET_C + rooms.out_w_k * outdoor_c[0]) / (
        rooms.wall_w_k + rooms.out_w_k
    )
    return np.stack([np.full(n, _SET_C), walls], axis=1)


def _ours(case: Case) -> Floats:
    """Largest weighted shortfall of each quarter of an hour under the Guard; answers come at
    once."""
    layout = Layout.of(case.tree)
    order = [int(heater.id[1:]) for heater in layout.heaters]
    guard = Guard(layout, 1)
    for node, watts in case.limits.items():
        guard.limit(node, watts)
    a, by_watts, by_outdoor = case.rooms.steps(_CYCLE_S)
    ahead, ahead_watts, ahead_outdoor = case.rooms.steps(_LOOK_AHEAD_S)
    state, power_w = _start(case.rooms, case.outdoor_c), np.zeros(len(order))
    weight = np.array([heater.weight for heater in layout.heaters])
    everybody, now_s, found = np.arange(len(order)), _T0, []
    for outdoor_c in case.outdoor_c:
        for _ in range(STEP_S // _CYCLE_S):
            free = np.einsum("nij,nj->ni", ahead, state)[:, 0]
            free += ahead_watts[:, 0] * case.rooms.base_w + ahead_outdoor[:, 0] * outdoor_c
            demand_w = np.clip((_SET_C - free) / ahead_watts[:, 0], 0, _RATED_W)
            told = (state[order, 0], np.full(len(order), _SET_C), power_w[order], demand_w[order])
            guard.seen.state(everybody, now_s, *told)
            guard.heartbeat(now_s)
            for one in guard.cycle(now_s)[0]:
                guard.acknowledged(one.device, 1, one.seq, True, now_s)
            granted_w = np.empty(len(order))
            granted_w[order] = guard.book.held_w(0)
            power_w = np.minimum(demand_w, granted_w)
            state = (
                np.einsum("nij,nj->ni", a, state)
                + by_watts * (power_w + case.rooms.base_w)[:, None]
                + by_outdoor * outdoor_c
            )
            now_s += _CYCLE_S
        found.append(float(np.max(weight * (_SET_C - state[order, 0]))))
    return np.array(found)


def _best(case: Case, above_k: float) -> float:
    """The least possible largest shortfall; rooms at most above_k over their set-point."""
    highspy = _highs()
    n, steps = len(case.rooms.ua_w_k), len(case.outdoor_c)
    a, by_watts, by_outdoor = case.rooms.steps(STEP_S)
    begin = _start(case.rooms, case.outdoor_c)
    _, held_c = _held(case.rooms, case.outdoor_c)
    weight = {int(h.id[1:]): h.weight for h in case.tree.heaters.values()}
    programme = _Programme()
    largest = programme.variable(0.0, np.inf, 1.0)
    base = case.rooms.base_w[:, None] * by_watts
    least, most = _FLOOR_W / _KW, _RATED_W / _KW
    watts = np.array([[programme.variable(least, most) for _ in range(n)] for _ in range(steps)])
    before: list = [None] * n
    for k, outdoor_c in enumerate(case.outdoor_c):
        given = base + by_outdoor * outdoor_c
        for i in range(n):
            # Warmer than with all the power it asks for no room becomes, whoever is short. With
            # other heat and its floor that is above the set-point in mild hours: a bound by the
            # floors alone would forbid every watt before, for the walls keep some of it.
            high = max(_SET_C, float(held_c[k][i])) + above_k + 1e-6
            now = (programme.variable(-100, high), programme.variable(-100, 200))
            for row in (0, 1):
                terms = {now[row]: 1.0, int(watts[k, i]): -float(_KW * by_watts[i, row])}
                fixed = float(given[i, row])
                if before[i] is None:
                    fixed += float(a[i, row] @ begin[i])
                else:
                    terms[before[i][0]] = -float(a[i, row, 0])
                    terms[before[i][1]] = -float(a[i, row, 1])
                programme.row(fixed, fixed, terms)
            programme.row(weight[i] * _SET_C, np.inf, {largest: 1.0, now[0]: weight[i]})
            before[i] = now
        for node, limit_w in case.limits.items():
            inside = [
                int(watts[k, int(h.id[1:])])
                for h in case.tree.heaters.values()
                if node in case.tree.path(h.household)
            ]
            programme.row(-np.inf, limit_w / _KW, dict.fromkeys(inside, 1.0))
    return programme.solved(highspy)


class _Programme:
    """A linear programme row by row; minimises."""

    def __init__(self) -> None:
        self._low, self._high, self._cost = [], [], []
        self._row_low, self._row_high = [], []
        self._starts, self._index, self._value = [0], [], []

    def variable(self, low: float, high: float, cost: float = 0.0) -> int:
        self._low.append(low)
        self._high.append(high)
        self._cost.append(cost)
        return len(self._low) - 1

    def row(self, low: float, high: float, terms: dict[int, float]) -> None:
        self._row_low.append(low)
        self._row_high.append(high)
        self._index += terms.keys()
        self._value += terms.values()
        self._starts.append(len(self._index))

    def solved(self, highspy) -> float:
        """The least cost. RuntimeError: there is none."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self._low), len(self._row_low)
        lp.col_cost_ = np.array(self._cost)
        lp.col_lower_, lp.col_upper_ = np.array(self._low), np.array(self._high)
        lp.row_lower_, lp.row_upper_ = np.array(self._row_low), np.array(self._row_high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self._starts)
        lp.a_matrix_.index_ = np.array(self._index)
        lp.a_matrix_.value_ = np.array(self._value)
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("solver", "ipm")
        # The cost alone is wanted, not a vertex: crossing over to one took minutes.
        solver.setOptionValue("run_crossover", "off")
        solver.setOptionValue("threads", 1)
        solver.passModel(lp)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"HiGHS: {solver.getModelStatus()}")
        return float(solver.getInfo().objective_function_value)


def _highs():
    try:
        import highspy
    except ImportError as e:
        raise UserError("highspy is not installed", "make setup, or pip install highspy") from e
    return highspy


def _exponential(a: Floats) -> Floats:
    """Matrix exponentials by scaling and squaring of a Taylor series."""
    scale = 2 ** max(0, int(np.ceil(np.log2(np.abs(a).sum(axis=2).max() + 1e-12))) + 4)
    a = a / scale
    result = term = np.broadcast_to(np.eye(a.shape[1]), a.shape)
    for order in range(1, 12):
        term = term @ a / order
        result = result + term
    for _ in range(int(np.log2(scale))):
        result = result @ result
    return result
