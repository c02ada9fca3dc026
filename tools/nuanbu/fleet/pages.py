"""A run of the fleet as one HTML file that loads nothing from elsewhere; its figures as rows."""

from __future__ import annotations

import math
from pathlib import Path

import jinja2
import numpy as np
from markupsafe import Markup

from nuanbu.fleet.run import T0, Result
from nuanbu.fleet.words import FLEET
from nuanbu.group.allocate import Floats
from nuanbu.group.words import words
from nuanbu.report import whole

_BUILDINGS = 12
_KW = 1e-3


def rows(result: Result, said: dict[str, str]) -> list[tuple[str, str]]:
    """(label, value) of the findings. said: words of FLEET."""
    found, plan, series = result.found, result.plan, result.series
    over = sum(found.over_s.values())
    made = [(said["over"], f"{over:,}")]
    if over:
        made.append((said["worst"], f"{found.worst:.0%}"))
    cuts = found.after_cut_s
    if cuts:
        made += [(said["cuts"], str(len(cuts))), (said["after"], f"{max(cuts)} s")]
    used = "–" if math.isnan(found.used) else f"{found.used:.1%}"
    coldest_c, mean_c = series["coldest_c"][-1], series["mean_c"][-1]
    return [
        *made,
        (said["used"], used),
        (said["short"], f"{found.short_share:.0%}"),
        (said["end"], f"{mean_c:.1f}, {coldest_c:.1f} °C"),
        (said["rate"], f"{result.messages / plan.heaters / plan.hours:.0f}"),
        (said["speed"], f"{plan.seconds / result.wall_s:,.0f} ×"),
    ]


def write(path: Path, result: Result, names: list[str], lang: str) -> None:
    """Write the report, whole or not at all. names: of the buildings. UserError: no such
    language, or not writable."""
    whole.write(path, render(result, names, lang))


def render(result: Result, names: list[str], lang: str) -> str:
    """The report as text."""
    said = words(FLEET, lang)
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader("nuanbu.fleet"), jinja2.PackageLoader("nuanbu.group")]
        ),
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("fleet.html.j2").render(
        lang={"zh": "zh-CN", "en": "en"}[lang],
        said=said,
        facts=_facts(result, said),
        plots=_plots(result, said),
        buildings=_buildings(result, names),
        rows=rows(result, said),
    )


def _facts(result: Result, said: dict[str, str]) -> list[str]:
    plan = result.plan
    facts = [f"{plan.heaters:,} {said['heaters']}", f"{plan.hours:g} {said['hours']}"]
    facts.append(f"{said['seed']} {plan.seed}")
    for name, share in (
        ("loss", plan.loss), ("offline", plan.offline), ("relays", plan.relay_share),
        ("other", plan.other),
    ):  # fmt: skip
        facts.append(f"{said[name]} {share:.0%}")
    return facts


def _plots(result: Result, said: dict[str, str]) -> list[dict]:
    series = {name: np.array(values) for name, values in result.series.items()}
    limit_w = np.maximum(series["limit_w"], 1.0)
    outdoor = {"title": said["outdoor"], "legend": []}
    return [
        {
            "title": said["feeder"],
            "legend": [(role, said[role]) for role in ("limit", "power", "meter", "granted")],
            "svg": _lines(
                "feeder",
                [
                    ("granted", _KW * (series["demand_w"] + series["other_w"])),
                    ("meter", _KW * (series["pulsed_w"] + series["other_w"])),
                    ("power", _KW * series["power_w"]),
                    ("limit", _KW * series["limit_w"]),
                ],
                zero=True,
            ),
        },
        {
            "title": said["rooms"],
            "legend": [(role, said[role]) for role in ("coldest", "most", "middle")],
            "svg": _lines(
                "rooms",
                [(role, series[f"{role}_c"]) for role in ("coldest", "most", "middle")],
            ),
        },
        outdoor | {"svg": _lines("outdoor", [("ink", series["outdoor_c"])])},
        {
            "title": said["shares"],
            "legend": [
                ("power", said["share_power"]), ("granted", said["share_held"]),
                ("meter", said["share_online"]),
            ],
            "svg": _lines(
                "shares",
                [
                    ("meter", 100 * series["online"]),
                    ("granted", 100 * series["held"]),
                    ("power", 100 * series["power_w"] / limit_w),
                ],
                zero=True,
            ),
        },
        {
            "title": said["messages"],
            "legend": [
                ("granted", said["sent"]), ("limit", said["lost"]), ("power", said["limits"])
            ],
            "svg": _lines(
                "messages",
                [
                    ("granted", series["sent"] / 60), ("limit", series["lost"] / 60),
                    ("power", series["limits"] / 60),
                ],
                zero=True,
            ),
        },
    ]  # fmt: skip


def _buildings(result: Result, names: list[str]) -> list[tuple[str, Markup]]:
    part = result.buildings_w / np.maximum(result.limits_w, 1.0)
    fullest = np.argsort(-part.max(axis=0))[:_BUILDINGS]
    return [
        (
            names[k],
            _lines(
                names[k],
                [
                    ("power", _KW * result.buildings_w[:, k]),
                    ("limit", _KW * result.limits_w[:, k]),
                ],
                zero=True, small=True,
            ),
        )
        for k in fullest.tolist()
    ]  # fmt: skip


def _lines(
    name: str, lines: list[tuple[str, Floats]], zero: bool = False, small: bool = False
) -> Markup:
    # (role, one value a minute) of each line; zero: the axis begins there.
    from nuanbu.group import plots  # brings matplotlib: only who draws waits for it

    def draw(axes, times) -> None:
        for role, values in lines:
            steps = "steps-post" if role == "limit" else "default"
            axes.plot(times, values, color=plots.ROLES[role], lw=1.3, drawstyle=steps)
        if zero:
            axes.set_ylim(bottom=0)

    time_s = T0 + 60 * np.arange(1, len(lines[0][1]) + 1)
    return Markup(plots.svg(time_s, name, draw, small, dated=False))
