"""`nuanbu group ledger` and `retention`: what is kept of the heaters' lives."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from nuanbu.errors import UserError
from nuanbu.group.options import DEFAULT_DB, Database, engine_of, say

ledger_app = typer.Typer(help="The lives of the heaters, and proof of them.", no_args_is_help=True)

Subject = Annotated[str, typer.Option("--of", help="Only of this device or node.")]


@ledger_app.command("show")
def show(of: Subject = "", db: Database = DEFAULT_DB) -> None:
    """Check the ledger's chain and print it as CSV."""
    from nuanbu.group import ledger

    with engine_of(db).connect() as connection:
        broken = ledger.broken_at(connection)
        ledger.write_csv(ledger.entries(connection, of), sys.stdout)
    if broken is not None:
        raise UserError(f"the ledger was changed: row {broken} is not what was written")


@ledger_app.command("report")
def report(
    out: Annotated[Path, typer.Argument(help="The report; its signature goes beside it.")],
    key: Annotated[Path, typer.Option(help="Signing key; made, for you alone, if not there.")],
    of: Subject = "",
    lang: Annotated[str, typer.Option(help="en or zh.")] = "en",
    db: Database = DEFAULT_DB,
) -> None:
    """Write the ledger as a page for people, and sign it."""
    from nuanbu.group import sealed

    rows = sealed.write(engine_of(db), out, key, of, lang)
    say(f"rows: {rows}; {out} and {sealed.seal_of(out)}")


@ledger_app.command("verify")
def verify(
    file: Path,
    public_key: Annotated[
        str, typer.Option(help="Public key that it must be signed with, 64 hex digits.")
    ] = "",
) -> None:
    """Check the signature of a report."""
    from nuanbu.group import sealed

    seal = sealed.verify(file, public_key)
    print(json.dumps(seal, indent=1))


@ledger_app.command("add")
def add(
    device: str,
    event: Annotated[str, typer.Argument(help="calibration, repair, inspection or remark.")],
    fact: Annotated[
        list[str] | None, typer.Option("--fact", help="name=value; may be repeated.")
    ] = None,
    db: Database = DEFAULT_DB,
) -> None:
    """Note what somebody did to a heater."""
    from nuanbu.group import commissioned

    facts = {}
    for one in fact or []:
        name, equals, value = one.partition("=")
        if not (name and equals):
            raise UserError(f"{one!r}: name=value is expected")
        facts[name] = value
    commissioned.note(engine_of(db), device, event, facts, int(time.time()))


@ledger_app.command("import")
def import_records(
    files: list[Path],
    key_file: Annotated[
        Path | None, typer.Option(help="Key that the records were signed with (commissioning).")
    ] = None,
    db: Database = DEFAULT_DB,
) -> None:
    """Take in records of the installer's tool; all of these files or none. A record that is
    there already is passed over."""
    from nuanbu.group import commissioned

    added, there = commissioned.take(engine_of(db), files, key_file, int(time.time()))
    say(f"records added: {added}, there before: {there}")


def retention(
    what: Annotated[str, typer.Argument(help="ledger, journal or records.")] = "",
    days: Annotated[int | None, typer.Argument(help="0: for ever.")] = None,
    now: Annotated[bool, typer.Option("--now", help="Let go of what is older at once.")] = False,
    db: Database = DEFAULT_DB,
) -> None:
    """Show or set for how many days ledger, journal and heaters' records are kept."""
    from nuanbu.group import retention as keeping

    engine, now_s = engine_of(db), int(time.time())
    if what:
        if days is None:
            raise UserError(f"{what}: for how many days?", "for instance 400, or 0 for ever")
        keeping.keep(engine, what, days, now_s)
    for name, number in keeping.days(engine).items():
        print(f"{name}\t{number or 'for ever'}")
    if now:
        for name, rows in keeping.apply(engine, now_s).items():
            say(f"{name}: {rows} rows let go")
