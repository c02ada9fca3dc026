"""The whole firmware after a power cut that took the clock, where certificates need a time and no
NTP answers: it guesses, connects, and is told the time by the server; room control never notices.
"""

import contextlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import guard as side
import test_link_tls as tls
from test_whole_heater import link_settings
from test_wifi_faults import Pair

from nuanbu.sim import Device

site = tls.site
REAL_S = 30  # three questions to NTP, five seconds apart, and a connection


def made(site, left, port):
    """A heater with a certificate and without a clock, for a broker at this port."""
    device = left.enter_context(Device())
    device.inject("clock_lost")
    cert, key = site.authority.issue("htr-1")
    device.request("key.put", k="device", v=side.DEVICE_KEY.hex())
    for name, path in (("ca", site.authority.path), ("cert", cert), ("cert_key", key)):
        tls.put(device, name, path.read_text())
    settings = {"link.tls": True, "link.host": "localhost", "heater.serial": "htr-1"}
    device.set({**link_settings(port), **settings})
    device.power_cycle(1.0)
    return device


@pytest.mark.timeout(300)
def test_no_clock_and_no_ntp(site):
    site.broker()
    with contextlib.ExitStack() as left:
        tried = made(site, left, site.mosquitto.port)
        pair = Pair(made(site, left, 1), tried)
        assert pair.live(10, 5, "no clock").power_w > 0
        found = pair.ask("net.link")
        assert (found["link"], found["time"]) == ("trying", "")
        cert, key = site.authority.issue("guard")
        keys = {"ca": site.authority.path, "cert": cert, "key": key}
        server = side.Guard(site.mosquitto.port, tls=keys, clock=lambda: tried.elapsed_ms / 1000)
        left.callback(server.close)
        server.answering = False
        pair.until(lambda told: told["link"] == "online", "a guess", REAL_S)
        assert pair.ask("net.link")["time"] == "guess"
        assert pair.ask("time.get")["quality"] == "none"  # a guess is no time to live by
        server.answering = True
        pair.live(2, 12, "the time of the server")
        assert pair.ask("net.link")["time"] == "server"
        assert pair.ask("time.get")["quality"] == "server"
