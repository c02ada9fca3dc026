"""Hears everything that passes a broker and holds it against docs/protocol."""

import json
import threading
from pathlib import Path

import jsonschema
import paho.mqtt.client as paho

SCHEMAS = Path(__file__).resolve().parents[2] / "docs/protocol/schemas"
_validators = {}


def validate(kind, message):
    """Judge a message (dict) by the published schema of its kind. Raises FileNotFoundError for a
    kind that is not published."""
    if kind not in _validators:
        schema = json.loads((SCHEMAS / f"{kind}.json").read_text())
        _validators[kind] = jsonschema.Draft202012Validator(schema)
    _validators[kind].validate(message)


class Witness:
    """A client of the broker at `port` of this host, which must let in whoever asks."""

    def __init__(self, port):
        self.heard = {}  # kind -> how many
        self.wrong = []  # (topic, payload, why)
        self._spared = set()
        ready = threading.Event()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="witness")
        self._client.on_connect = lambda c, *_: c.subscribe("nuanbu/#", 1)
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert ready.wait(10)

    def spare(self, topic):
        """From now on a test sends something else there, on purpose."""
        self._spared.add(topic)

    def close(self):
        """End, and fail where a message was none of the published ones."""
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_message = None  # else it and this hold each other, and its sockets
        assert not self.wrong, self.wrong[:3]

    def _on_message(self, client, userdata, packet):
        kind = packet.topic.rsplit("/", 1)[1]
        self.heard[kind] = self.heard.get(kind, 0) + 1
        try:
            if packet.payload or not packet.retain:  # an empty one takes a retained one away
                validate(kind, json.loads(packet.payload))
        except Exception as error:
            if packet.topic in self._spared:
                return
            self.wrong.append((packet.topic, packet.payload, repr(error)[:300]))
