"""batch: a table of heaters over many ports."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from nuanbu.installer import batch, transport
from nuanbu.installer.desk import Desk, command
from nuanbu.installer.trouble import Trouble
from nuanbu.installer.words import label


def register(app: typer.Typer) -> None:
    command(app, "batch")(run)


def run(
    desk: Desk,
    table: Annotated[Path, typer.Argument(help="CSV: heater.serial, and a column a setting.")],
    at: Annotated[
        list[str] | None, typer.Option("--at", help="A port, up to 16 times; else all of USB.")
    ] = None,
) -> None:
    """Give every heater of a table the settings of its row. Heaters that agree are not written."""
    rows = batch.load(table, desk.lang)
    ports = at or [port["port"] for port in transport.ports() if port["usb"]]
    if not ports:
        raise Trouble("no_device", desk.lang)
    batch.run(
        rows, ports, desk.lang, dry_run=desk.dry_run,
        progress=lambda port, serial, state: desk.notes.print(
            f"{port}  {serial}  {label('batch_' + state, desk.lang)}", highlight=False
        ),
    )  # fmt: skip
    shown = [
        [row.serial, row.port, label(f"batch_{row.result}", desk.lang), row.detail] for row in rows
    ]
    desk.rows([asdict(row) for row in rows], ["serial", "port", "result", "detail"], shown)
    failed = [row for row in rows if row.result in (batch.FAILED, batch.ABSENT)]
    if failed:
        trouble = Trouble("batch_partial", desk.lang, failed=len(failed), all=len(rows))
        if desk.as_json:  # the table is on standard output already
            raise typer.Exit(trouble.code)
        raise trouble
