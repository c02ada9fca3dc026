"""What else hangs on the feeders: lifts, lights and stoves that no server knows of, and the meters
that see them together with the heaters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuanbu.fleet.wire import METER, Batch
from nuanbu.group.allocate import Floats

EVERY_S = 10  # between two readings of a meter
_SWING_S = 1800.0  # time constant of the swings
_SWING = 0.3  # their standard deviation, of the mean
_SHORT = 0.15  # of what comes and goes within seconds


class OtherLoad:
    """mean_w: of each building, watts.  Read: power_w, of this second."""

    def __init__(self, mean_w: Floats, rng: np.random.Generator):
        self._mean_w, self._rng = mean_w, rng
        self._swing = rng.normal(0.0, _SWING, len(mean_w))
        self.power_w = mean_w.copy()

    def second(self, now_s: int) -> Floats:
        """A second passes; every EVERY_S it changes. Returns power_w."""
        if now_s % EVERY_S == 0:
            keeps = float(np.exp(-EVERY_S / _SWING_S))
            new = self._rng.normal(0.0, _SWING * (1 - keeps**2) ** 0.5, len(self._mean_w))
            self._swing = keeps * self._swing + new
            short = self._rng.normal(0.0, _SHORT, len(self._mean_w))
            self.power_w = self._mean_w * np.maximum(1 + self._swing + short, 0.0)
        return self.power_w


class Meters:
    """One for each building, in the order of the layout, and one for the district, the last."""

    def __init__(self, buildings: int):
        self._sum_ws = np.zeros(buildings + 1)
        self._seconds = 0

    def second(self, now_s: int, buildings_w: Floats, district_w: float) -> Batch | None:
        """Take in a second; the readings that are due."""
        self._sum_ws[:-1] += buildings_w
        self._sum_ws[-1] += district_w
        self._seconds += 1
        if now_s % EVERY_S:
            return None
        rows: NDArray = np.zeros(len(self._sum_ws), METER)
        rows["who"], rows["t"] = np.arange(len(rows)), now_s
        rows["power_w"] = np.round(self._sum_ws / self._seconds)
        self._sum_ws[:], self._seconds = 0.0, 0
        return Batch("meter", rows)
