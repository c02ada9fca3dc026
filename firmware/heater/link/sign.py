# Who said it: HMAC-SHA256 (RFC 2104) over a canonical form of a message and the topic it came on.
#
# The canonical form is that of RFC 8785 for the values this protocol knows (objects, lists, texts,
# integers, true, false, null): keys sorted, no blanks, UTF-8. It is made anew from the parsed
# message, so what was verified is what is used, whatever a parser makes of doubled keys. The topic
# is signed as well: a limit for one heater is no limit for another, and never a command.

import binascii
import hashlib

_BLOCK = 64
_INNER = 0x36
_OUTER = 0x5C
_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def canonical(value):
    """The canonical text of a value. TypeError: something the protocol does not know."""
    kind = type(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if kind is int:
        return str(value)
    if kind is str:
        return _quoted(value)
    if kind is list or kind is tuple:
        return "[" + ",".join([canonical(item) for item in value]) + "]"
    if kind is dict:
        items = [_quoted(key) + ":" + canonical(value[key]) for key in sorted(value)]
        return "{" + ",".join(items) + "}"
    raise TypeError(kind)


def mac(key, data):
    """HMAC-SHA256 of bytes with a key of at most 64 bytes."""
    inner = hashlib.sha256(_padded(key, _INNER))
    inner.update(data)
    outer = hashlib.sha256(_padded(key, _OUTER))
    outer.update(inner.digest())
    return outer.digest()


def signature(key, topic, message):
    """The signature of a message (dict; its `sig` is left out) on a topic, 64 hex digits."""
    bare = {name: message[name] for name in message if name != "sig"}
    digest = mac(key, topic.encode() + b"\n" + canonical(bare).encode())
    return str(binascii.hexlify(digest), "utf-8")


def signed(key, topic, message):
    """The bytes to publish: the canonical form of the message with its signature."""
    message = dict(message)
    message["sig"] = signature(key, topic, message)
    return canonical(message).encode()


def genuine(key, topic, message):
    """True when the message (dict with a text `sig`) was signed with this key for this topic."""
    given = message["sig"].encode()
    wanted = signature(key, topic, message).encode()
    if len(given) != len(wanted):
        return False
    # Every digit is looked at, so that the time tells nothing about the first wrong one.
    differs = 0
    for i in range(len(wanted)):
        differs |= given[i] ^ wanted[i]
    return differs == 0


def _padded(key, pad):
    block = bytearray(bytes([pad]) * _BLOCK)
    for i in range(len(key)):
        block[i] ^= key[i]
    return bytes(block)


def _quoted(text):
    raw = text.encode()
    if b'"' not in raw and b"\\" not in raw and (not raw or min(raw) >= 32):
        return '"' + text + '"'  # nearly always; looking at every character is ten times slower
    parts = ['"']
    for char in text:
        code = ord(char)
        if code in _SHORT:
            parts.append(_SHORT[code])
        elif code < 32:
            parts.append("\\u%04x" % code)
        else:
            parts.append(char)
    parts.append('"')
    return "".join(parts)
