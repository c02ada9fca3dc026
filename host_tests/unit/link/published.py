# Holds what a test sends or accepts against docs/protocol. On MicroPython, which has no
# jsonschema, it believes everything; the same tests run on CPython.

import json

DOCS = "docs/protocol/"  # tests run at the root of the checkout
_validators = {}

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None


def validate(kind, message):
    """Raise unless this (dict, signed or not yet) is a message of the published kind."""
    if Draft202012Validator is None:
        return
    if kind not in _validators:
        with open(DOCS + "schemas/" + kind + ".json") as file:
            _validators[kind] = Draft202012Validator(json.load(file))
    if "sig" not in message and kind != "status":
        message = dict(message, sig="0" * 64)
    _validators[kind].validate(message)


def example(kind):
    """The published example, without its signature."""
    with open(DOCS + "examples/" + kind + ".json") as file:
        message = json.load(file)["message"]
    message.pop("sig", None)
    return message
