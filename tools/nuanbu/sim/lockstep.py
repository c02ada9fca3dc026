"""A house and a heater in lock-step: while the firmware runs one second, the house moves too.

The two processes overlap: the house integrates the power of second n-1 while the firmware lives
through second n, and second n+1 waits for it in the pipe, so that the firmware never waits for
the house. That is two seconds of extra dead time in the loop, small against every sensor lag
(60 s and more), and it uses both cores.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from nuanbu.errors import UserError
from nuanbu.sim.device import Device
from nuanbu.sim.process import Report

PERIOD_S = 1


@dataclass
class Totals:
    """Running totals since the beginning."""

    seconds: int = 0
    energy_j: float = 0.0
    switchings: int = 0
    contactor_switchings: int = 0
    resets: list[int] = field(default_factory=list)


class LockStep:
    """Couples `device` to `house` (room_c, sensor_c, body_c, chip_c, mains_v, step(dt, w), and
    source_ohm and mains_open_v where a branch lies before the heater).

    `seconds()` advances and gives the device's reports; between two calls nothing is under way, so
    the device may be asked and told. `element_w` is the mean power of the last second. Raises
    UserError when the house model fails or leaves the physical world.
    """

    def __init__(self, device: Device, house, *, speed: float | None = None):
        self.device = device
        self.house = house
        self.totals = Totals()
        self.element_w = 0.0
        self._source_ohm = getattr(house, "source_ohm", 0.0)
        self._drawn_w = 0.0  # while the house moved last
        self._speed = speed
        self._began = time.monotonic()
        # Current and voltage of one instant: the board takes off what its load costs.
        device.world(source_mohm=round(self._source_ohm * 1000))
        self._feel()
        device.start()

    def seconds(self, count: int, *, probe: bool = False) -> Iterator[Report]:
        """`count` seconds for both, one report each; the last one carries the probe."""
        device = self.device
        begun = 0
        for done in range(count):
            while begun < min(done + 2, count):
                begun += 1
                device.begin(PERIOD_S * 1000, probe=probe and begun == count)
            self._move_house()
            report = device.finish(PERIOD_S * 1000)
            if report.reset_cause is not None:
                begun = done + 1
            self._book(report)
            yield report

    def step(self, *, probe: bool = False) -> Report:
        """One second for both."""
        (report,) = self.seconds(1, probe=probe)
        return report

    def run(self, seconds: int) -> None:
        """Advance by `seconds`."""
        for _ in self.seconds(seconds):
            pass

    def _book(self, report: Report) -> None:
        self.element_w = report.energy_j / PERIOD_S
        totals = self.totals
        totals.seconds += PERIOD_S
        totals.energy_j += report.energy_j
        totals.switchings += report.switchings
        totals.contactor_switchings += report.contactor_switchings
        if report.reset_cause is not None:
            totals.resets.append(report.reset_cause)
        self._feel()
        if self._speed:
            due = self._began + totals.seconds / self._speed
            time.sleep(max(0.0, due - time.monotonic()))

    def _move_house(self) -> None:
        self._drawn_w = self.element_w
        try:
            self.house.step(PERIOD_S, self.element_w)
        except Exception as e:
            raise UserError(
                f"the house model failed after {self.totals.seconds} s: {type(e).__name__}: {e}",
                "mend the model; the run was not written",
            ) from e

    def _feel(self) -> None:
        house, p = self.house, self.device.physical
        for name in ("sensor_c", "body_c", "chip_c"):
            value = getattr(house, name)
            if not (math.isfinite(value) and -80.0 < value < 1000.0):
                raise UserError(
                    f"the house model gave {name}={value} after {self.totals.seconds} s "
                    "(-80 to 1000 degC are possible)",
                    "mend the model; the run was not written",
                )
        p.room_c, p.body_c, p.chip_c = house.sensor_c, house.body_c, house.chip_c
        p.mains_v = house.mains_v
        if self._source_ohm:
            p.mains_v += self._source_ohm * self._drawn_w / house.mains_open_v
