"""Faults that the body tells within minutes or hours, in a simulated home that is lived in.

    python host_tests/faults/slow.py HOUSE drift|open|cover|cover-bare [DAYS]

The whole firmware in this process (inprocess.py) lives DAYS (10) in HOUSE, as in season.py, with
people, airing, swinging mains, caps and hours off. From then on it lives on many times, each time
with one fault, begun at one of some hours of the day:

drift  the room sensor drifts by 0.5 K/h, up or down, on the full board; printed is how far the
       real room is from that of the same life without the fault when it is named (limit 2 K)
open   the element opens on a board without a meter; printed is after how many seconds in which
       heat was asked for it is named (limit 600), and how much a healthy body may lack at that
       load: from 60 % on it is named, so a load at which that may happen cannot be told
cover  a blanket is thrown over the heater, on the full board or on one without a meter; printed is
       after how many seconds in which heat was asked for it is named (limit 600)

Exit code 1 when any is named later, or not while it was looked for.
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

DRIFT_K_H = 0.5
MOVED_K = 2.0
OPEN_S = 600
COVER_S = 600
BEGIN_H = (0, 5, 10, 16)
WATCH_H = 12
MONTH = 2
HOUR_S = 3600
STEP_S = 60
PAUSE_S = 60  # without heat, until heat is no longer asked for
# What a healthy body may lack: 198 V where 242 V were learned, and air at the heater that is so
# much colder than at the sensor (airing, a lagging sensor), by EN 442-2 a loss 1.3 times as much.
VOLTS = (198.0, 242.0)
AIR_K = 1.5
LAW = 1.3


def lacking(kind, share):
    """Share of its power that a healthy body of emitter `kind` may lack at `share` of its load."""
    rise_k = kind.shell_rise_k + kind.sensor_core_weight * (kind.core_rise_k - kind.shell_rise_k)
    excess_k = rise_k * share ** (1 / LAW)
    return 1.0 - (VOLTS[0] / VOLTS[1]) ** 2 + LAW * AIR_K / excess_k if share else 1.0


def soonest_h():
    """Hours until a drift can be named: its limit, the mean of an hour, of which three are
    averaged five minutes apart, and the time it has to last.
    """
    from heater.protect import drift
    from heater.protect.monitors import R_ROOM_DRIFT, ROWS

    lasting_h = ROWS[R_ROOM_DRIFT][7] / 1000 / HOUR_S
    averaged_h = (drift._MEAN - 1) * drift._BLOCK * 10 / HOUR_S
    return drift._LIMIT_MDEG / 1000 / DRIFT_K_H + 0.5 + averaged_h + lasting_h


class Drifting:
    """A house whose room sensor moves away from the truth."""

    def __init__(self, house, k_h):
        self._house = house
        self._k_s = k_h / HOUR_S
        self._s = 0.0

    def __getattr__(self, name):
        return getattr(self._house, name)

    @property
    def sensor_c(self):
        return self._house.sensor_c + self._k_s * self._s

    def step(self, dt_s, element_w):
        self._s += dt_s
        self._house.step(dt_s, element_w)


class Lived:
    """A heater that has lived for some days, and goes on."""

    def __init__(self, name, days, bare):
        from inprocess import BARE, InProcess
        from season import Life, lived_in

        from nuanbu.sim.emitter import KINDS

        self.house, _ = lived_in(name, MONTH)
        self.kind = KINDS[self.house.spec.emitter]
        self.device = InProcess(self.house, BARE if bare else None, {"control.mode": "plan"})
        self.device.clock(1_800_000_000 + 86_400 * 30 * MONTH)
        self._life = Life(name, MONTH)
        self._left_s = 0
        self.run(round(days * 24 * HOUR_S))
        assert not self.device.came, self.device.came

    def run(self, seconds):
        """Live on; changes of settings come every quarter of an hour."""
        while seconds:
            if not self._left_s:
                for changes in self._life.quarter():
                    self.device.set(changes)
                self._left_s = 900
            part = min(seconds, self._left_s)
            self.device.run(part)
            self._left_s -= part
            seconds -= part

    def apart(self, what, *words):
        """Result of `what(*words)`, from a copy of this process: nothing of it happens here."""
        read, write = os.pipe()
        if not os.fork():
            with os.fdopen(write, "wb") as pipe:
                pickle.dump(what(*words), pipe)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            result = pickle.load(pipe)
        os.wait()
        return result

    def rooms(self, hours):
        """The real room, minute by minute."""
        rooms = []
        for _ in range(hours * HOUR_S // STEP_S):
            self.run(STEP_S)
            rooms.append(self.house.room_c)
        assert not self.device.came, self.device.came
        return rooms

    def drift(self, begin_h, k_h, rooms):
        """(hours until named, or None; K by which the room had moved, most until then)."""
        self.run(begin_h * HOUR_S)
        self.device.house = Drifting(self.house, k_h)
        moved_k = 0.0
        for minute in range(WATCH_H * HOUR_S // STEP_S):
            self.run(STEP_S)
            moved_k = max(moved_k, abs(self.house.room_c - rooms[begin_h * 60 + minute]))
            if any(code == "room_drift" for _, code, _, _ in self.device.came):
                return (minute + 1) * STEP_S / HOUR_S, moved_k
        return None, moved_k

    def open(self, begin_h):
        """(seconds of operation until an open element is named; None: not within an hour; mean
        power asked for meanwhile, permille of rated; excess of the body before, K)."""
        self.run(begin_h * HOUR_S)
        excess_k = self.house.body_c - self.house.room_c
        self.device.world.faults["element_open"] = 1
        return *self._asked("element_cold")[:2], excess_k

    def cover(self, begin_h):
        """(seconds of operation until a cover is named; None: not within an hour; mean power asked
        for meanwhile, permille of rated; power given as a share of what it is taken for at 220 V).
        """
        self.run(begin_h * HOUR_S)
        self.house.covered = True
        return self._asked("covered")

    def _asked(self, code):
        asked_s = pause_s = permille_s = 0
        given_j = 0.0
        guard = self.device.heater.guard
        for _ in range(WATCH_H * HOUR_S):
            self.run(1)
            permille = guard.electric.mean_permille
            permille_s += permille
            given_j += self.device.element_w
            pause_s = 0 if permille or guard.weld.hold else pause_s + 1
            asked_s += pause_s < PAUSE_S
            named = any(came == code for _, came, _, _ in self.device.came)
            if named or asked_s > HOUR_S:
                break
        given = given_j * 1000 / (max(1, permille_s) * self.house.rated_w)
        return asked_s if named else None, permille_s // max(1, asked_s), given


def main(arguments):
    """Number of faults that were named too late."""
    name, kind = arguments[:2]
    days = float(arguments[2]) if len(arguments) > 2 else 10.0
    lived = Lived(name, days, kind in ("open", "cover-bare"))
    where = f"{name}, {lived.house.spec.emitter}"
    late = 0
    rooms = []
    if kind == "drift":
        rooms = lived.apart(lived.rooms, max(BEGIN_H) + WATCH_H)
        hours = soonest_h()
        print(f"{where}: soonest after {hours:.1f} h, when a room that follows its sensor is off "
              f"by {DRIFT_K_H * hours:.1f} K", flush=True)  # fmt: skip
    for begin_h in BEGIN_H:
        if kind == "open":
            took_s, permille, excess_k = lived.apart(lived.open, begin_h)
            late += took_s is None or took_s > OPEN_S
            print(f"{where}, open from {begin_h} h on: named after {took_s} s of operation "
                  f"(limit {OPEN_S}) at {permille / 10:.1f} % of rated power, body "
                  f"{excess_k:.1f} K above the room before; a healthy one may lack "
                  f"{100 * lacking(lived.kind, permille / 1000):.0f} %", flush=True)  # fmt: skip
            continue
        if kind.startswith("cover"):
            took_s, permille, given = lived.apart(lived.cover, begin_h)
            late += took_s is None or took_s > COVER_S
            print(f"{where}, {kind} from {begin_h} h on: named after {took_s} s of operation "
                  f"(limit {COVER_S}) at {permille / 10:.1f} % of rated power, of which the mains "
                  f"gave {given:.2f}", flush=True)  # fmt: skip
            continue
        for k_h in (DRIFT_K_H, -DRIFT_K_H):
            hours, moved_k = lived.apart(lived.drift, begin_h, k_h, rooms)
            late += moved_k > MOVED_K
            after = "not named" if hours is None else f"named after {hours:.1f} h"
            print(f"{where}, {k_h:+g} K/h from {begin_h} h on: {after}, the room was off by "
                  f"{moved_k:.2f} K at most (limit {MOVED_K:g})", flush=True)  # fmt: skip
    return late


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "tools"), str(Path(__file__).parent)]
    sys.exit(1 if main(sys.argv[1:]) else 0)
