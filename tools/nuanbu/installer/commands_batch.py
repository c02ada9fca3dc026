"""batch: a table of heaters over many ports."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from nuanbu.installer import access, batch, keys, transport
from nuanbu.installer.desk import Desk, command
from nuanbu.installer.trouble import Trouble
from nuanbu.installer.words import label

_COLUMNS = ("serial", "port", "result", "detail")


def register(app: typer.Typer) -> None:
    command(app, "batch")(run)


def run(
    desk: Desk,
    table: Annotated[Path, typer.Argument(help="CSV: heater.serial, and a column a setting.")],
    at: Annotated[
        list[str] | None, typer.Option("--at", help="A port, up to 16 times; else all of USB.")
    ] = None,
    wait: Annotated[
        float,
        typer.Option(min=0, max=3600, help="Seconds for the next heater at a port; 0: only one."),
    ] = 0.0,
    unlock: Annotated[
        bool, typer.Option("--unlock", help="Ask for the installer's password of locked heaters.")
    ] = False,
    secrets: Annotated[
        Path | None,
        typer.Option("--keys", help="File of keys by `group device import`, for heaters without."),
    ] = None,
    results: Annotated[Path | None, typer.Option(help="CSV file for the results.")] = None,
) -> None:
    """Give every heater of a table the settings of its row. Heaters that agree are not written.
    With --wait, heaters are changed at the ports until the table is done."""
    rows = batch.load(table, desk.lang)
    ports = at or [port["port"] for port in transport.ports() if port["usb"]]
    if not ports:
        raise Trouble("no_device", desk.lang)
    if len(dict.fromkeys(ports)) > batch.MOST_PORTS:
        allowed = f"1 … {batch.MOST_PORTS}"
        raise Trouble("bad_choice", desk.lang, option="--at", value=len(ports), allowed=allowed)
    given = keys.load(secrets, desk.lang) if secrets else None
    login = None
    if unlock:
        password = desk.secret("password")
        login = lambda client: access.login(client, password)  # noqa: E731
    with _lines(desk, ports) as progress:
        batch.run(rows, ports, desk.lang, dry_run=desk.dry_run, wait_s=wait, progress=progress,
                  login=login, secrets=given)  # fmt: skip
    shown = [
        [row.serial, row.port, label(f"batch_{row.result}", desk.lang), row.detail] for row in rows
    ]
    desk.rows([asdict(row) for row in rows], list(_COLUMNS), shown)
    if results:
        _keep(results, rows, desk.lang)
    failed = [row for row in rows if row.result in (batch.FAILED, batch.ABSENT)]
    if failed:
        trouble = Trouble("batch_partial", desk.lang, failed=len(failed), all=len(rows))
        if desk.as_json:  # the table is on standard output already
            raise typer.Exit(trouble.code)
        raise trouble


@contextmanager
def _lines(desk: Desk, ports: list[str]) -> Iterator[Callable[[str, str, str], None]]:
    """A line for each port that is written over, or one after the other without a terminal."""

    def said(port: str, serial: str, state: str) -> str:
        return f"{port}  {serial}  {label('batch_' + state, desk.lang)}"

    if not sys.stderr.isatty():
        yield lambda *what: desk.notes.print(said(*what), highlight=False)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=desk.notes) as bars:
        tasks = {port: bars.add_task(said(port, "", batch.WAITING)) for port in ports}
        yield lambda port, serial, state: bars.update(
            tasks[port], description=said(port, serial, state)
        )


def _keep(path: Path, rows: list[batch.Row], language: str) -> None:
    try:
        with open(path, "w", encoding="utf-8-sig", newline="") as file:
            sheet = csv.writer(file)
            sheet.writerow(_COLUMNS)
            sheet.writerows([row.serial, row.port, row.result, row.detail] for row in rows)
    except OSError as error:
        raise Trouble("bad_file", language, path=path, why=error) from None
