"""Relay heaters of the fleet: the firmware's own modulator, one object a heater."""

from __future__ import annotations

import numpy as np

from nuanbu.bench.heater import import_control
from nuanbu.group.allocate import Floats, Ints

_TICKS = 10  # a second


class Relays:
    """which: indices of the heaters with a relay; profile: as `control.relay_profile`."""

    def __init__(self, which: Ints, profile: str = "default"):
        self.which = which
        self._profile = profile
        self._make = import_control()[1] if len(which) else None
        self._place = {int(i): k for k, i in enumerate(which)}
        self._modulators = [self._new() for _ in which]

    def _new(self):
        assert self._make
        return self._make("relay", profile=self._profile)

    def boot(self, who: Ints) -> None:
        """These start anew, open."""
        for i in who.tolist():
            if i in self._place:
                self._modulators[self._place[i]] = self._new()

    def second(self, grant_w: Ints, element_w: Ints) -> Floats:
        """Mean power of this second of each; grants and elements of the relay heaters only."""
        mean_w = np.zeros(len(self.which))
        for k, one in enumerate(self._modulators):
            grant, element = int(grant_w[k]), int(element_w[k])
            total_w = 0
            for _ in range(_TICKS):
                one.step(grant, element)
                total_w += one.effective_w
            mean_w[k] = total_w / _TICKS
        return mean_w
