"""What the commands of `nuanbu group` share."""

from __future__ import annotations

import datetime
import sys
from typing import Annotated

import typer

from nuanbu.errors import UserError

DEFAULT_DB = "sqlite:///nuanbu-group.db"
Database = Annotated[str, typer.Option("--db", envvar="NUANBU_DB", help="Database, as a URL.")]


def engine_of(db: str):
    """The database, brought up to date."""
    from nuanbu.group import database

    return database.connect(db)


def places_of(db: str):
    """Tree, devices, keys and limits of a database."""
    from nuanbu.group import store

    return store.Places(engine_of(db))


def say(text: str) -> None:
    """To standard error, so that standard output is data only."""
    print(text, file=sys.stderr)


def moment(text: str) -> int:
    """Unix seconds of an ISO 8601 time with its zone."""
    try:
        when = datetime.datetime.fromisoformat(text)
        if when.tzinfo is None:
            raise ValueError("no zone")
    except ValueError as e:
        raise UserError(f"time {text!r}: {e}", "for instance 2026-12-01T17:00+08:00") from e
    return int(when.timestamp())
