"""A feeder and its heaters: what they took against what it may carry, as a section of a page."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes

from nuanbu.report import charts
from nuanbu.report.figures import number

MEAN_S = 10  # powers are means over the window of a solid-state heater
_TICK_MINUTES = 2


@dataclass
class FeederRecord:
    """One value a second of virtual time, powers in watts as means of MEAN_S.

    over_s: seconds at which the mean of the minute was above 102 % of the limit, without those
    soon after a cut; peak: the highest of power_w over the limit, likewise (the windows of
    solid-state heaters do not begin together, and what a window lacked the next makes good);
    after_cut_s: seconds until a cut that nobody announced was obeyed, 0 without one; used: share
    of the limit that was taken while more was wanted; lag_s: the most the heaters were behind
    their clock, in seconds of it; able: times real time that the computer had time for.
    """

    heaters: int
    speed: float
    rated_w: int
    failsafe_w: int
    power_w: list[float] = field(default_factory=list)
    limit_w: list[float] = field(default_factory=list)
    wanted_w: list[float] = field(default_factory=list)
    granted_w: list[float] = field(default_factory=list)
    ordered: list[int] = field(default_factory=list)  # heaters that hold a server's limit
    over_s: int = 0
    peak: float = 0.0
    after_cut_s: int = 0
    used: float = 0.0
    lag_s: float = 0.0
    real_s: float = 0.0
    able: float = 0.0

    def save(self, path: Path) -> None:
        """As JSON."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> FeederRecord:
        """What `save` wrote. OSError, ValueError, TypeError: it is not there or broken."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    @property
    def minutes(self) -> float:
        return len(self.power_w) / 60


def rows(record: FeederRecord, t) -> list[tuple[str, str]]:
    """(label, value) of its figures. t: text by key."""
    found = [
        (t("feeder_over"), f"{record.over_s} s"),
        (t("feeder_peak"), f"{record.peak:.0%}"),
        (t("feeder_used"), f"{record.used:.0%}"),
    ]
    if record.after_cut_s:
        found.append((t("feeder_cut"), f"{record.after_cut_s} s"))
    found.append((t("feeder_speed"), f"{number(record.speed, 0)} ×"))
    return found


def section(record: FeederRecord, t) -> dict[str, Any]:
    """What the page shows: title, words, legend, drawings, rows."""
    return {
        "title": t("feeder_chart"),
        "words": t("feeder_words", n=record.heaters, minutes=number(record.minutes, 0)),
        "legend": [
            ("power", t("feeder_power")), ("grant", t("feeder_limit")),
            ("sensor", t("feeder_granted")), ("setpoint", t("feeder_wanted")),
        ],
        "svgs": draw(record),
        "rows": rows(record, t),
    }  # fmt: skip


def draw(record: FeederRecord) -> list[str]:
    """The plot, wide and narrow."""
    with matplotlib.rc_context(charts.RC):
        return [charts.svg("feeder", size, partial(_plot, record)) for size in charts.SIZES]


def _plot(record: FeederRecord, axes: Axes) -> None:
    minutes = [t / 60 for t in range(len(record.power_w))]

    def line(watts: list[float], role: str, **style: Any) -> None:
        axes.plot(minutes, [w / 1000 for w in watts], color=charts.ROLES[role], **style)

    line(record.wanted_w, "setpoint", linewidth=1.2, linestyle=(0, (5, 3)))
    line(record.granted_w, "sensor", linewidth=1.0)
    power_kw = [w / 1000 for w in record.power_w]
    axes.fill_between(minutes, power_kw, color=charts.ROLES["power"], alpha=0.25, linewidth=0.0)
    line(record.power_w, "power", linewidth=1.3)
    line(record.limit_w, "grant", linewidth=1.8, drawstyle="steps-post")
    axes.set_ylim(0.0, max([*record.wanted_w, *record.limit_w]) / 1000 * 1.08)
    axes.set_ylabel("kW")
    last = max(1.0, record.minutes)
    every = max(_TICK_MINUTES, round(last / 5))
    ticks = list(range(0, int(last), every))  # the last would be cut off
    axes.set_xticks(ticks, [f"{tick} min" for tick in ticks])
    axes.set_xlim(0.0, last)
