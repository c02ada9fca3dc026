"""The shipped firmware on the simulated board, a real mosquitto and a server from docs/protocol:
commissioned over the console, limited, left alone, and measured in watts at the element."""

import sys
import time
from pathlib import Path

import pytest

from nuanbu.sim import Device

sys.path.insert(0, str(Path(__file__).parent))
import guard as side

SETTINGS = {
    "link.enabled": True,
    "link.host": "127.0.0.1",
    "link.tls": False,
    "link.company": "heatco",
    "link.district": "east",
    "link.building": "b7",
    "link.unit": "u2",
    "link.household": "0301",
    "heater.serial": "htr-1",
    "limits.failsafe_w": 600,
    "limits.spread_s": 0,
}
STEP_S = 0.5
PAUSE_S = 0.05  # of real time a step, for the network lives in it: at most ten times real time


def live(device, seconds, pause_s=PAUSE_S):
    """The mean power of the element over some virtual seconds of a cold room."""
    total = 0.0
    for _ in range(round(seconds / STEP_S)):
        total += device.step(seconds=STEP_S, room_c=15.0).power_w * STEP_S
        time.sleep(pause_s)
    return total / seconds


def limit_w(device):
    return device.step(seconds=0.1, room_c=15.0).snapshot["limit_w"]


@pytest.mark.timeout(200)
def test_a_commissioned_heater_obeys_and_fails_safe(tmp_path):
    broker = side.Mosquitto(tmp_path, "allow_anonymous true")
    device = Device(board="sim", settings=dict(SETTINGS, **{"link.port": broker.port}))
    server = side.Guard(broker.port, clock=lambda: device.elapsed_ms / 1000)
    try:
        with device:
            device.request("key.put", k="device", v=side.DEVICE_KEY.hex())
            device.request("key.put", k="zone.district", v=side.ZONE_KEY.hex())
            assert side.DEVICE_KEY.hex() not in str(device.request("key.list"))
            device.power_cycle()
            live(device, 15, 0.25)  # slowly: what a welcome takes makes the heater's clock fast
            live(device, 45)
            assert server.nonce, server.seen.queue
            sent = server.limit(1200)
            live(device, 30)
            server.wait("ack", 1, seq=sent["seq"], status="accepted")
            assert limit_w(device) == 1200
            server.heartbeat()
            limited_w = live(device, 100)  # still within 120 s of the heartbeat
            assert 1100 <= limited_w <= 1212
            last = server.heartbeat()
            while limit_w(device) != 600:
                live(device, 0.5)
                assert server.now() - last["now"] < 130
            assert 118 <= server.now() - last["now"] <= 122
            assert live(device, 120) <= 600 * 1.01
            assert device.step(seconds=1.0, room_c=15.0).snapshot["limit_cause"] == 9
    finally:
        server.close()
        broker.stop()
