"""What the heaters last said, and what their rooms will lack (invariant I4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuanbu.group.allocate import Floats, Ints

SILENT_S = 120  # a heater unheard for so long is not counted on; it tells its state every 60 s
# A room with what of its walls follows within half an hour. Only the ratio to other rooms matters,
# which is why one figure serves for all.
_CAPACITY_J_K = 3.6e6
# How far ahead shortfalls are made equal. Further ahead, rooms would be equal only if nothing
# changed until then; 20 min gave the warmest coldest rooms (`nuanbu group trial foresight`).
_HORIZON_S = 1200.0
GAIN_K_PER_W = _HORIZON_S / _CAPACITY_J_K
_FORGET_S = 1800.0  # time constant of the mean below: longer than a relay's period


class Seen:
    """Arrays over n heaters; before a heater has spoken it is taken to want its rated power."""

    def __init__(self, rated_w: Floats):
        n = len(rated_w)
        self.rated_w = rated_w
        self.heard_s = np.full(n, -np.inf)
        self.room_k = np.full(n, 18.0)
        self.setpoint_k = np.full(n, 22.0)
        self.demand_w = rated_w.copy()
        self.hold_w = np.zeros(n)  # power that would hold the room's temperature, a mean
        self._told_s = np.full(n, -np.inf)

    def reachable(self, now_s: float) -> NDArray[np.bool_]:
        return now_s - self.heard_s < SILENT_S

    def state(
        self, who: Ints, now_s: float, room_k: Floats, setpoint_k: Floats, power_w: Floats,
        demand_w: Floats,
    ) -> None:  # fmt: skip
        """Heaters told their state. Temperatures in degrees C; a NaN room keeps the last one."""
        room_k = np.where(np.isnan(room_k), self.room_k[who], room_k)
        since_s = now_s - self._told_s[who]
        first = ~np.isfinite(since_s)
        since_s = np.where(first, 1.0, np.maximum(since_s, 1.0))
        # What of the power went into warming the room does not count as holding it. A single step
        # may give any figure, for sensors are coarse; in the mean the steps add up.
        rate_w = (room_k - self.room_k[who]) * _CAPACITY_J_K / since_s
        part = np.where(first, 1.0, 1 - np.exp(-since_s / _FORGET_S))
        # Until it has shown more, its own regulator knows best what the room takes.
        hold_w = np.where(first, demand_w, power_w - rate_w)
        self.hold_w[who] += part * (hold_w - self.hold_w[who])
        self.room_k[who], self.setpoint_k[who] = room_k, setpoint_k
        self.demand_w[who] = demand_w
        self._told_s[who] = now_s
        self.heard_s[who] = now_s

    def short_k(self) -> Floats:
        """Predicted shortfall of each room after the horizon with its heater off, kelvin."""
        return self.setpoint_k - self.room_k + GAIN_K_PER_W * np.maximum(self.hold_w, 0.0)

    def wanted_w(self, tight: bool = False) -> Floats:
        """The most that is of use: the demand and room for it to rise until it is told again;
        tight: where others lack what is not taken."""
        part, more_w = (1.02, 10) if tight else (1.1, 100)
        return np.minimum(part * self.demand_w + more_w, self.rated_w)
