"""What names of a frozen module stand for, as far as that is known before it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# What makes access to the attributes of an object slower, and says so in the flags of its class.
_ACCESSORS = {"__setattr__", "__delattr__", "__get__", "__set__", "__delete__"}


class NotKnown(Exception):
    """This body does something else."""


@dataclass
class Constant:
    c: str  # initialiser of an mp_rom_obj_t
    value: Any = NotKnown  # in Python


@dataclass
class Items:
    kind: str  # "tuple" or "dict"
    items: list = field(default_factory=list)  # of a dict: pairs


@dataclass(eq=False)
class Function:
    scope: str
    defaults: list
    generator: bool


@dataclass(eq=False)
class Property:
    getter: Function


@dataclass(eq=False)
class Class:
    scope: str
    name: str  # C identifier
    bases: list
    members: dict[str, tuple[str, Any]]  # C identifier and value by name

    @property
    def has_accessors(self) -> bool:
        own = _ACCESSORS & self.members.keys()
        held = any(isinstance(value, Property) for _, value in self.members.values())
        return bool(own or held or any(getattr(b, "has_accessors", False) for b in self.bases))


@dataclass
class Late:
    """A value that is known on the device only: of a module that is not one of these."""

    module: str  # C identifier of its name
    attr: str = "MP_QSTRnull"  # likewise


@dataclass(eq=False)
class Module:
    file: str
    prefix: str
    name: str
    names: dict[str, tuple[str, Any]] = field(default_factory=dict)
    imports: list = field(default_factory=list)  # Modules, and C identifiers of others' names
    writable: bool = False  # its functions assign to its names

    @property
    def is_package(self) -> bool:
        return self.file.endswith("/__init__.py")

    @property
    def late(self) -> dict[str, tuple[str, Late]]:
        return {n: (i, v) for n, (i, v) in self.names.items() if isinstance(v, Late)}


def is_late_inside(value):
    """What lies in the image refers only to what lies there."""
    if isinstance(value, Function):
        held = value.defaults
    elif isinstance(value, Class):
        held = [item for _, item in value.members.values()]
    elif isinstance(value, Items) and value.kind == "dict":
        held = [item for _, item in value.items]
    elif isinstance(value, Items):
        held = value.items
    else:
        held = []
    return any(isinstance(item, Late) or is_late_inside(item) for item in held)
