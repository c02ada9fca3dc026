"""The feeder meter's word: an integral that lowers what may be shared out (invariant I4).

What else hangs on a feeder, and heaters that take more than they were granted, only the meter
knows. The trim never raises above the limit: then sums in the book would promise more than the
feeder carries.
"""

from __future__ import annotations

import numpy as np

from nuanbu.group.allocate import Floats

_GAIN_PER_S = 0.05  # of the excess, per second: 20 s, slower than a relay's switching is averaged
_STALE_S = 60.0


class Trim:
    """Trims of several nodes in watts, all <= 0. limit_w: their limits."""

    def __init__(self, nodes: int):
        self.trim_w = np.zeros(nodes)
        self._read_s = np.full(nodes, -np.inf)

    def read(self, k: int, now_s: float, power_w: float, limit_w: float, floor_w: float) -> None:
        """Meter of node k says power_w (mean since its last reading). floor_w: what cannot be
        taken away there, below which lowering has no effect and must not wind up."""
        since_s = min(now_s - self._read_s[k], _STALE_S)
        self._read_s[k] = now_s
        if since_s <= 0:
            return
        part = 1 - np.exp(-_GAIN_PER_S * since_s)
        lowest_w = min(0.0, floor_w - limit_w)
        self.trim_w[k] = np.clip(self.trim_w[k] + part * (limit_w - power_w), lowest_w, 0.0)

    def capacity_w(self, limit_w: Floats) -> Floats:
        """What may be shared out. A meter that went silent keeps its last trim."""
        return limit_w + self.trim_w
