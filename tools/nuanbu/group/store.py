"""Tree, devices, keys and limits in the database; every change stands in the ledger as well."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict

import sqlalchemy as sa

from nuanbu.errors import UserError
from nuanbu.group import ledger, schema
from nuanbu.group.database import writing
from nuanbu.group.tree import Heater, Node, Tree

_REVISION = "revision"


class Places:
    """Tree, devices, keys and limits as the operator set them."""

    def __init__(self, engine: sa.Engine):
        self._engine = engine

    def tree(self) -> Tree:
        """The stored tree, checked anew."""
        with self._engine.connect() as db:
            return _tree(db)

    def revision(self) -> int:
        """Rises with every change of tree, devices or limits."""
        with self._engine.connect() as db:
            return setting(db, _REVISION, 0)

    def replace_nodes(self, nodes: Iterable[Node]) -> Tree:
        """Put another tree under the devices, all or nothing; Refused leaves the old one."""
        with writing(self._engine) as db:
            tree = Tree(nodes, _tree(db).heaters.values())
            _check_limits(db, tree)
            db.execute(schema.nodes.delete())
            insert(db, schema.nodes, [asdict(node) for node in tree.nodes.values()])
            # A limit of a node that is gone must not come back with a new node of that name.
            db.execute(schema.limits.delete().where(schema.limits.c.node.not_in(list(tree.nodes))))
            facts = {"nodes": len(tree.nodes), "firm_w": {n.id: n.firm_w for n in _tops(tree)}}
            ledger.append(db, now_s(), "tree", "replaced", facts)
            _changed(db)
        return tree

    def add_heaters(self, heaters: Iterable[Heater], keys: dict[str, bytes]) -> Tree:
        """Add devices with their keys (32 bytes each), all or nothing."""
        added = list(heaters)
        with writing(self._engine) as db:
            old = _tree(db)
            tree = Tree(old.nodes.values(), [*old.heaters.values(), *added])
            _check_limits(db, tree)
            insert(db, schema.heaters, [asdict(heater) for heater in added])
            for heater in added:
                _set_key(db, heater.id, keys[heater.id])
                ledger.append(db, now_s(), heater.id, "registered", asdict(heater))
            _changed(db)
        return tree

    def retire(self, device: str, reason: str = "") -> None:
        """Take a device out of the tree and wipe its key."""
        with writing(self._engine) as db:
            _retire(db, device, {"key": "wiped", "reason": reason})
            _changed(db)

    def replace(self, old: str, new: Heater, key: bytes, reason: str = "") -> Tree:
        """A new device in the place of an old one, whose key is wiped; both or neither."""
        with writing(self._engine) as db:
            _retire(db, old, {"key": "wiped", "reason": reason, "replaced_by": new.id})
            before = _tree(db)
            tree = Tree(before.nodes.values(), [*before.heaters.values(), new])
            _check_limits(db, tree)
            insert(db, schema.heaters, [asdict(new)])
            _set_key(db, new.id, key)
            facts = dict(asdict(new), replaces=old)
            ledger.append(db, now_s(), new.id, "registered", facts)
            _changed(db)
        return tree

    def key(self, owner: str) -> bytes | None:
        """The key of a device, zone or meter."""
        with self._engine.connect() as db:
            return _key(db, owner)

    def keys(self) -> dict[str, bytes]:
        """All keys by owner."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(schema.keys))
            return {row.owner: bytes.fromhex(row.secret) for row in rows}

    def key_or_new(self, owner: str, made: Callable[[], bytes]) -> bytes:
        """The key of a zone or meter, made and kept when it is first wanted."""
        with writing(self._engine) as db:
            key = _key(db, owner)
            if key is None:
                key = made()
                _set_key(db, owner, key)
        return key

    def set_limit(self, node: str, watts: int, from_s: int) -> str:
        """Store a limit that holds from a time on (Unix seconds). Returns the warning of
        `Tree.check_limit`, which may refuse."""
        with writing(self._engine) as db:
            warning = _tree(db).check_limit(node, watts)
            db.execute(schema.limits.insert().values(node=node, watts=watts, from_s=from_s))
            ledger.append(db, now_s(), node, "limit", {"from_s": from_s, "watts": watts})
            _changed(db)
        return warning

    def limits(self, at_s: int) -> tuple[dict[str, int], list[tuple[int, str, int]]]:
        """({node: watts in force}, [(from when, node, watts) to come]); a node that no limit was
        set for has its firm capacity."""
        with self._engine.connect() as db:
            return _limits(db, at_s)


