"""Relay heaters of the fleet: the firmware's own modulator, one object a heater."""

from __future__ import annotations

import numpy as np

from nuanbu.bench.heater import import_control
from nuanbu.fleet.leases import Bools
from nuanbu.group.allocate import Floats, Ints

_TICKS = 10  # a second


class Relays:
    """which: indices of the heaters with a relay; profile: as `control.relay_profile`."""

    def __init__(self, which: Ints, profile: str = "default"):
        self.which = which
        self._profile = profile
        self._make = import_control()[1] if len(which) else None
        self._row = {int(i): k for k, i in enumerate(which)}
        self._modulators = [self._new() for _ in which]

    def _new(self):
        assert self._make
        return self._make("relay", profile=self._profile)

    def boot(self, who: Ints) -> None:
        """These start anew, open."""
        for i in who.tolist():
            if i in self._row:
                self._modulators[self._row[i]] = self._new()

    def second(
        self, grant_w: Ints, element_w: Ints, fallen: Bools, limit_w: Ints, slot: Ints,
        utc_s: Ints,
    ) -> Floats:  # fmt: skip
        """Mean power of this second; all arrays over the relay heaters only. fallen, limit_w:
        of arbiter and lease. slot: of the lease, below 0 for none; utc_s: 0 where unknown."""
        mean_w = np.zeros(len(self.which))
        rows = zip(
            self._modulators, grant_w.tolist(), element_w.tolist(), fallen.tolist(),
            limit_w.tolist(), slot.tolist(), utc_s.tolist(),
        )  # fmt: skip
        for k, (one, grant, element, cut, limit, begin, utc) in enumerate(rows):
            self._place(one, element, limit, begin, utc)
            if cut:
                one.cut(max(limit, 0))
            total_w = 0
            for _ in range(_TICKS):
                one.step(grant, element)
                total_w += one.effective_w
            mean_w[k] = total_w / _TICKS
        return mean_w

    @staticmethod
    def _place(one, rated_w: int, limit_w: int, slot: int, utc_s: int) -> None:
        # As heater/network.py does it once a second.
        if slot < 0 or not utc_s or not 0 <= limit_w < rated_w:
            one.place(-1, True)
            return
        cycle_s = one.cycle_s
        gone_s = (utc_s - slot * cycle_s // 1000) % cycle_s
        one.place(cycle_s - gone_s, gone_s * rated_w < cycle_s * limit_w)
