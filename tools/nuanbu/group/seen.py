"""What the heaters last said, and what their rooms will lack (invariant I4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuanbu.group.allocate import Floats, Ints
from nuanbu.group.means import Means

SILENT_S = 120  # a heater unheard for so long is not counted on; it tells its state every 60 s
# A room with what of its walls follows within half an hour. Only the ratio to other rooms matters,
# which is why one figure serves for all.
_CAPACITY_J_K = 3.6e6
# How far ahead shortfalls are made equal. Further ahead, rooms would be equal only if nothing
# changed until then; 20 min gave the warmest coldest rooms (`nuanbu group trial foresight`).
_HORIZON_S = 1200.0
GAIN_K_PER_W = _HORIZON_S / _CAPACITY_J_K
_FORGET_S = 1800.0  # time constant of the mean of what holds a room
# A relay's room is known as the mean of a cycle only (means.py), and its limit is lowered every
# half hour at most (guard.py). A word so late must be answered softly, or limits swing from floor
# to full and back within hours, and with them the turns: about as much power a kelvin as a room
# loses, and what holds the room as a mean of hours. In `nuanbu fleet bench` limits then move by
# 20 to 200 W instead of 500 to 800 W.
RELAY_GAIN_K_PER_W = 1 / 100
_RELAY_CAPACITY_J_K = 1.0e6
_RELAY_FORGET_S = 7200.0


class Seen:
    """Arrays over n heaters; before a heater has spoken it is taken to want its rated power.
    relay: whose element a relay switches. gain_k_per_w: kelvin that a watt takes off the
    predicted shortfall."""

    def __init__(self, rated_w: Floats, relay: NDArray[np.bool_]):
        n = len(rated_w)
        self.rated_w, self.relay = rated_w, relay
        self.gain_k_per_w = np.where(relay, RELAY_GAIN_K_PER_W, GAIN_K_PER_W)
        self._capacity_j_k = np.where(relay, _RELAY_CAPACITY_J_K, _CAPACITY_J_K)
        self._forget_s = np.where(relay, _RELAY_FORGET_S, _FORGET_S)
        self._row = np.cumsum(relay) - 1  # of a relay in the means
        self._rooms = Means(int(relay.sum()))
        self._told_k = np.full(n, 18.0)
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
        room_k = np.where(np.isnan(room_k), self._told_k[who], room_k)
        self._told_k[who] = room_k
        relay = self.relay[who]
        if relay.any():
            room_k = room_k.copy()
            room_k[relay] = self._rooms.add(self._row[who[relay]], room_k[relay], now_s)
        since_s = now_s - self._told_s[who]
        first = ~np.isfinite(since_s)
        since_s = np.where(first, 1.0, np.maximum(since_s, 1.0))
        # What of the power went into warming the room does not count as holding it. A single step
        # may give any figure, for sensors are coarse; in the mean the steps add up.
        rate_w = (room_k - self.room_k[who]) * self._capacity_j_k[who] / since_s
        part = np.where(first, 1.0, 1 - np.exp(-since_s / self._forget_s[who]))
        # Until it has shown more, its own regulator knows best what the room takes.
        hold_w = np.where(first, demand_w, power_w - rate_w)
        self.hold_w[who] += part * (hold_w - self.hold_w[who])
        self.room_k[who], self.setpoint_k[who] = room_k, setpoint_k
        self.demand_w[who] = demand_w
        self._told_s[who] = now_s
        self.heard_s[who] = now_s

    def short_k(self) -> Floats:
        """Predicted shortfall of each room after the horizon with its heater off, kelvin."""
        return self.setpoint_k - self.room_k + self.gain_k_per_w * np.maximum(self.hold_w, 0.0)

    def wanted_w(self, tight: bool = False) -> Floats:
        """The most that is of use: the demand and room for it to rise until it is told again;
        tight: where others lack what is not taken."""
        part, more_w = (1.02, 10) if tight else (1.1, 100)
        return np.minimum(part * self.demand_w + more_w, self.rated_w)
