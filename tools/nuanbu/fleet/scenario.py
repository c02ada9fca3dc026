"""What happens in a run: limits and their changes, outages of everything, seeded."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from nuanbu.fleet.town import DISTRICT, FAILSAFE, Town
from nuanbu.group.tree import LEVELS

DAY_S = 86_400
QUARTER_S = 900
KNOWN_S = 1800  # an announced change is told so long before
CUT = 0.4  # an unannounced cut takes this share
CUT_S = 1200
_LOOK_S = 2  # the service finds an operator's order within this (service.py)
# Of the time that is lost to a delay: most messages take well under a second.
DELAYS_S = (0, 0, 0, 0, 0, 1, 1, 2, 5)


@dataclass(frozen=True)
class Change:
    """node has this limit from at_s on; the server is told at told_s. Seconds of the run."""

    at_s: int
    node: str
    watts: float
    told_s: int

    @property
    def announced(self) -> bool:
        return self.told_s <= self.at_s - QUARTER_S


@dataclass(frozen=True)
class Plan:
    """heaters, hours, seed: the size of the run. loss: of messages, each way. offline: share of
    the heaters that the network does not reach, each for half an hour in the mean. restarts: of
    a heater in a day. relay_share: of relay heaters. other: mean of the other load, as a share
    of firm capacity; meters: feeder meters of buildings and district tell it. changes: limits.
    Down-times are (begin, end) in seconds of the run: server_down, broker_down, and outages as
    (begin, end, node)."""

    heaters: int = 10_000
    hours: float = 24.0
    seed: int = 1
    loss: float = 0.3
    offline: float = 0.08
    restarts: float = 0.5
    relay_share: float = 0.0
    relay_profile: str = "default"
    other: float = 0.0
    meters: bool = True
    delays_s: tuple[int, ...] = DELAYS_S
    changes: list[Change] = field(default_factory=list)
    server_down: list[tuple[int, int]] = field(default_factory=list)
    broker_down: list[tuple[int, int]] = field(default_factory=list)
    outages: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def seconds(self) -> int:
        return round(self.hours * 3600)


OFFLINE_MEAN_S = 1800.0


def day(town: Town, seconds: int, rng: np.random.Generator, announced: bool, cuts: bool):
    """Changes of a day. announced: every building is lowered for an hour or two, on quarters of
    an hour, twice in 12 h, and the district once; cuts: a fifth of the buildings and the
    district lose 40 % for 20 min and nobody had said so."""
    changes: list[Change] = []
    for node in [*town.nodes("building"), DISTRICT]:
        firm_w = town.firm_w[node]
        low_w = 1.05 * FAILSAFE / (1 - CUT) * _rated_w(town, node)
        steps = _windows(seconds, rng, firm_w, low_w) if announced else []
        changes += [Change(at_s, node, watts, at_s - KNOWN_S) for at_s, watts in steps]
        if cuts and (node == DISTRICT or rng.random() < 0.2):
            changes += _cut(node, firm_w, steps, seconds, rng)
    return sorted(changes, key=lambda one: (one.told_s, one.at_s))


def _rated_w(town: Town, node: str) -> float:
    level = "district" if node == DISTRICT else "building"
    depth = LEVELS.index(level)
    sums = town.layout.sums(depth, town.rated_w.astype(float))
    return float(sums[town.nodes(level).index(node)])


def _windows(seconds: int, rng: np.random.Generator, firm_w: float, low_w: float):
    steps = []
    block_s = 6 * 3600
    for begin_s in range(0, seconds, block_s):
        first = (begin_s + 2700) // QUARTER_S
        last = (begin_s + block_s - 3 * 3600) // QUARTER_S
        at_s = int(rng.integers(first, last + 1)) * QUARTER_S
        lasts_s = int(rng.integers(4, 9)) * QUARTER_S
        if at_s + lasts_s < seconds:
            steps += [(at_s, float(int(rng.uniform(low_w, firm_w)))), (at_s + lasts_s, firm_w)]
    return steps


def _cut(node: str, firm_w: float, steps, seconds: int, rng: np.random.Generator):
    for _ in range(100):
        at_s = int(rng.integers(3600, max(3601, seconds - CUT_S - 600)))
        if all(abs(at_s - step_s) > 2 * CUT_S for step_s, _ in steps):
            break
    else:
        return []
    before_w = [watts for step_s, watts in [(-1, firm_w), *steps] if step_s < at_s][-1]
    told_s = at_s + int(rng.integers(0, _LOOK_S + 1))
    cut_w = float(int((1 - CUT) * before_w))
    return [Change(at_s, node, cut_w, told_s), Change(at_s + CUT_S, node, before_w, at_s + CUT_S)]
