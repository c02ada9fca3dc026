"""What cmodules/romclass makes classes of: dicts of methods in the image, which need no heap.

MicroPython's own `mpy-tool.py` writes `frozen_content.c` with every instruction named in a
comment. From those comments this reads what each class body would do when it is run. A body that
only defines methods and constants becomes a constant dict; any other is left to be run at import
as ever. So a future tool that writes the file differently costs heap, not function.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

_HEADER = Path(__file__).parents[1] / "cmodules/romclass/romclass.h"
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
_MODULES_MAX = 128  # ROMCLASS_MODULES
_CONSTANTS = {
    "LOAD_CONST_NONE": "mp_const_none",
    "LOAD_CONST_FALSE": "mp_const_false",
    "LOAD_CONST_TRUE": "mp_const_true",
}
# py/objproperty.c keeps it to itself: the getter, no setter, no deleter.
_PROPERTY = """typedef struct {
    mp_obj_base_t base;
    mp_obj_t proxy[3];
} rom_property_t;
"""
# What the interpreter changes in a dict that has it.
_CHANGED = {"__new__"}


class _Other(Exception):
    """This class body does something else."""


class _Method(NamedTuple):
    function: str  # its name in C
    defaults: list[str]
    kind: str = "fun"  # or "property", of which this is the getter


class _Frozen:
    """What frozen_content.c says."""

    def __init__(self, text: str):
        self.functions = {m[2]: (m[1], m[3]) for m in _FUNCTION.finditer(text)}
        self.children = {m[1]: _CHILD.findall(m[2]) for m in _CHILDREN.finditer(text)}
        self.generators = set(_GENERATOR.findall(text))
        self.names = _rows(_NAMES, text)  # identifiers by module, in the order of their operands
        self.objects = _rows(_OBJECTS, text)  # constants likewise


def _rows(pattern, text):
    return {
        m[1]: [line.strip(" ,") for line in m[2].splitlines()] for m in pattern.finditer(text)
    }


def added(text: str, hash_bytes: int) -> str:
    """C source to follow `text`, the content of frozen_content.c."""
    frozen = _Frozen(text)
    out = [_HEADER.read_text(), '#include "py/objfun.h"\n', _PROPERTY]
    modules: list[str] = []
    entries = []
    for scope, (file, body) in frozen.functions.items():
        code = [_instruction(line) for line in body.splitlines()[3:]]
        if not _is_class(code) or not (file in modules or len(modules) < _MODULES_MAX):
            continue
        try:
            members = {name: rest for name, *rest in _members(frozen, scope, file, code)}
        except _Other:
            continue
        if file not in modules:
            out.append(f"static mp_module_context_t rom_context_{len(modules)};\n")
            name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            out.append(
                f"static const mp_obj_str_t rom_module_{len(modules)} = "
                f'{{{{&mp_type_str}}, 0, {len(name)}, (const byte *)"{name}"}};\n'
            )
            modules.append(file)
        at = modules.index(file)
        out += _class(frozen, scope, at, members, hash_bytes)
        entries.append(f"    {{fun_data_{scope}, &rom_dict_{scope}, &rom_context_{at}, {at}}},\n")
    out += ["const romclass_t romclass_table[] = {\n", *entries, "    {0}\n};\n"]
    return "".join(out)


def _instruction(line):
    found = _CODE.fullmatch(line)
    if found is None:
        return "?", [], ""
    return found[2], [int(byte, 16) for byte in found[1].rstrip(",").split(",")], found[3] or ""


def _is_class(code):
    stores = [text for _, _, text in code[:4]]
    return (
        len(code) > 4
        and [name for name, _, _ in code[:4]]
        == ["LOAD_NAME", "STORE_NAME", "LOAD_CONST_STRING", "STORE_NAME"]
        and (stores[0], stores[1], stores[3]) == ("'__name__'", "'__module__'", "'__qualname__'")
    )


def _members(frozen, scope, file, code):
    """(name, its identifier, a C value or a function and its defaults) of the class."""
    module = file.removesuffix(".py").replace("/", "_")
    names = frozen.names[module]
    if [name for name, _, _ in code[-2:]] != ["LOAD_CONST_NONE", "RETURN_VALUE"]:
        raise _Other
    yield "__module__", names[_operand(code[1])], None
    held = []
    for instruction in code[2:-2]:
        name, _, text = instruction
        if name in _CONSTANTS:
            held.append(_CONSTANTS[name])
        elif name == "LOAD_CONST_SMALL_INT":
            held.append(f"MP_OBJ_NEW_SMALL_INT({int(text)})")
        elif name == "LOAD_CONST_STRING":
            held.append(f"MP_OBJ_NEW_QSTR({names[_operand(instruction)]})")
        elif name == "LOAD_CONST_OBJ":
            held.append(f"(mp_obj_t){frozen.objects[module][_operand(instruction)]}")
        elif name == "BUILD_TUPLE" and _operand(instruction) == 0:
            held.append("mp_const_empty_tuple")
        elif name == "BUILD_TUPLE":
            held[-_operand(instruction) :] = [held[-_operand(instruction) :]]
        elif name == "LOAD_NULL":
            held.append("MP_OBJ_NULL")
        elif name == "MAKE_FUNCTION":
            held.append(_Method(_function_of(frozen, scope, instruction), []))
        elif name == "MAKE_FUNCTION_DEFARGS":
            defaults, keywords = held[-2:]
            if keywords != "MP_OBJ_NULL" or not isinstance(defaults, list):
                raise _Other
            held[-2:] = [_Method(_function_of(frozen, scope, instruction), defaults)]
        elif name == "LOAD_NAME" and text == "'property'":
            held.append(property)
        elif name == "CALL_FUNCTION" and held[:1] == [property] and isinstance(held[-1], _Method):
            held[:] = [held[1]._replace(kind="property")]
        elif name == "STORE_NAME" and len(held) == 1 and not isinstance(held[0], list):
            stored = ast.literal_eval(text)
            if stored in _CHANGED:
                raise _Other
            yield stored, names[_operand(instruction)], held.pop()
        else:
            raise _Other
    if held:
        raise _Other


def _function_of(frozen, scope, instruction):
    function = frozen.children[scope][_operand(instruction)]
    if function in frozen.generators:  # an object of another type
        raise _Other
    return function


def _operand(instruction):
    value = 0
    for byte in instruction[1][1:]:
        value = value << 7 | byte & 0x7F
    return value


def _class(frozen, scope, module, members, hash_bytes):
    size = len(members) * 5 // 4 + 1  # a little room keeps the searches short
    slots = [""] * size
    for name, (identifier, value) in members.items():
        at = _hash(name, hash_bytes) % size
        while slots[at]:
            at = (at + 1) % size
        if value is None:
            value = f"MP_OBJ_FROM_PTR(&rom_module_{module})"
        elif isinstance(value, _Method):
            yield _function(frozen, value, module)
            value = f"MP_OBJ_FROM_PTR(&rom_{value.kind}_{value.function})"
        slots[at] = f"    {{MP_OBJ_NEW_QSTR({identifier}), {value}}},\n"
    yield f"static const mp_map_elem_t rom_table_{scope}[] = {{\n"
    yield from (slot or "    {MP_OBJ_NULL, MP_OBJ_NULL},\n" for slot in slots)
    yield "};\n"
    yield (
        f"static const mp_obj_dict_t rom_dict_{scope} = {{{{&mp_type_dict}}, "
        f"{{.all_keys_are_qstrs = 1, .is_fixed = 1, .used = {len(members)}, .alloc = {size}, "
        f".table = (mp_map_elem_t *)rom_table_{scope}}}}};\n"
    )


def _function(frozen, method, module):
    name, defaults, kind = method
    children = f"(void *)children_{name}" if name in frozen.children else "NULL"
    extra = f", .extra_args = {{{', '.join(defaults)}}}" if defaults else ""
    source = (
        f"static const mp_obj_fun_bc_t rom_fun_{name} = {{.base = {{&mp_type_fun_bc}}, "
        f".context = &rom_context_{module}, .child_table = {children}, "
        f".bytecode = fun_data_{name}{extra}}};\n"
    )
    if kind == "property":
        source += (
            f"static const rom_property_t rom_property_{name} = {{{{&mp_type_property}}, "
            f"{{MP_OBJ_FROM_PTR(&rom_fun_{name}), mp_const_none, mp_const_none}}}};\n"
        )
    return source


def _hash(name, hash_bytes):
    # As qstr_compute_hash does it.
    value = 5381
    for byte in name.encode():
        value = value * 33 ^ byte
    return value & (1 << 8 * (hash_bytes or 2)) - 1 or 1
