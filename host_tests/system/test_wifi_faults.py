"""Everything that Wi-Fi does wrong, to the whole firmware: room control never notices.

Two heaters in equal rooms; one has no network at all, the other lives through the faults one after
the other. Their elements must do the same in every minute.
"""

import sys
import time
from pathlib import Path

import pytest

from nuanbu.sim import Device

sys.path.insert(0, str(Path(__file__).parent))
import guard as side
from test_whole_heater import link_settings

SPEED = 150.0
MINUTES = 6  # of virtual time a fault: some seconds of real time, in which the driver lives
# (fault, its value, what the installer is told meanwhile)
FAULTS = (
    ("wifi_down", 1, None),
    ("wifi_weak", 1, None),
    ("wifi_raises", 1, "OSError"),
    ("wifi_hang", 2, None),
    (None, 0, ""),
)


@pytest.fixture
def broker(tmp_path):
    broker = side.Mosquitto(tmp_path, "allow_anonymous true")
    yield broker
    broker.stop()


def heater(port, ssid):
    device = Device(speed=SPEED)
    device.set({**link_settings(port), "heater.serial": "htr-1", "link.ssid": ssid})
    device.power_cycle(1.0)
    return device


def state(device):
    return device.request("net.link")


def until(device, condition, wait_s=15.0):
    end = time.monotonic() + wait_s
    while not condition(state(device)):
        assert time.monotonic() < end, state(device)


@pytest.mark.timeout(180)
def test_control_never_notices(broker):
    with heater(1, "") as alone, heater(broker.port, "home") as tried:
        for fault, value, told in FAULTS:
            if fault:
                tried.inject(fault, value)
            for _ in range(MINUTES):
                one, other = (d.step(60.0, outdoor_c=-20.0) for d in (alone, tried))
                assert one.power_w == other.power_w and one.power_w > 0, fault
                assert other.snapshot["late_ticks"] == 0 and not other.resets
            found = state(tried)
            state(alone)  # takes as many ticks
            if told is not None:
                assert found["wifi_error"] == told, (fault, found)
            if fault:
                tried.inject(fault, 0)
        until(tried, lambda found: found["link"] == "online" and found["wifi"] == "joined")


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("fault", "told"), [("wifi_password", "wrong_password"), ("wifi_no_ap", "no_ap_found")]
)
def test_an_installer_is_told_why_there_is_no_network(broker, fault, told):
    with heater(broker.port, "home") as device:
        until(device, lambda found: found["link"] == "online")
        device.inject(fault)
        until(device, lambda found: found["wifi_error"] == told, 40)
        assert state(device)["link"] == "trying" and device.step(1.0).snapshot["late_ticks"] == 0
        device.inject(fault, 0)
        until(device, lambda found: found["link"] == "online", 20)
