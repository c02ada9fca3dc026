"""What a person sees of `nuanbu fleet simulate`."""

from __future__ import annotations

import signal
import sys
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from nuanbu.errors import UserError
from nuanbu.fleet import figures, pages, scenario, town
from nuanbu.fleet.run import Result, Run
from nuanbu.fleet.town import DISTRICT
from nuanbu.fleet.words import FLEET
from nuanbu.group.words import words
from nuanbu.report.feeder import FeederRecord, rows
from nuanbu.report.texts import text

BEHIND_S = 2.0  # a tenth of the time in which a welcome must be there, and far below a lease


def simulate(
    *, heaters: int, hours: float, seed: int, loss: float, offline: float, relay_share: float,
    other: float, announced: bool, cuts: bool, server_down: list[str], broker_down: list[str],
    outages: list[str], report: Path, lang: str,
) -> Result:  # fmt: skip
    """Run a day of a district, show progress, print the table and write the report. UserError
    for a bad value."""
    words(FLEET, lang)  # a language unknown is told before the run
    rng = np.random.default_rng(seed)
    homes = town.make(heaters, rng, relay_share)
    seconds = round(hours * 3600)
    plan = scenario.Plan(
        heaters=heaters, hours=hours, seed=seed, loss=loss, offline=offline,
        relay_share=relay_share, other=other,
        changes=scenario.day(homes, seconds, rng, announced, cuts),
        server_down=_spans("server-down", server_down, seconds),
        broker_down=_spans("broker-down", broker_down, seconds),
        outages=[(*span, DISTRICT) for span in _spans("outage", outages, seconds)],
    )  # fmt: skip
    result = go(Run(plan, homes, rng), f"{heaters} heaters, {hours:g} h, seed {seed}")
    pages.write(report, result, homes.nodes("building"), lang)
    Console(file=sys.stdout).print(table(result))
    sys.stdout.write(f"report: {report}\n")
    return result


def bench(*, heaters: int, hours: float, seeds: int, only: str) -> None:
    """Measure the figures and print them as they come. UserError for a name unknown."""
    parts = {
        "many": lambda every: figures.many(heaters, hours, every, go),
        "used": lambda every: figures.used(min(heaters, 1000), min(hours, 6.0), every, go),
        "relays": lambda every: figures.relays(min(hours, 6.0), every, go),
        "back": lambda every: figures.back(min(heaters, 1000), every, go),
        "load": lambda every: figures.load(heaters, Console(stderr=True).print),
    }
    chosen = only.split(",") if only else list(parts)
    for name in chosen:
        if name not in parts:
            raise UserError(f"--only {name!r}: one of {', '.join(parts)}")
    view = Console(file=sys.stdout)
    for name in chosen:
        for one in parts[name](range(1, seeds + 1)):
            word = "[green]pass[/]" if one.good else "[red]miss[/]"
            word = "" if one.target == "-" else word
            view.print(f"{one.text}: {one.got} (target {one.target}) {word}", highlight=False)
            if one.why:
                view.print(f"  because: {one.why}", highlight=False)


def live(
    *, heaters: int, minutes: float, speed: float, seed: int, virtual: int, out: Path | None
) -> None:
    """Real firmware on one feeder; prints the table and writes the record to `out`."""
    from nuanbu.fleet.feeder import Feeder

    signal.signal(signal.SIGTERM, _interrupted)
    seconds = round(60 * minutes)
    with bar() as shown:
        count = f"{heaters} + {virtual} heaters" if virtual else f"{heaters} heaters"
        task = shown.add_task(f"{count}, {speed:g} x real time", total=1.0)
        with Feeder(heaters, speed, seed, virtual) as feeder:
            cut = (seconds // 2, seconds * 3 // 4)
            record = feeder.run(seconds, cut, lambda done: shown.update(task, completed=done))
    if out:
        beside = out.with_name(out.name + ".part")
        record.save(beside)
        beside.replace(out)
    view = _two_columns()
    for label, value in rows(record, partial(text, lang="en")):
        view.add_row(label, value)
    view.add_row("heaters at most behind their clock", f"{record.lag_s:.1f} s of theirs")
    view.add_row("this computer has time for", f"{record.able:.1f} ×")
    out_view = Console(file=sys.stdout)
    out_view.print(view)
    if behind(record):
        out_view.print(behind(record), highlight=False, soft_wrap=True)


def behind(record: FeederRecord) -> str:
    """What is to be said of a run whose heaters did not keep their clock, "" where they did."""
    if record.lag_s <= BEHIND_S:
        return ""
    return (
        f"the heaters fell {record.lag_s:.0f} s behind their clock, which the server kept: seconds"
        f" and shares are not to be relied on; --speed {max(1.0, 0.8 * record.able):.1f} may do"
    )


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def bar() -> Progress:
    """A bar on standard error."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(), console=Console(stderr=True),
    )  # fmt: skip


def go(run: Run, title: str) -> Result:
    """Run with a bar on standard error."""
    with bar() as shown:
        task = shown.add_task(title, total=1.0)
        return run.go(lambda done: shown.update(task, completed=done))


def table(result: Result) -> Table:
    """The findings of one run."""
    view = _two_columns()
    for label, value in pages.rows(result, words(FLEET, "en")):
        view.add_row(label, value)
    return view


def _two_columns() -> Table:
    view = Table(show_header=False, box=None, pad_edge=False)
    view.add_column()
    view.add_column(justify="right")
    return view


def _spans(name: str, texts: list[str], seconds: int) -> list[tuple[int, int]]:
    spans = []
    for word in texts:
        try:
            begin_s, end_s = (round(60 * float(part)) for part in word.split("-"))
        except ValueError:
            raise UserError(f"--{name} {word!r}: write begin-end in minutes, as 60-75") from None
        if not 0 <= begin_s < end_s <= seconds:
            raise UserError(
                f"--{name} {word!r}: must have a length, within the run of {seconds / 60:g} min"
            )
        spans.append((begin_s, end_s))
    return spans
