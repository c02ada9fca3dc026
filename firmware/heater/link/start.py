# Puts the link together.

import socket
import sys

from micropython import const

from heater.link import client, net, ntp, realtime, secure, wifi, wire
from heater.link.agent import Agent
from heater.link.mailbox import Mailbox
from heater.link.topics import Topics

_IN = const(16)
_OUT = const(32)
_STACK = const(16_384)  # bytes; a TLS handshake runs on this thread


class Link:
    """The link of one heater: `agent` for the main thread, `net` for the other."""

    def __init__(self, rooms, keys, device):
        """rooms: `Rooms`. keys: `Keys`, opened. device: identity in topics. Raises ValueError
        (`topics.BadPlace` is one) when settings or keys allow no connection; the heater then
        lives without."""
        cfg = rooms.settings
        self.inbox = Mailbox(_IN)
        self.outgoing = Mailbox(_OUT)
        context = secure.context(keys) if cfg.get("link.tls") else None
        host, port = cfg.get("link.host"), cfg.get("link.port")
        user, password = cfg.get("link.user"), keys.text("mqtt") or ""
        keepalive_s = cfg.get("link.keepalive_s")

        def dial():
            return wire.dial(socket, host, port, context, client.CONNECT_MS)

        def make_client(deliver):
            return client.Client(device, dial, deliver, user, password, keepalive_s)

        topics = Topics(cfg, device)
        # Without the name of a Wi-Fi network the host has a connection of its own.
        ssid = cfg.get("link.ssid")
        self.wifi = wifi.station(ssid, keys.text("wifi")) if ssid else None
        clock = ntp.NetworkTime(lambda utc_s: self.inbox.put(("time", utc_s)))
        self.time = secure.platform_time(rooms.known_s) if context else None
        self.net = net.Net(
            topics, keys, make_client, self.inbox, self.outgoing, self.wifi, self.time, clock.poll
        )
        if self.time is not None:
            rooms.set_clock = _both(self.time.told, rooms.set_clock)
        self.agent = Agent(self.net, self.inbox, self.outgoing, rooms)

    def silent_ms(self):
        """Time since the network's thread last gave a sign of life. A resolver or a driver may
        hold it for half a minute; many minutes mean a hang, which only a restart ends."""
        return realtime.ticks_diff(realtime.ticks_ms(), self.net.beat_ms)

    def open(self):
        """Start the network's thread."""
        import _thread

        self.agent.open()
        if sys.platform == "esp32":  # elsewhere the default does, and a word is twice as long
            _thread.stack_size(_STACK)
        _thread.start_new_thread(self.net.run, ())


def _both(told, set_clock):
    def both(utc_s, now_s):
        try:
            told(utc_s)
        except Exception:  # a platform without a clock to set has one of its own
            pass
        set_clock(utc_s, now_s)

    return both
