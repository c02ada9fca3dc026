"""The heater's control files in a tight loop, without the rest of the firmware.

The very files of firmware/heater/control run under CPython; the sensor's quantisation, the voltage
and the element stand between them and the house, as on the board.
"""

import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def import_control():
    """Make `heater.control` importable and return (RoomControl, make_modulator)."""
    if "micropython" not in sys.modules:
        shim = types.ModuleType("micropython")
        shim.const = lambda value: value  # pyright: ignore[reportAttributeAccessIssue]
        sys.modules["micropython"] = shim
    for folder in (ROOT / "firmware", ROOT / "lib"):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    from heater.control.modulator import make
    from heater.control.room import RoomControl

    return RoomControl, make


RATED_V = 220.0
STEP_MDEG = 62.5  # DS18B20 at 12 bit


def read_sensor(sensor_c):
    """What a one-wire sensor of 1/16 K says, in mdeg."""
    return int(round(sensor_c * 16) * STEP_MDEG)


class FastHeater:
    """Room control, modulator and element; one call of `second` a simulated second."""

    def __init__(self, rated_w, modulator="ssr", profile="default", law=None, low_permille=400):
        room_control, make = import_control()
        self.rated_w = int(rated_w)
        self.law = law or room_control()
        self.law.configure({"heater.rated_w": self.rated_w, "control.relay_profile": profile})
        self.modulator = make(modulator, low_permille, profile)
        self.law.attach(self.modulator)
        self.setpoint_mdeg = 22_000
        self.limit_w = 3500
        self.allowed = True
        self.achieved_w = 0
        self._beat = 0

    def second(self, sensor_c, mains_v, body_c):
        """One second: measure, regulate, modulate in ten ticks. Returns the mean element power."""
        ceiling_w = min(self.rated_w, self.limit_w)
        room_mdeg = read_sensor(sensor_c)
        self.law.note_body(int(body_c * 1000), room_mdeg)
        demand_w = self.law.step(
            room_mdeg, self.setpoint_mdeg, self.achieved_w, ceiling_w, self.allowed
        )
        self.law.learn_step()
        grant_w = min(demand_w, ceiling_w) if self.allowed else 0
        element_w = int(self.rated_w * (mains_v / RATED_V) ** 2)
        modulator = self.modulator
        total = 0
        for _ in range(10):
            if self.allowed:
                modulator.step(grant_w, element_w)
            else:
                modulator.hold_off()
            total += modulator.effective_w
        self.achieved_w = total // 10
        return total / 10

    @property
    def switchings(self):
        return self.modulator.switchings
