# How settings look on flash and under the hash: text lines in UTF-8, made to be read by a person
# with a dump of the flash in hand.
#
#   schema=1            head: version of the meaning of the values
#   revision=12
#   forget=model,plan   only while a factory reset is not finished
#   @control.mode=heat  undo: value to go back to unless the change is confirmed
#   control.mode=plan   value; a setting at its default has no line
#
# The hash is taken over `name=value` of *every* setting in the order of names, each line ended
# by a line feed, so that two heaters with the same hash behave alike even if their firmware has
# different defaults. Of a secret (unit "secret") only whether it is set goes into the hash: a
# published hash must not help to guess a password.

import binascii
import hashlib

from micropython import const

from heater.record import check

_MAX_DIGITS = const(10)


def encode(rows, values, schema, revision, undo, forget):
    """The content of the settings file as bytes."""
    lines = ["schema=%d" % schema, "revision=%d" % revision]
    if forget:
        lines.append("forget=" + ",".join(forget))
    for name in undo:
        lines.append("@" + name + "=" + to_text(undo[name]))
    for row in rows:
        if values[row[0]] != row[5]:
            lines.append(row[0] + "=" + to_text(values[row[0]]))
    lines.append("")
    return "\n".join(lines).encode()


def version(data):
    """Schema version of a settings file."""
    return decode(data)[0].get("schema", 1)


def decode(data):
    """(head, texts by name, undo texts by name); what is no line of ours is skipped."""
    head, texts, undo = {}, {}, {}
    try:
        lines = str(data, "utf-8").split("\n")
    except UnicodeError:
        lines = ()
    for line in lines:
        name, sign, text = line.partition("=")
        if not sign:
            continue
        if name in ("schema", "revision"):
            head[name] = _number(text) or 0
        elif name == "forget":
            head[name] = tuple(text.split(","))
        elif name.startswith("@"):
            undo[name[1:]] = text
        else:
            texts[name] = text
    return head, texts, undo


def values(rows, texts):
    """(values by name, how many were unusable). A number outside bounds that have become
    narrower moves to the nearer bound; any other unusable value is left at its default."""
    found = {}
    for row in rows:
        if row[0] not in texts:
            continue
        value = from_text(row, texts[row[0]])
        if row[1] == "int" and value is not None:
            value = min(max(value, row[3]), row[4])
        if check.check(row, value, "factory", row[3], row[4]) is None:
            found[row[0]] = value
    return found, len(texts) - len(found)


def digest(rows, values):
    """SHA-256 in hex over all values (see above)."""
    state = hashlib.sha256()
    for name in sorted([row[0] for row in rows if row[2] != "secret"]):
        state.update((name + "=" + to_text(values[name]) + "\n").encode())
    for name in sorted([row[0] for row in rows if row[2] == "secret"]):
        state.update((name + "=" + ("set" if values[name] else "") + "\n").encode())
    return str(binascii.hexlify(state.digest()), "utf-8")


def to_text(value):
    """A value as it stands after the equals sign."""
    if type(value) is bool:
        return "true" if value else "false"
    return str(value)


def from_text(row, text):
    """The value of a text, None when it is none of the row's type."""
    if row[1] == "int":
        return _number(text)
    if row[1] == "bool":
        return {"true": True, "false": False}.get(text)
    return text


def _number(text):
    digits = text[1:] if text.startswith("-") else text
    if not 0 < len(digits) <= _MAX_DIGITS:
        return None
    for digit in digits:
        if digit not in "0123456789":  # str.isdigit() would take digits of other scripts
            return None
    return int(text)
