"""An hour at the cable: telemetry at 10 Hz, log pull, setting writes, random bytes with 0x03."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from nuanbu.sim.cable import HeldDevice

TICKS_A_MINUTE = 600
_RING_BYTES = 260
# Almost requests, almost Improv packets, and Ctrl-C in every place.
_SPARKS = (
    b"\x03", b'{"id":1,"m":"', b"IMPROV\x01\x03", b"\n", b"\x03\r\n", b'{"id":', b"[" * 90,
)  # fmt: skip
_ANSWER_TICKS = 40


@dataclass
class Attached:
    """minutes, noise_bytes: what was done. missed: late ticks. resets, faults: none is right.
    events: telemetry messages a tick. unanswered: real requests that got no answer in four tries.
    """

    minutes: int
    noise_bytes: int
    missed: int
    resets: int
    faults: int
    events: float
    requests: int
    unanswered: int
    writes: int


class Wire:
    """One heater, tick by tick, with whatever bytes are put on its wire."""

    def __init__(self, device: HeldDevice):
        self._device = device
        self.said = b""

    def tick(self, data: bytes = b"") -> None:
        """100 ms, with `data` arriving meanwhile."""
        self.said += self._device.tick(data)

    def ask(self, method: str, **parameters: Any) -> dict | None:
        """The answer to one request, by way of the same wire. None: there was none."""
        self.said = b""
        self.tick(b"\n" + json.dumps({"id": 7, "m": method, "p": parameters}).encode() + b"\n")
        for _ in range(_ANSWER_TICKS):
            for line in self.said.split(b"\n")[:-1]:
                try:
                    message = json.loads(line)
                except ValueError:
                    continue
                if message.get("id") == 7:
                    return message.get("r")
            self.tick()
        return None


def measure(minutes: int, noise_bytes: int, seed: int) -> Attached:
    """Random bytes between real requests, once a minute: status, the log, a setting written."""
    rng = random.Random(seed)
    ticks = minutes * TICKS_A_MINUTE
    found = Attached(minutes, 0, 0, 0, 0, 0.0, 0, 0, 0)
    events = 0
    with HeldDevice(settings={"plan.child_lock": True}) as device:
        wire = Wire(device)
        wire.tick()
        assert wire.ask("tlm.sub", ticks=1) == {}
        for tick in range(ticks):
            wire.said = b""
            due = noise_bytes * (tick + 1) // ticks - found.noise_bytes
            size = min(due, _RING_BYTES)
            noise = rng.randbytes(size)
            if rng.random() < 0.3:
                noise = (rng.choice(_SPARKS) + noise)[:size]
            found.noise_bytes += size
            wire.tick(noise)
            events += wire.said.count(b'"ev": "tlm"')
            if tick % TICKS_A_MINUTE == 99:
                _talk(wire, tick, found)
        reply = device.step(1.0)
    found.missed = reply.snapshot["late_ticks"]
    found.resets, found.faults = len(reply.resets), len(reply.faults)
    found.events = events / ticks
    return found


def _talk(wire: Wire, tick: int, found: Attached) -> None:
    mdeg = 20_000 + tick % 1000
    for method, parameters in (
        ("status", {}),
        ("log.get", {"at": 0}),
        ("cfg.set", {"k": "control.setpoint_mdeg", "v": mdeg}),
        ("cfg.commit", {}),
    ):
        found.requests += 1
        # A fragment of noise may still hold the line, as on any wire: the tool asks again.
        answers = (wire.ask(method, **parameters) for _ in range(4))
        answer = next((answer for answer in answers if answer is not None), None)
        if answer is None:
            found.unanswered += 1
        elif method == "cfg.commit":
            found.writes += 1
