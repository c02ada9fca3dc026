# How much power protection still allows, short of switching off: falls smoothly as something gets
# too warm, so that a trip is the exception.

from micropython import const

from heater.protect import monitors as m

_OK = const(0)
_FULL = const(1000)
_BODY_MARGIN_MDEG = const(5000)  # derating ends this far below the trip, so that it need not trip
_CHIP_SPAN_MDEG = const(15_000)  # power falls to nothing over these last degrees
_JOINT_PERMILLE = const(500)  # half the current heats a joint a quarter as much


class Derating:
    """`permille`: most power that may be granted, 0..1000 of rated."""

    def __init__(self):
        self.permille = 0
        self._body_warn = 100_000
        self._body_zero = 110_000
        self._chip_warn = 80_000
        self._chip_zero = 95_000
        self._degraded = 150

    def configure(self, cfg):
        """Take limits from the settings. Of two that contradict each other the lower counts."""
        self._body_zero = cfg.get("protect.body_trip_mdeg") - _BODY_MARGIN_MDEG
        self._body_warn = min(cfg.get("protect.body_warn_mdeg"), self._body_zero - 1000)
        self._chip_zero = cfg.get("protect.chip_max_mdeg")
        self._chip_warn = self._chip_zero - _CHIP_SPAN_MDEG
        self._degraded = cfg.get("protect.degraded_permille")

    def second(self, inp, active, blind):
        """Once a second. active: faults in force by row; blind: 1 without a room temperature."""
        most = _FULL
        if inp.body_state == _OK and inp.body_mdeg > self._body_warn:
            most = _slope(inp.body_mdeg, self._body_warn, self._body_zero)
        if inp.chip_state == _OK and inp.chip_mdeg > self._chip_warn:
            most = min(most, _slope(inp.chip_mdeg, self._chip_warn, self._chip_zero))
        if active[m.R_JOINT_WARM]:
            most = min(most, _JOINT_PERMILLE)
        if blind:
            most = min(most, self._degraded)
        self.permille = most


def _slope(value, start, end):
    # 1000 at `start`, 0 at `end`, in between a straight line.
    if value >= end:
        return 0
    return (end - value) * _FULL // (end - start)
