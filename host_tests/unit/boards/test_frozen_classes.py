"""What frozen_classes.py reads out of the comments of MicroPython's frozen_content.c."""

import re
import runpy

import pytest
from loading import BOARDS

FILE = BOARDS / "frozen/frozen_classes.py"
added = runpy.run_path(str(FILE))["added"]

NAMES = ["<module>", "Lamp", "__name__", "__module__", "__qualname__", "on", "off", "WATTS"]
HEAD = """    0x11,0x02, // LOAD_NAME '__name__'
    0x16,0x03, // STORE_NAME '__module__'
    0x10,0x01, // LOAD_CONST_STRING 'Lamp'
    0x16,0x04, // STORE_NAME '__qualname__'
"""
ON = "    0x32,0x00, // MAKE_FUNCTION 0\n    0x16,0x05, // STORE_NAME 'on'\n"
TAIL = "    0x51, // LOAD_CONST_NONE\n    0x63, // RETURN_VALUE\n"


def content(body, generator=0):
    """frozen_content.c of one module, room/lamp.py, with one class."""
    table = "".join(f"    MP_QSTR_{name},\n" for name in NAMES)
    return f"""
// frozen bytecode for file room/lamp.py, scope room_lamp_Lamp
static const byte fun_data_room_lamp_Lamp[9] = {{
    0x00,0x18, // prelude
    0x01, // names: Lamp
    0x88, // code info
{body}}};
static const mp_raw_code_truncated_t proto_fun_room_lamp_Lamp_on = {{
    .is_generator = {generator},
}};
static const mp_raw_code_t *const children_room_lamp_Lamp[] = {{
    (const mp_raw_code_t *)&proto_fun_room_lamp_Lamp_on,
    (const mp_raw_code_t *)&proto_fun_room_lamp_Lamp_off,
}};
static const qstr_short_t const_qstr_table_data_room_lamp[8] = {{
{table}}};
static const mp_rom_obj_t const_obj_table_data_room_lamp[1] = {{
    MP_ROM_PTR(&const_obj_room_lamp_0),
}};
"""


def members(text):
    return dict(re.findall(r"^    \{MP_OBJ_NEW_QSTR\(MP_QSTR_(\w+)\), (.*)\},$", text, re.M))


def test_methods_and_constants_become_a_constant_dict():
    watts = """    0x22,0x83,0x74, // LOAD_CONST_SMALL_INT 500
    0x16,0x07, // STORE_NAME 'WATTS'
"""
    text = added(content(HEAD + ON + watts + TAIL), 2)
    found = members(text)
    assert set(found) == {"__module__", "__qualname__", "on", "WATTS"}
    assert found["on"] == "MP_OBJ_FROM_PTR(&rom_fun_room_lamp_Lamp_on)"
    assert found["WATTS"] == "MP_OBJ_NEW_SMALL_INT(500)"
    assert found["__qualname__"] == "MP_OBJ_NEW_QSTR(MP_QSTR_Lamp)"
    assert '"room.lamp"' in text
    assert ".used = 4" in text
    assert "{fun_data_room_lamp_Lamp, &rom_dict_room_lamp_Lamp" in text


def test_defaults_of_a_method_lie_behind_it():
    body = """    0x81, // LOAD_CONST_SMALL_INT 1
    0x23,0x00, // LOAD_CONST_OBJ 0
    0x2a,0x00, // BUILD_TUPLE 0
    0x2a,0x03, // BUILD_TUPLE 3
    0x53, // LOAD_NULL
    0x33,0x01, // MAKE_FUNCTION_DEFARGS 1
    0x16,0x06, // STORE_NAME 'off'
"""
    text = added(content(HEAD + body + TAIL), 2)
    defaults = re.findall(r"rom_fun_room_lamp_Lamp_off = .*\.extra_args = \{(.*)\}\};", text)
    assert defaults == [
        "MP_OBJ_NEW_SMALL_INT(1), (mp_obj_t)MP_ROM_PTR(&const_obj_room_lamp_0), "
        "mp_const_empty_tuple"
    ]


def test_a_property_keeps_its_getter_in_the_image():
    body = """    0x11,0x07, // LOAD_NAME 'property'
    0x32,0x00, // MAKE_FUNCTION 0
    0x34,0x01, // CALL_FUNCTION 1
    0x16,0x05, // STORE_NAME 'on'
"""
    text = added(content(HEAD + body + TAIL), 2)
    assert members(text)["on"] == "MP_OBJ_FROM_PTR(&rom_property_room_lamp_Lamp_on)"
    getter = "{MP_OBJ_FROM_PTR(&rom_fun_room_lamp_Lamp_on), mp_const_none, mp_const_none}"
    assert f"rom_property_room_lamp_Lamp_on = {{{{&mp_type_property}}, {getter}}};" in text


@pytest.mark.parametrize("hash_bytes", [1, 2])
def test_every_member_is_found_by_its_hash(hash_bytes):
    """As mp_map_lookup looks for it: from the hash on, before the first empty slot."""
    text = added(content(HEAD + ON + TAIL), hash_bytes)
    table = re.findall(r"^    \{MP_OBJ_N(?:EW_QSTR\(MP_QSTR_(\w+)\)|ULL), ", text, re.M)
    for name in filter(None, table):
        value = 5381  # py/qstr.c
        for letter in name.encode():
            value = (value * 33) ^ letter
        at = (value & (256**hash_bytes - 1)) % len(table)
        while table[at] != name:
            assert table[at]
            at = (at + 1) % len(table)


@pytest.mark.parametrize(
    "body",
    [
        "    0x11,0x07, // LOAD_NAME 'WATTS'\n    0x16,0x06, // STORE_NAME 'off'\n",
        "    0x34,0x01, // CALL_FUNCTION 1\n",
        "    0x80, // LOAD_CONST_SMALL_INT 0\n",  # left over
        ON.replace("'on'", "'__new__'"),
        "    something new of a later mpy-tool\n",
    ],
)
def test_a_body_that_does_anything_else_is_left_alone(body):
    assert "rom_dict" not in added(content(HEAD + ON + body + TAIL), 2)


def test_a_generator_is_left_alone():
    assert "rom_dict" not in added(content(HEAD + ON + TAIL, generator=1), 2)


def test_a_file_written_differently_gives_an_empty_table():
    text = added("const byte what[] = {};\n", 2)
    assert text.endswith("romclass_table[] = {\n    {0}\n};\n")
