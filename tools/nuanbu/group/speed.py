"""How fast the allocation is: the figure of `nuanbu fleet speed`."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from nuanbu.group.allocate import Ints, Level, Needs, allocate

# Heaters below one node, and how much of what is asked for it carries: no level is idle.
_BELOW = (1, 20, 100, 2000)
_SHARE = (0.9, 0.7, 0.65, 0.6)


@dataclass(frozen=True)
class Result:
    """seconds: of one processor, the best of the rounds. over_w: the worst excess over any
    capacity, watts."""

    heaters: int
    seconds: float
    over_w: float


def case(heaters: int, seed: int) -> tuple[Needs, list[Level]]:
    """A scarce evening on a four-level tree with nodes of uneven size, seeded."""
    rng = np.random.default_rng(seed)
    rated_w = rng.choice([1000.0, 1500.0, 2000.0], heaters)
    needs = Needs(
        short_k=rng.uniform(-1, 8, heaters),
        gain_k_per_w=rng.uniform(0.5, 2, heaters) / 1000,
        weight=rng.choice([1.0, 2.0], heaters, p=[0.9, 0.1]),
        floor_w=np.minimum(rng.uniform(0, 300, heaters).round(), rated_w),
        cap_w=rated_w * rng.uniform(0.3, 1, heaters).round(2),
    )
    return needs, _levels(needs, heaters, rng)


def measure(heaters: int, seed: int = 1, rounds: int = 3) -> Result:
    """Time `allocate` for this many heaters."""
    needs, levels = case(heaters, seed)
    best_s, over_w = float("inf"), 0.0
    for _ in range(rounds):
        began = time.process_time()
        granted_w = allocate(needs, levels)
        best_s = min(best_s, time.process_time() - began)
        for level in levels:
            excess_w = np.add.reduceat(granted_w, level.starts) - level.capacity_w
            over_w = max(over_w, float(excess_w.max()))
    return Result(heaters, best_s, over_w)


def _levels(needs: Needs, heaters: int, rng: np.random.Generator) -> list[Level]:
    levels = []
    inner: Ints = np.arange(heaters, dtype=np.int64)
    for below, share in zip(_BELOW, _SHARE):
        # A random part of the borders one level down, so that every node is a range of nodes.
        wanted = max(1, heaters // below)
        if wanted < len(inner):
            picked = np.sort(rng.choice(inner[1:], wanted - 1, replace=False))
            inner = np.concatenate(([0], picked)).astype(np.int64)
        asked_w = np.add.reduceat(needs.cap_w, inner)
        floors_w = np.add.reduceat(needs.floor_w, inner)
        spread = rng.uniform(0.9, 1.1, len(inner))
        levels.append(Level(inner, np.maximum(floors_w, asked_w * share * spread)))
    return levels
