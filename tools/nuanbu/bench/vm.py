"""The same scenarios by the whole firmware in MicroPython, every monitor and driver included.

`VmHeater` takes the place of `heater.FastHeater`: slower, but nothing is left out. What a heater
has learned is carried from one scenario to the next as the file of its flash.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from nuanbu.sim.device import Device

_SETTINGS = {"ssr": {}, "relay": {"heater.modulator": "relay"}}


class VmHeater:
    """One heater in the virtual machine; one call of `second` a simulated second.

    `speed` is the ratio of virtual to real time so far.
    """

    def __init__(self, rated_w: float, modulator: str = "ssr", profile: str = "default"):
        self.rated_w = int(rated_w)
        self.law = self  # for the scenarios' `law.state()` and `law.restore()`
        self.switchings = 0
        self.seconds = 0
        self._wall_s = 0.0
        self._folder = tempfile.TemporaryDirectory(prefix="nuanbu-bench-")
        self._flash = Path(self._folder.name) / "flash.bin"
        self._settings = {
            "heater.rated_w": self.rated_w,
            "control.relay_profile": profile,
            **_SETTINGS[modulator],
        }
        self._setpoint_mdeg = 22_000
        self._limit_w = 3500
        self._wanted: dict = {}  # settings to be changed after the next second
        self._edges = 0
        self._device: Device | None = None

    def _running(self) -> Device:
        if self._device is None:
            self._device = Device(settings=self._settings, flash=self._flash)
        return self._device

    def close(self) -> None:
        """Stop the firmware."""
        if self._device:
            self._device.close()
        self._folder.cleanup()

    def state(self) -> Path:
        """What has been learned: a copy of the flash, after the time it takes to be saved."""
        self._running().step(900.0, room_c=self._device.plant.room_c)  # type: ignore[union-attr]
        self._running().power_cycle()
        kept = Path(tempfile.mkdtemp(prefix="nuanbu-learned-")) / "flash.bin"
        shutil.copy(self._flash, kept)
        self.close()
        return kept

    def restore(self, memory: Path) -> None:
        """Begin with what `state` returned."""
        shutil.copy(memory, self._flash)

    @property
    def setpoint_mdeg(self) -> int:
        return self._setpoint_mdeg

    @setpoint_mdeg.setter
    def setpoint_mdeg(self, value: int) -> None:
        self._setpoint_mdeg = value
        self._wanted["control.setpoint_mdeg"] = value

    @property
    def limit_w(self) -> int:
        return self._limit_w

    @limit_w.setter
    def limit_w(self, value: int) -> None:
        self._limit_w = value
        self._wanted["limits.installed_w"] = value

    def second(self, sensor_c: float, mains_v: float, body_c: float) -> float:
        """One second with room and body sensor at these; the mean element power in W."""
        device = self._running()
        device.plant.body_c = body_c
        began = time.monotonic()
        report = device.second(sensor_c, mains_v)
        if self._wanted:
            device.set(self._wanted)
            self._wanted = {}
        self._wall_s += time.monotonic() - began
        self.seconds += 1
        self._edges += report.switchings
        self.switchings = (self._edges + 1) // 2
        return report.energy_j

    @property
    def speed(self) -> float:
        """Virtual over real time, the house not counted."""
        return self.seconds / self._wall_s if self._wall_s else 0.0
