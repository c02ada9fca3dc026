# Improv Wi-Fi Serial: the browser of a telephone or laptop gives the heater its
# network by the same port. It has no log-in of its own, so it is served only while the session may
# do what an installer may: before a password is set, or in an unlock window; else it is silent.
#
# A packet: "IMPROV" 1 type length data checksum (sum of all before, & 0xFF), then a line feed.

from micropython import const

from heater.console.frames import IMPROV

_STATE = const(1)
_ERROR = const(2)
_RPC = const(3)
_RESULT = const(4)

READY = const(2)
PROVISIONING = const(3)
PROVISIONED = const(4)

_NONE = const(0)
_BAD_PACKET = const(1)
_BAD_COMMAND = const(2)
_NO_CONNECTION = const(3)

_WIFI = const(1)
_GET_STATE = const(2)
_INFO = const(3)
_SCAN = const(4)

_JOIN_POLLS = const(300)  # 30 s at one poll a tick
_SHOWN = const(12)  # networks told in answer to a scan


class Improv:
    """Answers the packets of one port.

    allowed(): whether the session may set the network. info(): four texts, firmware, version,
    chip, name. wifi: `join(ssid, password)` begins to join and keeps both; `joined()`;
    `scan()` begins to look for networks, `found()` gives [(ssid, rssi, secured)] or None while it
    is looking. None of them may wait.

    `busy` is True while joining or looking: then `poll` is to be called.
    """

    def __init__(self, allowed, info, wifi):
        self._allowed = allowed
        self._info = info
        self._wifi = wifi
        self._left = 0  # polls until joining counts as failed
        self._scanning = False
        self.busy = False

    def poll(self):
        """Once a tick while `busy`: what has changed, as bytes to send."""
        sent = self._poll()
        self.busy = self._left > 0 or self._scanning
        return sent

    def _poll(self):
        if self._left:
            self._left -= 1
            if self._wifi.joined():
                self._left = 0
                return _packet(_STATE, bytes((PROVISIONED,))) + _result(_WIFI, ())
            if not self._left:
                return _packet(_ERROR, bytes((_NO_CONNECTION,))) + self._state()
        elif self._scanning:
            found = self._wifi.found()
            if found is not None:
                self._scanning = False
                return _networks(found)
        return b""

    def packet(self, frame):
        """The answer to one packet as framed by LineReader, as bytes to send."""
        if not self._allowed():
            return b""
        data = frame[9:-1]
        if sum(frame[:-1]) & 0xFF != frame[-1] or frame[7] != _RPC:
            return _packet(_ERROR, bytes((_BAD_PACKET,)))
        if len(data) < 2 or data[1] != len(data) - 2:
            return _packet(_ERROR, bytes((_BAD_PACKET,)))
        return self._command(data[0], data[2:])

    def _command(self, command, data):
        good = _packet(_ERROR, bytes((_NONE,)))
        if command == _GET_STATE:
            answer = good + self._state()
            return answer + _result(_GET_STATE, ()) if self._wifi.joined() else answer
        if command == _INFO:
            return good + _result(_INFO, self._info())
        if command == _SCAN:
            self._wifi.scan()
            self._scanning = self.busy = True
            return good
        if command != _WIFI:
            return _packet(_ERROR, bytes((_BAD_COMMAND,)))
        texts = _texts(data)
        if texts is None or not texts[0]:
            return _packet(_ERROR, bytes((_BAD_PACKET,)))
        if not self._wifi.join(texts[0], texts[1]):
            return good + _packet(_ERROR, bytes((_NO_CONNECTION,)))
        self._left = _JOIN_POLLS
        self.busy = True
        return good + _packet(_STATE, bytes((PROVISIONING,)))

    def _state(self):
        if self._left:
            return _packet(_STATE, bytes((PROVISIONING,)))
        return _packet(_STATE, bytes((PROVISIONED if self._wifi.joined() else READY,)))


def _texts(data):
    # Two texts, each with its length before it; None when they are none.
    texts = []
    at = 0
    for _ in range(2):
        if at >= len(data) or at + 1 + data[at] > len(data):
            return None
        try:
            texts.append(str(data[at + 1 : at + 1 + data[at]], "utf-8"))
        except UnicodeError:
            return None
        at += 1 + data[at]
    return texts if at == len(data) else None


def _result(command, texts):
    body = b""
    for text in texts:
        octets = text.encode()
        body += bytes((len(octets),)) + octets
    return _packet(_RESULT, bytes((command, len(body))) + body)


def _networks(found):
    answer = b""
    for ssid, rssi, secured in found[:_SHOWN]:
        answer += _result(_SCAN, (ssid, str(rssi), "YES" if secured else "NO"))
    return answer + _result(_SCAN, ())


def _packet(kind, data):
    packet = IMPROV + bytes((kind, len(data))) + data
    # On a line of its own: clients throw away what stands before, up to the line feed.
    return packet + bytes((sum(packet) & 0xFF,)) + b"\n"
