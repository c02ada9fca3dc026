"""docs/protocol against the firmware: neither may know a message, a field or a bound that the
other does not, and both must judge any message alike."""

import hashlib
import hmac
import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heater.limits import arbiter, lease
from heater.link import agent, messages, sign, telemetry

DOCS = Path(__file__).resolve().parents[3] / "docs/protocol"
SCHEMAS = {path.stem: json.loads(path.read_text()) for path in (DOCS / "schemas").glob("*.json")}
EXAMPLES = {path.stem: json.loads(path.read_text()) for path in (DOCS / "examples").glob("*.json")}
VALIDATORS = {kind: jsonschema.Draft202012Validator(schema) for kind, schema in SCHEMAS.items()}


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_schema_is_valid(kind):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[kind])


def same(field, schema):
    kind = field[0]
    if kind == "int":
        if field[1] == field[2]:
            assert schema["const"] == field[1]
            return
        assert (schema["type"], schema["minimum"], schema["maximum"]) == ("integer", *field[1:])
    elif kind == "text":
        assert (schema["type"], schema["minLength"], schema["maxLength"]) == ("string", *field[1:])
    elif kind == "word":
        assert tuple(schema["enum"]) == field[1]
    elif kind == "list":
        assert schema["maxItems"] == field[1]
        same(field[2], schema["items"])
    elif kind == "object":
        same_fields(field[1], schema)
    elif kind == "map":
        assert schema["additionalProperties"]["type"] == ["integer", "boolean", "string"]
    else:
        assert kind == "bool" and schema["type"] == "boolean"


def same_fields(fields, schema):
    assert set(fields) == set(schema["properties"]) == set(schema["required"])
    assert schema["additionalProperties"] is False
    for name in fields:
        same(fields[name], schema["properties"][name])


@pytest.mark.parametrize("kind", sorted(messages.FORMS))
def test_incoming_forms_are_the_published_ones(kind):
    same_fields(messages.FORMS[kind], SCHEMAS[kind])


def test_commands_are_the_published_ones():
    published = SCHEMAS["commands"]["$defs"]
    assert set(messages.COMMANDS) == set(published)
    for name, fields in messages.COMMANDS.items():
        if fields is not None:
            same_fields(fields, published[name])


def test_words_are_the_published_ones():
    ack = SCHEMAS["ack"]["properties"]
    assert tuple(ack["state"]["enum"]) == lease.STATE_NAMES
    assert tuple(ack["cause"]["enum"]) == arbiter.CAUSE_NAMES
    told = {name for name in lease.RESULT_NAMES if name not in ("accepted", "duplicate")}
    assert set(ack["reason"]["enum"]) == told | {""}
    assert set(agent._STATUS.values()) | {"rejected", "effect"} == set(ack["status"]["enum"])
    state = SCHEMAS["state"]["properties"]
    assert tuple(state["mode"]["enum"]) == messages.MODES == telemetry.signals.MODE_NAMES


@pytest.mark.parametrize("kind", sorted(set(SCHEMAS) - {"commands"}))
def test_example(kind):
    example = EXAMPLES[kind]
    message = example["message"]
    VALIDATORS[kind].validate(message)
    if kind == "status":
        return
    key = bytes.fromhex(example["key"])
    bare = {name: value for name, value in message.items() if name != "sig"}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    data = (example["topic"] + "\n" + text).encode()
    assert hmac.new(key, data, hashlib.sha256).hexdigest() == message["sig"]
    assert sign.genuine(key, example["topic"], message)
    if kind in messages.FORMS:
        assert messages.parse(kind, json.dumps(message).encode()) == message


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.sampled_from([0, -1, 1, 30, 31, 600, 601, 1000, 999, 2**31 - 1, 2**31, 1_790_000_000]),
    st.floats().filter(lambda x: x != x or x in (float("inf"), float("-inf")) or x % 1),
    st.text(max_size=70),
    st.sampled_from(["district", "heat", "events", "a" * 64, "a" * 32, "0" * 64, "0" * 32]),
    st.lists(st.integers(), max_size=10),
    st.dictionaries(
        st.text(max_size=3), st.one_of(st.integers(), st.text(max_size=2)), max_size=2
    ),
    st.fixed_dictionaries({"level": st.just("unit"), "node": st.text(max_size=34)}),
    st.lists(
        st.fixed_dictionaries(
            {"start": st.integers(1_577_836_799, 1_577_836_801), "limit_w": st.integers(-1, 5)}
        ),
        max_size=9,
    ),
)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_firmware_and_schema_judge_alike(data):
    kind = data.draw(st.sampled_from(sorted(messages.FORMS)))
    message = dict(EXAMPLES[kind]["message"])
    for _ in range(data.draw(st.integers(0, 2))):
        name = data.draw(st.sampled_from([*sorted(message), "extra"]) if message else st.just("x"))
        if data.draw(st.booleans()):
            message[name] = data.draw(VALUES)
        else:
            message.pop(name, None)
    valid = VALIDATORS[kind].is_valid(message)
    if isinstance(message.get("sig"), str) and not re.fullmatch("[0-9a-f]{64}", message["sig"]):
        return  # the firmware leaves the digits to the comparison with the right ones
    if isinstance(message.get("nonce"), str) and not re.fullmatch(
        "[0-9a-f]{32}", message["nonce"]
    ):
        return
    try:
        messages.parse(kind, json.dumps(message).encode())
        taken = True
    except messages.Malformed:
        taken = False
    assert taken == valid, message
