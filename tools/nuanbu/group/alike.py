"""The coldest room if all were kept alike at every moment by somebody who knows the rooms exactly
and nothing of the weather to come: what of the best possible (foresight.py) takes no foresight.

No messages, no steps, no lag of an estimate. Two things keep it from the best possible all the
same: the future, and the floors. Whoever runs the linear programme heats with every floor; here a
heater in a room that is warm enough takes nothing, and its floor stays free for it nevertheless.
"""

from __future__ import annotations

import numpy as np

from nuanbu.group.allocate import Floats, Level, Needs, allocate
from nuanbu.group.tree import Layout, Tree

_STEP_S = 300


def coldest_k(
    rooms, tree: Tree, outdoor_c: Floats, every_s: int, limits: dict[str, int], state: Floats,
    set_c: float, look_ahead_s: float,
) -> float:  # fmt: skip
    """Largest weighted shortfall of any room at the end of any of the periods of `every_s`,
    kelvin. rooms: foresight.Rooms; outdoor_c: of every period; state: of the rooms at first;
    set_c: their set-point; look_ahead_s: of the heaters' own regulators."""
    layout = Layout.of(tree)
    heaters = layout.heaters
    order = np.array([int(heater.id[1:]) for heater in heaters])
    rated_w = np.array([float(heater.rated_w) for heater in heaters])
    floor_w = np.array([float(heater.floor_w) for heater in heaters])
    weight = np.array([heater.weight for heater in heaters])
    levels = [
        Level(layout.starts[depth], np.array([float(limits.get(node, 10**9)) for node in ids]))
        for depth, ids in enumerate(layout.node_ids)
    ]
    a, by_watts, by_outdoor = rooms.steps(_STEP_S)
    ahead, ahead_watts, ahead_outdoor = rooms.steps(look_ahead_s)
    worst_k = 0.0
    for now_c in outdoor_c:
        for _ in range(every_s // _STEP_S):
            free = np.einsum("nij,nj->ni", ahead, state)[:, 0]
            free += ahead_watts[:, 0] * rooms.base_w + ahead_outdoor[:, 0] * now_c
            wanted_w = np.clip(((set_c - free) / ahead_watts[:, 0])[order], 0.0, rated_w)
            cold = np.einsum("nij,nj->ni", a, state) + by_outdoor * now_c
            cold += by_watts * rooms.base_w[:, None]
            short_k, gain = (set_c - cold[:, 0])[order], by_watts[order, 0]
            cap_w = np.maximum(wanted_w, floor_w)
            given_w = allocate(Needs(short_k, gain, weight, floor_w, cap_w), levels)
            power_w = np.empty(len(order))
            power_w[order] = np.minimum(given_w, wanted_w)
            state = cold + by_watts * power_w[:, None]
        worst_k = max(worst_k, float(np.max(weight * (set_c - state[order, 0]))))
    return worst_k
