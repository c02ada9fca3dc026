"""why: why was it cold on Tuesday at 3? The heater's ledger of heat answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from nuanbu.installer import words
from nuanbu.installer.client import Client
from nuanbu.installer.desk import Desk, command
from nuanbu.installer.trouble import Trouble

_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H")


def register(app: typer.Typer) -> None:
    command(app, "why")(why)


def why(
    desk: Desk,
    at: Annotated[str, typer.Argument(help='The hour, by the home\'s clock: "2027-01-20 03:00".')],
    wish: Annotated[
        float, typer.Option(min=-50, max=50, help="Degrees that should have been.")
    ] = 22.0,
    hours: Annotated[int, typer.Option(min=1, max=168, help="So many hours from there on.")] = 1,
) -> None:
    """Say why it was not warm: whose limit, a fault, a window, the plan, or the house itself."""
    moment = _moment(at, desk.lang)
    found = []
    with desk.connect() as client:
        for number in range(hours):
            hour = moment + timedelta(hours=number)
            found.append(ask(client, hour.strftime("%Y-%m-%dT%H:%M"), round(wish * 100)))
    if desk.as_json:
        desk.dump(found)
        return
    for hour in found:
        title, *reasons = words.why(hour, desk.lang)
        print(title)
        for reason in reasons:
            print(f"  {reason}")


def ask(client: Client, at: str, wish_cdeg: int) -> dict[str, Any]:
    """Everything the ledger tells of the hour of the local time `at`, all reasons included."""
    hour: dict[str, Any] = {}
    reasons: list[list[Any]] = []
    while not hour or len(reasons) < hour["of"]:
        hour = client.request("hours.why", **{"at": at, "wish": wish_cdeg, "from": len(reasons)})
        reasons += hour["why"]
    return {**hour, "why": reasons}


def _moment(text: str, language: str) -> datetime:
    for form in _FORMATS:
        try:
            return datetime.strptime(text.strip(), form)
        except ValueError:
            continue
    raise Trouble("bad_hour", language, given=text[:30])
