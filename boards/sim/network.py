# The host's own network in the place of Wi-Fi: always there, unless a fault takes it away. Like
# the driver of the ESP32 it tells a wrong password and a missing network by a status only.
#
#   wifi_down      the access point is gone; it comes back by itself
#   wifi_password  it refuses the password          wifi_no_ap   there is none of this name
#   wifi_weak      the connection comes and goes    wifi_raises  every call fails
#   wifi_hang      the driver does not return for as many seconds as the fault's value says

import utime
import world

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202
_WEAK_MS = 400  # of real time, for a driver lives in it


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
        if not self._active or "wifi_raises" in world.faults:
            raise OSError("Wifi Internal Error")
        self._joined = True

    def disconnect(self):
        self._joined = False

    def isconnected(self):
        faults = world.faults
        if "wifi_raises" in faults:
            raise OSError("Wifi Internal Error")
        if "wifi_hang" in faults:
            utime.sleep(faults["wifi_hang"])
        if "wifi_weak" in faults and utime.ticks_ms() // _WEAK_MS % 2:
            return False
        for fault in ("wifi_down", "wifi_password", "wifi_no_ap"):
            if fault in faults:
                return False
        return self._joined

    def status(self, what=None):
        faults = world.faults
        if what == "rssi":
            return -92 if "wifi_weak" in faults else -60
        if "wifi_password" in faults:
            return STAT_WRONG_PASSWORD
        if "wifi_no_ap" in faults:
            return STAT_NO_AP_FOUND
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
