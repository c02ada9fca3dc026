# What a heater that rests can see: its sensors ought to agree, and the room ought not to get warm.

from micropython import const

from heater.protect import monitors as m

PASSED = const(1)  # as in proof.py
FAILED = const(2)
SKIPPED = const(3)

_OK = const(0)
_MINUTE_S = const(60)
_COMPARE_S = const(7200)  # an oil radiator is within 1 K of the room by then
_HOUR_S = const(3600)
_STEADY_MDEG = const(1000)  # an hour: a window cools the air sooner than the body
_CHIP_MDEG = const(8000)  # the controller warms itself in its case by 4 to 12 K ...
_CHIP_PART = const(4)  # ... and its own sensor is that much less exact
# Without a meter and with a body sensor that sees nothing, only the room tells of a weld. Opening
# the contactor of a heater that rests costs nothing but one of its moves, so nothing is named.
_AFTER_S = const(240)  # what the emitter still gives
_RING = const(16)
_MINUTES = const(10)
_RISING_MDEG = const(400)  # in ten minutes; full power gives 0.6 K there in a convector's room


class Rest:
    """`rest_s`: without heat for so long; `withdraw`: 1: nobody needs the contactor, and the room
    gets warm; `sensors`: PASSED, FAILED or SKIPPED, the latest comparison.
    """

    def __init__(self):
        self.rest_s = 0
        self.withdraw = 0
        self.sensors = SKIPPED
        self._room = [0] * _RING
        self._minutes = 0
        self._hour_mdeg = 0

    def second(self, inp, permille, metered, signal):
        """Once a second; writes its signal. permille: switched on; metered: a meter sees welds."""
        if permille:
            self.rest_s = 0
            self.withdraw = 0
            self._minutes = 0
            return
        self.rest_s = rest_s = self.rest_s + 1
        if rest_s % _MINUTE_S:
            return
        if inp.room_state != _OK:
            self._minutes = 0
            return
        room = inp.room_mdeg
        at = rest_s // _MINUTE_S % _RING
        self._room[at] = room
        self._minutes += 1
        if rest_s >= _AFTER_S + _MINUTES * _MINUTE_S and self._minutes > _MINUTES:
            rise = room - self._room[(at - _MINUTES) % _RING]
            if rise >= _RISING_MDEG and not metered:
                self.withdraw = 1
        if rest_s % _HOUR_S == 0:
            if rest_s >= _COMPARE_S and abs(room - self._hour_mdeg) < _STEADY_MDEG:
                self.sensors = self._compare(inp, signal)
            self._hour_mdeg = room

    def take(self, inp):
        """Verdict for the record of a proof test: that of the day, or, of a heater that may have
        been heating until now, PASSED if its sensors happen to agree. Begins a new day."""
        verdict = self.sensors
        self.sensors = SKIPPED
        if verdict == SKIPPED and 0 <= self._apart(inp) <= m.SENSORS_APART_MDEG:
            return PASSED
        return verdict

    def _compare(self, inp, signal):
        apart = self._apart(inp)
        if apart < 0:
            return SKIPPED
        signal[m.R_SENSORS_APART] = apart
        return FAILED if apart > m.SENSORS_APART_MDEG else PASSED

    def _apart(self, inp):
        # Greatest difference in mdeg, -1 while body or room cannot be read.
        if inp.body_state != _OK or inp.room_state != _OK:
            return -1
        apart = abs(inp.body_mdeg - inp.room_mdeg)
        if inp.chip_state == _OK:
            chip = abs(inp.chip_mdeg - inp.room_mdeg - _CHIP_MDEG) // _CHIP_PART
            if chip > apart:
                apart = chip
        return apart
