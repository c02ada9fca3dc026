# The host's own network in the place of Wi-Fi: always there, unless a fault takes it away.

import world

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010


class WLAN:
    IF_STA = STA_IF
    IF_AP = AP_IF

    def __init__(self, interface=STA_IF):
        self._active = False
        self._joined = False

    def active(self, on=None):
        if on is None:
            return self._active
        self._active = bool(on)
        self._joined = self._joined and self._active
        return None

    def connect(self, ssid=None, key=None, **settings):
        if not self._active:
            raise OSError("Wifi Internal Error")
        self._joined = True

    def disconnect(self):
        self._joined = False

    def isconnected(self):
        return self._joined and "wifi_down" not in world.faults

    def status(self, what=None):
        if what == "rssi":
            return -60
        if self.isconnected():
            return STAT_GOT_IP
        return STAT_CONNECTING if self._joined else STAT_IDLE

    def ifconfig(self):
        return ("127.0.0.1", "255.0.0.0", "127.0.0.1", "127.0.0.1")

    def config(self, *what, **settings):
        if what == ("mac",):
            return b"\x24\x0a\xc4\x00\x00\x01"
        return None

    def scan(self):
        return [(b"nuanbu-sim", b"\x02\x00\x00\x00\x00\x01", 1, -60, 3, False)]


def hostname(name=None):
    return name or "nuanbu"


def country(code=None):
    return code or "CN"
