# What the heater has used up in its life: energy, switchings and working hours by switch.
#
# energy_wh runs on with every tick and may fall back to the last copy on flash at a power cut,
# by at most 15 minutes' worth. booked_wh is that copy: it never goes backwards and is what bills
# and ledgers are made from.

import struct

from micropython import const

from heater.signals import STAGE_FULL, STAGE_HIGH, STAGE_LOW, STAGE_OFF

SWITCH_FIRST = const(0)  # first or only element switch
SWITCH_SECOND = const(1)
CONTACTOR = const(2)

LENGTH = const(32)
_LAYOUT = const("<IIIIIIII")
_WMS_PER_WH = const(3_600_000)  # watt milliseconds
_MAX_W = const(20_000)  # far above any heater: a broken meter must not fill the counter
_FIRST_CLOSED = const((0, 1, 0, 1))  # by stage
_SECOND_CLOSED = const((0, 0, 1, 1))


class Energy:
    """Counters over the heater's life. `step` runs in the tick and allocates nothing."""

    def __init__(self):
        self.energy_wh = 0
        self.booked_wh = 0
        self.switchings = [0, 0, 0]  # closings, by switch
        self.working_s = [0, 0, 0]  # time closed, by switch, as of the last fold()
        self._rest_wms = 0
        self._stage = STAGE_OFF
        self._contactor = 0
        self._stage_ms = [0, 0, 0, 0]
        self._contactor_ms = 0
        self._rest_ms = [0, 0, 0]

    def step(self, power_w, stage, contactor, dt_ms):
        """One tick: power_w the power metered or computed (a negative one counts as none), stage
        and contactor as written to the outputs, dt_ms since the last step (0..10_000)."""
        if power_w > 0:
            rest = self._rest_wms + (power_w if power_w < _MAX_W else _MAX_W) * dt_ms
            while rest >= _WMS_PER_WH:
                rest -= _WMS_PER_WH
                self.energy_wh += 1
            self._rest_wms = rest
        self._stage_ms[stage] += dt_ms
        if contactor:
            self._contactor_ms += dt_ms
        if stage != self._stage or contactor != self._contactor:
            self._count(stage, contactor)

    def _count(self, stage, contactor):
        if _FIRST_CLOSED[stage] > _FIRST_CLOSED[self._stage]:
            self.switchings[SWITCH_FIRST] += 1
        if _SECOND_CLOSED[stage] > _SECOND_CLOSED[self._stage]:
            self.switchings[SWITCH_SECOND] += 1
        if contactor and not self._contactor:
            self.switchings[CONTACTOR] += 1
        self._stage = stage
        self._contactor = contactor

    def fold(self):
        """Bring working_s up to date; at least once in ten days, which pack() does."""
        full_ms = self._stage_ms[STAGE_FULL]
        self._work(SWITCH_FIRST, self._stage_ms[STAGE_LOW] + full_ms)
        self._work(SWITCH_SECOND, self._stage_ms[STAGE_HIGH] + full_ms)
        self._work(CONTACTOR, self._contactor_ms)
        self._contactor_ms = 0
        for stage in range(len(self._stage_ms)):
            self._stage_ms[stage] = 0

    def _work(self, switch, closed_ms):
        closed_ms += self._rest_ms[switch]
        self.working_s[switch] += closed_ms // 1000
        self._rest_ms[switch] = closed_ms % 1000

    def pack(self):
        """The counters as bytes (LENGTH) for the file."""
        self.fold()
        return struct.pack(
            _LAYOUT, self.energy_wh, self._rest_wms, *(self.switchings + self.working_s)
        )

    def booked(self, data):
        """Tell that `data`, made by pack(), is on flash now."""
        self.booked_wh = struct.unpack_from(_LAYOUT, data, 0)[0]

    def restore(self, data):
        """Take the counters from `data`, made by pack(), at start."""
        fields = struct.unpack_from(_LAYOUT, data, 0)
        self.energy_wh = self.booked_wh = fields[0]
        self._rest_wms = fields[1]
        self.switchings[:] = list(fields[2:5])
        self.working_s[:] = list(fields[5:8])

    def at_least(self, energy_wh):
        """Never fall behind a total known from elsewhere (the ledger), should the file be lost."""
        if energy_wh > self.energy_wh:
            self.energy_wh = self.booked_wh = energy_wh
