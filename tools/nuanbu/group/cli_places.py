"""`nuanbu group tree`, `device` and `meter`: what hangs on what."""

from __future__ import annotations

import secrets
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from nuanbu.errors import UserError
from nuanbu.group.options import DEFAULT_DB, Database, places_of, say

tree_app = typer.Typer(help="Districts, buildings, units and households.", no_args_is_help=True)
device_app = typer.Typer(help="Heaters and their keys.", no_args_is_help=True)

Keys = Annotated[Path, typer.Option("--keys", help="File that the new keys are added to.")]
_KEYS = Path("nuanbu-keys.jsonl")
_KEY_BYTES = 32


@tree_app.command("import")
def tree_import(file: Path, db: Database = DEFAULT_DB) -> None:
    """Replace the tree from a CSV or JSON file (id, level, parent, firm_w, name, meter); all or
    nothing."""
    from nuanbu.group import files

    nodes = files.read_nodes(file)
    with nodes.located():
        stored = places_of(db).replace_nodes(nodes.items)
    say(f"nodes: {len(stored.nodes)}, heaters: {len(stored.heaters)}")


@tree_app.command("show")
def tree_show(db: Database = DEFAULT_DB) -> None:
    """Print every node with its firm capacity, the limit in force and what is below it."""
    places = places_of(db)
    tree = places.tree()
    force, _ = places.limits(int(time.time()))
    base_w = tree.sums(lambda heater: heater.base_w)
    count = tree.sums(lambda heater: 1)
    print("node\tlevel\tfirm_w\tlimit_w\tfailsafe_sum_w\theaters")
    for node in sorted(tree.nodes.values(), key=lambda one: tree.path(one.id)[::-1]):
        row = (node.firm_w, force[node.id], base_w[node.id], count[node.id])
        print("\t".join([node.id, node.level, *map(str, row)]))


@tree_app.command("meter-key")
def meter_key(name: str, db: Database = DEFAULT_DB, keys: Keys = _KEYS) -> None:
    """Give a feeder meter that a node names its key, into the file of keys."""
    from nuanbu.group import keyfile

    places = places_of(db)
    if name not in {node.meter for node in places.tree().nodes.values()}:
        raise UserError(f"no node names a meter {name!r}", "nuanbu group tree import")
    key = places.key_or_new(f"meter/{name}", lambda: secrets.token_bytes(_KEY_BYTES))
    with keyfile.added(keys, [{"meter": name, "key": key.hex()}]):
        pass
    say(f"key of meter {name}: added to {keys}")


@device_app.command("import")
def device_import(file: Path, db: Database = DEFAULT_DB, keys: Keys = _KEYS) -> None:
    """Add heaters from a CSV or JSON file (id, household, rated_w, failsafe_w, floor_w, weight,
    relay); all or nothing. Their new keys are added to the file of keys."""
    from nuanbu.group import files

    heaters = files.read_heaters(file)
    with heaters.located():
        _add(db, heaters.items, keys)


@device_app.command("add")
def device_add(
    device: str,
    household: str,
    rated_w: int,
    failsafe_w: int,
    floor_w: int = 0,
    weight: Annotated[float, typer.Option(help="2 for a vulnerable household.")] = 1.0,
    relay: bool = False,
    db: Database = DEFAULT_DB,
    keys: Keys = _KEYS,
) -> None:
    """Add one heater; its new keys are added to the file of keys."""
    from nuanbu.group.tree import Heater

    _add(db, [Heater(device, household, rated_w, failsafe_w, floor_w, weight, relay)], keys)


@device_app.command("retire")
def device_retire(
    device: str,
    reason: Annotated[str, typer.Option(help="Stands in the ledger.")] = "",
    db: Database = DEFAULT_DB,
) -> None:
    """Take a heater out of the tree and wipe its key. Disconnect it first: nobody limits it
    any more."""
    places_of(db).retire(device, reason)
    say(f"{device}: retired, its key is wiped")


@device_app.command("replace")
def device_replace(
    old: str,
    new: str,
    rated_w: Annotated[int | None, typer.Option(help="Left out: as the old one.")] = None,
    relay: Annotated[bool | None, typer.Option(help="Left out: as the old one.")] = None,
    reason: Annotated[str, typer.Option(help="Stands in the ledger.")] = "",
    db: Database = DEFAULT_DB,
    keys: Keys = _KEYS,
) -> None:
    """Put a new heater in the place of an old one, whose key is wiped."""
    import dataclasses

    places = places_of(db)
    was = places.tree().heaters.get(old)
    if was is None:
        raise UserError(f"no device {old}", "nuanbu group status")
    heater = dataclasses.replace(
        was,
        id=new,
        rated_w=was.rated_w if rated_w is None else rated_w,
        relay=was.relay if relay is None else relay,
    )
    _with_keys(places, [heater], keys, lambda made: places.replace(old, heater, made[new], reason))
    say(f"{old}: replaced by {new}; the keys were added to {keys}")


@device_app.command("list")
def device_list(db: Database = DEFAULT_DB) -> None:
    """Print every heater as CSV, in the form that `import` takes."""
    import csv
    from dataclasses import asdict, fields

    from nuanbu.group.tree import Heater

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([field.name for field in fields(Heater)])
    for heater in sorted(places_of(db).tree().heaters.values(), key=lambda one: one.id):
        writer.writerow(asdict(heater).values())


def _add(db: str, heaters: list, keys: Path) -> None:
    places = places_of(db)
    _with_keys(places, heaters, keys, lambda made: places.add_heaters(heaters, made))
    say(f"heaters added: {len(heaters)}; their keys were added to {keys}")


def _with_keys(places, heaters: list, path: Path, store) -> None:
    # First the file, then the database: a key that nobody got would make a heater unreachable.
    from nuanbu.group import keyfile
    from nuanbu.group.service import zone_key
    from nuanbu.group.tree import Tree

    tree = places.tree()
    made = {heater.id: secrets.token_bytes(_KEY_BYTES) for heater in heaters}
    Tree(tree.nodes.values(), heaters)  # refuses what has no place before a zone's key is made
    rows = [
        {
            "device": heater.id,
            "key": made[heater.id].hex(),
            "zone.district": zone_key(places, tree.path(heater.household)[-1]).hex(),
        }
        for heater in heaters
    ]
    with keyfile.added(path, rows):
        store(made)
