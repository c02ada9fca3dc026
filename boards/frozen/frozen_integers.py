"""Makes small integers in constant tuples of frozen code what they are in any other code.

MicroPython's mpy-tool, for the sake of 16-bit machines, freezes a number beyond 13 bits inside a
constant tuple as an integer of any length. Whatever is computed with such an object takes heap,
which no tick may do. Every board here has 32 bits, whose small integers have 31.
"""

from __future__ import annotations

import re

_LONG = re.compile(
    r"static const mp_obj_int_t (\w+) = \{\{&mp_type_int\}, \{\.neg=(\d), [^{]*"
    r"\(const uint(\d+)_t\[\]\)\{([0-9a-fx,]*)\}\}\};\n"
)
_REFERENCE = re.compile(r"\bMP_ROM_PTR\(&(\w+)\)")


def shortened(text: str) -> str:
    """`text`, the content of frozen_content.c, with small integers as such."""
    short: dict[str, str] = {}

    def take(found):
        name, negative, bits, digits = found.groups()
        value = 0
        for digit in reversed(digits.split(",")):
            value = value << int(bits) | int(digit, 16)
        value = -value if negative == "1" else value
        if not -(1 << 30) <= value < 1 << 30:
            return found[0]
        short[name] = f"MP_ROM_INT({value})"
        return ""

    text = _LONG.sub(take, text)
    return _REFERENCE.sub(lambda found: short.get(found[1], found[0]), text)
