"""The report of a run: one HTML file without any outside resource."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nuanbu.errors import UserError
from nuanbu.report.figures import Summary, number, shown, summarise
from nuanbu.report.record import Event, RunRecord
from nuanbu.report.texts import LANGUAGES, duration, text

if TYPE_CHECKING:
    from nuanbu.report.feeder import FeederRecord

EVENTS_SHOWN = 200
# Chart -> its title and what its legend explains: (role of the colour, text).
LEGENDS = {
    "room": ("room_chart", ["room", "sensor", "setpoint"]),
    "deviation": ("deviation_chart", ["room:above"]),
    "far": ("far_chart", ["body", "outdoor"]),
    "power": ("power_chart", ["power", "grant"]),
    "switch": ("switch_chart", ["power:per_hour", "contactor"]),
}


def write_report(
    path: str | Path, run: RunRecord, lang: str = "en", feeder: FeederRecord | None = None
) -> Path:
    """Write the report of `run` to `path` (.html) in `lang` ("en", "zh"), whole or not at all.

    feeder: heaters that shared a feeder meanwhile, a section of their own.

    Raises UserError when there is nothing to show or the file cannot be written.
    """
    if lang not in LANGUAGES:
        raise UserError(f"language {lang!r} (allowed: {', '.join(LANGUAGES)})")
    if not run.minutes:
        raise UserError("report: the run has no samples; it must last a minute at least")
    path = Path(path)
    beside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(render(run, lang, feeder), encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from error
    return path


def render(run: RunRecord, lang: str = "en", feeder: FeederRecord | None = None) -> str:
    """The report as HTML text."""
    # They bring matplotlib: only who draws waits for it.
    from nuanbu.report import charts
    from nuanbu.report import feeder as feeders

    def t(key: str, **values: object) -> str:
        return text(key, lang, **values)

    summary = summarise(run)
    drawings = charts.draw(run)
    outdoor = run.samples["outdoor_c"]
    page = Environment(
        loader=PackageLoader("nuanbu.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("report.html.j2")
    return page.render(
        t=t,
        lang={"en": "en", "zh": "zh-CN"}[lang],
        title=t("title", house=run.meta.house, days=duration(run.duration_s, lang)),
        lead=t(
            "lead",
            house=run.meta.house_text[:1].upper() + run.meta.house_text[1:],
            low=number(min(outdoor), 1),
            high=number(max(outdoor), 1),
        ),
        cards=_cards(summary, t),
        charts=[
            {
                "title": t(title),
                "legend": _legend(name, entries, run, t),
                "svgs": [Markup(svg) for svg in drawings[name].values()],
            }
            for name, (title, entries) in LEGENDS.items()
        ],
        feeder=_marked(feeders.section(feeder, t)) if feeder else None,
        events=[_event_row(event, run, lang) for event in run.events[:EVENTS_SHOWN]],
        more_events=max(0, len(run.events) - EVENTS_SHOWN),
        facts=_facts(run, t, lang),
        method=t(
            "method",
            judged=duration(summary.judged_s, lang),
            settle=duration(run.meta.settle_s, lang),
        ),
    )


def _marked(section: dict) -> dict:
    return {**section, "svgs": [Markup(svg) for svg in section["svgs"]]}


def _cards(s: Summary, t) -> list[dict[str, str]]:
    tone = "bad" if s.faults else "good"
    return [
        {"label": t(key), "value": value, "unit": unit, "tone": tone if key == "faults" else ""}
        for key, value, unit in shown(s)
    ]


def _legend(name: str, entries: list[str], run: RunRecord, t) -> list[tuple[str, str]]:
    legend = [(e.partition(":")[0], t(e.rpartition(":")[2])) for e in entries]
    if name in ("room", "deviation"):
        if run.meta.settle_s:
            legend.append(("settle", t("settle_band")))
        legend += [
            (kind, t(label))
            for kind, label in (("window", "window_band"), ("fault", "fault"))
            if (name, kind) != ("deviation", "fault")
            and any(event.kind == kind for event in run.events)
        ]
    return legend


def _event_row(event: Event, run: RunRecord, lang: str) -> dict[str, str]:
    at = datetime.fromisoformat(run.meta.start_iso) + timedelta(seconds=event.t_s)
    return {
        "at": at.strftime("%m-%d %H:%M"),
        "kind": event.kind,
        "kind_text": text(event.kind, lang),
        "text": event.text,
        "lasting": "" if event.end_s is None else duration(event.end_s - event.t_s, lang),
    }


def _facts(run: RunRecord, t, lang: str) -> list[tuple[str, str]]:
    meta, samples = run.meta, run.samples
    facts = [
        (t("house"), meta.house),
        (t("weather"), meta.weather),
        (t("start"), meta.start_iso.replace("T", " ")),
        (t("length"), duration(run.duration_s, lang)),
        (t("rated"), f"{meta.rated_w:g} W"),
        (t("mains"), f"{min(samples['mains_v']):.0f} – {max(samples['mains_v']):.0f} V"),
        (t("seed"), str(meta.seed)),
        (t("firmware"), meta.firmware or "–"),
    ]
    if meta.wall_s:
        facts.append((t("wall"), f"{meta.wall_s:.1f} s"))
    changed = ", ".join(f"{name} = {value}" for name, value in sorted(meta.settings.items()))
    facts.append((t("settings"), changed or t("none")))
    return facts
