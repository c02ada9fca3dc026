"""Hours at the cable: telemetry at 10 Hz, log and settings, and random bytes with 0x03 in them.

Time is virtual here, so a tick cannot be late for want of processor; what is shown is that no
byte stops, resets or silences the firmware. The time that one poll takes is measured under bench.
"""

import json
import random

import pytest

from nuanbu.sim.cable import HeldDevice

TICKS_A_MINUTE = 600


class Cable:
    """One heater, tick by tick, with whatever bytes are put on its wire."""

    def __init__(self, device):
        self._device = device
        self.said = b""

    def tick(self, data=b""):
        self.said += self._device.tick(data)

    def ask(self, method, **parameters):
        """The answer to one request, by way of the same wire. None: there was none."""
        self.said = b""
        self.tick(b"\n" + json.dumps({"id": 7, "m": method, "p": parameters}).encode() + b"\n")
        for _ in range(40):
            for line in self.said.split(b"\n")[:-1]:
                try:
                    message = json.loads(line)
                except ValueError:
                    continue
                if message.get("id") == 7:
                    return message.get("r")
            self.tick()
        return None


def attached(minutes, noise_bytes, seed):
    """Random bytes, some of them almost requests or Improv packets, between real requests."""
    rng = random.Random(seed)
    sparks = [
        b"\x03",
        b'{"id":1,"m":"',
        b"IMPROV\x01\x03",
        b"\n",
        b"\x03\r\n",
        b'{"id":',
        b"[" * 90,
    ]
    ticks = minutes * TICKS_A_MINUTE
    with HeldDevice() as device:
        cable = Cable(device)
        cable.tick()
        assert cable.ask("tlm.sub", ticks=1) == {}
        sent = events = 0
        for tick in range(ticks):
            cable.said = b""
            size = min(noise_bytes * (tick + 1) // ticks - sent, 260)
            noise = rng.randbytes(size)
            if rng.random() < 0.3:
                noise = (rng.choice(sparks) + noise)[:size]
            sent += size
            cable.tick(noise)
            events += cable.said.count(b'"ev": "tlm"')
            if tick % TICKS_A_MINUTE == 99:
                for _ in range(3):  # a fragment of noise may still hold the line
                    status = cable.ask("status")
                    if status:
                        break
                assert status and status["uptime_s"] >= tick // 10
                assert cable.ask("log.get") is not None
                cable.ask("cfg.set", k="control.setpoint_mdeg", v=20_000 + tick % 1000)
        reply = device.step(1.0)
        return events / ticks, sent, reply


def judge(minutes, noise_bytes, seed):
    share, sent, reply = attached(minutes, noise_bytes, seed)
    assert sent >= noise_bytes * 0.95
    assert share > 0.98  # telemetry at every tick; a few are counted while requests are answered
    assert reply.snapshot["late_ticks"] == 0
    assert reply.resets == [] and reply.faults == []
    assert reply.snapshot["uptime_s"] >= minutes * 60


@pytest.mark.parametrize("seed", [1, 2])
def test_four_minutes_of_noise(seed):
    judge(4, 60_000, seed)


@pytest.mark.soak
def test_an_hour_with_a_megabyte_of_noise():
    judge(60, 1_000_000, 3)
