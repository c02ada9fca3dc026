"""The server's messages against the published schemas, and against the heater's own signing."""

import json
from pathlib import Path

import jsonschema
import pytest

from heater.link import messages, sign
from nuanbu.group import wire
from nuanbu.group.guard import Beat, Order

SCHEMAS = Path(__file__).resolve().parents[3] / "docs/protocol/schemas"
KEY, TOPIC = bytes(range(32)), "nuanbu/1/heatco/east/b7/u2/0301/htr-1/limit"
NOW = 1_790_000_000
MESSAGES = {
    "limit": wire.limit(
        Order("htr-1", 7, NOW, 1500, (NOW + 60, 900), -1, ("building", "b7")), "g1", 3, "七号楼"
    ),
    "heartbeat": wire.heartbeat(Beat(4, NOW, 7), "g1", 3),
    "welcome": wire.welcome("0" * 32, NOW, "g1", 3, 7),
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_heater_understands_and_believes_it(kind):
    payload = wire.signed(KEY, TOPIC, MESSAGES[kind])
    jsonschema.validate(
        json.loads(payload), json.loads((SCHEMAS / f"{kind}.json").read_text("utf-8"))
    )
    parsed = messages.parse(kind, payload)
    assert sign.genuine(KEY, TOPIC, parsed)
    assert not sign.genuine(KEY, TOPIC + "x", parsed)


def test_what_a_heater_signed_is_opened_and_nothing_else():
    said = {"v": 1, "nonce": "ab" * 16, "board": "面板\n\x01"}
    payload = sign.signed(KEY, TOPIC, said)
    assert wire.opened(KEY, TOPIC, payload) == said
    assert wire.opened(KEY, TOPIC + "x", payload) is None
    assert wire.opened(bytes(32), TOPIC, payload) is None
    assert wire.opened(KEY, TOPIC, payload.replace(b'"v":1', b'"v":2')) is None
    for junk in (b"", b"[]", b"3", b"\xff", b"{}", b'{"sig":3}', b"[" * 9000, b" " * 20_000):
        assert wire.opened(KEY, TOPIC, junk) is None
