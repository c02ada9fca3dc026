# Which room temperature to believe, and whether the own sensor tells the truth.

from micropython import const

from heater.protect import monitors as m

OWN = const(0)
COLLECTOR = const(1)
NONE = const(2)

_OK = const(0)
_OWN_AGE_MS = const(15_000)  # the driver says STALE sooner; this catches a driver that stopped
_JUMP_MDEG = const(1500)  # in two seconds: air and a sensor's own lag never do that
_GAP_S = const(3)  # a stall of the firmware must not hide a jump
_JUMP_KEPT_S = const(86_400)  # a shift not undone is named for a day, then it is the new normal
_SAME_MDEG = const(1)
_REFERENCE_S = const(2048)  # over which the power before is averaged: many cycles of a modulator
_FORGET_S = const(4 * 3600)  # a small error of that mean must not add up for a day


class Room:
    """`source`: OWN, COLLECTOR or NONE; `mdeg`: the value, kept while there is none."""

    def __init__(self):
        self.source = NONE
        self.mdeg = 20_000
        self.own_ok = 0
        self._remote_ms = 900_000
        self._before = 0  # own reading one and two seconds ago
        self._before2 = 0
        self._seen = 0  # valid readings, one a second, with short gaps at most
        self._lost_s = 0
        self._shift = 0  # jumps not yet undone
        self._shift_s = 0
        self._held = 0  # reading that has not changed since
        self._extra_ws = 0  # heat since then beyond the power before
        self._power_sum = 0  # mean power before, times the seconds it is averaged over
        self._known_s = 0  # seconds in that mean, until it is full

    def configure(self, cfg):
        self._remote_ms = cfg.get("protect.collector_age_s") * 1000

    def choose(self, inp, lost, doubt):
        """Pick the source. lost: never the own sensor; doubt: the collector if it is fresh."""
        own = inp.room_state == _OK and inp.room_age_ms < _OWN_AGE_MS
        self.own_ok = own
        remote = inp.remote_state == _OK and inp.remote_age_ms < self._remote_ms
        if own and not lost and not (doubt and remote):
            self.source = OWN
            self.mdeg = inp.room_mdeg
        elif remote:
            self.source = COLLECTOR
            self.mdeg = inp.remote_mdeg
        else:
            self.source = NONE

    def second(self, inp, power_w, signal):
        """Plausibility of the own sensor. Once a second; writes its signals."""
        if not self.own_ok:
            self._lost_s += 1
            if self._lost_s > _GAP_S:
                self._seen = 0
                self._shift = 0
            self._extra_ws = 0
            signal[m.R_ROOM_JUMP] = 0
            signal[m.R_ROOM_FROZEN] = 0
            signal[m.R_ROOM_DISAGREES] = 0
            return
        self._lost_s = 0
        room = inp.room_mdeg
        self._jump(room, signal)
        self._frozen(room, power_w, signal)
        if inp.remote_state == _OK and inp.remote_age_ms < self._remote_ms:
            signal[m.R_ROOM_DISAGREES] = abs(room - inp.remote_mdeg)
        else:
            signal[m.R_ROOM_DISAGREES] = 0

    def _jump(self, room, signal):
        if self._seen >= 2:
            change = room - self._before2
            if abs(change) > _JUMP_MDEG:
                self._shift += change
                self._shift_s = 0
                self._seen = 0
        self._before2 = self._before
        self._before = room
        self._seen += 1
        self._shift_s += 1
        if self._shift_s > _JUMP_KEPT_S:
            self._shift = 0
        signal[m.R_ROOM_JUMP] = abs(self._shift)

    def _frozen(self, room, power_w, signal):
        # A reading may rest for a day while nothing changes. It may not rest while the heater
        # gives or withholds a good amount of heat against what it gave before.
        if abs(room - self._held) >= _SAME_MDEG:
            self._held = room
            self._extra_ws = 0
        if self._known_s < _REFERENCE_S:
            self._known_s += 1
            self._power_sum += power_w
            return
        mean_w = self._power_sum // _REFERENCE_S
        if self._extra_ws == 0:
            self._power_sum += power_w - mean_w
        self._extra_ws += power_w - mean_w - self._extra_ws // _FORGET_S
        signal[m.R_ROOM_FROZEN] = abs(self._extra_ws) // 3600
