"""What MicroPython's mpy-tool.py wrote into frozen_content.c, read back.

It names every instruction in a comment. A future tool that writes the file differently is not
understood, which costs heap on the device, not function.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FUNCTION = re.compile(
    r"// frozen bytecode for file (\S+), scope \w+\n"
    r"static const byte fun_data_(\w+)\[\d+\] = \{\n(.*?)\n\};",
    re.DOTALL,
)
_CODE = re.compile(r" +((?:0x[0-9a-f]{2},)+) // ([A-Z_]+)(?: (.*))?")
_CHILDREN = re.compile(r"\bchildren_(\w+)\[\] = \{\n(.*?)\n\};", re.DOTALL)
_CHILD = re.compile(r"&proto_fun_(\w+)")
_GENERATOR = re.compile(r"\bproto_fun_(\w+) = \{[^}]*?\.is_generator = 1,")
_NAMES = re.compile(r"\bconst_qstr_table_data_(\w+)\[\d+\] = \{\n(.*?)\n\};", re.DOTALL)
_OBJECTS = re.compile(r"\bconst_obj_table_data_(\w+)\[\d+\] = \{\n(.*?)\n\};", re.DOTALL)
_TUPLE = re.compile(r"\bmp_rom_obj_tuple_t (\w+) = \{\{&mp_type_tuple\}, (\d+),")
_STRING = re.compile(r"\bmp_obj_str_t (\w+) = \{\{&mp_type_(?:str|bytes)\}, (\d+),")
_OWN_STRINGS = re.compile(r"enum \{\n(.*?)\n\};", re.DOTALL)
_OWN_HASHES = re.compile(r"mp_qstr_frozen_const_hashes\[\] = \{\n(.*?)\n\};", re.DOTALL)
_PORTS_STRING = re.compile(r"QDEF\d\((\w+), (\d+),")
TOP = "__lt_module_gt_"  # ends the name of a module's body
_INITIALISER = re.compile(
    r"MP_ROM_INT\((?P<integer>-?\d+)\)|MP_ROM_QSTR\((?P<interned>\w+)\)|MP_ROM_PTR\(&(?P<object>\w+)\)"
)
_HEADER_LINES = 3  # prelude, names, code info


class Instruction(NamedTuple):
    name: str
    operand: int
    text: str  # the operand as the comment has it


class FrozenCode:
    """The functions of all frozen modules, and the tables that their operands refer to.

    strings: the build's qstrdefs.generated.h.
    """

    def __init__(self, text: str, strings: str):
        self._files = {m[2]: m[1] for m in _FUNCTION.finditer(text)}
        self._bodies = {m[2]: m[3] for m in _FUNCTION.finditer(text)}
        self.children = {m[1]: _CHILD.findall(m[2]) for m in _CHILDREN.finditer(text)}
        self.generators = set(_GENERATOR.findall(text))
        self.lengths = {m[1]: int(m[2]) for m in _TUPLE.finditer(text)}  # of constant tuples
        self._names = _rows(_NAMES, text)
        self._objects = _rows(_OBJECTS, text)
        self._hashes = {m[1]: int(m[2]) for m in _PORTS_STRING.finditer(strings)}
        self._hashes.update(_own_hashes(text))
        self._texts = {m[1]: int(m[2]) for m in _STRING.finditer(text)}
        # Names of files, as they are imported, and the prefix that all their identifiers have.
        self.prefixes = {
            file: scope.removesuffix(TOP)
            for scope, file in self._files.items()
            if scope.endswith(TOP)
        }

    def code(self, scope: str) -> list[Instruction]:
        """The instructions of a function by its name in C; empty if it is not of bytecode."""
        lines = self._bodies.get(scope, "").splitlines()[_HEADER_LINES:]
        return [_instruction(line) for line in lines]

    def of_file(self, file: str) -> list[str]:
        """Names in C of all functions of a file."""
        return [scope for scope, of in self._files.items() if of == file]

    def file(self, scope: str) -> str:
        """The file that a function is of."""
        return self._files[scope]

    def name(self, prefix: str, operand: int) -> str:
        """C identifier of an interned string."""
        return self._names[prefix][operand]

    def constant(self, prefix: str, operand: int) -> str:
        """C initialiser of a constant."""
        return self._objects[prefix][operand]

    def is_interned(self, identifier: str) -> bool:
        return identifier in self._hashes

    def hash(self, c: str) -> int | None:
        """What a dict goes by for a key with this initialiser; None: it can be no key here."""
        found = _INITIALISER.fullmatch(c)
        if found is None:
            return None
        if found["integer"]:
            return int(found["integer"]) & 0xFFFF_FFFF
        return self._hashes.get(found["interned"], self._texts.get(found["object"]))

    def has_constants(self, prefix: str) -> bool:
        return prefix in self._objects


def _rows(pattern, text):
    return {
        m[1]: [line.strip(" ,") for line in m[2].splitlines()] for m in pattern.finditer(text)
    }


def _own_hashes(text):
    names, hashes = _OWN_STRINGS.search(text), _OWN_HASHES.search(text)
    if names is None or hashes is None:
        return {}
    words = [line.strip(" ,").partition(" ")[0] for line in names[1].splitlines()]
    return dict(zip(words, map(int, hashes[1].replace(",", " ").split()), strict=False))


def _instruction(line):
    found = _CODE.fullmatch(line)
    if found is None:
        return Instruction("?", 0, "")
    value = 0
    for byte in found[1].rstrip(",").split(",")[1:]:
        value = value << 7 | int(byte, 16) & 0x7F
    return Instruction(found[2], value, found[3] or "")
