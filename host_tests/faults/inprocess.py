"""The whole unmodified firmware in this very CPython process, on the parts of boards/sim: pins,
ADC codes, one-wire and UART bytes as in the virtual machine, no exchange with another process. A
few times as fast as the virtual machine, for seasons and for what takes weeks to learn.

It is no proof of the device (other integers, other memory): that is the virtual machine's and the
32-bit target's. One heater a process, because the board's modules are one world:

    python host_tests/faults/inprocess.py HOUSE MONTH DAYS [bare]

lives DAYS of MONTH (0..5, see season.py) and prints what was named, how near to their limits the
monitors that learn came, how often the contactor was opened on suspicion of a weld, and how often
heat was withheld to look for a cover; `bare` is a board without meter, residual-current sensor,
tilt switch and chip sensor. Exit code 1 when anything was named.
"""

from __future__ import annotations

import gc
import importlib.util
import sys
import tempfile
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
BARE = {"HAS_METER": False, "HAS_LEAK": False, "HAS_TILT": False, "HAS_CHIP_TEMP": False}
POWER_ON = 1
LOOK = 2  # heater.protect.weld.LOOK
LEARNED = ("room_drift", "covered", "element_cold", "switch_welded_body")


def _load(name):
    """A module of boards/sim under its own name, before anything of the host that is called so."""
    spec = importlib.util.spec_from_file_location(name, REPO / f"boards/sim/{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class InProcess:
    """A heater in a `house` (nuanbu.sim.house.House or alike). board: what differs from the
    simulated board, by name; settings: setting name -> value, as a factory session may set them.
    """

    def __init__(self, house, board=None, settings=None):
        places = ("boards/sim", "host_tests/shims", "firmware", "lib")
        sys.path[:0] = [str(REPO / place) for place in places]
        fitted = _load("board")
        for name, value in (board or {}).items():
            setattr(fitted, name, value)
        self._folder = tempfile.TemporaryDirectory(prefix="nuanbu-inprocess-")
        fitted.DATA_DIR = self._folder.name
        self.world = _load("world")
        # The clock of the simulated board beside what the host needs of its own.
        place = REPO / "boards/sim/time.py"
        spec = importlib.util.spec_from_file_location("simulated_time", place)
        assert spec and spec.loader
        simulated = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(simulated)
        for name in ("ticks_ms", "ticks_us", "ticks_add", "ticks_diff", "sleep_ms", "sleep_us"):
            setattr(time, name, getattr(simulated, name))
        import micropython

        micropython.kbd_intr = lambda character: None  # type: ignore
        self.house = house
        self.element_w = 0.0
        self._feel()
        self._energy_uj = 0
        from heater.app import Heater

        self.heater = Heater(fitted, POWER_ON)
        self._trips = list(self.heater.guard.book.trips)
        self.came: list[tuple[float, str, int, int]] = []  # hours, code, measured, expected
        from heater.protect.monitors import ROWS

        rows = [(i, row[1], row[4]) for i, row in enumerate(ROWS) if row[1] in LEARNED]
        self._limits = [(i, name, limit) for i, name, limit in rows if isinstance(limit, int)]
        self.nearest = {name: 0.0 for _, name, _ in self._limits}  # greatest share of the limit
        self.suspicions = 0  # of a weld, for which the contactor was opened
        self.looks = 0  # for a cover, for which heat was withheld
        self._held = 0
        self.seconds = 0
        self.world.element_rated_w = int(house.rated_w)
        self.world.source_mohm = round(house.source_ohm * 1000)
        self.set({"heater.rated_w": int(house.rated_w), **(settings or {})})
        gc.collect = lambda generation=2: 0  # of the firmware every ten seconds: not CPython's way

    def set(self, settings):
        """Change settings, all or none; AssertionError when the firmware refuses."""
        for name, value in settings.items():
            refusal = self.heater.settings.stage(name, value, "factory")
            assert refusal is None, refusal
        committed = self.heater.settings.commit("factory")
        assert isinstance(committed, tuple), committed

    def clock(self, epoch_s):
        """Tell the heater the time."""
        self.heater.clock.set(epoch_s, 3, self.heater.inp.uptime_s)

    def run(self, seconds):
        """Let heater and house live together for so long."""
        world, heater, house = self.world, self.heater, self.house
        for _ in range(seconds):
            for _ in range(10):
                world.now_ms += 100
                heater.tick(world.now_ms & 0x3FFFFFFF, 100, False)
                heater.slices()
            world.settle()
            self.element_w = (world._energy_uj - self._energy_uj) / 1e6
            self._energy_uj = world._energy_uj
            house.step(1.0, self.element_w)
            self.seconds += 1
            self._feel()
            if heater.guard.book.trips != self._trips:
                self._note()
            self._watch()

    def _feel(self):
        world, house = self.world, self.house
        world.room_mdeg = round(house.sensor_c * 1000)
        world.body_mdeg = round(house.body_c * 1000)
        world.chip_mdeg = round(house.chip_c * 1000)
        own_v = house.source_ohm * self.element_w / house.mains_open_v
        world.mains_mv = round((house.mains_v + own_v) * 1000)

    def _watch(self):
        guard = self.heater.guard
        signal, nearest = guard.book.signal, self.nearest
        for i, name, limit in self._limits:
            if signal[i] > nearest[name] * limit:
                nearest[name] = signal[i] / limit
        held = guard.weld.hold
        if held != self._held:
            self.suspicions += held == 1
            self.looks += held == LOOK
            self._held = held

    def _note(self):
        book = self.heater.guard.book
        for i, (now, before) in enumerate(zip(book.trips, self._trips)):
            if now != before:
                fault = book.fault(i)
                self.came.append(
                    (self.seconds / 3600, fault["code"], fault["measured"], fault["expected"])
                )
        self._trips = list(book.trips)


def main(arguments):
    """Live the days asked for; the number of faults named."""
    name, number, days = arguments[0], int(arguments[1]), float(arguments[2])
    from season import Life, lived_in

    life = Life(name, number)
    house, _ = lived_in(name, number)
    device = InProcess(house, BARE if "bare" in arguments else None, {"control.mode": "plan"})
    device.clock(1_800_000_000 + 86_400 * 30 * number)
    while life.hours < days * 24:
        for changes in life.quarter():
            device.set(changes)
        device.run(900)
        for hours, code, measured, expected in device.came:
            print(f"{name} {number} at {hours:.2f} h: {code} {measured}, limit {expected}",
                  flush=True)  # fmt: skip
        faults = len(device.came)
        if faults:
            return faults
    near = ", ".join(f"{code} {share:.2f}" for code, share in device.nearest.items())
    print(f"{name} {number}: {days:g} days, nothing named; of the limits: {near}; "
          f"{device.suspicions} suspicions of a weld, "
          f"{device.looks} looks for a cover")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.path[:0] = [str(REPO / "tools"), str(Path(__file__).parent)]
    sys.exit(1 if main(sys.argv[1:]) else 0)
