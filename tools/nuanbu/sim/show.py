"""What a person sees of `nuanbu sim run` and `nuanbu sim houses`."""

from __future__ import annotations

import contextlib
import os
import sys
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from nuanbu.errors import UserError
from nuanbu.report import summary, write_report
from nuanbu.report.feeder import rows as feeder_rows
from nuanbu.report.record import RunRecord
from nuanbu.report.texts import text
from nuanbu.sim import houses as catalogue
from nuanbu.sim.beside import Group
from nuanbu.sim.runner import DAYS_ALLOWED, Plan, only_one
from nuanbu.sim.runner import run as run_plan

DEFAULT_HOUSE = "corner-convector"
LANGUAGES = ("en", "zh")


def run(
    *, house, days, weather, settings, out: Path, seed, speed, lang, notes: Console, group: int = 0
) -> None:  # fmt: skip
    """Run, show progress on `notes`, print the table, write `out/report.html`.

    group: so many heaters share a feeder meanwhile, a section of the report; 0 for none.

    Raises UserError for any wrong value, before anything is written.
    """
    if lang not in LANGUAGES:
        raise UserError(f"lang={lang!r}: choose one of {', '.join(LANGUAGES)}")
    plan = Plan(
        house=house or DEFAULT_HOUSE,
        days=_days(days),
        weather=Path(weather) if weather else None,
        settings=dict(assignment(text) for text in settings),
        seed=seed,
        speed=speed,
        lang=lang,
    )
    with only_one(out), contextlib.ExitStack() as stack:
        beside = stack.enter_context(Group(out, group, seed)) if group else None
        record = _run(plan, notes)
        feeder, failed = None, None
        try:
            feeder = beside.result() if beside else None
        except UserError as e:
            failed = e
        rows = summary(record, lang)
        table(rows + (feeder_rows(feeder, partial(text, lang=lang)) if feeder else []), lang)
        report = out / "report.html"
        fresh = out / ".report.html.part"
        write_report(fresh, record, lang, feeder)
        os.replace(fresh, report)
    notes.print(f"report: {report}", highlight=False)
    if failed:
        raise failed


def _run(plan: Plan, notes: Console) -> RunRecord:
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TextColumn("{task.fields[ratio]}"),
        TimeRemainingColumn(),
        console=notes,
    )
    with bar:
        task = bar.add_task(f"{plan.house}, {plan.days:g} d", total=1.0, ratio="")

        def told(done: float, ratio: float) -> None:
            bar.update(task, completed=done, ratio=f"{ratio:,.0f} x real time")

        record = run_plan(plan, told)
        bar.update(task, completed=1.0)
    return record


def table(rows, lang: str) -> None:
    """Print (label, value) rows on standard output."""
    view = Table(show_header=False, box=None, pad_edge=False)
    view.add_column()
    view.add_column(justify="right")
    for label, value in rows:
        view.add_row(label, value)
    Console(file=sys.stdout).print(view)


def houses() -> None:
    """Print the catalogue of simulated houses."""
    view = Table(box=None, pad_edge=False)
    for title in ("HOUSE", "EMITTER", "RATED", "SENSOR LAG", ""):
        view.add_column(title, justify="right" if title in ("RATED", "SENSOR LAG") else "left")
    for spec in catalogue.HOUSES.values():
        view.add_row(
            spec.name, spec.emitter, f"{spec.rated_w:.0f} W", f"{spec.sensor_tau_s:.0f} s", spec.en
        )
    Console(file=sys.stdout).print(view)


def _days(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UserError(f"DAYS={text!r}: not a number; must be {DAYS_ALLOWED}") from None


def assignment(text: str) -> tuple[str, int | bool | str]:
    """("name", value) of "name=value", the value as integer, bool or text."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise UserError(f"--set {text!r}: write name=value, such as control.setpoint_mdeg=21000")
    if value in ("true", "false"):
        return name, value == "true"
    try:
        return name, int(value)
    except ValueError:
        return name, value
