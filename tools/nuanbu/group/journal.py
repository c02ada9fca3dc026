"""Everything a guard was told and everything it ordered, in the order in which it happened.

The guard does no I/O and reads no clock: told the same, it orders the same. So the journal is
enough to work out every limit of every second anew (audit.py), and to show a day (history.py).

Events are JSON lists, first the kind; t: Unix seconds, i: index of the heater in the layout.

    ["b", {...}]                         a guard begins (`Begin`)
    ["l", node, watts, from_s]           a limit, from_s null: from now on
    ["m", t, node, watts]                a feeder meter
    ["h", t, i]                          a heater said hello
    ["a", t, i, epoch, seq, holds, w]    it answered a limit; w: watts it says it may take
    ["s", t, i, room_mdeg, setpoint_mdeg, power_w, demand_w, limit_w, lease]   its state
    ["k", i, watts]                      what the guard before knew: watts that hold its room
    ["B", t, seq, min_seq]               a heartbeat was sent
    ["C", t, new, again]                 a cycle; new: [i, seq, watts, later_s, later_w, slot,
                                         level, node id], again: [i]; both left out when empty

They are kept in chunks, each compressed and chained to the one before by SHA-256 over the hash
before, district, number and epoch, a line each, and the compressed events. What leads to a message
is stored in the same transaction as its number, before it is published.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from nuanbu.group import schema
from nuanbu.group.ledger import cut, set_cut

_table = schema.journal
_PAGE = 50


@dataclass(frozen=True)
class Chunk:
    """Events of one epoch of one district. from_s, to_s: Unix seconds of first and last cycle."""

    district: str
    number: int
    epoch: int
    from_s: int
    to_s: int
    events: list[list]
    broken: bool  # it is not what was written


class Journal:
    """The journal of one run. `write` within a transaction, `written` after it has ended well."""

    def __init__(self, engine: sa.Engine, district: str, epoch: int):
        self._district, self._epoch = district, epoch
        self._pending: list[list] = []
        self._from_s = self._to_s = 0
        with engine.connect() as db:
            self._number, self._hash = _head(db, district)
        self._next_hash = self._hash

    def add(self, t: int, event: list) -> None:
        """Note an event of this moment."""
        if not self._pending:
            self._from_s = t
        self._to_s = t
        self._pending.append(event)

    def since_s(self, t: int) -> int:
        """How long the oldest event has been waiting to be written, seconds."""
        return t - self._from_s if self._pending else 0

    def write(self, db: sa.Connection) -> None:
        """Add what is pending, within the transaction of what follows from it."""
        if not self._pending:
            return
        text = json.dumps(self._pending, separators=(",", ":"), ensure_ascii=False)
        events = zlib.compress(text.encode(), 1)
        number = self._number + 1
        self._next_hash = _hash(self._hash, self._district, number, self._epoch, events)
        db.execute(
            _table.insert().values(
                district=self._district, number=number, epoch=self._epoch,
                from_s=self._from_s, to_s=self._to_s, events=events, hash=self._next_hash,
            )
        )  # fmt: skip

    def written(self) -> None:
        """The transaction of `write` has ended well."""
        if self._pending:
            self._number, self._hash = self._number + 1, self._next_hash
            self._pending.clear()


def chunks(
    db: sa.Connection, district: str, from_s: int = 0, to_s: int = 2**62
) -> Iterator[Chunk]:
    """The chunks that have something of a time in them (Unix seconds), and before them those from
    the beginning of their epoch on, since only from there they can be understood."""
    mine = _table.c.district == district
    inside = mine & (_table.c.to_s >= from_s) & (_table.c.from_s <= to_s)
    epoch = db.scalar(sa.select(sa.func.min(_table.c.epoch)).where(inside))
    if epoch is None:
        return
    oldest = sa.select(sa.func.min(_table.c.number)).where(mine, _table.c.epoch >= epoch)
    first = db.execute(oldest).scalar_one()
    before = _hash_before(db, district, first)
    wanted = sa.select(_table).where(mine, _table.c.from_s <= to_s)
    wanted = wanted.order_by(_table.c.number).limit(_PAGE)
    number = first
    while rows := db.execute(wanted.where(_table.c.number >= number)).all():
        for row in rows:
            good = _hash(before, district, row.number, row.epoch, row.events)
            broken = row.hash != good or row.number != number
            try:
                events = json.loads(zlib.decompress(row.events))
            except (zlib.error, ValueError):
                events, broken = [], True
            yield Chunk(district, row.number, row.epoch, row.from_s, row.to_s, events, broken)
            before, number = row.hash, row.number + 1


def districts(db: sa.Connection) -> list[str]:
    """Districts that have a journal."""
    return list(db.scalars(sa.select(_table.c.district).distinct().order_by(_table.c.district)))


def forget(db: sa.Connection, before_s: int) -> int:
    """Let go of whole epochs that ended before a time (Unix seconds); what is kept can still be
    understood and checked. Returns how many chunks went. Call within `database.writing`."""
    gone = 0
    for district in districts(db):
        mine = _table.c.district == district
        newer = sa.select(sa.func.min(_table.c.epoch)).where(mine, _table.c.to_s >= before_s)
        epoch = db.scalar(newer)
        if epoch is None:
            continue  # the newest epoch always stays
        first = sa.select(sa.func.min(_table.c.number)).where(mine, _table.c.epoch >= epoch)
        number = db.execute(first).scalar_one()
        old = mine & (_table.c.number < number)
        if db.scalar(sa.select(sa.func.count()).select_from(_table).where(old)):
            set_cut(db, _chain(district), number, _hash_before(db, district, number))
            gone += db.execute(_table.delete().where(old)).rowcount
    return gone


def _chain(district: str) -> str:
    return f"journal/{district}"


def _head(db: sa.Connection, district: str) -> tuple[int, str]:
    mine = sa.select(_table).where(_table.c.district == district)
    last = db.execute(mine.order_by(_table.c.number.desc()).limit(1)).first()
    if last:
        return last.number, last.hash
    number, chained = cut(db, _chain(district), 1)
    return number - 1, chained


def _hash_before(db: sa.Connection, district: str, number: int) -> str:
    wanted = sa.select(_table.c.hash).where(
        _table.c.district == district, _table.c.number == number - 1
    )
    return db.scalar(wanted) or cut(db, _chain(district), 1)[1]


def _hash(before: str, district: str, number: int, epoch: int, events: bytes) -> str:
    head = f"{before}\n{district}\n{number}\n{epoch}\n".encode()
    return hashlib.sha256(head + events).hexdigest()
