"""The report of a district as one HTML file that loads nothing from anywhere."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from pathlib import Path

import jinja2
import numpy as np
from markupsafe import Markup

from nuanbu.group.history import HeaterHistory, History, NodeHistory
from nuanbu.group.words import LEVEL, REPORT, words
from nuanbu.report import whole

_BUILDINGS = 12
_HEATERS = 200


def write(path: Path, history: History, lang: str) -> None:
    """Write the report, whole or not at all. UserError: no such language, or not writable."""
    whole.write(path, render(history, lang))


def render(history: History, lang: str) -> str:
    """The report as text."""
    said, levels = words(REPORT, lang), words(LEVEL, lang)
    from nuanbu.group import plots  # brings matplotlib: only who draws waits for it

    top = [node for node in history.nodes if node.level == "district"]
    inner = [node for node in history.nodes if node.level == "building"]
    inner.sort(key=_peak_part, reverse=True)
    heaters = sorted(history.heaters, key=_worst_k, reverse=True)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nuanbu.group"), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html.j2").render(
        lang={"zh": "zh-CN", "en": "en"}[lang],
        said=said,
        history=history,
        begin=_time(int(history.time_s[0])),
        end=_time(int(history.time_s[-1]) + history.step_s),
        feeder=Markup(plots.feeder(history, top[0])) if top else "",
        rooms=Markup(plots.rooms(history)),
        buildings=[
            (_label(node, levels), Markup(plots.feeder(history, node, small=True)))
            for node in inner[:_BUILDINGS]
        ],
        nodes=[
            _node(node, levels, history) for node in history.nodes if node.level != "household"
        ],
        heaters=[_heater(heater, levels, history) for heater in heaters[:_HEATERS]],
        left_out=max(0, len(heaters) - _HEATERS),
        roles=plots.ROLES,
    )


def _node(node: NodeHistory, levels: dict[str, str], history: History) -> dict:
    known = np.isfinite(node.limit_w)
    over = known & (node.peak_w > 1.02 * node.limit_w)
    return {
        "label": _label(node, levels),
        "heaters": node.heaters,
        "limit_kw": _range_kw(node.limit_w),
        "granted": _part(node.granted_w, node.limit_w),
        "peak": _number(100 * _peak_part(node), "{:.0f} %"),
        "over": int(over.sum()) * history.step_s,
    }


def _heater(one: HeaterHistory, levels: dict[str, str], history: History) -> dict:
    short_k = np.maximum(one.shortfall_k, 0)
    why = sorted(one.limited_s.items(), key=lambda item: -item[1])
    known = np.isfinite(short_k)
    return {
        "id": one.heater.id,
        "household": one.heater.household,
        "weight": one.heater.weight,
        "worst_k": _number(_worst_k(one), "{:.1f}"),
        "mean_k": _number(float(short_k[known].mean()) if known.any() else np.nan, "{:.1f}"),
        "granted_w": _number(_mean(one.granted_w), "{:.0f}"),
        "rated_w": one.heater.rated_w,
        "why": [(f"{levels[level]} {node}", _hours(s)) for (level, node), s in why],
        "failsafe_h": _hours(one.failsafe_s),
        "silent_h": _hours(one.silent_s),
    }


def _label(node: NodeHistory, levels: dict[str, str]) -> str:
    return f"{levels[node.level]} {node.id}"


def _peak_part(node: NodeHistory) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all NaN, or a limit of 0 W
        part = float(np.nanmax(node.peak_w / node.limit_w))
    return part if np.isfinite(part) else 0.0


def _worst_k(one: HeaterHistory) -> float:
    known = one.shortfall_k[np.isfinite(one.shortfall_k)]
    return float(known.max()) if len(known) else float("-inf")


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _part(watts: np.ndarray, of_w: np.ndarray) -> str:
    known = np.isfinite(watts) & np.isfinite(of_w)
    whole = of_w[known].sum()
    return _number(100 * watts[known].sum() / whole if whole else float("nan"), "{:.0f} %")


def _range_kw(watts: np.ndarray) -> str:
    known = watts[np.isfinite(watts)] / 1000
    if not len(known):
        return "–"
    low, high = known.min(), known.max()
    return f"{low:.1f}" if low == high else f"{low:.1f}–{high:.1f}"


def _number(value: float, form: str) -> str:
    return form.format(value) if np.isfinite(value) else "–"


def _hours(seconds: float) -> str:
    if not seconds:
        return ""
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.0f} min"


def _time(t: int) -> str:
    return datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%d %H:%M")
