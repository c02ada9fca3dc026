# Solid-state switch: time-proportioned in windows, 100 ms resolution, the remainder carried so
# that the mean is exact. 100 ms is a whole number of mains periods at 50 Hz, so the load is
# symmetric.
#
# Window 10 s: the fewer changes a minute, the larger the voltage change a lamp on the same line
# may see (flicker curve of IEC 61000-3-3); a room notices nothing of 10 s.

from micropython import const

from heater.signals import STAGE_FULL, STAGE_OFF

_WINDOW_TICKS = const(100)


class SolidState:
    """Modulator for a switch that may switch at will. `step` every 100 ms tick."""

    def __init__(self):
        self.stage = STAGE_OFF
        self.effective_w = 0  # power at the element in this tick, 0 or available_w
        self.switchings = 0  # changes from off to on, since start
        self.cycle_s = _WINDOW_TICKS // 10
        self.owed_ws = 0  # a window's debt is too small to be seen in the room
        self._phase = 0
        self._owed = 0  # granted less delivered, W x ticks
        self._given = 0  # delivered in the present window, W x ticks
        self._fell = False  # a limit has fallen in it

    def set_profile(self, *profile):
        """Profiles are for relays: a solid-state switch does not wear."""

    def step(self, grant_w, available_w):
        """Stage for this tick.

        grant_w      power granted, 0..5000; never exceeded in the mean of a window
        available_w  power of the element at the present mains voltage, 0..5000
        """
        on = self.stage
        if grant_w <= 0 or available_w <= 0:
            return self._rest()
        if self._phase >= _WINDOW_TICKS:
            self._phase = 0
        left = _WINDOW_TICKS - self._phase
        if self._phase == 0:
            on = STAGE_FULL
            self._given = 0
            if self._fell:
                self._fell = False
                if self._owed > 0:
                    self._owed = 0
        # What is still to be delivered in this window, rounded to whole ticks.
        due = self._owed + grant_w * left
        if self._fell and due > grant_w * _WINDOW_TICKS - self._given:
            due = grant_w * _WINDOW_TICKS - self._given
        if 2 * due <= available_w:
            on = STAGE_OFF
        self._phase += 1
        owed = self._owed + grant_w
        if on:
            owed -= available_w
            if not self.stage:
                self.switchings += 1
            self._given += available_w
            self.effective_w = available_w
        else:
            self.effective_w = 0
        if owed > available_w * _WINDOW_TICKS:
            owed = available_w * _WINDOW_TICKS
        self._owed = owed if grant_w < available_w or owed < 0 else 0
        self.stage = on
        return on

    def cut(self, limit_w=0):
        """The limit has fallen: it holds for the next 10 s already, wherever in a window it fell,
        for of this window nothing more is given than if it had held from its begin. A new window
        would begin with a pulse close to the last one, with all heaters of a feeder at once."""
        self._fell = True
        if self._owed > 0:
            self._owed = 0

    def place(self, left_s, turn):
        """Windows of 10 s need no turns."""

    def hold_off(self):
        """Off now, by interlock. Nothing is owed afterwards."""
        self._rest()

    def _rest(self):
        self.stage = STAGE_OFF
        self.effective_w = 0
        self._phase = _WINDOW_TICKS
        self._owed = 0
        return STAGE_OFF
