"""monitor: the heater's telemetry, live in the terminal and into a CSV file."""

from __future__ import annotations

import csv
import sys
import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from nuanbu.installer.desk import Desk, command
from nuanbu.installer.trouble import Trouble
from nuanbu.installer.words import label

_BARS = "▁▂▃▄▅▆▇█"
_KEPT = 60  # values of a plot
_SLICE_S = 0.1
_SILENT_S = 5.0
# label -> (field of the telemetry, divisor, decimals, unit)
SHOWN = {
    "room": ("room", 1000, 2, "°C"),
    "setpoint": ("set", 1000, 1, "°C"),
    "body": ("body", 1000, 1, "°C"),
    "power": ("w", 1, 0, "W"),
    "limit": ("lim", 1, 0, "W"),
    "mains": ("mv", 1000, 1, "V"),
    "leak": ("ua", 1000, 2, "mA"),
}
COLUMNS = ("t", "room", "set", "body", "w", "lim", "mv", "ua", "contactor", "stage", "f", "late")


def register(app: typer.Typer) -> None:
    command(app, "monitor")(monitor)


def monitor(
    desk: Desk,
    seconds: Annotated[float, typer.Option(help="End after so long; 0: until Ctrl-C.")] = 0.0,
    hz: Annotated[float, typer.Option(min=0.1, max=10, help="Values a second.")] = 1.0,
    record: Annotated[Path | None, typer.Option(help="CSV file to write every value to.")] = None,
) -> None:
    """Watch temperatures and power live; --json prints one object a line."""
    history: dict[str, deque[float]] = {key: deque(maxlen=_KEPT) for key in SHOWN}
    came = []
    with ExitStack() as stack:
        sheet = _sheet(stack, record, desk.lang) if record else None

        def take(event: dict[str, Any]) -> None:
            if event["ev"] != "tlm":
                return
            came.append(time.monotonic())
            del came[:-1]
            for key, (name, divisor, _, _) in SHOWN.items():
                history[key].append(event[name] / divisor)
            if sheet:
                sheet.writerow(row(event))
            if desk.as_json:
                desk.dump(event)

        client = stack.enter_context(desk.connect(events=take))
        client.request("tlm.sub", ticks=max(1, round(10 / hz)))
        stack.callback(_unsubscribe, client)
        # The picture goes to standard error where data is wanted on standard output.
        live = None
        if not desk.as_json and sys.stdout.isatty():
            live = stack.enter_context(Live(console=desk.notes, refresh_per_second=4))
        began = time.monotonic()
        while not seconds or time.monotonic() - began < seconds:
            client.listen(_SLICE_S)
            if time.monotonic() - (came[-1] if came else began) > _SILENT_S + 2 / hz:
                raise Trouble("no_answer", desk.lang, port=client.name, seconds=_SILENT_S)
            if live:
                live.update(picture(history, desk.lang))
    if not live and not desk.as_json:
        rows = {
            key: f"{values[-1]:g} {SHOWN[key][3]}" for key, values in history.items() if values
        }
        desk.facts(rows)


def picture(history: dict[str, deque[float]], language: str) -> Group:
    """One line a value: its name, the last value, and how it went."""
    table = Table.grid(padding=(0, 2))
    for key, values in history.items():
        _, _, decimals, unit = SHOWN[key]
        if values:
            shown = f"{values[-1]:.{decimals}f} {unit}"
            table.add_row(label(key, language), shown, Text(sparkline(list(values))))
    return Group(table)


def sparkline(values: list[float]) -> str:
    """One block a value, from the lowest to the highest of them; a steady value lies low."""
    low, high = min(values), max(values)
    span = high - low or 1.0
    return "".join(_BARS[int((value - low) / span * (len(_BARS) - 1) + 0.5)] for value in values)


def row(event: dict[str, Any]) -> list[int]:
    """A line of the CSV, integers in the units of the wire, by COLUMNS."""
    flat = {**event, "contactor": event["on"][0], "stage": event["on"][1]}
    return [flat[name] for name in COLUMNS]


def _sheet(stack: ExitStack, path: Path, language: str) -> Any:
    try:
        # Line by line, so that what was recorded outlives a pulled plug.
        file = open(path, "w", encoding="utf-8", newline="", buffering=1)  # noqa: SIM115
    except OSError as error:
        raise Trouble("bad_file", language, path=path, why=error.strerror) from None
    sheet = csv.writer(stack.enter_context(file))
    sheet.writerow(COLUMNS)
    return sheet


def _unsubscribe(client: Any) -> None:
    try:
        client.request("tlm.sub", ticks=0)
    except Trouble:
        return  # unplugged: nobody is there to be told
