# Keeps the Wi-Fi joined, for hours of absence if need be. Runs on the network's thread.
#
# The driver tries for ever by itself when told to, and reports a wrong password and a missing
# network by the same silence as a slow one; so every try gets a time, ends in a full stop of the
# radio, and the next one comes after a growing, jittered pause.

from micropython import const

from heater.link import realtime
from heater.link.backoff import Backoff

_JOIN_MS = const(20_000)  # association, key exchange and DHCP, with a weak signal
_LOST_MS = const(10_000)  # roaming between access points: the driver gets this long to come back
_RSSI_MS = const(10_000)

OFF = const(0)
JOINING = const(1)
JOINED = const(2)
LOST = const(3)
WAITING = const(4)
STATE_NAMES = ("off", "joining", "joined", "lost", "waiting")


def station(ssid, password):
    """A `Wifi` for this platform's radio."""
    import network

    reasons = {}
    for name in ("WRONG_PASSWORD", "NO_AP_FOUND", "ASSOC_FAIL", "BEACON_TIMEOUT",
                 "HANDSHAKE_TIMEOUT"):  # fmt: skip
        code = getattr(network, "STAT_" + name, None)
        if code is not None:
            reasons[code] = name.lower()
    return Wifi(network.WLAN(network.STA_IF), ssid, password, reasons)


class Wifi:
    """wlan: network.WLAN of the station. reasons: {status code: word} of the platform, such as
    {network.STAT_WRONG_PASSWORD: "wrong_password"}."""

    def __init__(self, wlan, ssid, password, reasons):
        self.state = OFF
        self.reason = ""  # why the last try failed, in one word
        self.rssi_dbm = 0  # signal strength, 0 while not joined
        self.tries = 0
        self._wlan = wlan
        self._ssid = ssid
        self._password = password
        self._reasons = reasons
        self._backoff = Backoff()
        self._until_ms = 0

    def step(self):
        """Call again and again. True while joined."""
        try:
            return self._step()
        except Exception as error:  # drivers raise OSError, RuntimeError ... out of any call
            self._give_up(type(error).__name__)
            return False

    def state_name(self):
        """What it is doing, in a word."""
        return STATE_NAMES[self.state]

    def _step(self):
        if self.state == OFF:
            self._join()
        elif self.state == WAITING:
            if self._over():
                self._join()
        elif self._wlan.isconnected():
            if self.state != JOINED:
                self.state = JOINED
                self.reason = ""
                self._backoff.reset()
                self._for(0)
            if self._over():
                self._for(_RSSI_MS)
                self._listen()
        elif self.state == JOINED:
            self.state = LOST
            self.rssi_dbm = 0
            self._for(_LOST_MS)
        elif self._over():
            self._give_up(self._reasons.get(self._wlan.status(), "no_answer"))
        return self.state == JOINED

    def _listen(self):
        try:
            self.rssi_dbm = self._wlan.status("rssi")
        except Exception:  # lost in this very moment: the next step will tell
            self.rssi_dbm = 0

    def _join(self):
        self.tries += 1
        self._wlan.active(True)
        self._wlan.connect(self._ssid, self._password)
        self.state = JOINING
        self._for(_JOIN_MS)

    def _give_up(self, reason):
        self.reason = reason
        self.state = WAITING
        self._for(self._backoff.next_ms())
        try:
            self._wlan.disconnect()
            self._wlan.active(False)
        except Exception:
            pass

    def _for(self, ms):
        self._until_ms = realtime.ticks_add(realtime.ticks_ms(), ms)

    def _over(self):
        return realtime.ticks_diff(self._until_ms, realtime.ticks_ms()) <= 0
