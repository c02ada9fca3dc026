"""`nuanbu group status`, `watch`, `report` and `audit`: what is and what was."""

from __future__ import annotations

import csv
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from nuanbu.errors import UserError
from nuanbu.group.options import DEFAULT_DB, Database, engine_of, moment, say

District = Annotated[str, typer.Option("--district", help="Left out: the only one there is.")]
Language = Annotated[str, typer.Option("--lang", envvar="NUANBU_LANG", help="en or zh.")]
From = Annotated[str, typer.Option("--from", help="ISO 8601 with zone; left out: all there is.")]
To = Annotated[str, typer.Option("--to", help="ISO 8601 with zone; left out: until now.")]
_ALWAYS_S = 2**62
_PIPED_COLUMNS = 140


def status(
    district: District = "",
    lang: Language = "en",
    coldest: Annotated[int, typer.Option(min=0, help="How many of the coldest heaters.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="The whole picture as JSON.")] = False,
    db: Database = DEFAULT_DB,
) -> None:
    """Print how a district is at this moment."""
    from rich.console import Console

    from nuanbu.group import picture, view

    engine = engine_of(db)
    one = picture.load(engine, _district(picture.districts(engine), district))
    if as_json:
        print(json.dumps(one, indent=1))
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPED_COLUMNS)
    console.print(view.whole(one, lang, int(time.time()), coldest, width=console.width))


def watch(district: District = "", lang: Language = "en", db: Database = DEFAULT_DB) -> None:
    """Show a district live until interrupted."""
    from nuanbu.group import picture, view

    engine = engine_of(db)
    view.live(engine, _district(picture.districts(engine), district), lang)


def report(
    out: Annotated[Path, typer.Argument(help="One HTML file.")] = Path("group-report.html"),
    from_: From = "",
    to: To = "",
    district: District = "",
    lang: Language = "en",
    db: Database = DEFAULT_DB,
) -> None:
    """Show what a district did: feeder power against its limit, grants, coldest rooms, who was
    limited and why."""
    from nuanbu.group import history, journal, pages

    engine = engine_of(db)
    with engine.connect() as connection:
        name = _district(journal.districts(connection), district)
    now_s = int(time.time())
    begin_s = moment(from_) if from_ else now_s - 86_400
    end_s = moment(to) if to else now_s
    if begin_s >= end_s:
        raise UserError(f"--from {from_} is not before --to {to or 'now'}")
    pages.write(out, history.read(engine, name, begin_s, end_s), lang)
    say(str(out))


def audit(
    of: Annotated[
        str, typer.Option("--of", help="List every second of this heater's limit.")
    ] = "",
    from_: From = "",
    to: To = "",
    district: District = "",
    db: Database = DEFAULT_DB,
) -> None:
    """Work out every order and every second of every limit anew from the journal, and compare."""
    from nuanbu.group import audit as auditing
    from nuanbu.group import journal

    engine = engine_of(db)
    with engine.connect() as connection:
        name = _district(journal.districts(connection), district)
    begin_s = moment(from_) if from_ else 0
    end_s = moment(to) if to else _ALWAYS_S
    if of:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        head = "from_s to_s meant_w worst_w acknowledged seq cause_level cause_node"
        writer.writerow(head.split())
        for held in auditing.held(engine, name, of, begin_s, end_s):
            *row, cause = asdict(held).values()
            writer.writerow([*row[:4], int(row[4]), row[5], *(cause or ("", ""))])
        return
    found = auditing.audit(engine, name, begin_s, end_s)
    for line in _sentences(found):
        print(line)
    if not found.clean:
        raise UserError(f"district {name}: the journal does not bear out what was sent")


def _sentences(found) -> list[str]:
    from nuanbu.group.book import LEASE_S, SKEW_S

    return [
        f"district {found.district}: {found.chunks} chunks of journal, {found.epochs} epochs",
        *found.broken,
        f"worked out anew: {found.cycles} cycles, {found.orders} limits,"
        f" {found.heartbeats} heartbeats; {found.different} differences",
        f"seconds of limits: {found.heater_seconds}; answers of heaters: {found.answers},"
        f" {found.unexplained} that no limit sent explains",
        f"seconds of nodes: {found.node_seconds}; more possible than the limit: {found.over},"
        f" in the {LEASE_S + SKEW_S} s after a restart or a cut not announced in time:"
        f" {found.over_after_cut},"
        f" of limits below the fail-safe limits: {found.weak}",
        *found.differences,
    ]


def _district(there: list[str], wanted: str) -> str:
    if wanted:
        if wanted not in there:
            raise UserError(f"no server of district {wanted!r} has used this database")
        return wanted
    if len(there) != 1:
        known = f"there are {', '.join(there)}" if there else "no server has used this database"
        raise UserError(f"which district? {known}", "--district NAME")
    return there[0]
