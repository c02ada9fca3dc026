"""The mean of what a relay's room does, over whole cycles.

A relay that is granted half the power of its element warms the room for a quarter of an hour and
lets it cool for another, by a kelvin or more in a light room. That swing says nothing about what
the room takes; a mean over whole cycles does not show it.
"""

from __future__ import annotations

import numpy as np

from nuanbu.group.allocate import Floats, Ints

# The cycle of the default profile (firmware/heater/control/modulator.py). The server is not told
# which profile a heater has: of the 600 s of the precise one little is left, of the 2400 s of the
# quiet one, in hours of sleep, two fifths.
WINDOW_S = 1600
_PARTS = 16
_PART_S = WINDOW_S // _PARTS
_LONG_AGO = -(10**12)


class Means:
    """Moving means of n values over the last WINDOW_S, of which each is told now and then."""

    def __init__(self, n: int):
        self._sum = np.zeros((_PARTS, n))
        self._count = np.zeros((_PARTS, n))
        self._part: Ints = np.full((_PARTS, n), _LONG_AGO)  # number of the part that stands there

    def add(self, who: Ints, value: Floats, now_s: float) -> Floats:
        """These values were told; returns their means. Each index stands once in `who`."""
        part = int(now_s // _PART_S)
        k = part % _PARTS
        old = self._part[k, who] != part
        self._sum[k, who] = np.where(old, 0.0, self._sum[k, who]) + value
        self._count[k, who] = np.where(old, 0.0, self._count[k, who]) + 1
        self._part[k, who] = part
        # Every part counts alike, however often something was told in it.
        known = self._part[:, who] > part - _PARTS
        means = self._sum[:, who] / np.maximum(self._count[:, who], 1.0)
        return np.where(known, means, 0.0).sum(axis=0) / known.sum(axis=0)
