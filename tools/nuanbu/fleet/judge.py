"""What a run of the fleet is judged by: power against limits at every node, second by second.

Power of a solid-state heater is its mean over the window of 10 s in which it pulses; how the
pulses add up within their windows is told apart. Relays count with what they take in that very
second.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from nuanbu.fleet.town import Town
from nuanbu.group.allocate import Floats, Ints
from nuanbu.group.tree import LEVELS

TOLERANCE = 1.02
AFTER_CUT_S = 300  # an excess this soon after an unannounced cut is its consequence
_EXAMPLES = 20


@dataclass
class Findings:
    """over_s: node-seconds above 102 % outside the time after unannounced cuts, by level; worst:
    the highest of them over their limit. after_cut_s: of every unannounced cut the seconds
    until the node was back for good. used: share of the limits used where heat was short.
    """

    over_s: dict[str, int] = field(default_factory=dict)
    worst: float = 0.0
    examples: list[tuple[int, str, float, float]] = field(default_factory=list)
    after_cut_s: list[int] = field(default_factory=list)
    used: float = float("nan")
    short_share: float = 0.0  # of the time in which heat was short somewhere


class Judge:
    """Limits as they really are, told by the scenario, whatever the server knows of them."""

    def __init__(self, town: Town, begin_s: int, settle_s: int = 900):
        self._layout = town.layout
        self._begin_s, self._settle_s = begin_s, settle_s
        self.limit_w = [
            np.array([town.firm_w[node] for node in ids]) for ids in town.layout.node_ids
        ]
        self._place = {
            node: (level, k)
            for level, ids in enumerate(town.layout.node_ids)
            for k, node in enumerate(ids)
        }
        self._cut_s = [np.full(len(limit), -(10**9)) for limit in self.limit_w]
        self._back_s: dict[tuple[int, int, int], int] = {}  # level, node, second of the cut
        self.found = Findings(over_s=dict.fromkeys(LEVELS, 0))
        self._used_w = self._short_w = 0.0
        self._seconds = self._short_s = 0

    def limit(self, node: str, watts: float, now_s: int, unannounced: bool) -> None:
        """From second now_s on this is the limit of a node."""
        level, k = self._place[node]
        if unannounced and watts < self.limit_w[level][k]:
            self._cut_s[level][k] = now_s
            self._back_s[level, k, now_s] = 0
        self.limit_w[level][k] = watts

    def second(
        self, now_s: int, power_w: Floats, other_w: Floats | None = None
    ) -> list[Floats]:
        """Judge a second. other_w: of each building, what it takes beside its heaters. Returns
        the sums of power by level."""
        sums = []
        for level, limit_w in enumerate(self.limit_w):
            sum_w = self._layout.sums(level, power_w)
            if other_w is not None and LEVELS[level] == "building":
                sum_w = sum_w + other_w
            elif other_w is not None and LEVELS[level] == "district":
                sum_w = sum_w + other_w.sum()
            sums.append(sum_w)
            over = np.flatnonzero(sum_w > TOLERANCE * limit_w)
            for k in over.tolist():
                self._over(now_s, level, k, float(sum_w[k] / max(limit_w[k], 1.0)))
        return sums

    def used(self, now_s: int, power: list[Floats], demand_w: Ints) -> None:
        """Take in how much of the limits is used where the demand is above them: at the highest
        node that is the cause; what a node below cannot carry is not demanded of it."""
        if now_s - self._begin_s < self._settle_s:
            return
        asked_w = demand_w.astype(float)
        short = []
        for level, limit_w in enumerate(self.limit_w):
            sum_w = self._layout.sums(level, asked_w)
            short.append(sum_w > limit_w)
            part = np.minimum(1.0, limit_w / np.maximum(sum_w, 1.0))
            asked_w *= self._layout.spread(level, part)
        covered = np.zeros(len(asked_w), bool)  # below a node that was counted already
        counted = False
        for level in reversed(range(len(LEVELS))):
            starts = self._layout.starts[level]
            cause = short[level] & ~covered[starts]
            self._used_w += float(power[level][cause].sum())
            self._short_w += float(self.limit_w[level][cause].sum())
            covered |= self._layout.spread(level, cause)
            counted |= bool(cause.any())
        self._seconds += 1
        self._short_s += counted

    def finish(self) -> Findings:
        """The findings of the whole run."""
        found = self.found
        found.after_cut_s = list(self._back_s.values())
        if self._short_w:
            found.used = self._used_w / self._short_w
        found.short_share = self._short_s / max(1, self._seconds)
        return found

    def _over(self, now_s: int, level: int, k: int, ratio: float) -> None:
        cut_s = int(self._cut_s[level][k])
        if now_s - cut_s < AFTER_CUT_S:
            self._back_s[level, k, cut_s] = now_s - cut_s + 1
            return
        found = self.found
        found.over_s[LEVELS[level]] += 1
        found.worst = max(found.worst, ratio)
        if len(found.examples) < _EXAMPLES:
            node = self._layout.node_ids[level][k]
            limit_w = float(self.limit_w[level][k])
            found.examples.append((now_s - self._begin_s, node, ratio * limit_w, limit_w))
