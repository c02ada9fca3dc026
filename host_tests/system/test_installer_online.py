"""The acceptance on site where the heater is on line: the whole firmware, a broker, a server.

Scaled time: the heater lives faster than the wall clock, the network does not.
"""

import sys
import time
from pathlib import Path

import pytest

from nuanbu.installer import onsite
from nuanbu.installer.client import Client
from nuanbu.installer.outcome import Outcome
from nuanbu.installer.profile import load
from nuanbu.sim.cable import HeldDevice, VirtualPort

sys.path.insert(0, str(Path(__file__).parent))
import guard as side
from test_whole_heater import SPEED, link_settings

FAILSAFE_W, LIMIT_W = 600, 1500
BEAT_S = 20
LIFE_S = 3600  # until it is on line and obeys; most of it is for a busy host


class Served:
    """A server that speaks every 20 s of the heater's life, and the hands that stop it."""

    def __init__(self, device, server):
        self._device = device
        self._server = server
        self._due_ms = 0
        self.granted_w = None  # when the server fell silent

    def each_tick(self, _port):
        if self._server.nonce and self._server.answering:
            if self._device.elapsed_ms >= self._due_ms:
                self._due_ms = self._device.elapsed_ms + BEAT_S * 1000
                self._server.heartbeat()
                self._server.limit(LIMIT_W)

    def do(self, step):
        if step.startswith("server"):
            if step == "server_off":
                self.granted_w = self._device.request("state")["lim"]
            self._server.answering = step == "server_on"
        else:
            self._device.inject("wifi_down", int(step == "wifi_off"))
        return True


@pytest.fixture
def broker(tmp_path):
    broker = side.Mosquitto(tmp_path, "allow_anonymous true")
    yield broker
    broker.stop()


@pytest.mark.timeout(600)
def test_wifi_and_server_are_switched_off(broker):
    with HeldDevice(speed=SPEED) as device:
        device.request("key.put", k="device", v=side.DEVICE_KEY.hex())
        device.request("key.put", k="zone.district", v=side.ZONE_KEY.hex())
        device.set({**link_settings(broker.port), "heater.serial": "htr-1",
                    "link.ssid": "home", "limits.failsafe_w": FAILSAFE_W})  # fmt: skip
        device.power_cycle(1.0)
        server = side.Guard(broker.port, clock=lambda: device.elapsed_ms / 1000)
        served = Served(device, server)
        outcome = Outcome()
        try:
            with Client("virtual", port=VirtualPort(device, served.each_tick)) as client:
                _wait_for_the_limit(client)
                site = onsite.Site(client, outcome, served, load("class1-fixed"))
                site.run(("wifi", "server"), lambda part: None)
        finally:
            server.close()
    lines = {line.key: line for line in outcome.lines}
    assert {key: line.verdict for key, line in lines.items()} == {
        "wifi_off": "pass", "failsafe": "pass",
    }, {key: line.reading for key, line in lines.items()}  # fmt: skip
    assert served.granted_w == LIMIT_W  # so that the share that is left was a reduction
    took, power = lines["failsafe"].reading.split(", ")
    assert 0 < int(took.split()[0]) <= 122
    assert FAILSAFE_W * 0.9 < float(power.split()[0]) <= FAILSAFE_W * 1.05


def _wait_for_the_limit(client):
    end = time.monotonic() + LIFE_S / SPEED
    while client.request("state")["lim"] != LIMIT_W:
        assert time.monotonic() < end, client.request("state")
        client.pause(1.0)