def setting(db: sa.Connection, name: str, default: int) -> int:
    """A number that is kept under a name."""
    table = schema.settings.c
    value = db.scalar(sa.select(table.value).where(table.name == name))
    return default if value is None else value


def set_setting(db: sa.Connection, name: str, value: int) -> None:
    """Keep a number under a name."""
    db.execute(schema.settings.delete().where(schema.settings.c.name == name))
    db.execute(schema.settings.insert().values(name=name, value=value))


def now_s() -> int:
    """Unix seconds."""
    return int(time.time())


def _tree(db: sa.Connection) -> Tree:
    nodes = [Node(**row) for row in db.execute(sa.select(schema.nodes)).mappings()]
    heaters = [Heater(**row) for row in db.execute(sa.select(schema.heaters)).mappings()]
    return Tree(nodes, heaters)


def _tops(tree: Tree) -> list[Node]:
    return [node for node in tree.nodes.values() if not node.parent]


def _limits(db: sa.Connection, at_s: int):
    force = {row.id: row.firm_w for row in db.execute(sa.select(schema.nodes))}
    coming = []
    table = schema.limits.c
    for row in db.execute(sa.select(schema.limits).order_by(table.from_s, table.number)):
        if row.from_s > at_s:
            coming.append((row.from_s, row.node, row.watts))
        elif row.node in force:
            force[row.node] = row.watts
    return force, coming


def _check_limits(db: sa.Connection, tree: Tree) -> None:
    # A limit that could be kept so far must still be above the frost floors below it.
    force, coming = _limits(db, now_s())
    table = schema.limits.c
    limited = set(db.scalars(sa.select(table.node).distinct()))
    wanted = [(node, watts) for node, watts in force.items() if node in limited]
    for node, watts in [*wanted, *((node, watts) for _, node, watts in coming)]:
        if node in tree.nodes:
            tree.check_limit(node, watts)


def _retire(db: sa.Connection, device: str, facts: dict) -> None:
    if not db.execute(schema.heaters.delete().where(schema.heaters.c.id == device)).rowcount:
        raise UserError(f"no device {device}", "nuanbu group status")
    db.execute(schema.keys.delete().where(schema.keys.c.owner == device))
    db.execute(schema.last_words.delete().where(schema.last_words.c.device == device))
    ledger.append(db, now_s(), device, "retired", facts)


def _changed(db: sa.Connection) -> None:
    set_setting(db, _REVISION, setting(db, _REVISION, 0) + 1)


def insert(db: sa.Connection, table: sa.Table, rows: list[dict]) -> None:
    """Add rows, if there are any."""
    if rows:
        db.execute(table.insert(), rows)


def _key(db: sa.Connection, owner: str) -> bytes | None:
    secret = db.scalar(sa.select(schema.keys.c.secret).where(schema.keys.c.owner == owner))
    return bytes.fromhex(secret) if secret else None


def _set_key(db: sa.Connection, owner: str, key: bytes) -> None:
    if len(key) != 32:
        raise UserError(f"the key of {owner} has {len(key)} bytes, it must have 32")
    db.execute(schema.keys.delete().where(schema.keys.c.owner == owner))
    db.execute(schema.keys.insert().values(owner=owner, secret=key.hex()))
