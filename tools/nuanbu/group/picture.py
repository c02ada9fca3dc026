"""The latest picture of a district, which the server leaves in the database for people to see."""

from __future__ import annotations

import json
import math
import zlib

import numpy as np
import sqlalchemy as sa

from nuanbu.errors import UserError
from nuanbu.group import schema
from nuanbu.group.database import writing
from nuanbu.group.guard import Guard
from nuanbu.group.tree import LEVELS, Tree

_table = schema.live


def taken(
    guard: Guard, tree: Tree, states: dict[str, dict], meters: dict[str, tuple[int, int]],
    about: dict,
) -> dict:  # fmt: skip
    """What is to be seen: {"t", "guard", ..., "nodes": [...], "heaters": [...]}.

    Watts; room and set-point in degrees C. Of a node: limit_w, capacity_w (after the meter's
    trim), granted_w (meant), worst_w (possible at most), power_w (last reported), meter_w.
    """
    now_s = about["t"]
    layout, book = guard.layout, guard.book
    worst_w, held_w = book.possible_w(0, now_s), book.held_w(0)
    reachable = guard.seen.reachable(now_s)
    power_w = np.array([_power(states.get(h.id)) for h in layout.heaters])
    short_k = guard.seen.setpoint_k - guard.seen.room_k
    heard = np.isfinite(guard.seen.heard_s)
    nodes = []
    for level in range(len(LEVELS) - 1, -1, -1):
        limit_w, capacity_w = guard.limits_w(level)
        sums = [layout.sums(level, one) for one in (held_w, worst_w, power_w)]
        reached = layout.sums(level, reachable.astype(float))
        ends = [*layout.starts[level][1:].tolist(), len(layout.heaters)]
        for k, node in enumerate(layout.node_ids[level]):
            inside = slice(int(layout.starts[level][k]), ends[k])
            known = short_k[inside][heard[inside]]
            nodes.append(
                {
                    "id": node, "level": LEVELS[level], "parent": tree.nodes[node].parent,
                    "limit_w": _whole(limit_w[k]), "capacity_w": _whole(capacity_w[k]),
                    "granted_w": int(sums[0][k]), "worst_w": int(sums[1][k]),
                    "power_w": int(sums[2][k]), "meter_w": _metered(meters, node, now_s),
                    "heaters": ends[k] - inside.start, "reached": int(reached[k]),
                    "coldest_k": round(float(known.max()), 2) if len(known) else None,
                    "short": node in guard.short,
                }
            )  # fmt: skip
    heaters = [
        _heater(guard, i, states.get(heater.id), bool(reachable[i]), int(held_w[i]))
        for i, heater in enumerate(layout.heaters)
    ]
    return {**about, "epoch": guard.epoch, "nodes": nodes, "heaters": heaters}


def save(engine: sa.Engine, district: str, picture: dict) -> None:
    """Leave it for others."""
    data = zlib.compress(json.dumps(picture, separators=(",", ":")).encode(), 1)
    with writing(engine, queued=False) as db:
        db.execute(_table.delete().where(_table.c.district == district))
        db.execute(_table.insert().values(district=district, t=picture["t"], picture=data))


def load(engine: sa.Engine, district: str) -> dict:
    """The latest of a district. UserError: no server has left one."""
    with engine.connect() as db:
        data = db.scalar(sa.select(_table.c.picture).where(_table.c.district == district))
    if data is None:
        raise UserError(
            f"district {district}: no server has run on this database",
            f"nuanbu group serve {district} --company NAME",
        )
    return json.loads(zlib.decompress(data))


def districts(engine: sa.Engine) -> list[str]:
    """Districts of which there is a picture."""
    with engine.connect() as db:
        return list(db.scalars(sa.select(_table.c.district).order_by(_table.c.district)))


def _heater(guard: Guard, i: int, state: dict | None, reached: bool, held_w: int) -> dict:
    heater = guard.layout.heaters[i]
    order = guard.order_of(i)
    told = state or {}
    room_mdeg = told.get("room_mdeg")
    return {
        "id": heater.id, "household": heater.household, "rated_w": heater.rated_w,
        "weight": heater.weight, "reached": reached, "granted_w": held_w,
        "acked": bool(guard.book.acked[i]),
        "room": None if room_mdeg is None else room_mdeg / 1000,
        "setpoint": told["setpoint_mdeg"] / 1000 if told else None,
        "power_w": told.get("power_w"), "demand_w": told.get("demand_w"),
        "lease": told.get("lease"), "faults": told.get("faults"),
        "cause": order.cause if order else None,
    }  # fmt: skip


def _power(state: dict | None) -> float:
    return float(state["power_w"]) if state else 0.0


def _metered(meters: dict[str, tuple[int, int]], node: str, now_s: int) -> int | None:
    t, watts = meters.get(node, (0, 0))
    return watts if now_s - t <= 300 else None


def _whole(watts: float) -> int | None:
    return int(watts) if math.isfinite(watts) else None
