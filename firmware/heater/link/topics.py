# Where messages go. The place of a heater in the tree is in its topics:
#
#   nuanbu/1/<company>/<district>/<building>/<unit>/<household>/<device>/<kind>
#   nuanbu/1/<company>/<district>[/<building>[/<unit>[/<household>]]]/heartbeat
#   nuanbu/1/<company>/<district>/<building>/<unit>/<household>/collector/<id>/reading

PREFIX = "nuanbu/1"
TO_DEVICE = ("limit", "welcome", "command", "received")
_PLACES = ("link.company", "link.district", "link.building", "link.unit", "link.household")
_DEPTH = {"district": 2, "building": 3, "unit": 4, "household": 5}
_LEVELS = ("household", "unit", "building", "district")  # bit 0 first, as in limits.levels


class BadPlace(ValueError):
    """A name in the tree holds a character that MQTT topics cannot; args[0]: the setting."""


class Topics:
    """The topics of one heater. device: its identity, letters, digits and hyphens."""

    def __init__(self, cfg, device):
        places = [cfg.get(name) for name in _PLACES]
        for name, place in zip(_PLACES, places):
            if not place or any(char in place for char in "/+#\0"):
                raise BadPlace(name)
        self.base = "/".join([PREFIX] + places + [device])
        self._incoming = {}
        for kind in TO_DEVICE:
            self._incoming[self.of(kind)] = (kind, "device")
        levels = cfg.get("limits.levels")
        for i in range(len(_LEVELS)):
            if levels >> i & 1:
                zone = "/".join([PREFIX] + places[: _DEPTH[_LEVELS[i]]] + ["heartbeat"])
                self._incoming[zone] = ("heartbeat", "zone." + _LEVELS[i])
        collector = cfg.get("link.collector")
        if collector:
            reading = "/".join([PREFIX] + places + ["collector", collector, "reading"])
            self._incoming[reading] = ("reading", "collector")

    def of(self, kind):
        """The topic this device publishes messages of this kind on, or gets them on."""
        return self.base + "/" + kind

    def wanted(self):
        """All topics to subscribe to."""
        return list(self._incoming)

    def route(self, topic):
        """(kind, name of the key) of an incoming topic, None if it is not one of ours."""
        return self._incoming.get(topic)
