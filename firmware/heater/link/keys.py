# Secrets: signing keys, passwords, certificates. They come in by the console and never go out:
# there is no way to ask for one, only whether it is there.

import binascii
import json

NAMES = (
    "device",  # signs everything between this heater and its server
    "zone.household",  # verifies the heartbeats of a zone
    "zone.unit",
    "zone.building",
    "zone.district",
    "collector",  # verifies the room-temperature collector
    "mqtt",  # password at the broker
    "wifi",  # password of the network
    "ca",  # certificate of the authority that signed the broker's, PEM
    "cert",  # own certificate, PEM
    "cert_key",  # and its private key, PEM
)
_FILE = "keys"
_HEX = ("device", "zone.household", "zone.unit", "zone.building", "zone.district", "collector")
_LONGEST = {"mqtt": 64, "wifi": 64, "ca": 4096, "cert": 4096, "cert_key": 4096}


class Keys:
    """Secrets by name. store: with `load(name)` and `save(name, bytes)` of blobs."""

    def __init__(self, store):
        self._store = store
        self._texts = {}

    def open(self):
        """Read them at start. A damaged file leaves none, and so a heater without a server."""
        data = self._store.load(_FILE)
        if data is None:
            return
        try:
            self._texts = json.loads(data)
        except ValueError:
            self._texts = {}

    def set(self, name, text):
        """Keep a secret; "" forgets it. None, or why it was refused: unknown, form, storage.

        Signing keys are 64 hex digits (32 bytes); passwords up to 64 characters; certificates PEM.
        """
        if name not in NAMES or type(text) is not str:
            return "unknown"
        if text and name in _HEX:
            try:
                if len(binascii.unhexlify(text)) != 32:
                    return "form"
            except ValueError:
                return "form"
        elif len(text) > _LONGEST.get(name, 64):
            return "form"
        texts = dict(self._texts)
        texts[name] = text
        if not text:
            texts.pop(name)
        if not self._store.save(_FILE, json.dumps(texts).encode()):
            return "storage"
        self._texts = texts
        return None

    def present(self):
        """Names of the secrets that are there."""
        return [name for name in NAMES if name in self._texts]

    def key(self, name):
        """A signing key as bytes, None if absent. For this room only."""
        text = self._texts.get(name)
        return binascii.unhexlify(text) if text else None

    def text(self, name):
        """A password or certificate, None if absent. For this room only."""
        return self._texts.get(name)
