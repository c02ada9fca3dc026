"""Integers of constant tuples, as mpy-tool freezes them, become small where they fit."""

import runpy

import pytest
from loading import BOARDS

shortened = runpy.run_path(str(BOARDS / "frozen/frozen_integers.py"))["shortened"]


def frozen(value, digit_bits=16):
    """What mpy-tool writes for the tuple (1, value)."""
    digits, rest = [], abs(value)
    while rest:
        digits.append(hex(rest & (1 << digit_bits) - 1))
        rest >>= digit_bits
    n = len(digits)
    return (
        "static const mp_obj_int_t const_obj_lamp_0_1 = {{&mp_type_int}, "
        f"{{.neg={int(value < 0)}, .fixed_dig=1, .alloc={n}, .len={n}, "
        f".dig=(uint{digit_bits}_t*)(const uint{digit_bits}_t[]){{{','.join(digits)}}}}}}};\n"
        "static const mp_rom_obj_tuple_t const_obj_lamp_0 = {{&mp_type_tuple}, 2, {\n"
        "    MP_ROM_INT(1),\n    MP_ROM_PTR(&const_obj_lamp_0_1),\n}};\n"
    )


@pytest.mark.parametrize("value", [8192, 600_000, (1 << 30) - 1, -8193, -(1 << 30)])
@pytest.mark.parametrize("digit_bits", [16, 32])
def test_what_fits_31_bits_is_small(value, digit_bits):
    text = shortened(frozen(value, digit_bits))
    assert f"    MP_ROM_INT(1),\n    MP_ROM_INT({value}),\n" in text
    assert "const_obj_lamp_0_1" not in text


@pytest.mark.parametrize("value", [1 << 30, -(1 << 30) - 1, 1 << 48])
def test_what_does_not_fit_stays(value):
    assert shortened(frozen(value)) == frozen(value)


def test_everything_else_stays():
    text = "static const byte x[] = {1};\nMP_ROM_PTR(&const_obj_lamp_0),\n"
    assert shortened(text) == text
