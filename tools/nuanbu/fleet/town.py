"""A district of homes: who hangs on what, and what each of its feeders carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuanbu.fleet.leases import Bools
from nuanbu.fleet.rooms import KINDS_USED
from nuanbu.group.allocate import Ints
from nuanbu.group.tree import LEVELS, Heater, Layout, Node, Tree
from nuanbu.sim.houses import HOUSES

DISTRICT = "d"
A_UNIT, A_BUILDING = 10, 50  # heaters
# Share of the rated sum. Firm capacity must carry the fail-safe limits; a limit of the usual
# kind lies well above it and below what a cold day asks for.
FAILSAFE = 0.25
FIRM = {"unit": 0.80, "building": 0.70, "district": 0.66}
FLOOR_W = 100  # frost


@dataclass(frozen=True)
class Town:
    """kind: index into rooms.KINDS_USED of each heater, in the order of the layout."""

    layout: Layout
    kind: Ints
    rated_w: Ints
    failsafe_w: Ints
    floor_w: Ints
    relay: Bools
    firm_w: dict[str, float]

    def nodes(self, level: str) -> list[str]:
        """Ids of the nodes of a level, in the order of the layout."""
        return self.layout.node_ids[LEVELS.index(level)]


def make(heaters: int, rng: np.random.Generator, relay_share: float = 0.0) -> Town:
    """A town of this many heaters: one in a household, ten in a unit, fifty in a building."""
    kind = rng.integers(0, len(KINDS_USED), heaters)
    rated_w = np.array([int(HOUSES[name].rated_w) for name in KINDS_USED])[kind]
    relay = rng.random(heaters) < relay_share
    weight = np.where(rng.random(heaters) < 0.1, 2.0, 1.0)
    nodes, made, firm_w = {}, [], {}

    def node(name: str, level: str, parent: str, rated: int) -> None:
        # The first mention makes it; its capacity grows with what hangs on it.
        share = FIRM.get(level)
        firm_w[name] = firm_w.get(name, 0) + (share * rated if share else 1.5 * rated)
        nodes[name] = (level, parent)

    for i in range(heaters):
        building = f"b{i // A_BUILDING:05}"
        unit = f"{building}u{i % A_BUILDING // A_UNIT}"
        home, rated = f"h{i:07}", int(rated_w[i])
        node(DISTRICT, "district", "", rated)
        node(building, "building", DISTRICT, rated)
        node(unit, "unit", building, rated)
        node(home, "household", unit, rated)
        failsafe_w = round(FAILSAFE * rated)
        made.append(
            Heater(home, home, rated, failsafe_w, FLOOR_W, float(weight[i]), bool(relay[i]))
        )
    firm_w = {name: float(int(watts)) for name, watts in firm_w.items()}
    layout = Layout.of(
        Tree((Node(k, v[0], v[1], int(firm_w[k])) for k, v in nodes.items()), made)
    )
    place = np.array([int(heater.id[1:]) for heater in layout.heaters])
    return Town(
        layout, kind[place], rated_w[place].astype(np.int64),
        np.array([h.failsafe_w for h in layout.heaters]),
        np.array([h.floor_w for h in layout.heaters]), relay[place], firm_w,
    )  # fmt: skip
