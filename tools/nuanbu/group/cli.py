"""`nuanbu group`: the server of a district, and what an operator tells it."""

from __future__ import annotations

import datetime
import json
import secrets
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from nuanbu.errors import UserError

app = typer.Typer(help="Share what feeders carry among many heaters.", no_args_is_help=True)
tree_app = typer.Typer(help="Districts, buildings, units and households.", no_args_is_help=True)
device_app = typer.Typer(help="Heaters and their keys.", no_args_is_help=True)
app.add_typer(tree_app, name="tree")
app.add_typer(device_app, name="device")

_DEFAULT = "sqlite:///nuanbu-group.db"
Database = Annotated[str, typer.Option("--db", envvar="NUANBU_DB", help="Database, as a URL.")]


def _places(db: str):
    from nuanbu.group import store

    return store.Places(store.connect(db))


def _say(text: str) -> None:
    print(text, file=sys.stderr)


@app.command("serve")
def serve(
    district: Annotated[str, typer.Argument(help="Id of the district this server guards.")],
    company: Annotated[str, typer.Option(help="Company, as in the topics of its heaters.")],
    db: Database = _DEFAULT,
    host: Annotated[str, typer.Option(help="Broker.")] = "127.0.0.1",
    port: int = 1883,
    user: str = "",
    password: Annotated[str, typer.Option(envvar="NUANBU_MQTT_PASSWORD")] = "",
    ca: Annotated[str, typer.Option(help="Certificate authority of the broker; sets TLS.")] = "",
) -> None:
    """Guard a district until interrupted, or until a later server takes it over."""
    from nuanbu.group import service, store

    broker = service.Broker(host, port, user, password, ca)
    one = service.Service(store.connect(db), company, district, broker)
    _say(f"guarding {district}, epoch {one.guard.epoch}, heaters: {len(one.guard.index)}")
    service.run(one, _say)


@tree_app.command("import")
def tree_import(file: Path, db: Database = _DEFAULT) -> None:
    """Replace the tree from a CSV or JSON file (id, level, parent, firm_w, name, meter); all or
    nothing."""
    from nuanbu.group import tree

    stored = _places(db).replace_nodes(tree.read(file).nodes.values())
    _say(f"nodes: {len(stored.nodes)}, heaters: {len(stored.heaters)}")


@tree_app.command("show")
def tree_show(db: Database = _DEFAULT) -> None:
    """Print every node with its firm capacity, the limit in force and what is below it."""
    places = _places(db)
    tree = places.tree()
    force, _ = places.limits(int(time.time()))
    base_w = tree.sums(lambda heater: heater.base_w)
    count = tree.sums(lambda heater: 1)
    print("node\tlevel\tfirm_w\tlimit_w\tfailsafe_sum_w\theaters")
    for node in sorted(tree.nodes.values(), key=lambda one: tree.path(one.id)[::-1]):
        row = (node.firm_w, force[node.id], base_w[node.id], count[node.id])
        print("\t".join([node.id, node.level, *map(str, row)]))


@device_app.command("import")
def device_import(file: Path, db: Database = _DEFAULT) -> None:
    """Add heaters from a CSV or JSON file (id, household, rated_w, failsafe_w, floor_w, weight,
    relay); all or nothing. Their new keys go to standard output, once, as JSON lines."""
    from nuanbu.group import tree

    _add(_places(db), tree.read_heaters(file))


@device_app.command("add")
def device_add(
    device: str,
    household: str,
    rated_w: int,
    failsafe_w: int,
    floor_w: int = 0,
    weight: Annotated[float, typer.Option(help="2 for a vulnerable household.")] = 1.0,
    relay: bool = False,
    db: Database = _DEFAULT,
) -> None:
    """Add one heater; its new keys go to standard output, once."""
    from nuanbu.group.tree import Heater

    heater = Heater(device, household, rated_w, failsafe_w, floor_w, weight, relay)
    _add(_places(db), [heater])


@device_app.command("retire")
def device_retire(device: str, db: Database = _DEFAULT) -> None:
    """Take a heater out of the tree and wipe its key."""
    _places(db).retire(device)


@app.command("limit")
def limit(
    node: str,
    watts: int,
    at: Annotated[
        str, typer.Option(help="When it begins, ISO 8601 with zone; left out: now.")
    ] = "",
    db: Database = _DEFAULT,
) -> None:
    """Limit what the heaters below a node take together. A known change is sent ahead."""
    begin_s = int(time.time()) if not at else _when(at)
    warning = _places(db).set_limit(node, watts, begin_s)
    if warning:
        _say(f"warning: {warning}")


@app.command("ledger")
def ledger(db: Database = _DEFAULT) -> None:
    """Check the ledger's chain and print it as CSV."""
    from nuanbu.group import ledger as book
    from nuanbu.group import store

    with store.connect(db).connect() as connection:
        broken = book.broken_at(connection)
        book.write_csv(connection, sys.stdout)
    if broken is not None:
        raise UserError(f"the ledger was changed: row {broken} is not what was written")


def _add(places, heaters) -> None:
    from nuanbu.group.service import zone_key

    keys = {heater.id: secrets.token_bytes(32) for heater in heaters}
    tree = places.add_heaters(heaters, keys)
    for heater in heaters:
        district = tree.path(heater.household)[-1]
        row = {
            "device": heater.id,
            "key": keys[heater.id].hex(),
            "zone.district": zone_key(places, district).hex(),
        }
        print(json.dumps(row))


def _when(text: str) -> int:
    try:
        when = datetime.datetime.fromisoformat(text)
        if when.tzinfo is None:
            raise ValueError("no zone")
    except ValueError as e:
        raise UserError(f"time {text!r}: {e}", "for instance 2026-12-01T17:00+08:00") from e
    return int(when.timestamp())
