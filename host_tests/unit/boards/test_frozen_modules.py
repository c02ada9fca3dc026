"""Modules that lie in the image, made of what MicroPython's frozen_content.c says."""

import re
import sys

import pytest
from frozen_source import Frozen, hash_of, identifier
from loading import BOARDS

sys.path.append(str(BOARDS / "frozen"))
import rom_tables
from frozen_code import FrozenCode
from frozen_modules import Modules

END = ["LOAD_CONST_NONE", "RETURN_VALUE"]
NOTHING = [*END]  # a function's body, which is not looked into
BUILTIN = {"machine": "mp_module_machine", "micropython": "mp_module_micropython"}


def integer(name, value):
    return [("LOAD_CONST_SMALL_INT", value), ("STORE_NAME", name)]


def function(name, child):
    return [("MAKE_FUNCTION", child), ("STORE_NAME", name)]


def class_of(name, child, *base):
    loads = [("LOAD_NAME", base[0])] if base else []
    return [
        "LOAD_BUILD_CLASS", ("MAKE_FUNCTION", child), ("LOAD_CONST_STRING", name), *loads,
        ("CALL_FUNCTION", 2 + len(base)), ("STORE_NAME", name),
    ]  # fmt: skip


def body_of(name, *members):
    head = [("LOAD_NAME", "__name__"), ("STORE_NAME", "__module__")]
    head += [("LOAD_CONST_STRING", name), ("STORE_NAME", "__qualname__")]
    return [*head, *members, *END]


def from_import(module, *names):
    wanted = [("LOAD_CONST_STRING", name) for name in names]
    taken = [step for n in names for step in (("IMPORT_FROM", n), ("STORE_NAME", n))]
    return [
        ("LOAD_CONST_SMALL_INT", 0), *wanted, ("BUILD_TUPLE", len(names)), ("IMPORT_NAME", module),
        *taken, "POP_TOP",
    ]  # fmt: skip


def plain_import(module):
    return [
        ("LOAD_CONST_SMALL_INT", 0), "LOAD_CONST_NONE", ("IMPORT_NAME", module),
        ("STORE_NAME", module),
    ]  # fmt: skip


class Made:
    """The C source that came out, and its tables."""

    def __init__(self, frozen, *application):
        frozen.words += ["__name__", "__path__"]
        code = FrozenCode(frozen.text(), frozen.strings())
        modules = Modules(code, application, BUILTIN)
        self.files = [module.file for module in modules.all]
        self.text = rom_tables.source(code, modules.all)

    def table(self, name):
        """Values by word, in the order of the slots; None for an empty one."""
        found = re.search(rf" {name}_table\[\] = \{{\n(.*?)\n\}};", self.text, re.S)
        assert found, name
        rows = re.findall(r"^    \{MP_ROM_(\w+)\((.*?)\), (.*)\},$", found[1], re.M)
        return [None if key == "NULL" else (key.removeprefix("MP_QSTR_"), v) for _, key, v in rows]

    def names(self, name):
        return dict(filter(None, self.table(name)))


@pytest.fixture
def frozen():
    return Frozen()


def test_what_a_body_names_becomes_a_table(frozen):
    on = body_of("Lamp", *function("on", 0), *integer("WATTS", 40))
    bodies = {"": [*class_of("Lamp", 0), *integer("MOST", 7), *function("find", 1), *END]}
    bodies.update(Lamp=on, find=NOTHING, Lamp_on=NOTHING)
    frozen.add("room/lamp.py", bodies)
    made = Made(frozen, "room/lamp.py")
    names = made.names("rom_globals_0")
    assert names == {
        "__name__": "MP_ROM_PTR(&rom_name_0)",
        "Lamp": "MP_ROM_PTR(&rom_class_room_lamp_Lamp)",
        "MOST": "MP_ROM_INT(7)",
        "find": "MP_ROM_PTR(&rom_fun_room_lamp_find)",
    }
    assert made.names("rom_members_room_lamp_Lamp") == {
        "__module__": "MP_ROM_PTR(&rom_name_0)",
        "__qualname__": "MP_ROM_QSTR(MP_QSTR_Lamp)",
        "on": "MP_ROM_PTR(&rom_fun_room_lamp_Lamp_on)",
        "WATTS": "MP_ROM_INT(40)",
    }
    assert '"room.lamp"' in made.text
    assert "static const mp_module_context_t rom_context_0 = " in made.text


def test_every_name_is_found_by_its_hash(frozen):
    """As mp_map_lookup looks for it: from the hash on, before the first empty slot."""
    words = [f"word{i}" for i in range(40)]
    frozen.add("lamp.py", {"": [step for word in words for step in integer(word, 1)] + END})
    table = Made(frozen, "lamp.py").table("rom_globals_0")
    for word in [*words, "__name__"]:
        at = hash_of(word) % len(table)
        while table[at] is None or table[at][0] != word:
            assert table[at]
            at = (at + 1) % len(table)


