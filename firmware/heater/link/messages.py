# What may come in: the form of every message a server or a collector can send, as data, and the
# check against it. The same forms stand as JSON Schema in docs/protocol; a test keeps both alike.
#
# A message that does not fit in every field is not used at all, and a field that is not known is
# refused: something in it was meant to matter.

import json

VERSION = 1
SIZE_MAX = 4096  # bytes of a payload

LEVELS = ("household", "unit", "building", "district")
MODES = ("off", "heat", "plan")
STREAMS = ("events", "hours")

# A field: (kind, ...). Kinds: int low high | bool | text shortest longest (in characters) |
# word words | object fields | list longest item | map (keys with integers, booleans, texts).
_NUMBER = ("int", 0, 0x7FFFFFFF)  # epochs and sequence numbers
_TIME = ("int", 1_577_836_800, 4_102_444_799)  # Unix seconds, 2020 to 2099
_WATTS = ("int", 0, 1_000_000)
_V = ("int", VERSION, VERSION)
_SIG = ("text", 64, 64)
_LEVEL = ("word", LEVELS)
_NAME = ("text", 1, 32)
_NONCE = ("text", 32, 32)
_CAUSE = ("object", {"level": _LEVEL, "node": _NAME})
_PERIOD = ("object", {"start": _TIME, "limit_w": _WATTS})

LIMIT = {
    "v": _V,
    "level": _LEVEL,
    "guard": _NAME,
    "epoch": _NUMBER,
    "seq": _NUMBER,
    "iat": _TIME,
    "exp": _TIME,
    "active": ("bool",),
    "limit_w": _WATTS,
    "periods": ("list", 8, _PERIOD),
    "ramp": ("int", 1, 30),
    "rnd_s": ("int", 0, 600),
    "slot": ("int", -1, 999),
    "cause": _CAUSE,
    "reason": ("text", 0, 32),
    "sig": _SIG,
}
HEARTBEAT = {
    "v": _V,
    "level": _LEVEL,
    "guard": _NAME,
    "epoch": _NUMBER,
    "seq": _NUMBER,
    "now": _TIME,
    "min_seq": _NUMBER,
    "abnormal": ("bool",),
    "sig": _SIG,
}
WELCOME = {
    "v": _V,
    "level": _LEVEL,
    "guard": _NAME,
    "nonce": _NONCE,
    "now": _TIME,
    "epoch": _NUMBER,
    "seq": _NUMBER,
    "command_seq": _NUMBER,
    "sig": _SIG,
}
COMMAND = {
    "v": _V,
    "id": ("text", 1, 36),
    "epoch": _NUMBER,
    "seq": _NUMBER,
    "iat": _TIME,
    "ttl_s": ("int", 1, 86_400),
    "name": ("text", 1, 16),
    "args": ("map",),
    "sig": _SIG,
}
RECEIVED = {
    "v": _V,
    "stream": ("word", STREAMS),
    "next": _NUMBER,
    "nonce": _NONCE,
    "sig": _SIG,
}
READING = {
    "v": _V,
    "epoch": _NUMBER,
    "seq": _NUMBER,
    "t": _TIME,
    "room_mdeg": ("int", -50_000, 70_000),
    "battery_permille": ("int", -1, 1000),
    "sig": _SIG,
}
FORMS = {
    "limit": LIMIT,
    "heartbeat": HEARTBEAT,
    "welcome": WELCOME,
    "command": COMMAND,
    "received": RECEIVED,
    "reading": READING,
}

# The arguments of each command; None: settings by name, judged by the table of settings.
COMMANDS = {
    "set": None,
    "mode": {"mode": ("word", MODES)},
    "setpoint": {"setpoint_mdeg": ("int", 5_000, 30_000)},
    "plan": {"week": ("text", 1, 817)},
    "override": {"setpoint_mdeg": ("int", 5_000, 30_000), "until": _TIME},
    "identify": {"seconds": ("int", 1, 600)},
    "proof_test": {},
    "restart": {},
    "log": {"stream": ("word", STREAMS), "from": _NUMBER},
}


class Malformed(ValueError):
    """args[0]: size, json, missing, unknown, type or range; args[1]: the field, or ""."""


def parse(kind, payload):
    """The message of one of FORMS in a payload of bytes, or Malformed."""
    if len(payload) > SIZE_MAX:
        raise Malformed("size", "")
    try:
        message = json.loads(payload)
    except Exception:  # ValueError; some garbage is UnicodeError or worse, and none may escape
        raise Malformed("json", "")
    check({"": ("object", FORMS[kind])}, {"": message})
    return message


def check(fields, message):
    """Malformed unless `message` has exactly these fields, each of its kind and range."""
    for name in message:
        if name not in fields:
            raise Malformed("unknown", name)
    for name in fields:
        if name not in message:
            raise Malformed("missing", name)
        _check_value(fields[name], message[name], name)


def _check_value(field, value, name):
    kind = field[0]
    # bool is a kind of int for Python and 1.0 is equal to 1: only the exact type will do.
    if type(value) is not _TYPES[kind]:
        raise Malformed("type", name)
    if kind == "int":
        if not field[1] <= value <= field[2]:
            raise Malformed("range", name)
    elif kind == "text":
        if not field[1] <= len(value) <= field[2]:
            raise Malformed("range", name)
    elif kind == "word":
        if value not in field[1]:
            raise Malformed("range", name)
    elif kind == "object":
        check(field[1], value)
    elif kind == "list":
        if len(value) > field[1]:
            raise Malformed("range", name)
        for item in value:
            _check_value(field[2], item, name)
    elif kind == "map":
        # Flat, so that no depth of brackets can exhaust the stack of whoever walks it.
        for key in value:
            if type(value[key]) not in (int, bool, str):
                raise Malformed("type", name)


_TYPES = {
    "int": int,
    "bool": bool,
    "text": str,
    "word": str,
    "object": dict,
    "list": list,
    "map": dict,
}
