"""What every heater may hold at this moment, in the worst case (invariant I2).

A limit that was sent may have arrived or not until it is acknowledged or has expired; the limit
before it may still be in force until then. A heater that holds none, because it restarted or its
lease ran out, takes its fail-safe limit, and it can restart at any instant: so nobody is ever
counted below its base (`Heater.base_w`).

Every limit has two columns of watts: now, and from the next known change on, which travels with
the limit as a period (I3). Times are Unix seconds of the server.
"""

from __future__ import annotations

import numpy as np

from nuanbu.group.allocate import Floats, Ints

LEASE_S = 180
# The device's clock is late by at most a message's way and six hours of a crystal's drift, and
# it looks once a second; a relay may take 10 s to obey.
SKEW_S = 15
NEVER = -1.0


class Book:
    """Outstanding limits of n heaters. base_w: watts that each may take whatever it was told."""

    def __init__(self, base_w: Floats):
        n = len(base_w)
        self.base_w = base_w
        self.seq: Ints = np.zeros(n, dtype=np.int64)  # of the newest limit, 0: none
        self.watts = np.zeros((n, 2))
        self.issued_s = np.full(n, NEVER)
        self.end_s = np.full(n, NEVER)  # it cannot be in force from here on
        self.acked = np.zeros(n, dtype=bool)
        # All limits before the newest that may still be in force, taken together at their worst.
        self.old_seq: Ints = np.zeros(n, dtype=np.int64)
        self.old_watts = np.zeros((n, 2))
        self.old_end_s = np.full(n, NEVER)

    def issue(self, who: Ints, seq: Ints, watts: Floats, now_s: float) -> None:
        """Note that these heaters are about to be sent new limits. Call before publishing."""
        was = self.seq[who] > 0
        # An acknowledged limit has replaced whatever was before it.
        keep = ~self.acked[who] & (self.old_end_s[who] > now_s)
        olds = np.where(keep[:, None], self.old_watts[who], 0.0)
        news = np.where(was[:, None], self.watts[who], 0.0)
        self.old_watts[who] = np.maximum(olds, news)
        self.old_seq[who] = np.maximum(
            np.where(keep, self.old_seq[who], 0), np.where(was, self.seq[who], 0)
        )
        self.old_end_s[who] = np.maximum(
            np.where(keep, self.old_end_s[who], NEVER), np.where(was, self.end_s[who], NEVER)
        )
        self.seq[who] = seq
        self.watts[who] = watts
        self.issued_s[who] = now_s
        self.end_s[who] = now_s + LEASE_S + SKEW_S
        self.acked[who] = False

    def acknowledge(self, i: int, seq: int) -> bool:
        """Heater i says it holds the limit `seq`. Only the newest tells anything new."""
        if seq != self.seq[i] or seq == 0:
            return False
        self.acked[i] = True
        self.old_seq[i], self.old_watts[i], self.old_end_s[i] = 0, 0.0, NEVER
        return True

    def min_seq(self) -> int:
        """The least seq a heartbeat may renew: above every limit that was lowered since."""
        lowered = (self.old_watts > np.maximum(self.watts, self.base_w[:, None])).any(axis=1)
        return int(self.old_seq[lowered].max(initial=0)) + 1

    def beat(self, min_seq: int, now_s: float) -> None:
        """A heartbeat is about to be sent, which renews every limit from min_seq on."""
        end_s = now_s + LEASE_S + SKEW_S
        new = self.seq >= max(min_seq, 1)
        old = self.old_seq >= max(min_seq, 1)
        self.end_s[new] = np.maximum(self.end_s[new], end_s)
        self.old_end_s[old] = np.maximum(self.old_end_s[old], end_s)

    def expire(self, now_s: float) -> None:
        """Forget what cannot be in force any more."""
        gone = (self.seq > 0) & (self.end_s <= now_s)
        self.seq[gone], self.watts[gone], self.acked[gone] = 0, 0.0, False
        gone = self.old_end_s <= now_s
        self.old_seq[gone], self.old_watts[gone], self.old_end_s[gone] = 0, 0.0, NEVER

    def possible_w(self, column: int, at_s: float) -> Floats:
        """The most each heater may take. Column 0 with the time now; column 1 with the time of
        the change, until which old limits expire that nobody renews."""
        old_w = np.where(self.old_end_s > at_s, self.old_watts[:, column], 0.0)
        return np.maximum(np.maximum(self.watts[:, column], old_w), self.base_w)

    def held_w(self, column: int) -> Floats:
        """What each is meant to take: its newest limit, at least its base."""
        return np.maximum(self.watts[:, column], self.base_w)

    def change_moved(self) -> None:
        """The next change is another one than the limits were made for: take the worse column."""
        for watts in (self.watts, self.old_watts):
            watts[:] = watts.max(axis=1, keepdims=True)

    def change_passed(self) -> None:
        """The next change has come: the second column holds now."""
        self.watts[:, 0] = self.watts[:, 1]
        # A limit sent before the change was known has no period, then both columns are alike.
        self.old_watts[:, 0] = self.old_watts[:, 1]

    def worst_w(self) -> Floats:
        """Both columns of the most that limits may allow each heater, without its base: what must
        be stored before a new limit is published. 0 where none is out."""
        return np.maximum(self.watts, self.old_watts)

    def after_restart(self, worst_w: Floats, end_s: Floats) -> None:
        """Begin a new epoch with what `worst_w()` gave in the last. It is out until end_s:
        heartbeats of the new epoch do not renew it, those of the old one did until the last."""
        self.old_watts[:] = worst_w.max(axis=1, keepdims=True)
        self.old_end_s[:] = np.where(self.old_watts[:, 0] > 0, end_s, NEVER)
