"""The plots of the group's report as inline SVG that takes its colours from the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import matplotlib
import matplotlib.dates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nuanbu.group.history import History, NodeHistory
from nuanbu.report import inline_svg

ROLES = inline_svg.stand_ins("limit", "granted", "power", "meter", "coldest", "most", "middle")
_WIDE, _SMALL = (11.0, 2.8), (5.2, 1.9)
Draw = Callable[[Axes, np.ndarray], None]
_RC = inline_svg.settings(ROLES, 10.5)


def feeder(history: History, node: NodeHistory, small: bool = False) -> str:
    """Limit, grants, reported power and meter of a node in kilowatts."""

    def draw(axes: Axes, times: np.ndarray) -> None:
        axes.fill_between(times, _kw(node.power_w), color=ROLES["power"], alpha=0.25, lw=0)
        axes.plot(times, _kw(node.power_w), color=ROLES["power"], lw=1.2)
        axes.step(times, _kw(node.granted_w), where="post", color=ROLES["granted"], lw=1.2)
        if np.isfinite(node.meter_w).any():
            axes.plot(times, _kw(node.meter_w), color=ROLES["meter"], lw=1.0, ls=":")
        axes.step(times, _kw(node.limit_w), where="post", color=ROLES["limit"], lw=1.8)
        axes.set_ylim(bottom=0)
        axes.set_ylabel("kW")

    return svg(history.time_s, node.id, draw, small)


def rooms(history: History) -> str:
    """How far rooms are below their set-point, kelvin: coldest, 95 of 100, middle."""
    short_k = np.array([heater.shortfall_k for heater in history.heaters])

    def draw(axes: Axes, times: np.ndarray) -> None:
        for role, part in (("coldest", 100), ("most", 95), ("middle", 50)):
            axes.plot(times, _percentile(short_k, part), color=ROLES[role], lw=1.3)
        axes.axhline(0, color=ROLES["ink"], lw=0.8)
        axes.invert_yaxis()
        axes.set_ylabel("K")

    return svg(history.time_s, "rooms of all", draw)


def _percentile(values: np.ndarray, part: float) -> np.ndarray:
    result = np.full(values.shape[1], np.nan)
    known = np.isfinite(values).any(axis=0)
    if known.any():
        result[known] = np.nanpercentile(values[:, known], part, axis=0)
    return result


def _kw(watts: np.ndarray) -> np.ndarray:
    return watts / 1000


def svg(
    time_s: np.ndarray, name: str, draw: Draw, small: bool = False, dated: bool = True
) -> str:
    """What `draw(axes, times)` draws over these Unix seconds, as part of a page whose style has
    the colours of ROLES. name: another for each on a page; dated: with the day, else the time of
    day only."""
    size = _SMALL if small else _WIDE
    with matplotlib.rc_context(_RC):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        times = np.array([datetime.fromtimestamp(t, UTC) for t in time_s.tolist()])
        draw(axes, times)
        axes.set_xlim(times[0], times[-1])
        locator = matplotlib.dates.AutoDateLocator(maxticks=4 if small else 8)
        axes.xaxis.set_major_locator(locator)
        form = matplotlib.dates.ConciseDateFormatter(locator, show_offset=dated)
        axes.xaxis.set_major_formatter(form)
        return inline_svg.drawn(figure, f"{name}-{size[0]}", ROLES)
