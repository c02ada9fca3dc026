"""Nodes and heaters from files, CSV with a head line or a JSON list of objects, all or nothing."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Generic, TypeVar

from nuanbu.errors import UserError
from nuanbu.group.tree import Heater, Node, Refused, Tree

Item = TypeVar("Item", Node, Heater)


@dataclass(frozen=True)
class Listed(Generic[Item]):
    """What stood in a file, and where: {id: "file, line 7"}."""

    items: list[Item]
    where: dict[str, str]

    @contextmanager
    def located(self) -> Iterator[None]:
        """A refusal of one of these within the block names its line as well."""
        try:
            yield
        except Refused as e:
            if e.subject not in self.where:
                raise
            raise Refused(f"{self.where[e.subject]}: {e}", e.hint, e.subject) from None


def read(nodes_file: Path, heaters_file: Path | None = None) -> Tree:
    """A tree from files."""
    nodes = read_nodes(nodes_file)
    with nodes.located():
        tree = Tree(nodes.items)
    if heaters_file is None:
        return tree
    heaters = read_heaters(heaters_file)
    with heaters.located():
        return Tree(nodes.items, heaters.items)


def read_nodes(path: Path) -> Listed[Node]:
    """Nodes from a file; whether they make a tree the Tree checks."""
    return _listed(Node, path)


def read_heaters(path: Path) -> Listed[Heater]:
    """Heaters from a file; their places are checked by the Tree."""
    return _listed(Heater, path)


def _listed(kind: type[Item], path: Path) -> Listed[Item]:
    items, where = [], {}
    for place, row in _rows(path):
        item = _made(kind, row, place)
        if item.id in where:
            raise Refused(f"{place}: {item.id} stands in the file twice, also in {where[item.id]}")
        items.append(item)
        where[item.id] = place
    return Listed(items, where)


def _rows(path: Path) -> list[tuple[str, Mapping]]:
    try:
        if path.suffix == ".json":
            rows = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise ValueError("a list of objects is expected")
            return [(f"{path}, object {number}", row) for number, row in enumerate(rows, 1)]
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            return [(f"{path}, line {reader.line_num}", row) for row in reader]
    except (OSError, ValueError, csv.Error) as e:
        raise UserError(f"{path}: cannot be read: {e}") from e


def _made(kind: type[Item], row: Mapping, place: str) -> Item:
    known = {field.name: field for field in fields(kind)}
    strange = [name for name in row if name not in known]
    if strange:
        said = "more cells than the head line" if None in strange else f"no column {strange[0]!r}"
        raise UserError(f"{place}: {said}", f"known are {', '.join(known)}")
    values = {}
    for name, value in row.items():
        if value in ("", None):
            continue
        try:
            values[name] = _READERS[str(known[name].type)](value)
        except ValueError as e:
            wanted = _WORDS[str(known[name].type)]
            raise UserError(f"{place}: {name} is {value!r}, {wanted} is expected") from e
    try:
        return kind(**values)
    except TypeError as e:
        raise UserError(f"{place}: {_missing(kind, values)}") from e


def _missing(kind: type, values: Mapping) -> str:
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.name not in values]
    return f"nothing in column {needed[0]!r}"


def _flag(value: object) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if str(value).lower() not in words:
        raise ValueError(value)
    return words[str(value).lower()]


_WORDS = {"str": "text", "int": "a whole number", "float": "a number", "bool": "yes or no"}
_READERS = {"str": str, "int": lambda v: int(str(v)), "float": float, "bool": _flag}
