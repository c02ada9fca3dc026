"""From the limit in force to watts: firmware/heater/limits/arbiter.py for many heaters at once.

One step is a second, ten ticks of the firmware; the tests compare the two. Solid-state switches
give in every window of 10 s just what is granted, so their power is the grant; how they pulse
within their windows is `pulsed_w`. Relays are in relays.py.
"""

from __future__ import annotations

import numpy as np

from nuanbu.fleet.leases import NONE, Bools
from nuanbu.group.allocate import Floats, Ints

RAMP_PERMILLE_S = 30
_WINDOW_S = 10
_SHARES = 10_000  # ten ticks a second, permille: parts of a watt a tick


class Arbiter:
    """Grants of n heaters, watts. rated_w, floor_w (frost): one a heater.

    After `grant()`: fallen says whose limit has just fallen.
    """

    def __init__(self, rated_w: Ints, floor_w: Ints):
        n = len(rated_w)
        self.rated_w = rated_w.astype(np.int64)
        self._frost_w = np.minimum(floor_w, rated_w).astype(np.int64)
        self.limit_w, self.grant_w = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.fallen = np.zeros(n, bool)
        self._rest = np.zeros(n, np.int64)
        self._first = np.ones(n, bool)

    def boot(self, who: Ints) -> None:
        """These start anew: the first limit holds at once, without a ramp."""
        self.limit_w[who] = self.grant_w[who] = self._rest[who] = 0
        self._first[who] = True

    def grant(
        self, demand_w: Ints, order_w: Ints, frost: Bools, ramp_permille_s: Ints, awake: Bools
    ) -> Ints:
        """Ten ticks. order_w: limits of the leases, NONE for none. Returns the grants at the
        end of the second; while a limit rises they are the highest of it."""
        order_w = np.where((order_w > NONE) & (order_w < self.rated_w), order_w, self.rated_w)
        order_w = np.where(frost, np.maximum(order_w, self._frost_w), order_w)
        self.fallen = awake & (order_w < self.limit_w)
        rising = awake & ~self._first & (order_w > self.limit_w)
        tick = self.rated_w * np.clip(ramp_permille_s, 1, RAMP_PERMILLE_S)
        nine, ten = self._rest + 9 * tick, self._rest + 10 * tick
        raised_w = self.limit_w + ten // _SHARES
        # The remainder is dropped in the tick after the one that arrives.
        arrived = self.limit_w + nine // _SHARES >= order_w
        limit_w = np.where(rising, np.minimum(raised_w, order_w), order_w)
        self.limit_w = np.where(awake, limit_w, self.limit_w)
        self._rest = np.where(rising & ~arrived, ten % _SHARES, 0)
        self._first &= ~awake
        self.grant_w = np.where(awake, np.clip(demand_w, 0, self.limit_w), 0)
        return self.grant_w


def pulsed_w(mean_w: Floats, element_w: Floats, phase_s: Ints, t_s: int) -> Floats:
    """Mean of this second of solid-state switches that give mean_w over each window: on from
    its beginning, then off. phase_s: where in their windows they are at t_s = 0."""
    into_s = (t_s + phase_s) % _WINDOW_S
    on_s = _WINDOW_S * np.minimum(mean_w / element_w, 1.0)
    return element_w * np.clip(on_s - into_s, 0.0, 1.0)
