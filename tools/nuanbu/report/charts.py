"""The plots of a run as inline SVG that follows the page: its colours, its fonts, its width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import matplotlib
import matplotlib.ticker
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nuanbu.report import inline_svg
from nuanbu.report.record import RunRecord

ROLES = inline_svg.stand_ins(
    "room", "sensor", "setpoint", "outdoor", "body", "power", "grant", "contactor", "fault",
    "window", "settle",
)  # fmt: skip
# (width, height) in inches at 72 dots; both are in the page and the style sheet shows one.
SIZES = {"wide": (12.2, 2.9), "narrow": (4.9, 2.9)}
# Left, right, bottom, top of the axes: the same in all plots, so that their times line up.
MARGINS = {"wide": (0.06, 0.985, 0.12, 0.97), "narrow": (0.15, 0.965, 0.12, 0.97)}
CLOSE_UP_K = 0.5
POINTS = {"wide": 1400, "narrow": 600}  # samples drawn at most, extremes kept
RC = {**inline_svg.settings(ROLES, 11.0), "xtick.major.size": 3.0}
MINUTES_A_TICK = {"wide": (15, 60, 180, 360, 720, 1440, 2880, 10080, 44640),
                  "narrow": (30, 120, 360, 720, 1440, 2880, 10080, 44640)}  # fmt: skip
TICKS = {"wide": 10, "narrow": 5}


def draw(run: RunRecord) -> dict[str, dict[str, str]]:
    """{plot: {"wide": svg, "narrow": svg}} of the plots room, deviation, far, power, switch."""
    charts: dict[str, Callable[[Axes, RunRecord, str], None]] = {
        "room": _room,
        "deviation": _deviation,
        "far": _far,
        "power": _power,
        "switch": _switch,
    }

    def drawing(name: str, size: str) -> str:
        def plot(axes: Axes) -> None:
            charts[name](axes, run, size)
            _time_axis(axes, run, size)

        return svg(name, size, plot)

    with matplotlib.rc_context(RC):
        return {name: {size: drawing(name, size) for size in SIZES} for name in charts}


def _room(axes: Axes, run: RunRecord, size: str) -> None:
    _bands(axes, run)
    _line(axes, run, "sensor_c", size, "sensor", linewidth=1.0)
    _line(axes, run, "setpoint_c", size, "setpoint", linewidth=1.2, linestyle=(0, (5, 3)))
    _line(axes, run, "room_c", size, "room", linewidth=2.0)
    for event in run.events:
        if event.kind == "fault":
            axes.axvline(event.t_s / 3600.0, color=ROLES["fault"], linewidth=1.4)
    axes.set_ylabel("°C")


def _deviation(axes: Axes, run: RunRecord, size: str) -> None:
    """Room over set-point, close up: what goes beyond the frame is in the plot above."""
    samples = run.samples
    pairs = zip(samples["room_c"], samples["setpoint_c"], strict=True)
    _bands(axes, run)
    axes.axhline(0.0, color=ROLES["setpoint"], linewidth=1.2, linestyle=(0, (5, 3)))
    hours, above = _thinned([room - wanted for room, wanted in pairs], size)
    axes.plot(hours, above, color=ROLES["room"], linewidth=1.6)
    axes.set_ylim(-CLOSE_UP_K, CLOSE_UP_K)
    axes.set_ylabel("K")


def _far(axes: Axes, run: RunRecord, size: str) -> None:
    _line(axes, run, "body_c", size, "body", linewidth=1.6)
    _line(axes, run, "outdoor_c", size, "outdoor", linewidth=1.8)
    axes.axhline(0.0, color=ROLES["grid"], linewidth=1.2)
    axes.set_ylabel("°C")


def _power(axes: Axes, run: RunRecord, size: str) -> None:
    hours, power = _thinned(run.samples["power_w"], size)
    axes.fill_between(hours, power, color=ROLES["power"], alpha=0.25, linewidth=0.0)
    axes.plot(hours, power, color=ROLES["power"], linewidth=1.3)
    _line(axes, run, "grant_w", size, "grant", linewidth=1.8)
    axes.set_ylim(0.0, max(run.meta.rated_w, *run.samples["power_w"]) * 1.12)
    axes.set_ylabel("W")


def _switch(axes: Axes, run: RunRecord, size: str) -> None:
    """Closings an hour as bars; below them a strip, filled while the contactor is closed."""
    counts = run.samples["switchings"]
    ends = [counts[min(k, len(counts)) - 1] for k in range(60, len(counts) + 60, 60)]
    closings = [b - a for a, b in zip([0.0, *ends], ends, strict=False)]
    axes.bar(
        [k + 0.5 for k in range(len(closings))], closings, width=0.8, color=ROLES["power"],
        alpha=0.8, linewidth=0.0,
    )  # fmt: skip
    top = max(5.0, *closings) * 1.08
    strip = top * 0.09
    hours, closed = _thinned(run.samples["contactor"], size)
    axes.fill_between(
        hours, [-1.6 * strip] * len(hours), [strip * (c - 1.6) for c in closed],
        color=ROLES["contactor"], step="post", linewidth=0.0,
    )  # fmt: skip
    axes.set_ylim(-2.0 * strip, top)
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5, integer=True))
    axes.set_yticks([t for t in axes.get_yticks() if 0 <= t <= top])
    axes.set_ylabel("1/h")


def _bands(axes: Axes, run: RunRecord) -> None:
    if run.meta.settle_s:
        axes.axvspan(0.0, run.meta.settle_s / 3600.0, color=ROLES["settle"], linewidth=0.0)
    for event in run.events:
        if event.kind == "window":
            end_s = run.duration_s if event.end_s is None else event.end_s
            axes.axvspan(
                event.t_s / 3600.0, end_s / 3600.0, color=ROLES["window"], alpha=0.5,
                linewidth=0.0,
            )  # fmt: skip


def _line(axes: Axes, run: RunRecord, column: str, size: str, role: str, **style) -> None:
    axes.plot(*_thinned(run.samples[column], size), color=ROLES[role], **style)


def _thinned(values: Sequence[float], size: str) -> tuple[list[float], list[float]]:
    """(hours, values): of each bucket its lowest and highest sample, in their order."""
    bucket = max(1, 2 * len(values) // POINTS[size])
    if bucket == 1:
        chosen = range(len(values))
    else:
        chosen = []
        for first in range(0, len(values), bucket):
            part = range(first, min(first + bucket, len(values)))
            ends = {min(part, key=values.__getitem__), max(part, key=values.__getitem__)}
            chosen.extend(sorted(ends))
    return [(k + 1) / 60.0 for k in chosen], [values[k] for k in chosen]


def _time_axis(axes: Axes, run: RunRecord, size: str) -> None:
    """Ticks at round local times; midnight shows the date."""
    start = datetime.fromisoformat(run.meta.start_iso)
    every = next(
        (m for m in MINUTES_A_TICK[size] if run.minutes / m <= TICKS[size]),
        MINUTES_A_TICK[size][-1],
    )
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    first = -(-(start - midnight) // timedelta(minutes=every))
    places, labels = [], []
    for k in range(first, first + run.minutes // every + 2):
        tick = midnight + timedelta(minutes=every * k)
        hours = (tick - start) / timedelta(hours=1)
        if hours <= run.minutes / 60.0:
            places.append(hours)
            at_midnight = (tick.hour, tick.minute) == (0, 0)
            labels.append(tick.strftime("%m-%d" if at_midnight else "%H:%M"))
    axes.set_xticks(places, labels)
    axes.set_xlim(0.0, max(run.minutes, 1) / 60.0)


def svg(name: str, size: str, plot: Callable[[Axes], None]) -> str:
    """One drawing of the page, the axes of all at the same place. name: unlike the others'."""
    figure = Figure(figsize=SIZES[size])
    left, right, bottom, top = MARGINS[size]
    figure.subplots_adjust(left=left, right=right, bottom=bottom, top=top)
    figure.patch.set_alpha(0.0)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0.0)
    axes.set_axisbelow(True)
    plot(axes)
    axes.yaxis.set_label_coords(-0.75 * left, 0.5)
    return inline_svg.drawn(figure, f"{name}-{size}", ROLES, size)
