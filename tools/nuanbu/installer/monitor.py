"""monitor: the heater's telemetry, live in the terminal and into a CSV file."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from nuanbu.installer.desk import Desk, command
from nuanbu.installer.trouble import Trouble

_SLICE_S = 0.1
_SILENT_S = 5.0
COLUMNS = ("t", "room", "set", "body", "w", "lim", "mv", "ua", "contactor", "stage", "f", "late")
Take = Callable[[dict[str, Any]], None]


def register(app: typer.Typer) -> None:
    command(app, "monitor")(monitor)


def monitor(
    desk: Desk,
    seconds: Annotated[float, typer.Option(help="End after so long; 0: until q or Ctrl-C.")] = 0.0,
    hz: Annotated[float, typer.Option(min=0.1, max=10, help="Values a second.")] = 1.0,
    record: Annotated[Path | None, typer.Option(help="CSV file to write every value to.")] = None,
) -> None:
    """Watch temperatures and power live; --json prints one object a line."""
    with ExitStack() as stack:
        sheet = _sheet(stack, record, desk.lang) if record else None

        def follow(take: Take, ended: Callable[[], bool]) -> None:
            def keep(event: dict[str, Any]) -> None:
                if sheet:
                    sheet.writerow(row(event))
                take(event)

            telemetry(desk, keep, ended, seconds, hz)

        if desk.as_json or not sys.stdout.isatty():
            _plain(desk, follow)
            return
        # With its plots only where somebody looks: it takes half a second to load.
        from nuanbu.installer.screen import Screen

        trouble = Screen(follow, "nuanbu monitor", desk.lang).run()
    if trouble:
        raise trouble


def telemetry(
    desk: Desk, take: Take, ended: Callable[[], bool], seconds: float, hz: float
) -> None:
    """Hand every telemetry message to `take`, until `ended()` or for `seconds` (0: for ever).

    Raises Trouble no_answer when the heater falls silent, unplugged when the cable is out.
    """
    came = [time.monotonic()]

    def hear(event: dict[str, Any]) -> None:
        if event["ev"] == "tlm":
            came[0] = time.monotonic()
            take(event)

    with desk.connect(events=hear) as client:
        client.request("tlm.sub", ticks=max(1, round(10 / hz)))
        try:
            began = time.monotonic()
            while not ended() and (not seconds or time.monotonic() - began < seconds):
                client.listen(_SLICE_S)
                if time.monotonic() - came[0] > _SILENT_S + 2 / hz:
                    raise Trouble("no_answer", desk.lang, port=client.name, seconds=_SILENT_S)
        finally:
            _unsubscribe(client)


def _plain(desk: Desk, follow: Callable[[Take, Callable[[], bool]], None]) -> None:
    last: list[dict[str, Any]] = []

    def take(event: dict[str, Any]) -> None:
        last[:] = [event]
        if desk.as_json:
            desk.dump(event)

    follow(take, lambda: False)
    if last and not desk.as_json:
        from nuanbu.installer.screen import SHOWN, History

        history = History()
        history.take(last[0])
        desk.facts(last[0], {key: history.shown(key) for key in SHOWN})


def row(event: dict[str, Any]) -> list[int]:
    """A line of the CSV, integers in the units of the wire, by COLUMNS."""
    flat = {**event, "contactor": event["on"][0], "stage": event["on"][1]}
    return [flat[name] for name in COLUMNS]


def _sheet(stack: ExitStack, path: Path, language: str) -> Any:
    try:
        # Line by line, so that what was recorded outlives a pulled plug.
        file = open(path, "w", encoding="utf-8", newline="", buffering=1)  # noqa: SIM115
    except OSError as error:
        raise Trouble("bad_file", language, path=path, why=error) from None
    sheet = csv.writer(stack.enter_context(file))
    sheet.writerow(COLUMNS)
    return sheet


def _unsubscribe(client: Any) -> None:
    try:
        client.request("tlm.sub", ticks=0)
    except Trouble:
        return  # unplugged: nobody is there to be told
