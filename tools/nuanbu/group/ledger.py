"""The ledger of the heaters' lives: rows are only added, each carries the hash of the one before.

hash = SHA-256 of the row before's hash (64 zeros at the beginning), line feed, and the row as JSON
with sorted keys and no blanks. Whoever changes or takes out a row breaks the chain from there on.
Rows that are older than the operator wants to keep are let go from the old end only; number and
hash of the last of them stay, so that the rest is still checked.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import TextIO

import sqlalchemy as sa

from nuanbu.group import schema

FIRST = "0" * 64
_CHAIN = "ledger"
_PAGE = 1000
_rows = schema.ledger


@dataclass(frozen=True)
class Entry:
    """t: Unix seconds. subject: id of a device or node. event: one word. facts: JSON object."""

    number: int
    t: int
    subject: str
    event: str
    facts: str
    hash: str


def append(db: sa.Connection, t: int, subject: str, event: str, facts: dict) -> None:
    """Add a row within the transaction of what it tells, so that neither is without the other.
    The transaction must be one of `database.writing`, in which nobody else adds rows."""
    last = db.execute(sa.select(_rows).order_by(_rows.c.number.desc()).limit(1)).first()
    number, before = (last.number + 1, last.hash) if last else cut(db, _CHAIN, 1)
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False)
    chained = _hash(before, number, t, subject, event, text)
    row = Entry(number, t, subject, event, text, chained)
    db.execute(_rows.insert().values(**asdict(row)))


def entries(db: sa.Connection, subject: str = "") -> Iterator[Entry]:
    """All rows in order, or those of one device or node."""
    wanted = sa.select(_rows).order_by(_rows.c.number).limit(_PAGE)
    if subject:
        wanted = wanted.where(_rows.c.subject == subject)
    last = 0
    # In pages, and not with a cursor that would stay open when the reader stops early.
    while page := db.execute(wanted.where(_rows.c.number > last)).mappings().all():
        for row in page:
            yield Entry(**row)
        last = page[-1]["number"]


def broken_at(db: sa.Connection) -> int | None:
    """The number of the first row that is not what was written, None if all are. Rows cut off at
    the end leave no trace in the chain: keep the last hash elsewhere."""
    number, before = cut(db, _CHAIN, 1)
    for row in entries(db):
        good = _hash(before, number, row.t, row.subject, row.event, row.facts)
        if row.number != number or row.hash != good:
            return number
        number, before = number + 1, row.hash
    return None


def head(db: sa.Connection) -> tuple[int, str]:
    """Number and hash of the newest row; (0, 64 zeros) if there never was one."""
    last = db.execute(sa.select(_rows).order_by(_rows.c.number.desc()).limit(1)).first()
    if last:
        return last.number, last.hash
    number, before = cut(db, _CHAIN, 1)
    return number - 1, before


def forget(db: sa.Connection, before_s: int) -> int:
    """Let go of the rows before a time (Unix seconds), oldest first up to the first that is
    newer. Returns how many. Call within `database.writing`."""
    newer = db.scalar(sa.select(sa.func.min(_rows.c.number)).where(_rows.c.t >= before_s))
    newest, _ = head(db)
    keep_from = newest + 1 if newer is None else newer
    last = db.execute(sa.select(_rows).where(_rows.c.number == keep_from - 1)).first()
    if last is None:
        return 0
    set_cut(db, _CHAIN, keep_from, last.hash)
    return db.execute(_rows.delete().where(_rows.c.number < keep_from)).rowcount


def cut(db: sa.Connection, chain: str, first: int) -> tuple[int, str]:
    """(number of the first row that is kept, hash of the one before) of a chain."""
    row = db.execute(sa.select(schema.cuts).where(schema.cuts.c.chain == chain)).first()
    return (row.number, row.hash) if row else (first, FIRST)


def set_cut(db: sa.Connection, chain: str, number: int, chained: str) -> None:
    """Note where a chain begins from now on."""
    db.execute(schema.cuts.delete().where(schema.cuts.c.chain == chain))
    db.execute(schema.cuts.insert().values(chain=chain, number=number, hash=chained))


def write_csv(rows: Iterator[Entry], file: TextIO) -> None:
    """Rows as CSV with a head line."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([field.name for field in fields(Entry)])
    for row in rows:
        writer.writerow(asdict(row).values())


def _hash(before: str, number: int, t: int, subject: str, event: str, facts: str) -> str:
    row = {"number": number, "t": t, "subject": subject, "event": event, "facts": facts}
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
