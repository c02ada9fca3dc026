"""C source of modules that lie in the image, for boards/cmodules/romcode."""

from __future__ import annotations

from pathlib import Path

from frozen_code import FrozenCode
from frozen_values import Class, Constant, Function, Items, Late, Module, Property

_HEADER = Path(__file__).parents[1] / "cmodules/romcode/romcode.h"
_MOST_MODULES = 192  # romcode.c
# py/objproperty.c keeps it to itself: the getter, no setter, no deleter.
_TYPES = """#include "py/objfun.h"

typedef struct {
    mp_obj_base_t base;
    mp_obj_t proxy[3];
} rom_property_t;
"""
_CLASS_FLAGS = (
    "MP_TYPE_FLAG_EQ_NOT_REFLEXIVE | MP_TYPE_FLAG_EQ_CHECKS_OTHER_TYPE | "
    "MP_TYPE_FLAG_EQ_HAS_NEQ_TEST | MP_TYPE_FLAG_ITER_IS_GETITER | MP_TYPE_FLAG_INSTANCE_TYPE | "
    "MP_TYPE_FLAG_IS_SUBCLASSED"
)
_CLASS_SLOTS = (
    "make_new, romcode_make_new, print, romcode_print, call, mp_obj_instance_call, "
    "unary_op, romcode_unary_op, binary_op, romcode_binary_op, attr, romcode_attr, "
    "subscr, romcode_subscr, iter, mp_obj_instance_getiter, buffer, romcode_buffer"
)


def source(code: FrozenCode, modules: list[Module]) -> str:
    """C source to follow frozen_content.c."""
    writer = _Writer(code, modules[:_MOST_MODULES])
    writer.write()
    return "".join(writer.out)


