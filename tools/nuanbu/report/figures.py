"""The figures of a run: what the table under `make run` and the head of the report show."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nuanbu.report.record import RunRecord
from nuanbu.report.texts import text

# A set-point that falls, at night or for an open window, leaves the room above it through no fault
# of the control; such minutes count again once the room has come down to this much over it.
COME_DOWN_K = 0.05


@dataclass(frozen=True)
class Summary:
    """Figures of one run. Deviations are of the room's truth from the set-point, in K.

    mean_k, p95_k: mean and 95th percentile of the absolute deviation; overshoot_k: highest excess,
    0 when the room never passed the set-point. All three leave out the settling time and the
    minutes in which the room comes down to a set-point that fell.
    """

    mean_k: float
    p95_k: float
    overshoot_k: float
    energy_kwh: float
    switchings: int
    contactor_switchings: int
    hottest_body_c: float
    faults: int
    speed: float  # virtual over real time, 0 where the real time is not known
    judged_s: float  # time that the deviations are taken over
    power_share: float  # mean power over rated power


def summarise(run: RunRecord) -> Summary:
    """Summary of a record; deviations are NaN when no minute is left to judge."""
    samples = run.samples
    first = min(run.minutes, math.ceil(run.meta.settle_s / 60.0))
    off_k = _judged(list(zip(samples["room_c"], samples["setpoint_c"], strict=True)), first)
    deviations = sorted(abs(k) for k in off_k)
    count = len(deviations)
    return Summary(
        mean_k=math.fsum(deviations) / count if count else math.nan,
        p95_k=deviations[math.ceil(0.95 * count) - 1] if count else math.nan,
        overshoot_k=max([0.0, *off_k]) if count else math.nan,
        energy_kwh=math.fsum(samples["power_w"]) / 60.0 / 1000.0,
        switchings=_last(samples["switchings"]),
        contactor_switchings=_last(samples["contactor_switchings"]),
        hottest_body_c=max(samples["body_c"], default=math.nan),
        faults=sum(event.kind == "fault" for event in run.events),
        speed=run.duration_s / run.meta.wall_s if run.meta.wall_s else 0.0,
        judged_s=count * 60.0,
        power_share=math.fsum(samples["power_w"]) / max(1, run.minutes) / run.meta.rated_w,
    )


def shown(s: Summary) -> list[tuple[str, str, str]]:
    """(key of texts.TEXTS, value, unit) of every figure, as a person reads it."""
    rows = [
        ("mean", number(s.mean_k, 3), "K"),
        ("p95", number(s.p95_k, 3), "K"),
        ("overshoot", number(s.overshoot_k, 3), "K"),
        ("energy", number(s.energy_kwh, 2), "kWh"),
        ("mean_power", f"{s.power_share:.0%}", ""),
        ("switchings", f"{s.switchings:,}", ""),
        ("contactor_switchings", f"{s.contactor_switchings:,}", ""),
        ("hottest_body", number(s.hottest_body_c, 1), "°C"),
        ("faults", str(s.faults), ""),
    ]
    if s.speed:
        rows.append(("speed", f"{s.speed:,.0f}", "×"))
    return rows


def summary(run: RunRecord, lang: str = "en") -> list[tuple[str, str]]:
    """(label, value with unit) of every figure, for a table on a terminal."""
    rows = shown(summarise(run))
    return [(text(key, lang), f"{value} {unit}".rstrip()) for key, value, unit in rows]


def number(value: float, digits: int) -> str:
    """Rounded, with a true minus sign; a dash for what is not known."""
    if value != value:
        return "–"
    return f"{value:.{digits}f}".replace("-", "\u2212")


def _judged(pairs: list[tuple[float, float]], first: int) -> list[float]:
    """Room less set-point of the minutes from `first` on in which the room is not coming down."""
    off_k, coming_down = [], False
    for minute, (room, wanted) in enumerate(pairs):
        if minute and wanted < pairs[minute - 1][1]:
            coming_down = True
        if room - wanted <= COME_DOWN_K:
            coming_down = False
        if minute >= first and not coming_down:
            off_k.append(room - wanted)
    return off_k


def _last(counts: list[float]) -> int:
    return int(counts[-1]) if counts else 0
