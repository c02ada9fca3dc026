"""One run of a server in the database: what it must not forget.

Written before anything is published (I5): the epoch, the sequence number and the most that every
heater may hold. Two servers on one district: the later one takes the epoch, and the next write of
the earlier finds that out and raises `Superseded` before it has published anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import sqlalchemy as sa

from nuanbu.group import schema
from nuanbu.group.allocate import Floats
from nuanbu.group.book import LEASE_S, SKEW_S, Book
from nuanbu.group.database import writing
from nuanbu.group.store import insert, now_s
from nuanbu.group.tree import Heater, Layout, Tree

_EPOCH_0_S = 1_577_836_800  # 2020-01-01: a device's small integers end at 2**30
_AT_A_TIME = 500  # variables of one statement; SQLite takes a limited number
Journal = Callable[[sa.Connection], None]


class Superseded(Exception):
    """Another server has taken over this district; this one must stop at once."""


class Incarnation:
    """One run of the server of a district; taking it ends every other one."""

    def __init__(self, engine: sa.Engine, district: str):
        self._engine, self._district = engine, district
        self._kept: tuple[Layout, Book] | None = None
        self._stored_w: Floats | None = None  # of each heater, both columns
        # At least the seconds since 2020: so a database brought back from an old backup, or a
        # new one, still begins above every epoch that its heaters may have seen.
        least = now_s() - _EPOCH_0_S
        with writing(engine) as db:
            mine = schema.guards.c.district == district
            row = db.execute(sa.select(schema.guards).where(mine)).first()
            self.epoch = max(row.epoch + 1 if row else 1, least)
            self.seq = row.seq if row else 0
            # Of any district: a heater may have moved here from another.
            beat_s = db.scalar(sa.select(sa.func.max(schema.guards.c.beat_s))) or 0
            self._renewed_s = beat_s + LEASE_S + SKEW_S
            if row:
                db.execute(schema.guards.update().where(mine).values(epoch=self.epoch))
            else:
                first = {"district": district, "epoch": self.epoch, "seq": 0, "beat_s": 0}
                db.execute(schema.guards.insert().values(**first))

    def restore(self, layout: Layout, book: Book) -> None:
        """Put back into a new book what servers before may have left in force."""
        with self._engine.connect() as db:
            rows = {row.heater: row for row in db.execute(sa.select(schema.outstanding))}
        n = len(layout.heaters)
        worst_w, end_s = np.zeros((n, 2)), np.zeros(n)
        for i, heater in enumerate(layout.heaters):
            if heater.id in rows:
                row = rows[heater.id]
                worst_w[i] = row.now_w, row.later_w
                end_s[i] = max(row.end_s, self._renewed_s)
        book.after_restart(worst_w, end_s)
        self._kept, self._stored_w = (layout, book), worst_w

    def ghosts(self, tree: Tree, at_s: int) -> list[Heater]:
        """Heaters of this district that were taken out while a limit of theirs may be in force.
        They are counted until it has ended, and are as heaters without a fail-safe limit."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(schema.outstanding)).all()
        return [
            Heater(row.heater, row.household, max(row.now_w, row.later_w, 1), 0)
            for row in rows
            if row.heater not in tree.heaters
            and row.household in tree.nodes
            and tree.path(row.household)[-1] == self._district
            and max(row.end_s, self._renewed_s) > at_s
        ]

    def beating(self, sent_s: int, journal: Journal | None = None) -> None:
        """Call before a heartbeat is published. Superseded: do not publish. journal: writes what
        led to it, in the same transaction."""
        with writing(self._engine, queued=False) as db:
            self._still_mine(db, beat_s=sent_s)
            if journal:
                journal(db)

    def issuing(
        self, layout: Layout, book: Book, devices: Iterable[str], seq: int,
        journal: Journal | None = None,
    ) -> None:  # fmt: skip
        """Call before new limits are published. Superseded: do not publish."""
        index = {heater.id: i for i, heater in enumerate(layout.heaters)}
        with writing(self._engine, queued=False) as db:
            self._still_mine(db, seq=seq)
            self._store(db, layout, book, {index[name] for name in devices})
            if journal:
                journal(db)

    def noting(self, journal: Journal) -> None:
        """Write what happened while nothing had to be published. Superseded: stop."""
        with writing(self._engine, queued=False) as db:
            self._still_mine(db, epoch=self.epoch)
            if self._kept:
                self._store(db, *self._kept, set())
            journal(db)

    def _store(self, db: sa.Connection, layout: Layout, book: Book, new: set[int]) -> None:
        # With what is new goes whatever answers have made less: a raise rests on them, so that
        # what is stored never adds up to more than the feeders carry.
        worst_w = book.worst_w()
        end_s = np.maximum(book.end_s, book.old_end_s)
        if self._stored_w is None:
            self._stored_w = np.zeros_like(worst_w)
        less = np.flatnonzero((worst_w < self._stored_w).any(axis=1))
        which = sorted(new | set(less.tolist()))
        self._stored_w[which] = worst_w[which]
        rows = [
            {
                "heater": layout.heaters[i].id,
                "now_w": int(worst_w[i, 0]),
                "later_w": int(worst_w[i, 1]),
                "end_s": int(end_s[i]),
                "household": layout.heaters[i].household,
            }
            for i in which
        ]
        names = [row["heater"] for row in rows]
        for k in range(0, len(names), _AT_A_TIME):
            part = schema.outstanding.c.heater.in_(names[k : k + _AT_A_TIME])
            db.execute(schema.outstanding.delete().where(part))
        insert(db, schema.outstanding, rows)

    def _still_mine(self, db: sa.Connection, **values: int) -> None:
        # The update also locks the row until the end, so that nobody takes over in between.
        mine = (schema.guards.c.district == self._district) & (schema.guards.c.epoch == self.epoch)
        if not db.execute(schema.guards.update().where(mine).values(**values)).rowcount:
            raise Superseded(f"district {self._district}: another server has taken over")
