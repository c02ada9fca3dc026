"""A district in a terminal: `nuanbu group status` and `watch`."""

from __future__ import annotations

import time

import sqlalchemy as sa
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from nuanbu.group import picture
from nuanbu.group.words import LEASE, LEVEL, VIEW, words

_SILENT_S = 10  # a server leaves a picture every 2 s
_WIDE = 110  # columns
_FIGURES = (
    ("room", "°C"), ("setpoint", "°C"), ("missing", "K"), ("demand", "W"), ("granted", "W"),
    ("power", "W"),
)  # fmt: skip
_FULL, _OVER = 0.95, 1.0
_FRAME = 8  # lines of head lines and rules of both tables
_HEATERS = 10


def live(engine: sa.Engine, district: str, lang: str) -> None:
    """Show a district until interrupted."""
    console = Console()
    with Live(console=console, screen=True, auto_refresh=False) as screen:
        while True:
            one = picture.load(engine, district)
            rows = max(console.height - _FRAME, 6)
            heaters = min(_HEATERS, rows // 2)
            shown = whole(
                one, lang, int(time.time()), heaters, rows - heaters, True, console.width
            )
            screen.update(shown, refresh=True)
            time.sleep(1)


def whole(
    one: dict,
    lang: str,
    now_s: int,
    coldest: int,
    nodes: int = 10_000,
    ends: bool = False,
    width: int = 120,
) -> Group:
    """A picture as head line, nodes and coldest heaters. UserError: no such language."""
    said = words(VIEW, lang)
    parts: list = [_head(one, said, words(LEVEL, lang), now_s, ends)]
    parts.append(_nodes(one, said, words(LEVEL, lang), nodes, width))
    if one["heaters"]:
        parts.append(_heaters(one, said, words(LEVEL, lang), words(LEASE, lang), coldest))
    return Group(*parts)


def _head(one: dict, said: dict, levels: dict, now_s: int, ends: bool) -> Text:
    top = one["nodes"][0] if one["nodes"] else {"id": "", "level": "district"}
    head = Text(no_wrap=True, overflow="ellipsis")
    head.append(f"{levels[top['level']]} {top['id']}", "bold")
    age_s = max(now_s - one["t"], 0)
    head.append(f"   {one['guard']}  {said['epoch']} {one['epoch']}  ")
    if age_s > _SILENT_S:
        head.append(said["silent"].format(s=age_s), "bold red")
    else:
        head.append(said["ago"].format(s=age_s), "dim")
    if not one["connected"]:
        head.append(f"  {said['no_broker']}", "bold red")
    if one["refused"]:
        head.append(f"  {said['refused']}: {one['refused']}", "yellow")
    head.append(f"   {said['simulated']}" + (f"   {said['quit']}" if ends else ""), "dim")
    return head


def _nodes(one: dict, said: dict, levels: dict, most: int, width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(f"{said['node']}  (kW)", no_wrap=True, min_width=16)
    for name in ("limit", "granted", "worst", "power", "meter"):
        table.add_column(said[name], justify="right", no_wrap=True)
    table.add_column(said["use"] if width >= _WIDE else said["use_short"], no_wrap=True)
    table.add_column(f"{said['coldest']} K", justify="right", no_wrap=True)
    table.add_column(said["reached"], justify="right", no_wrap=True)
    table.add_column("")
    rows = [row for row in _ordered(one["nodes"]) if row[1]["level"] != "household"]
    hidden = 0
    if len(rows) > most:
        # Where there is not room for all, the fullest, with the nodes above them.
        kept = {node["id"] for node in sorted((n for _, n in rows), key=_use)[-(most - 1) :]}
        hidden = len(rows)
        rows = [row for row in rows if row[1]["id"] in kept or row[0] == 0]
        hidden -= len(rows)
    for depth, node in rows:
        table.add_row(
            f"{'  ' * depth}{levels[node['level']]} {node['id']}",
            _kilo(node["limit_w"]), _kilo(node["granted_w"]), _worst(node),
            _kilo(node["power_w"]), _kilo(node["meter_w"]),
            _bar(_use(node), 20 if width >= _WIDE else 8), _kelvin(node["coldest_k"]),
            f"{node['reached']}/{node['heaters']}",
            Text(said["short"], "bold red") if node["short"] else "",
        )  # fmt: skip
    if hidden:
        table.add_row(Text(said["more"].format(n=hidden), "dim"))
    return table


def _heaters(one: dict, said: dict, levels: dict, leases: dict, most: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(said["heater"], no_wrap=True, min_width=10)
    table.add_column(said["household"], no_wrap=True)
    for name, unit in _FIGURES:
        table.add_column(f"{said[name]} {unit}", justify="right", no_wrap=True)
    for name in ("lease", "cause", "faults"):
        table.add_column(said[name], no_wrap=True)
    table.add_column("", no_wrap=True)
    for heater in sorted(one["heaters"], key=_missing, reverse=True)[:most]:
        cause = heater["cause"] if (heater["demand_w"] or 0) > heater["granted_w"] else None
        known = heater["room"] is not None and heater["setpoint"] is not None
        table.add_row(
            heater["id"], heater["household"], _kelvin(heater["room"]),
            _kelvin(heater["setpoint"]),
            Text(f"{_missing(heater):.1f}", _warmth(_missing(heater))) if known else "–",
            _watts(heater["demand_w"]), _watts(heater["granted_w"]), _watts(heater["power_w"]),
            Text(leases.get(heater["lease"] or "", "–"), _state(heater["lease"]))
            if heater["reached"] else Text(said["unheard"], "red"),
            f"{levels[cause[0]]} {cause[1]}" if cause else "–",
            Text(str(heater["faults"]), "bold red") if heater["faults"] else "",
            said["vulnerable"].format(w=heater["weight"]) if heater["weight"] != 1 else "",
        )  # fmt: skip
    return table


def _ordered(nodes: list[dict]) -> list[tuple[int, dict]]:
    below: dict[str, list[dict]] = {}
    for node in nodes:
        below.setdefault(node["parent"], []).append(node)
    rows: list[tuple[int, dict]] = []

    def walk(parent: str, depth: int) -> None:
        for node in below.get(parent, []):
            rows.append((depth, node))
            walk(node["id"], depth + 1)

    walk("", 0)
    return rows


def _use(node: dict) -> float:
    return node["granted_w"] / node["limit_w"] if node["limit_w"] else 0.0


def _bar(part: float, length: int) -> Text:
    color = "red" if part > _OVER else "yellow" if part >= _FULL else "green"
    full = min(round(part * length), length)
    text = Text("█" * full, color)
    text.append("·" * (length - full), "dim")
    text.append(f" {part:4.0%}")
    return text


def _worst(node: dict) -> Text:
    over = node["limit_w"] is not None and node["worst_w"] > node["limit_w"]
    return Text(_kilo(node["worst_w"]), "bold red" if over else "")


def _missing(heater: dict) -> float:
    if heater["room"] is None or heater["setpoint"] is None:
        return float("-inf")
    return heater["setpoint"] - heater["room"]


def _warmth(missing_k: float) -> str:
    return "red" if missing_k > 2 else "yellow" if missing_k > 0.5 else "green"


def _state(lease: str | None) -> str:
    return "red" if lease == "failsafe" else "yellow" if lease == "init" else ""


def _watts(value: int | None) -> str:
    return "–" if value is None else f"{value:,}".replace(",", " ")


def _kilo(value: int | None) -> str:
    return "–" if value is None else f"{value / 1000:.1f}"


def _kelvin(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