class _Writer:
    def __init__(self, code, modules):
        self._code = code
        self._modules = modules
        self._places = {module.file: at for at, module in enumerate(modules)}
        self._dicts = []
        self._written: dict[int, str] = {}
        self._count = 0
        self.out = [_HEADER.read_text(), '#include "py/objtype.h"\n', _TYPES]

    def write(self):
        add = self.out.append
        for at, module in enumerate(self._modules):
            const = "" if _on_the_heap(module) else "const "
            add(f"static {const}mp_module_context_t rom_context_{at};\n")
            text = f'{len(module.name)}, (const byte *)"{module.name}"'
            add(f"static const mp_obj_str_t rom_name_{at} = {{{{&mp_type_str}}, 0, {text}}};\n")
        for at, module in enumerate(self._modules):
            self._module(at, module)
        add("const romcode_module_t romcode_modules[] = {\n")
        for at, module in enumerate(self._modules):
            late = f"rom_late_{at}" if _on_the_heap(module) else "NULL"
            context = f"(mp_module_context_t *)&rom_context_{at}, &rom_globals_{at}"
            add(f"    {{&rom_name_{at}, {context}, rom_imports_{at}, {late}}},\n")
        add("    {0}\n};\nconst mp_obj_dict_t *const romcode_dicts[] = {\n")
        self.out += [f"    &{name},\n" for name in self._dicts]
        add("    NULL\n};\n")

    def _module(self, at, module):
        add = self.out.append
        rows = {
            "__name__": ("MP_QSTR___name__", f"MP_ROM_PTR(&rom_name_{at})"),
        }
        if module.is_package:
            rows["__path__"] = ("MP_QSTR___path__", f"MP_ROM_PTR(&rom_name_{at})")
            for inner in self._modules:
                outside, _, name = inner.name.rpartition(".")
                if outside == module.name and self._code.is_interned(f"MP_QSTR_{name}"):
                    rows[name] = f"MP_QSTR_{name}", self._value(inner)
        for name, (identifier, value) in module.names.items():
            rows[name] = identifier, self._value(value)
        self._dict(f"rom_globals_{at}", [(f"MP_ROM_QSTR({i})", c) for i, c in rows.values()])
        imports = dict.fromkeys(
            f"MP_ROM_PTR(&rom_context_{self._places[other.file]})"
            if isinstance(other, Module)
            else f"MP_ROM_QSTR({other})"
            for other in module.imports
            if not isinstance(other, Module) or other.file in self._places
        )
        add(f"static const mp_rom_obj_t rom_imports_{at}[] = {{\n")
        self.out += [f"    {c},\n" for c in (*imports, "MP_ROM_PTR(NULL)")]
        add("};\n")
        const = "const "
        if _on_the_heap(module):
            const = ""
            add(f"static const romcode_late_t rom_late_{at}[] = {{\n")
            for identifier, value in module.late.values():
                add(f"    {{{identifier}, {value.module}, {value.attr}}},\n")
            add("    {MP_QSTRnull}\n};\n")
        constants = (
            f"(mp_obj_t *)&const_obj_table_data_{module.prefix}"
            if self._code.has_constants(module.prefix)
            else "NULL"
        )
        words = f"(qstr_short_t *)&const_qstr_table_data_{module.prefix}"
        add(
            f"static {const}mp_module_context_t rom_context_{at} = {{"
            f".module = {{{{&mp_type_module}}, (mp_obj_dict_t *)&rom_globals_{at}}}, "
            f".constants = {{.qstr_table = {words}, .obj_table = {constants}}}}};\n"
        )

    def _value(self, value):
        """The initialiser of `value`; what it needs is written before."""
        if isinstance(value, Constant):
            if value.c.startswith("MP_ROM_PTR(&") and isinstance(value.value, str):  # a module
                name = value.c.removeprefix("MP_ROM_PTR(&").removesuffix(")")
                self.out.append(f"extern const struct _mp_obj_module_t {name};\n")
            return value.c
        if isinstance(value, Late):
            return "MP_ROM_NONE"
        if isinstance(value, Module):
            return f"MP_ROM_PTR(&rom_context_{self._places[value.file]})"
        if id(value) not in self._written:  # where it is met first, be it an import of it
            name = {
                Function: self._function,
                Property: self._property,
                Class: self._class,
                Items: self._items,
            }[type(value)](value)
            self._written[id(value)] = f"MP_ROM_PTR(&{name})"
        return self._written[id(value)]

    def _function(self, function):
        scope = function.scope
        at = self._place(scope)
        defaults = [f"(mp_obj_t){self._value(value)}" for value in function.defaults]
        children = f"(void *)children_{scope}" if scope in self._code.children else "NULL"
        extra = f", .extra_args = {{{', '.join(defaults)}}}" if defaults else ""
        kind = "mp_type_gen_wrap" if function.generator else "mp_type_fun_bc"
        self.out.append(
            f"static const mp_obj_fun_bc_t rom_fun_{scope} = {{.base = {{&{kind}}}, "
            f".context = (mp_module_context_t *)&rom_context_{at}, .child_table = {children}, "
            f".bytecode = fun_data_{scope}{extra}}};\n"
        )
        return f"rom_fun_{scope}"

    def _property(self, value):
        name = f"rom_property_{value.getter.scope}"
        getter = f"(mp_obj_t){self._value(value.getter)}"
        self.out.append(
            f"static const rom_property_t {name} = {{{{&mp_type_property}}, "
            f"{{{getter}, mp_const_none, mp_const_none}}}};\n"
        )
        return name

    def _class(self, cls):
        at = self._place(cls.scope)
        rows = []
        for name, (identifier, value) in cls.members.items():
            inner = f"MP_ROM_PTR(&rom_name_{at})" if name == "__module__" else self._value(value)
            rows.append((f"MP_ROM_QSTR({identifier})", inner))
        parent = ""
        if cls.bases:
            base = self._value(cls.bases[0]).removeprefix("MP_ROM_PTR(").removesuffix(")")
            parent = f", parent, {base}"
        self._dict(f"rom_members_{cls.scope}", rows)
        flags = _CLASS_FLAGS
        if cls.has_accessors:
            flags += " | MP_TYPE_FLAG_HAS_SPECIAL_ACCESSORS"
        self.out.append(
            f"static MP_DEFINE_CONST_OBJ_TYPE(rom_class_{cls.scope}, {cls.name}, {flags}, "
            f"{_CLASS_SLOTS}, locals_dict, &rom_members_{cls.scope}{parent});\n"
        )
        return f"rom_class_{cls.scope}"

    def _items(self, value):
        if value.kind == "tuple":
            if not value.items:
                return "mp_const_empty_tuple_obj"
            items = "".join(f"    {self._value(item)},\n" for item in value.items)
            name = self._new_name()
            self.out.append(
                f"static const mp_rom_obj_tuple_t {name} = {{{{&mp_type_tuple}}, "
                f"{len(value.items)}, {{\n{items}}}}};\n"
            )
        else:
            name = self._new_name()
            rows = [(key.c, self._value(item)) for key, item in value.items]
            self._dict(name, rows)
        return name

    def _place(self, scope):
        return self._places[self._code.file(scope)]

    def _new_name(self):
        self._count += 1
        return f"rom_items_{self._count}"

    def _dict(self, name, rows):
        """rows: initialisers of key and value."""
        size = len(rows) * 5 // 4 + 1  # a little room keeps the searches short
        slots = [""] * size
        for key, value in rows:
            at = (self._code.hash(key) or 0) % size
            while slots[at]:
                at = (at + 1) % size
            slots[at] = f"    {{{key}, {value}}},\n"
        interned = int(all(key.startswith("MP_ROM_QSTR(") for key, _ in rows))
        self.out.append(f"static const mp_rom_map_elem_t {name}_table[] = {{\n")
        self.out += [slot or "    {MP_ROM_PTR(NULL), MP_ROM_PTR(NULL)},\n" for slot in slots]
        self.out.append(
            f"}};\nstatic const mp_obj_dict_t {name} = {{{{&mp_type_dict}}, "
            f"{{.all_keys_are_qstrs = {interned}, .is_fixed = 1, .used = {len(rows)}, "
            f".alloc = {size}, .table = (mp_map_elem_t *){name}_table}}}};\n"
        )
        self._dicts.append(name)


def _on_the_heap(module):
    """Whether its names have to be copied to where they can be written."""
    return bool(module.late) or module.writable
