"""Mains voltage at the heater's socket without its own load: slow wander plus flicker, seeded."""

import math

MEAN_V = 222.0
SPREAD_V = 5.0
TAU_S = 1800.0
# 220 V +7 %/-10 % is 198..235 V (GB/T 12325); rural ends reach 242 V. The own load takes up to
# 6 V more, so the unloaded voltage stays above 204 V.
LOWEST_V = 204.0
HIGHEST_V = 242.0
FLICKER_V = 0.15


class Mains:
    """`open_v`: present RMS voltage without the heater; `period_s`: time between steps."""

    def __init__(self, random, period_s):
        self._random = random
        self._keep = math.exp(-period_s / TAU_S)
        self._kick_v = SPREAD_V * math.sqrt(1.0 - self._keep**2)
        self.open_v = MEAN_V + random.gauss(0.0, SPREAD_V)

    def next(self):
        wander = (self.open_v - MEAN_V) * self._keep + self._random.gauss(0.0, self._kick_v)
        self.open_v = min(HIGHEST_V, max(LOWEST_V, MEAN_V + wander))
        return self.open_v
