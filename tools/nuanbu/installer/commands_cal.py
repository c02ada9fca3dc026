"""cal: sensors and meter put right by a reference instrument, with a record of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from nuanbu.installer import calibration, record
from nuanbu.installer.calibration import KINDS
from nuanbu.installer.commands_test import KEY_FILE, OUT, file
from nuanbu.installer.desk import Desk, command
from nuanbu.installer.trouble import Trouble
from nuanbu.installer.words import label


def register(app: typer.Typer) -> None:
    command(app, "cal")(cal)


def cal(
    desk: Desk,
    what: Annotated[str, typer.Argument(
            help=f"{', '.join(KINDS)}; left out: show all.", autocompletion=lambda: list(KINDS)
        )] = "",
    reference: Annotated[
        float | None,
        typer.Option(help="What the instrument shows: degC, V, A or W; left out: asked for."),
    ] = None,
    instrument: Annotated[
        str, typer.Option(help="Reference instrument: model, number, date of certificate.")
    ] = "",
    operator: Annotated[str, typer.Option(help="Who calibrates.")] = "",
    isolated: Annotated[
        bool, typer.Option(help="The serial adapter is isolated from the mains.")
    ] = False,
    months: Annotated[int, typer.Option(min=1, max=60, help="Until the next calibration.")] = 12,
    out: OUT = Path("records"),
    key_file: KEY_FILE = None,
) -> None:
    """Correct one measurement by a reference instrument and write the record. Current and power
    are read while the heater heats at full power for a minute."""
    if not what:
        _show(desk)
        return
    if what not in KINDS:
        raise Trouble("bad_choice", desk.lang, option="cal", value=what, allowed=", ".join(KINDS))
    if not instrument and not desk.dry_run:
        instrument = desk.ask("ask_instruments")
    key = record.load_key(key_file, desk.lang) if key_file else None

    def read(seen: float) -> float:
        unit = KINDS[what].unit
        desk.say("read_now", f"{seen:.2f} {unit}")
        while reference is None:
            typed = desk.number("ask_now")
            if typed is not None:
                return typed
        return reference

    today = date.today()
    with desk.connect() as client:
        done = calibration.calibrate(client, what, read, day=today, dry_run=desk.dry_run)
        if not done.written:
            desk.say("would")
            desk.facts(asdict(done), {"before": done.old, "after": done.new})
            return
        file(
            desk, client, out, calibration.outcome(done), key, operator=operator,
            isolated=isolated, kind=record.CALIBRATION, instruments=instrument,
            correction=asdict(done), next_due=calibration.next_due(today, months).isoformat(),
        )  # fmt: skip


def _show(desk: Desk) -> None:
    with desk.connect() as client:
        now = client.request("cal.get")
    rows = []
    for name, kind in KINDS.items():
        value, state, correction = now[name]
        reading = f"{value / kind.scale:.2f} {kind.unit}" if state == 0 else f"state {state}"
        by = f"× {correction / 1e6:.4f}" if kind.factor else f"{correction / 1000:+.3f} K"
        rows.append([label(name, desk.lang), reading, by])
    desk.rows(now, ["item", "reading_value", "correction"], rows)
    day = (calibration.EPOCH + timedelta(now["day"])).isoformat() if now["day"] else ""
    desk.say("calibrated" if day else "never", day)