def test_an_import_is_the_very_object_of_the_other_module(frozen):
    frozen.add("lamp.py", {"": [*class_of("Lamp", 0), *END], "Lamp": body_of("Lamp")})
    other = [*from_import("lamp", "Lamp"), *plain_import("lamp"), *class_of("Red", 0, "Lamp")]
    frozen.add("red.py", {"": other + END, "Red": body_of("Red")})
    made = Made(frozen, "lamp.py", "red.py")
    names = made.names("rom_globals_1")
    assert names["Lamp"] == made.names("rom_globals_0")["Lamp"]
    assert names["lamp"] == "MP_ROM_PTR(&rom_context_0)"
    assert made.text.count("MP_DEFINE_CONST_OBJ_TYPE(rom_class_lamp_Lamp,") == 1
    assert "parent, &rom_class_lamp_Lamp)" in made.text
    imports = "rom_imports_1[] = {\n    MP_ROM_PTR(&rom_context_0),\n    MP_ROM_PTR(NULL)"
    assert imports in made.text


def test_a_module_of_the_port_is_known_but_not_what_it_holds(frozen):
    frozen.add("a.py", {"": [*plain_import("machine"), *END]})
    frozen.add("b.py", {"": [*from_import("machine", "Pin"), *END]})
    frozen.add("c.py", {"": [*plain_import("esp32"), *END]})
    made = Made(frozen, "a.py", "b.py", "c.py")
    assert made.names("rom_globals_0")["machine"] == "MP_ROM_PTR(&mp_module_machine)"
    assert "static const mp_module_context_t rom_context_0 = " in made.text
    late = dict(re.findall(r"_late_(\d)\[\] = \{\n    \{(.*)\},\n    \{MP_QSTRnull\}", made.text))
    assert late == {
        "1": "MP_QSTR_Pin, MP_QSTR_machine, MP_QSTR_Pin",
        "2": "MP_QSTR_esp32, MP_QSTR_esp32, MP_QSTRnull",
    }
    assert "static mp_module_context_t rom_context_1 = " in made.text
    assert "    MP_ROM_QSTR(MP_QSTR_machine),\n" in made.text  # imported all the same


def test_a_frozen_module_stands_before_one_of_the_port(frozen):
    frozen.add("machine.py", {"": [*END]})
    frozen.add("a.py", {"": [*plain_import("machine"), *END]})
    assert "{MP_QSTR_machine, MP_QSTR_machine, MP_QSTRnull}" in Made(frozen, "a.py").text


def test_a_module_whose_functions_write_its_names_can_be_written(frozen):
    frozen.add("a.py", {"": [*integer("last", 0), *function("f", 0), *END],
                        "f": [("STORE_GLOBAL", "last"), *END]})  # fmt: skip
    text = Made(frozen, "a.py").text
    assert "rom_late_0[] = {\n    {MP_QSTRnull}\n};" in text
    assert "static mp_module_context_t rom_context_0 = " in text


@pytest.mark.parametrize(
    "steps",
    [
        [("LOAD_NAME", "other"), ("STORE_NAME", "x")],
        [("LOAD_CONST_SMALL_INT", 0)],  # left over
        ["POP_TOP"],
        [("CALL_FUNCTION", 1)],
        ["SOMETHING_NEW"],
        [*plain_import("esp32"), ("LOAD_NAME", "esp32"), ("BUILD_TUPLE", 1), ("STORE_NAME", "x")],
    ],
)
def test_a_module_that_does_anything_else_is_left_alone(frozen, steps):
    frozen.add("a.py", {"": [*integer("X", 1), *steps, *END]})
    frozen.add("b.py", {"": [*from_import("a", "X"), *END]})
    made = Made(frozen, "a.py", "b.py")
    assert made.files == ["b.py"]
    assert "{MP_QSTR_X, MP_QSTR_a, MP_QSTR_X}" in made.text


def test_modules_that_import_each_other_are_left_to_the_interpreter(frozen):
    frozen.add("a.py", {"": [*plain_import("b"), *END]})
    frozen.add("b.py", {"": [*plain_import("a"), *END]})
    frozen.add("c.py", {"": [*integer("X", 1), *END]})
    made = Made(frozen, "a.py", "b.py", "c.py")
    assert "b.py" not in made.files
    assert "{MP_QSTR_b, MP_QSTR_b, MP_QSTRnull}" in made.text  # asked of the interpreter


def test_only_the_application_lies_in_the_image(frozen):
    frozen.add("a.py", {"": [*integer("X", 1), *END]})
    assert Made(frozen).files == []


