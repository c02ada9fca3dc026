"""A serial cable to a simulated heater in virtual time: no thread, no waiting, always the same.

    with HeldDevice(settings={"heater.serial": "N1"}) as device:
        client = Client("virtual", port=VirtualPort(device))

Time passes for the heater only while somebody reads from the port or pauses at it, one tick of
100 ms or more at a time, so a minute of conversation costs the processor a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import serial

from nuanbu.sim.device import Device

TICK_MS = 100
_RING_BYTES = 260  # of the ESP32's stdin; what does not fit is lost
_SPAN_MS = 1000  # the simple plant behind the heater moves at least so often


class HeldDevice(Device):
    """A Device that is moved span by span, with raw console bytes.

    swapped: room and body sensor each sit in the other's place.
    """

    swapped = False

    def tick(self, console: bytes = b"", span_ms: int = TICK_MS) -> bytes:
        """Run for one span; what the console said."""
        self.start()
        said = self._advance(span_ms, {}, console=console).console
        self._pending.trace.clear()  # nobody asks for these here, and they would pile up
        return said

    def _advance(self, span_ms: int, inputs: dict, **how: Any):
        if not self.swapped:
            return super()._advance(span_ms, inputs, **how)
        plant = self.plant
        room_c, body_c = plant.room_c, plant.body_c
        plant.room_c, plant.body_c = body_c, room_c
        report = super()._advance(span_ms, {**inputs, "room_c": body_c, "body_c": room_c}, **how)
        plant.room_c, plant.body_c = room_c, body_c
        plant.step(span_ms / 1000, report.energy_j * 1000 / span_ms)
        return report


class VirtualPort:
    """What pyserial's port is to `Client`, without a port.

    device: the heater at the other end; assign another to move the cable. unplugged: nothing
    passes and every call raises, as pyserial does. each_tick(port): called after every span.
    """

    poll_s = 0.5  # how often it is worth asking for measurements

    def __init__(self, device: HeldDevice, each_tick: Callable | None = None):
        self.device = device
        self.unplugged = False
        self._each_tick = each_tick
        self._to_device = b""
        self._from_device = b""
        self._now_ms = 0
        self.is_open = True

    def clock(self) -> float:
        """Virtual seconds that have passed at this end of the cable."""
        return self._now_ms / 1000

    def write(self, data: bytes) -> int:
        self._check()
        self._to_device += data
        return len(data)

    def read(self, size: int) -> bytes:
        """What has arrived; when nothing has, one tick passes first."""
        self._check()
        if not self._from_device:
            self._pass(TICK_MS)
        data, self._from_device = self._from_device[:size], self._from_device[size:]
        return data

    def pause(self, seconds: float) -> None:
        """Let time pass; less than half a tick is none."""
        left_ms = round(seconds * 1000 / TICK_MS) * TICK_MS
        while left_ms > 0:
            span_ms = TICK_MS if self._to_device else min(left_ms, _SPAN_MS)
            self._pass(span_ms)
            left_ms -= span_ms

    def close(self) -> None:
        self.is_open = False

    def _pass(self, span_ms: int) -> None:
        data, self._to_device = self._to_device[:_RING_BYTES], b""
        self._from_device += self.device.tick(data, span_ms)
        self._now_ms += span_ms
        if self._each_tick:
            self._each_tick(self)

    def _check(self) -> None:
        if self.unplugged:
            raise serial.SerialException("the cable is out")
