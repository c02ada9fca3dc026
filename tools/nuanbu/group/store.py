"""What a server must not forget, in a database named by a URL (SQLite or PostgreSQL).

Written before anything is published (I5): the epoch, the sequence number and the most that every
heater may hold. Two servers on one district: the later one takes the epoch, and the next write of
the earlier finds that out and raises `Superseded` before it has published anything.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict

import numpy as np
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from nuanbu.errors import UserError
from nuanbu.group import ledger
from nuanbu.group.book import LEASE_S, SKEW_S, Book
from nuanbu.group.tree import Heater, Layout, Node, Tree

VERSION = 1
_meta = sa.MetaData()
_version = sa.Table("version", _meta, sa.Column("number", sa.Integer, nullable=False))
_nodes = sa.Table(
    "node", _meta,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("parent", sa.String(32), nullable=False),
    sa.Column("firm_w", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(32), nullable=False),
    sa.Column("meter", sa.String(64), nullable=False),
)  # fmt: skip
_heaters = sa.Table(
    "heater", _meta,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("household", sa.String(32), nullable=False),
    sa.Column("rated_w", sa.Integer, nullable=False),
    sa.Column("failsafe_w", sa.Integer, nullable=False),
    sa.Column("floor_w", sa.Integer, nullable=False),
    sa.Column("weight", sa.Float, nullable=False),
    sa.Column("relay", sa.Boolean, nullable=False),
)  # fmt: skip
_keys = sa.Table(  # of devices and of zones; a retired device has none
    "key", _meta,
    sa.Column("owner", sa.String(64), primary_key=True),
    sa.Column("secret", sa.String(64), nullable=False),
)  # fmt: skip
_limits = sa.Table(
    "node_limit", _meta,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("node", sa.String(32), nullable=False),
    sa.Column("from_s", sa.BigInteger, nullable=False),
    sa.Column("watts", sa.BigInteger, nullable=False),
)  # fmt: skip
_guards = sa.Table(
    "guard", _meta,
    sa.Column("district", sa.String(32), primary_key=True),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("beat_s", sa.BigInteger, nullable=False),
)  # fmt: skip
_outstanding = sa.Table(
    "outstanding", _meta,
    sa.Column("heater", sa.String(32), primary_key=True),
    sa.Column("now_w", sa.Integer, nullable=False),
    sa.Column("later_w", sa.Integer, nullable=False),
    sa.Column("end_s", sa.BigInteger, nullable=False),
)  # fmt: skip


class Superseded(Exception):
    """Another server has taken over this district; this one must stop at once."""


def connect(url: str) -> sa.Engine:
    """Open a database and bring it up to date. UserError: it cannot be, or is of a newer make."""
    try:
        engine = sa.create_engine(url)
        with engine.begin() as db:
            _meta.create_all(db)
            ledger.create(db)
            number = db.scalar(sa.select(_version.c.number))
            if number is None:
                db.execute(_version.insert().values(number=VERSION))
            elif number != VERSION:
                raise UserError(
                    f"the database is of version {number}, this program knows {VERSION}",
                    "use the program that wrote it, or a newer one",
                )
    except (SQLAlchemyError, ImportError) as e:
        raise UserError(f"database {url}: {e}".splitlines()[0]) from e
    return engine


class Places:
    """Tree, devices, keys and limits as the operator set them."""

    def __init__(self, engine: sa.Engine):
        self._engine = engine

    def tree(self) -> Tree:
        """The stored tree, checked anew."""
        with self._engine.connect() as db:
            return self._tree(db)

    def replace_nodes(self, nodes: Iterable[Node]) -> Tree:
        """Put another tree under the devices, all or nothing; Refused leaves the old one."""
        with self._engine.begin() as db:
            tree = Tree(nodes, self._tree(db).heaters.values())
            db.execute(_nodes.delete())
            _insert(db, _nodes, [asdict(node) for node in tree.nodes.values()])
        return tree

    def add_heaters(self, heaters: Iterable[Heater], keys: dict[str, bytes]) -> Tree:
        """Add devices with their keys (32 bytes each), all or nothing."""
        added = list(heaters)
        with self._engine.begin() as db:
            old = self._tree(db)
            tree = Tree(old.nodes.values(), [*old.heaters.values(), *added])
            _insert(db, _heaters, [asdict(heater) for heater in added])
            for heater in added:
                _set_key(db, heater.id, keys[heater.id])
                ledger.append(db, _now_s(), heater.id, "registered", asdict(heater))
        return tree

    def retire(self, device: str) -> None:
        """Take a device out of the tree and wipe its key."""
        with self._engine.begin() as db:
            if not db.execute(_heaters.delete().where(_heaters.c.id == device)).rowcount:
                raise UserError(f"no device {device}", "nuanbu group status")
            db.execute(_keys.delete().where(_keys.c.owner == device))
            ledger.append(db, _now_s(), device, "retired", {"key": "wiped"})

    def key(self, owner: str) -> bytes | None:
        """The key of a device or zone."""
        with self._engine.connect() as db:
            secret = db.scalar(sa.select(_keys.c.secret).where(_keys.c.owner == owner))
        return bytes.fromhex(secret) if secret else None

    def set_key(self, owner: str, key: bytes) -> None:
        """Give a device or zone its key."""
        with self._engine.begin() as db:
            _set_key(db, owner, key)

    def set_limit(self, node: str, watts: int, from_s: int) -> str:
        """Store a limit that holds from a time on (Unix seconds). Returns the warning of
        `Tree.check_limit`, which may refuse."""
        with self._engine.begin() as db:
            warning = self._tree(db).check_limit(node, watts)
            db.execute(_limits.insert().values(node=node, watts=watts, from_s=from_s))
            ledger.append(db, _now_s(), node, "limit", {"from_s": from_s, "watts": watts})
        return warning

    def limits(self, now_s: int) -> tuple[dict[str, int], list[tuple[int, str, int]]]:
        """({node: watts in force}, [(from when, node, watts) to come]); a node that no limit was
        set for has its firm capacity."""
        with self._engine.connect() as db:
            force = {row.id: row.firm_w for row in db.execute(sa.select(_nodes))}
            coming = []
            order = (_limits.c.from_s, _limits.c.number)
            for row in db.execute(sa.select(_limits).order_by(*order)):
                if row.from_s > now_s:
                    coming.append((row.from_s, row.node, row.watts))
                elif row.node in force:
                    force[row.node] = row.watts
        return force, coming

    def _tree(self, db: sa.Connection) -> Tree:
        nodes = [Node(**row) for row in db.execute(sa.select(_nodes)).mappings()]
        heaters = [Heater(**row) for row in db.execute(sa.select(_heaters)).mappings()]
        return Tree(nodes, heaters)


class Incarnation:
    """One run of the server of a district; taking it ends every other one."""

    def __init__(self, engine: sa.Engine, district: str):
        self._engine, self._district = engine, district
        with engine.begin() as db:
            mine = _guards.c.district == district
            moved = db.execute(
                _guards.update().where(mine).values(epoch=_guards.c.epoch + 1)
            ).rowcount
            if not moved:
                db.execute(_guards.insert().values(district=district, epoch=1, seq=0, beat_s=0))
            row = db.execute(sa.select(_guards).where(mine)).one()
        self.epoch, self.seq, self._beat_s = row.epoch, row.seq, row.beat_s

    def restore(self, layout: Layout, book: Book) -> None:
        """Put back into a new book what servers before may have left in force."""
        with self._engine.connect() as db:
            rows = {row.heater: row for row in db.execute(sa.select(_outstanding))}
        n = len(layout.heaters)
        worst_w, end_s = np.zeros((n, 2)), np.zeros(n)
        for i, heater in enumerate(layout.heaters):
            if heater.id in rows:
                row = rows[heater.id]
                worst_w[i] = row.now_w, row.later_w
                end_s[i] = max(row.end_s, self._beat_s + LEASE_S + SKEW_S)
        book.after_restart(worst_w, end_s)

    def beating(self, sent_s: int) -> None:
        """Call before a heartbeat is published. Superseded: do not publish."""
        with self._engine.begin() as db:
            self._still_mine(db, beat_s=sent_s)

    def issuing(self, layout: Layout, book: Book, devices: Iterable[str], seq: int) -> None:
        """Call before new limits are published. Superseded: do not publish."""
        index = {heater.id: i for i, heater in enumerate(layout.heaters)}
        worst_w = book.worst_w()
        end_s = np.maximum(book.end_s, book.old_end_s)
        rows = [
            {
                "heater": name,
                "now_w": int(worst_w[index[name], 0]),
                "later_w": int(worst_w[index[name], 1]),
                "end_s": int(end_s[index[name]]),
            }
            for name in devices
        ]
        with self._engine.begin() as db:
            self._still_mine(db, seq=seq)
            if rows:
                names = [row["heater"] for row in rows]
                for k in range(0, len(names), 500):  # SQLite takes so many variables at a time
                    part = _outstanding.c.heater.in_(names[k : k + 500])
                    db.execute(_outstanding.delete().where(part))
                _insert(db, _outstanding, rows)

    def _still_mine(self, db: sa.Connection, **values: int) -> None:
        mine = (_guards.c.district == self._district) & (_guards.c.epoch == self.epoch)
        if not db.execute(_guards.update().where(mine).values(**values)).rowcount:
            raise Superseded(f"district {self._district}: another server has taken over")


def _now_s() -> int:
    return int(time.time())


def _insert(db: sa.Connection, table: sa.Table, rows: list[dict]) -> None:
    if rows:
        db.execute(table.insert(), rows)


def _set_key(db: sa.Connection, owner: str, key: bytes) -> None:
    if len(key) != 32:
        raise UserError(f"the key of {owner} has {len(key)} bytes, it must have 32")
    db.execute(_keys.delete().where(_keys.c.owner == owner))
    db.execute(_keys.insert().values(owner=owner, secret=key.hex()))
