# The two switches in series and the order in which they move.
#
# The contactor's life is some 10^5 operations and far less under load, so it stays closed while
# heating is possible, makes and breaks without current, and breaks current only in a trip.

from micropython import const

OPEN = const(0)
CLOSING = const(1)
CLOSED = const(2)
RELEASING = const(3)

_SETTLE_TICKS = const(2)  # contactor closed and done bouncing (< 50 ms) before current flows
_RELEASE_TICKS = const(2)  # relay drop-out (< 20 ms), or half a mains cycle of a triac
_REST_TICKS = const(10)  # shortest time open, so that nothing can make it chatter


class Interlock:
    def __init__(self):
        self.state = OPEN
        self._wait = 0

    def step(self, out, heat_ok, contactor_ok, trip, wanted):
        """Last word on `out`, once a tick. `out.stage` holds what is asked for.

        heat_ok: the modulating switch may close. contactor_ok: the contactor may be closed.
        trip: open both at once, under load. wanted: heat is likely to be asked for soon.
        """
        if trip:
            self._opened(out)
            return
        if self.state == CLOSED:
            if out.contactor == 0:
                self._opened(out)
            elif contactor_ok and (wanted or out.stage):
                if not heat_ok:
                    out.stage = 0
            else:
                out.stage = 0
                self.state = RELEASING
                self._wait = _RELEASE_TICKS
            return
        out.stage = 0
        if self._wait > 0:
            self._wait -= 1
        if self.state == OPEN:
            out.contactor = 0
            if self._wait == 0 and heat_ok and contactor_ok and wanted:
                out.contactor = 1
                self.state = CLOSING
                self._wait = _SETTLE_TICKS
        elif out.contactor == 0:
            self._opened(out)  # somebody wrote the safe outputs: begin anew
        elif self.state == CLOSING:
            if not contactor_ok:
                self.state = RELEASING
            elif self._wait == 0:
                self.state = CLOSED
        elif self._wait == 0:
            self._opened(out)

    def _opened(self, out):
        out.stage = 0
        out.contactor = 0
        self.state = OPEN
        self._wait = _REST_TICKS
