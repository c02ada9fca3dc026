"""The ledger of the heaters' lives: rows are only added, each carries the hash of the one before.

hash = SHA-256 of the row before's hash (64 zeros at the beginning), line feed, and the row as JSON
with sorted keys and no blanks. Whoever changes or takes out a row breaks the chain from there on.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import TextIO

import sqlalchemy as sa

_FIRST = "0" * 64
_meta = sa.MetaData()
_rows = sa.Table(
    "ledger", _meta,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("t", sa.BigInteger, nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("event", sa.String(32), nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """t: Unix seconds. subject: id of a device or node. event: one word. facts: JSON object."""

    number: int
    t: int
    subject: str
    event: str
    facts: str
    hash: str


def create(db: sa.Connection) -> None:
    """Make the table where there is none."""
    _meta.create_all(db)


def append(db: sa.Connection, t: int, subject: str, event: str, facts: dict) -> None:
    """Add a row within the transaction of what it tells, so that neither is without the other.

    IntegrityError: somebody else added a row at the same time; nothing was written.
    """
    last = db.execute(sa.select(_rows).order_by(_rows.c.number.desc()).limit(1)).first()
    number, before = (last.number + 1, last.hash) if last else (1, _FIRST)
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False)
    chained = _hash(before, number, t, subject, event, text)
    row = Entry(number, t, subject, event, text, chained)
    db.execute(_rows.insert().values(**asdict(row)))


def entries(db: sa.Connection) -> Iterator[Entry]:
    """All rows in order."""
    for row in db.execute(sa.select(_rows).order_by(_rows.c.number)).mappings():
        yield Entry(**row)


def broken_at(db: sa.Connection) -> int | None:
    """The number of the first row that is not what was written, None if all are. Rows cut off at
    the end leave no trace in the chain: keep the last hash elsewhere."""
    before = _FIRST
    for number, row in enumerate(entries(db), 1):
        good = _hash(before, number, row.t, row.subject, row.event, row.facts)
        if row.number != number or row.hash != good:
            return number
        before = row.hash
    return None


def write_csv(db: sa.Connection, file: TextIO) -> None:
    """The whole ledger as CSV with a head line."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([field.name for field in fields(Entry)])
    for row in entries(db):
        writer.writerow(asdict(row).values())


def _hash(before: str, number: int, t: int, subject: str, event: str, facts: str) -> str:
    row = {"number": number, "t": t, "subject": subject, "event": event, "facts": facts}
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
