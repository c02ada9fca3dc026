# The swing a switching element puts on the room, so that the law can look past it.
#
# A relay delivers the granted power only in the mean of a cycle; what it still owes it knows
# exactly. The model of model.py turns the changes of that account into the swing of emitter and
# room. The law regulates the room without the swing: it neither fights its own relay (which would
# make the duty oscillate) nor sees a mean that is not there.

from micropython import const

_HEAT_MAX_DW = const(50_000)  # 5 kW, times 20000 nK: 1.0e9 < 2**30
_JUMP_WS = const(20_000)  # no element delivers that in a second: a debt was struck off


class Ripple:
    """Swing of emitter (mW), room (uK) and its slope (nK/s). `step` once a second."""

    def __init__(self, model):
        self.model = model
        self.emitter_mw = 0
        self.room_uk = 0
        self.slope_nk = 0
        self.room_max_uk = 4_000_000  # a swing beyond that of regular cycles is to be regulated
        self._owed_ws = 0

    def step(self, owed_ws):
        """owed_ws: energy granted but not yet delivered, W s, -2**24..2**24."""
        m = self.model
        more_ws = self._owed_ws - owed_ws  # delivered beyond the grant in this second
        self._owed_ws = owed_ws
        room = self.room_uk
        if more_ws > _JUMP_WS or more_ws < -_JUMP_WS:
            # Nobody will make up for it: that part of the swing is where the room really is.
            room += (m.rate_nk >> 4) * (more_ws >> 8) // 1000 << 12
            more_ws = 0
            if room > self.room_max_uk:
                room = self.room_max_uk
            elif room < -self.room_max_uk:
                room = -self.room_max_uk
        self.emitter_mw += (more_ws * 1000 - self.emitter_mw) // m.emitter_s
        heat_dw = self.emitter_mw // 100 - m.loss_dw * (room // 1000) // 1000
        if heat_dw > _HEAT_MAX_DW:
            heat_dw = _HEAT_MAX_DW
        elif heat_dw < -_HEAT_MAX_DW:
            heat_dw = -_HEAT_MAX_DW
        self.slope_nk = m.rate_nk * heat_dw // 10
        room += self.slope_nk // 1000
        if room > self.room_max_uk:
            room = self.room_max_uk
        elif room < -self.room_max_uk:
            room = -self.room_max_uk
        self.room_uk = room
