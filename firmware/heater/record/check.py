# Whether one value may be put into one setting, by whom, and if not, why: the same answer for
# every interface. A refusal is a small dict that can be sent as JSON:
#   code   why (the keys of refusal_texts.TEXTS)        name, value   what was asked (as text)
#   low, high, unit   what would be accepted            who           the least role that may
#   next   what to do about it

ROLES = ("resident", "installer", "company", "factory")

_NEXT = {
    "unknown": "list",
    "role": "login",
    "type": "fix_type",
    "range": "fix_range",
    "word": "choose",
    "length": "shorten",
    "text": "fix_text",
    "form": "fix_form",
    "nothing": "stage",
    "pending": "confirm_or_revert",
    "crossed": "fix_range",
    "confirm_s": "fix_range",
    "storage": "service",
}

_SHOWN = 40  # characters of a refused value that are given back
_HUGE = 10**18


def rank(who):
    """Position of a role among ROLES, -1 for what is no role."""
    return ROLES.index(who) if who in ROLES else -1


def refuse(code, name="", value=None, row=None, low=None, high=None):
    """A refusal; bounds default to those of the row."""
    return {
        "code": code,
        "name": _shown(name),
        "value": "" if row and row[2] == "secret" else _shown(value),
        "low": row[3] if row and low is None else low,
        "high": row[4] if row and high is None else high,
        "unit": row[2] if row else "",
        "who": row[6] if row else "",
        "next": _NEXT[code],
    }


def check(row, value, who, low, high):
    """None if `who` may put `value` into the setting of `row`, else the refusal.

    low, high: bounds in force, which an installer may have made narrower than the row's.
    """
    name, kind = row[0], row[1]
    if rank(who) < rank(row[6]):
        return refuse("role", name, value, row, low, high)
    # `type is`, not isinstance: True is no number of watts, and 22000.0 and -0.0 are no integers.
    if kind == "int":
        if type(value) is not int:
            return refuse("type", name, value, row, low, high)
        if not low <= value <= high:
            return refuse("range", name, value, row, low, high)
    elif kind == "bool":
        if type(value) is not bool:
            return refuse("type", name, value, row, low, high)
    else:
        if type(value) is not str:
            return refuse("type", name, value, row, low, high)
        if type(low) is tuple:
            return None if value in low else refuse("word", name, value, row, low, high)
        return _check_text(row, value, low, high)
    return None


def _check_text(row, value, low, high):
    if len(value) > high:  # before encoding: a hostile text may be long
        return refuse("length", row[0], value, row)
    try:
        octets = value.encode()
    except UnicodeError:
        return refuse("text", row[0], value, row)
    if not low <= len(octets) <= high:
        return refuse("length", row[0], value, row)
    for octet in octets:
        if octet < 0x20 or octet == 0x7F:  # a line end would break the stored form
            return refuse("text", row[0], value, row)
    return None


def _shown(value):
    # As short text: what was refused may be NaN, nested, or a megabyte.
    if value is None:
        return ""
    if type(value) is str:
        return value if len(value) <= _SHOWN else value[:_SHOWN] + "..."
    if type(value) in (dict, list, tuple, set, bytes, bytearray):
        return type(value).__name__
    if type(value) is int and not -_HUGE < value < _HUGE:
        return "huge"  # its digits alone could fill the heap
    return _shown(str(value))
