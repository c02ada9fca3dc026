"""Who gets how much: weighted max-min over a tree, fair in degrees and not in kilowatts.

Every heater i has a predicted shortfall of its room that falls with its power g_i,

    z_i(g_i) = weight_i * (short_i - gain_i * g_i)        [K, weighted]

and its power lies between a floor and a cap. Every node of the tree has a capacity that the sum
below it must not exceed. Wanted is the allocation whose largest z is least, among those the one
whose second largest is least, and so on: the coldest room comes first, and what it cannot use is
handed on.

Method. On one level alone this is water-filling: at a common water level L every heater gets
g_i(L) = clip((short_i - L / weight_i) / gain_i, floor_i, cap_i), and L is the lowest level whose
sum fits. In a tree the lowest nodes are filled first, and what a heater got there becomes its cap
one level up: a heater below several scarce nodes stands at the highest of their levels, and
g_i(max(L, M)) = min(g_i(L), g_i(M)) because g_i falls with L. Optimality follows from the
bottleneck condition (Bertsekas and Gallager, Data Networks, 6.5.2), which the tests check.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUNDS = 200  # bisection alone needs 60; a bound, so that no input can hang a server
_CLOSE_W = 1e-3  # a sum this close below its capacity is at it


class Infeasible(ValueError):
    """The floors below a node are more than it carries. Powers in watts."""

    def __init__(self, level: int, index: int, floors_w: float, capacity_w: float):
        super().__init__(
            f"level {level}, node {index}: floors of {floors_w:.0f} W, capacity {capacity_w:.0f} W"
        )
        self.level, self.index = level, index
        self.floors_w, self.capacity_w = floors_w, capacity_w


@dataclass(frozen=True)
class Level:
    """The nodes of one level that have heaters below them.

    Heaters stand in the order of the tree, so that each node is a range: `starts[k]` is the first
    heater of node k, and the next node begins where it ends; together they are all heaters.
    capacity_w: what each node carries, watts, inf for no limit.
    """

    starts: Ints
    capacity_w: Floats


@dataclass(frozen=True)
class Needs:
    """What the heaters ask for, one element each.

    short_k: predicted shortfall of the room in kelvin if the heater gave no power; below zero is
    too warm. gain_k_per_w: kelvin that a watt takes off it, > 0. weight: > 0, 2 counts each kelvin
    twice. floor_w, cap_w: least and most power in watts, 0 <= floor <= cap.
    """

    short_k: Floats
    gain_k_per_w: Floats
    weight: Floats
    floor_w: Floats
    cap_w: Floats

    def __post_init__(self) -> None:
        if not (np.all(self.gain_k_per_w > 0) and np.all(self.weight > 0)):
            raise ValueError("gain and weight must be above zero")
        if not (np.all(self.floor_w >= 0) and np.all(self.floor_w <= self.cap_w)):
            raise ValueError("0 <= floor <= cap must hold")


def allocate(needs: Needs, levels: list[Level]) -> Floats:
    """Power of each heater in watts. levels: from the households up to the district.

    Sums stay at or below every capacity, exactly. Infeasible: floors exceed a capacity.
    """
    if not len(needs.cap_w):
        return np.zeros(0)
    top = needs.weight * needs.short_k
    slope = needs.weight * needs.gain_k_per_w
    granted_w = needs.cap_w.astype(float)
    for depth, level in enumerate(levels):
        floors_w = np.add.reduceat(needs.floor_w, level.starts)
        over = np.flatnonzero(floors_w > level.capacity_w)
        if len(over):
            k = int(over[0])
            raise Infeasible(depth, k, float(floors_w[k]), float(level.capacity_w[k]))
        _fill(top, slope, needs.floor_w, granted_w, level)
    return granted_w


def whole_watts(granted_w: Floats, floor_w: Floats) -> Ints:
    """Rounded down, so that no sum grows; never below whole floors."""
    return np.maximum(np.floor(granted_w + 1e-9), np.ceil(floor_w)).astype(np.int64)


def _fill(top: Floats, slope: Floats, floor_w: Floats, granted_w: Floats, level: Level) -> None:
    # Lowers granted_w, in place, below those nodes whose capacity it exceeds.
    counts = np.diff(np.append(level.starts, len(top)))
    scarce = np.add.reduceat(granted_w, level.starts) > level.capacity_w
    alone = scarce & (counts == 1)  # one heater: nothing to share, and most households are such
    granted_w[level.starts[alone]] = level.capacity_w[alone]
    scarce &= ~alone
    if not scarce.any():
        return
    chosen = slice(None) if scarce.all() else np.flatnonzero(np.repeat(scarce, counts))
    part = _Part(top[chosen], slope[chosen], floor_w[chosen], granted_w[chosen], counts[scarce])
    granted_w[chosen] = part.fill(level.capacity_w[scarce])


class _Part:
    """The heaters below the scarce nodes of one level.

    The level L of a node solves sum g_i(L) = capacity. That sum is piecewise linear and falls
    with L: Newton's step is exact once L is on the right piece; a bracket keeps it from running
    away, and bisection takes over where it stalls. Nodes that are done leave the work.
    """

    def __init__(self, top: Floats, slope: Floats, floor_w: Floats, cap_w: Floats, counts: Ints):
        self.top, self.slope, self.floor_w, self.cap_w = top, slope, floor_w, cap_w
        self.per_k = 1.0 / slope
        self.counts = counts
        self.starts = np.cumsum(counts) - counts

    def fill(self, capacity_w: Floats) -> Floats:
        # At `low` all have their caps, which is too much; at `high` their floors, which fit.
        low = np.minimum.reduceat(self.top - self.slope * self.cap_w, self.starts)
        high = np.maximum.reduceat(self.top - self.slope * self.floor_w, self.starts)
        low, high = low - 1e-9 * (1 + np.abs(low)), high + 1e-9 * (1 + np.abs(high))
        found = high.copy()
        left = np.arange(len(capacity_w))  # nodes of `self` that `part` works on
        part, capacity = self, capacity_w
        water = 0.5 * (low + high)
        for turn in range(_ROUNDS):
            excess_w, bends = part._at(water, capacity)
            fits = excess_w <= 0
            high = np.where(fits, water, high)
            low = np.where(fits, low, water)
            done = fits & (excess_w >= -_CLOSE_W)
            done |= (high - low) <= 1e-14 * (1.0 + np.abs(high))
            # `high` is the side that fits; what is left over is below _CLOSE_W and stays unused.
            found[left] = high
            if done.all():
                break
            # Newton aims a hair below the capacity, so that it ends on the side that fits.
            step = np.divide(
                excess_w + 0.5 * _CLOSE_W, bends, out=np.zeros_like(bends), where=bends > 0
            )
            newton = water + step
            good = (bends > 0) & (newton > low) & (newton < high) & (turn % 8 != 7)
            water = np.where(done, high, np.where(good, newton, 0.5 * (low + high)))
            if 2 * np.count_nonzero(done) > len(done):
                part, go_on = part._without(done), ~done
                left, capacity = left[go_on], capacity[go_on]
                low, high, water = low[go_on], high[go_on], water[go_on]
        return self._clipped(self._wanted(found))

    def _wanted(self, water: Floats) -> Floats:
        wanted_w = self.top - np.repeat(water, self.counts)
        wanted_w *= self.per_k
        return wanted_w

    def _clipped(self, wanted_w: Floats) -> Floats:
        got_w = np.maximum(wanted_w, self.floor_w)
        return np.minimum(got_w, self.cap_w, out=got_w)

    def _at(self, water: Floats, capacity_w: Floats) -> tuple[Floats, Floats]:
        # What the sums exceed the capacities by, and how fast that falls with the level.
        wanted_w = self._wanted(water)
        got_w = self._clipped(wanted_w)
        bends = np.add.reduceat(self.per_k * (got_w == wanted_w), self.starts)
        return np.add.reduceat(got_w, self.starts) - capacity_w, bends

    def _without(self, done: NDArray[np.bool_]) -> _Part:
        keep = np.flatnonzero(np.repeat(~done, self.counts))
        return _Part(
            self.top[keep], self.slope[keep], self.floor_w[keep], self.cap_w[keep],
            self.counts[~done],
        )  # fmt: skip