def test_a_package_has_its_modules_as_names(frozen):
    frozen.add("room/__init__.py", {"": [*END]})
    frozen.add("room/lamp.py", {"": [*integer("X", 1), *END]})
    frozen.add("a.py", {"": [*from_import("room", "lamp"), *from_import("room.lamp", "X"), *END]})
    made = Made(frozen, "a.py", "room/__init__.py", "room/lamp.py")
    assert made.names("rom_globals_1")["lamp"] == "MP_ROM_PTR(&rom_context_2)"
    assert "__path__" in made.names("rom_globals_1")
    assert made.names("rom_globals_0")["lamp"] == "MP_ROM_PTR(&rom_context_2)"
    assert made.names("rom_globals_0")["X"] == "MP_ROM_INT(1)"
    imports = re.search(r"rom_imports_0\[\] = \{\n(.*?)\};", made.text, re.S)
    assert imports and "&rom_context_2" in imports[1]  # so that what it imports is imported


def test_defaults_of_a_function_lie_behind_it(frozen):
    steps = [
        ("LOAD_CONST_SMALL_INT", 1), ("LOAD_CONST_OBJ", 0), ("BUILD_TUPLE", 0), ("BUILD_TUPLE", 3),
        "LOAD_NULL", ("MAKE_FUNCTION_DEFARGS", 0), ("STORE_NAME", "f"),
    ]  # fmt: skip
    frozen.add("a.py", {"": [*steps, *END], "f": NOTHING}, ["MP_ROM_PTR(&const_obj_a_0)"])
    defaults = re.findall(r"rom_fun_a_f = .*\.extra_args = \{(.*)\}\};", Made(frozen, "a.py").text)
    assert defaults == [
        "(mp_obj_t)MP_ROM_INT(1), (mp_obj_t)MP_ROM_PTR(&const_obj_a_0), "
        "(mp_obj_t)MP_ROM_PTR(&mp_const_empty_tuple_obj)"
    ]


def test_a_generator_is_an_object_of_its_own_kind(frozen):
    bodies = {"": [*function("f", 0), *function("g", 1), *END], "f": NOTHING, "g": NOTHING}
    frozen.add("a.py", bodies, generators=["g"])
    text = Made(frozen, "a.py").text
    assert "rom_fun_a_f = {.base = {&mp_type_fun_bc}" in text
    assert "rom_fun_a_g = {.base = {&mp_type_gen_wrap}" in text


def test_a_property_keeps_its_getter_and_marks_its_class(frozen):
    steps = [("LOAD_NAME", "property"), ("MAKE_FUNCTION", 0), ("CALL_FUNCTION", 1)]
    inner = body_of("Lamp", *steps, ("STORE_NAME", "on"))
    bodies = {"": [*class_of("Lamp", 0), *class_of("Plain", 1), *END], "Lamp": inner}
    frozen.add("a.py", {**bodies, "Plain": body_of("Plain"), "Lamp_on": NOTHING})
    made = Made(frozen, "a.py")
    assert made.names("rom_members_a_Lamp")["on"] == "MP_ROM_PTR(&rom_property_a_Lamp_on)"
    assert "{(mp_obj_t)MP_ROM_PTR(&rom_fun_a_Lamp_on), mp_const_none, mp_const_none}" in made.text
    flags = dict(re.findall(r"OBJ_TYPE\(rom_class_a_(\w+), \w+, ([^,]*),", made.text))
    assert "HAS_SPECIAL_ACCESSORS" in flags["Lamp"]
    assert "HAS_SPECIAL_ACCESSORS" not in flags["Plain"]


def test_tables_of_names_and_numbers_lie_in_the_image(frozen):
    steps = [
        ("BUILD_MAP", 2), ("LOAD_CONST_SMALL_INT", 5), ("LOAD_CONST_STRING", "on"), "STORE_MAP",
        ("LOAD_CONST_STRING", "red"), ("LOAD_CONST_SMALL_INT", -3), "STORE_MAP",
        ("STORE_NAME", "T"),
    ]  # fmt: skip
    frozen.add("a.py", {"": [*steps, *END]})
    made = Made(frozen, "a.py")
    assert made.names("rom_globals_0")["T"] == "MP_ROM_PTR(&rom_items_1)"
    assert made.names("rom_items_1") == {"on": "MP_ROM_INT(5)", "-3": "MP_ROM_QSTR(MP_QSTR_red)"}
    assert re.search(r"rom_items_1 = \{\{&mp_type_dict\}, \{\.all_keys_are_qstrs = 0", made.text)
    assert identifier("on") in made.text


def test_a_file_written_differently_gives_empty_tables():
    code = FrozenCode("const byte what[] = {};\n", "")
    text = rom_tables.source(code, Modules(code, ["a.py"], BUILTIN).all)
    assert text.endswith(
        "romcode_modules[] = {\n    {0}\n};\nconst mp_obj_dict_t *const romcode_dicts[] = {\n"
        "    NULL\n};\n"
    )
