# Mean over one cycle of a slow switch.
#
# Whatever a relay does to the room repeats with its cycle, so a mean over exactly one cycle shows
# nothing of it, without any model: the notch of a comb filter. The price is half a cycle of delay,
# which a law that can act once a cycle pays anyway.

from micropython import const

_PARTS = const(16)


class CycleMean:
    """Moving mean of a power in W over the last cycle, in sixteenths of it."""

    def __init__(self):
        self._means = [0] * _PARTS
        self._total = 0
        self._at = 0
        self._sum = 0
        self._count = 0

    def fill(self, value):
        """Begin anew as if it had been `value` for a whole cycle."""
        means = self._means
        for i in range(_PARTS):
            means[i] = value
        self._total = value * _PARTS
        self._sum = self._count = 0

    def step(self, value, period_s):
        """Note one second's value, -20000..20000; returns the mean over about period_s."""
        self._sum += value
        self._count += 1
        if self._count * _PARTS >= period_s:
            mean = self._sum // self._count
            self._sum = self._count = 0
            at = self._at
            self._total += mean - self._means[at]
            self._means[at] = mean
            self._at = at + 1 if at < _PARTS - 1 else 0
        return self._total // _PARTS
