"""Every message that a test of this room signs for sending, or accepts, is a published one."""

import json

import published
import pytest

from heater.link import messages, sign


@pytest.fixture(autouse=True)
def only_published_messages(monkeypatch):
    signed, parse = sign.signed, messages.parse

    def checked_signed(key, topic, message):
        published.validate(topic.rsplit("/", 1)[1].rstrip("x"), message)
        return signed(key, topic, message)

    def checked_parse(kind, payload):
        message = parse(kind, payload)
        published.validate(kind, json.loads(payload))
        return message

    monkeypatch.setattr(sign, "signed", checked_signed)
    monkeypatch.setattr(messages, "parse", checked_parse)
