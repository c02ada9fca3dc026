"""Opening a database by its URL, bringing it up to date, and writing to it alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from nuanbu.errors import UserError
from nuanbu.group import schema

_LOCK = 0x6E75616E  # of PostgreSQL's advisory locks; any number that nobody else uses
_WRITES = "nuanbu_writes"


def connect(url: str) -> sa.Engine:
    """Open a database and bring it up to date. UserError: it cannot be opened, is of a newer
    make, or is a file that others than its owner may read: it holds the keys of all heaters."""
    try:
        engine = sa.create_engine(url, connect_args=_arguments(url))
        if engine.dialect.name == "sqlite":
            _guard_file(engine.url.database)
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
        try:
            with writing(engine) as db:
                _bring_up_to_date(db)
        except BaseException:
            engine.dispose()
            raise
    except (SQLAlchemyError, ImportError, OSError) as e:
        hint = ""
        if isinstance(e, ImportError):
            hint = "pip install 'nuanbu[postgresql]' for a URL postgresql+psycopg://"
        shown = sa.engine.make_url(url).render_as_string() if "://" in url else url
        raise UserError(f"database {shown}: {e}".splitlines()[0], hint) from e
    return engine


@contextmanager
def writing(engine: sa.Engine, queued: bool = True) -> Iterator[sa.Connection]:
    """A transaction that reads and then writes what depends on it, alone among all processes.

    queued=False: for a single conditional row, which needs no queue on PostgreSQL.
    """
    with engine.connect().execution_options(**{_WRITES: True}) as db, db.begin():
        if queued and engine.dialect.name == "postgresql":
            db.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield db


def _arguments(url: str) -> dict:
    return {"timeout": 30} if url.startswith("sqlite") else {}


def _guard_file(name: str | None) -> None:
    if not name or name == ":memory:":
        return
    path = Path(name)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise UserError(
            f"{path}: others may read this database (mode {mode:o}), and it holds the keys of"
            " all heaters",
            f"chmod 600 {path}",
        )


def _prepare(connection, _record) -> None:
    # SQLAlchemy begins transactions itself (_begin); WAL lets people look on while a server
    # writes, and FULL makes sure that what was committed is there after a power cut too (I5).
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin(db: sa.Connection) -> None:
    writes = db.get_execution_options().get(_WRITES)
    db.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(db: sa.Connection) -> None:
    # A step and the number it leads to are one transaction: there is no half of an upgrade.
    if not sa.inspect(db).has_table(schema.version.name):
        schema.meta.create_all(db)
        db.execute(schema.version.insert().values(number=schema.VERSION))
        return
    number = db.scalar(sa.select(schema.version.c.number)) or 0
    if number > schema.VERSION:
        raise UserError(
            f"the database is of version {number}, this program knows {schema.VERSION}",
            "use the program that wrote it, or a newer one",
        )
    while number < schema.VERSION:
        step = _STEPS.get(number)
        if step is None:
            raise UserError(f"the database is of version {number}, which no program wrote")
        step(db)
        number += 1
        db.execute(schema.version.update().values(number=number))


def _to_2(db: sa.Connection) -> None:
    db.execute(
        sa.text("ALTER TABLE outstanding ADD COLUMN household VARCHAR(32) NOT NULL DEFAULT ''")
    )
    db.execute(sa.text("CREATE INDEX ledger_subject ON ledger (subject, number)"))
    new = "chain_cut journal live last_word record setting".split()
    schema.meta.create_all(db, tables=[schema.meta.tables[name] for name in new])


_STEPS: dict[int, Callable[[sa.Connection], None]] = {1: _to_2}
