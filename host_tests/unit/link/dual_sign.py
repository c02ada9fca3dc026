# HMAC-SHA256 against the vectors of RFC 4231, the canonical form against the rules of RFC 8785.

from heater.link import sign


def _hex(data):
    return "".join(["%02x" % byte for byte in data])


def test_hmac_of_rfc_4231():
    cases = (
        (
            bytes([0x0B] * 20),
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            bytes([0xAA] * 20),
            bytes([0xDD] * 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
    )
    for key, data, wanted in cases:
        assert _hex(sign.mac(key, data)) == wanted


def test_canonical_form():
    cases = (
        ({"b": 1, "a": [True, False, None], "aa": -5}, '{"a":[true,false,null],"aa":-5,"b":1}'),
        ({"text": 'q"b\\s/\n\t\x01\x7f'}, '{"text":"q\\"b\\\\s/\\n\\t\\u0001\x7f"}'),
        ({"名": "暖补"}, '{"名":"暖补"}'),
        ({}, "{}"),
        ([], "[]"),
        (4_102_444_799, "4102444799"),
    )
    for value, wanted in cases:
        assert sign.canonical(value) == wanted


def test_no_floats():
    for value in (1.0, {"a": 0.5}, [b"bytes"]):
        try:
            sign.canonical(value)
        except TypeError:
            continue
        raise AssertionError(value)


def test_any_change_is_seen():
    key = b"k" * 32
    message = {"v": 1, "limit_w": 1200, "cause": {"level": "unit", "node": "U1"}}
    message["sig"] = sign.signature(key, "a/limit", message)
    assert sign.genuine(key, "a/limit", message)
    assert not sign.genuine(b"K" * 32, "a/limit", message)
    assert not sign.genuine(key, "b/limit", message)
    for name, value in (("limit_w", 1201), ("v", True), ("more", 1), ("sig", "0" * 64)):
        changed = dict(message)
        changed[name] = value
        assert not sign.genuine(key, "a/limit", changed)
    for i in range(64):
        digit = "0" if message["sig"][i] != "0" else "1"
        changed = dict(message)
        changed["sig"] = message["sig"][:i] + digit + message["sig"][i + 1 :]
        assert not sign.genuine(key, "a/limit", changed)
    changed["sig"] = message["sig"][:-1]
    assert not sign.genuine(key, "a/limit", changed)
