"""What the modules of the application would be, once imported: found by reading their bodies.

A body that only imports, defines functions and classes, and names constants can be known
beforehand; boards/cmodules/romcode then uses what rom_tables.py makes of it instead of running
it. Any other module is left to be imported as ever.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from frozen_code import TOP, FrozenCode
from frozen_values import (
    Class,
    Constant,
    Function,
    Items,
    Late,
    Module,
    NotKnown,
    Property,
    is_late_inside,
)

_CONSTANTS = {
    "LOAD_CONST_NONE": ("MP_ROM_NONE", None),
    "LOAD_CONST_FALSE": ("MP_ROM_FALSE", False),
    "LOAD_CONST_TRUE": ("MP_ROM_TRUE", True),
}
# Built-in types that bodies name, all of which are mp_type_... in C.
_TYPES = {
    "Exception", "OSError", "ValueError", "bool", "bytes", "dict", "int", "list", "str", "tuple",
}  # fmt: skip
# What the interpreter would change in the dict of a class that has it.
_CHANGED = {"__new__"}
_IMPORT_STATEMENT = 0  # level of an absolute import


class Modules:
    """Those files of `application` that can be known.

    builtin: C names of the port's own modules by their Python names.
    """

    def __init__(self, code: FrozenCode, application: Iterable[str], builtin: dict[str, str]):
        self.code = code
        self._application = set(application)
        self._builtin = builtin
        self._known: dict[str, Module | None] = {}
        self._reading: set[str] = set()
        for file in sorted(self._application & code.prefixes.keys()):
            self.of_file(file)
        self.all = [module for module in self._known.values() if module]

    def of_file(self, file: str) -> Module | None:
        """None for one that cannot be known. Raises NotKnown for one that is just being read."""
        if file in self._reading:
            raise NotKnown  # imports in a circle
        if file not in self._known:
            self._known[file] = None
            self._reading.add(file)
            name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            module = Module(file, self.code.prefixes[file], name)
            try:
                _Body(self, module).run()
                self._known[file] = module
            except NotKnown:
                pass
            self._reading.discard(file)
        return self._known[file]

    def named(self, name: str) -> Module | None:
        path = name.replace(".", "/")
        for file in (f"{path}/__init__.py", f"{path}.py"):
            if file in self._application and file in self.code.prefixes:
                return self.of_file(file)
        return None

    def builtin(self, name: str) -> str | None:
        """A module of the port that no frozen one stands in front of."""
        return None if f"{name}.py" in self.code.prefixes else self._builtin.get(name)


class _Body:
    """Reads the body of a module or, with `scope` and `outer`, of a class in it."""

    def __init__(self, modules: Modules, module: Module, scope: str = "", outer=None):
        self._modules = modules
        self._code = modules.code
        self._module = module
        self._scope = scope or module.prefix + TOP
        self._outer = outer or {}
        self.names: dict[str, tuple[str, Any]] = {}
        self._held: list[Any] = []

    def run(self) -> None:
        module = self._module
        scopes = self._code.of_file(module.file)
        written = {i.name for scope in scopes for i in self._code.code(scope)}
        module.writable = bool(written & {"STORE_GLOBAL", "DELETE_GLOBAL"})
        module.names = self.names
        self.read()

    def read(self) -> None:
        code = self._code.code(self._scope)
        if [i.name for i in code[-2:]] != ["LOAD_CONST_NONE", "RETURN_VALUE"]:
            raise NotKnown
        for instruction in code[:-2]:
            step = getattr(self, "_" + instruction.name.lower(), None)
            if step is None and instruction.name not in _CONSTANTS:
                raise NotKnown
            try:
                if step:
                    step(instruction)
                else:
                    self._held.append(Constant(*_CONSTANTS[instruction.name]))
            except IndexError:  # less on the stack than it should be
                raise NotKnown from None
        if self._held:
            raise NotKnown

    def _identifier(self, instruction):
        return self._code.name(self._module.prefix, instruction.operand)

    def _take(self, count):
        if not count:
            return []
        if len(self._held) < count:
            raise NotKnown
        taken = self._held[-count:]
        del self._held[-count:]
        return taken

    # --- constants

    def _load_const_small_int(self, instruction):
        value = int(instruction.text)
        self._held.append(Constant(f"MP_ROM_INT({value})", value))

    def _load_const_string(self, instruction):
        text = ast.literal_eval(instruction.text)
        self._held.append(Constant(f"MP_ROM_QSTR({self._identifier(instruction)})", text))

    def _load_const_obj(self, instruction):
        c = self._code.constant(self._module.prefix, instruction.operand)
        self._held.append(Constant(c))

    def _load_null(self, _):
        self._held.append(None)

    def _build_tuple(self, instruction):
        self._held.append(Items("tuple", self._take(instruction.operand)))

    def _build_map(self, _):
        self._held.append(Items("dict"))

    def _store_map(self, _):
        value, key = self._take(2)
        if not isinstance(key, Constant) or self._code.hash(key.c) is None:
            raise NotKnown
        self._held[-1].items.append((key, value))

    # --- functions and classes

    def _function(self, instruction, defaults):
        scope = self._code.children[self._scope][instruction.operand]
        if not self._code.code(scope):
            raise NotKnown  # of machine code
        self._held.append(Function(scope, defaults, scope in self._code.generators))

    def _make_function(self, instruction):
        self._function(instruction, [])

    def _make_function_defargs(self, instruction):
        defaults, keywords = self._take(2)
        if keywords is not None or not isinstance(defaults, Items):
            raise NotKnown
        self._function(instruction, defaults.items)

    def _load_build_class(self, _):
        self._held.append(Class)

    def _call_function(self, instruction):
        called, *given = self._take(instruction.operand + 1)
        if called is Class:
            body, name, *bases = given
            inner = _Body(self._modules, self._module, body.scope, self.names)
            inner.read()
            if len(bases) > 1 or _CHANGED & inner.names.keys():
                raise NotKnown
            if any(isinstance(base, Late) for base in bases):
                raise NotKnown
            self._held.append(Class(body.scope, name.c[12:-1], bases, inner.names))
        elif called is property and len(given) == 1 and isinstance(given[0], Function):
            self._held.append(Property(given[0]))
        elif called is len and len(given) == 1:
            self._held.append(self._length(given[0]))
        else:
            raise NotKnown

    def _length(self, thing):
        if isinstance(thing, Items):
            length = len(thing.items)
        elif isinstance(thing, Constant):
            name = thing.c.removeprefix("MP_ROM_PTR(&").removesuffix(")")
            length = self._code.lengths.get(name)
        else:
            length = None
        if length is None:
            raise NotKnown
        return Constant(f"MP_ROM_INT({length})", length)

    # --- names

    def _load_name(self, instruction):
        name = ast.literal_eval(instruction.text)
        for names in (self.names, self._outer):
            if name in names:
                self._held.append(names[name][1])
                return
        if name == "__name__":
            self._held.append(self._module)
        elif name in ("property", "len"):
            self._held.append({"property": property, "len": len}[name])
        elif name in _TYPES:
            self._held.append(Constant(f"MP_ROM_PTR(&mp_type_{name})"))
        else:
            raise NotKnown

    def _store_name(self, instruction):
        name = ast.literal_eval(instruction.text)
        value = self._held.pop()
        if value is None or value in (Class, property, len) or is_late_inside(value):
            raise NotKnown
        self.names[name] = self._identifier(instruction), value

    _store_global = _store_name

    def _pop_top(self, _):
        self._held.pop()

    # --- imports

    def _import_name(self, instruction):
        level, wanted = self._take(2)
        if level.value != _IMPORT_STATEMENT:
            raise NotKnown
        name = ast.literal_eval(instruction.text)
        identifier = self._identifier(instruction)
        module = self._modules.named(name)
        if module is None and isinstance(wanted, Constant) and "." in name:
            raise NotKnown  # gives its first package
        self._module.imports.append(module or identifier)
        if module is not None:
            if isinstance(wanted, Constant) and "." in name:
                module = self._modules.named(name.partition(".")[0])
            self._held.append(module)
            return
        builtin = self._modules.builtin(name)
        if builtin is None:
            self._held.append(Late(identifier))
        else:
            self._held.append(Constant(f"MP_ROM_PTR(&{builtin})", identifier))

    def _import_from(self, instruction):
        module = self._held[-1]
        name = ast.literal_eval(instruction.text)
        identifier = self._identifier(instruction)
        self._held.append(self._attribute(module, name, identifier))

    def _load_attr(self, instruction):
        module = self._held.pop()
        if not isinstance(module, Module):
            raise NotKnown
        name = ast.literal_eval(instruction.text)
        self._held.append(self._attribute(module, name, self._identifier(instruction)))

    def _attribute(self, module, name, identifier):
        if isinstance(module, Module):
            if name in module.names and not module.writable:
                value = module.names[name][1]
                if not isinstance(value, Late):
                    return value
            inner = self._modules.named(f"{module.name}.{name}")
            if inner is not None:
                self._module.imports.append(inner)
                return inner
            known_as = "MP_QSTR_" + module.name.replace(".", "_dot_")
            if not self._code.is_interned(known_as):
                raise NotKnown
            return Late(known_as, identifier)
        if isinstance(module, Constant):
            if (module.value, name) == ("MP_QSTR_micropython", "const"):
                return Constant("MP_ROM_PTR(&mp_identity_obj)")
            return Late(module.value, identifier)
        return Late(module.module, identifier)


