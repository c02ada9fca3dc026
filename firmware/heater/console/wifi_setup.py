# Tries a Wi-Fi network that somebody at the console names, before the link is in use. Switching
# the radio on takes a fifth of a second and a scan two, so every call of the driver that may wait
# is made on a thread of its own; the console only looks at what has come of it.


class WifiSetup:
    """wlan(): the station interface. keep(ssid, password): stores both, False if refused.
    spawn(function): runs it on another thread. One thing is done at a time."""

    def __init__(self, wlan, keep, spawn):
        self._wlan = wlan
        self._keep = keep
        self._spawn = spawn
        self._busy = False
        self._ssid = ""
        self._password = ""
        self._up = None  # the interface, once it was switched on here
        self._found = []

    def join(self, ssid, password):
        """Keep the network and begin to join it. False: refused, or still busy."""
        if self._busy or not self._keep(ssid, password):
            return False
        self._ssid, self._password = ssid, password
        return self._begin(self._connect)

    def joined(self):
        """True once the network has been joined."""
        try:
            return not self._busy and self._up is not None and self._up.isconnected()
        except OSError:
            return False

    def scan(self):
        """Begin to look for networks; False while busy."""
        return not self._busy and self._begin(self._look)

    def found(self):
        """[(ssid, rssi in dBm, secured)], strongest first; None while still looking."""
        return None if self._busy else self._found

    def _begin(self, work):
        self._busy = True
        try:
            self._spawn(work)
        except (OSError, MemoryError):  # no thread to be had
            self._busy = False
        return self._busy

    def _connect(self):
        try:
            wlan = self._radio()
            wlan.disconnect()
            wlan.connect(self._ssid, self._password)
        except Exception:  # drivers raise OSError, RuntimeError ...: it is not joined, that is all
            pass
        self._busy = False

    def _look(self):
        found = []
        try:
            for ssid, _, _, rssi, security, _ in self._radio().scan():
                try:
                    found.append((str(ssid, "utf-8"), rssi, security != 0))
                except UnicodeError:
                    pass  # a name that could not be told in JSON, nor typed
        except Exception:
            pass
        found.sort(key=lambda network: -network[1])
        self._found = found
        self._busy = False

    def _radio(self):
        wlan = self._wlan()
        wlan.active(True)
        self._up = wlan
        return wlan
