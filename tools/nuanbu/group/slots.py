"""When relay heaters are on, so that those that obey averages do not peak together (I6).

Every heater is on for the part of the period that its limit asks for, from the begin of its turn
on. How the turns add up over the period is known here: a heater whose limit changes is given
another begin where its node then stays nearer to its limit. Nobody else is moved, for a turn that
moves costs heat or a cycle of the relay. Laid end to end round the period, as they pack best, all
turns after one that changes would move: in simulation (`nuanbu fleet bench`) heaters then took
72 % of what they were granted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuanbu.group.allocate import Floats, Ints

NONE = -1
# Multiples of the golden section spread evenly over the period, whatever their number and wherever
# in the sequence one begins to count: so below every node, which is a range of the tree's order.
_GOLDEN = (5**0.5 - 1) / 2
_PHASES = 100  # of a period; it is looked at in each of them
_MOVES = 50
_ROLLED = (np.arange(_PHASES) - _PHASES // _MOVES * np.arange(_MOVES)[:, None]) % _PHASES
# A move is worth what it costs where it takes this much off the mean square of what the node is
# above its limit by: 1 % of the limit.
_WORTH = 1e-4


class Turns:
    """Turns of n heaters. relay: whose element a relay switches; rated_w: their elements, watts.

    Read: begin, of the turn in its switching period, permille; NONE for no relay.
    """

    def __init__(self, relay: NDArray[np.bool_], rated_w: Floats):
        self._relay, self._rated_w = relay, rated_w
        spread = (np.cumsum(relay) - 1) * _GOLDEN % 1.0
        self.begin = np.where(relay, np.floor(1000 * spread), NONE).astype(np.int64)

    def place(self, who: Ints, inside: slice, limit_w: float, watts: Floats) -> None:
        """These heaters, all below one node, get new limits: move whose turn is worth it. inside:
        all heaters below the node; limit_w: of the node; watts: limits of all heaters, new ones
        taken in."""
        who = who[self._relay[who]]
        if not len(who) or not 0 < limit_w < np.inf:
            return
        relay = self._relay[inside]
        power_w = float(watts[inside][~relay].sum())  # spread evenly by switches of seconds
        power_w = power_w + self._profiles(np.arange(len(relay))[relay] + inside.start, watts)
        for i in who.tolist():
            own_w = self._profiles(np.array([i]), watts)
            others_w = power_w - own_w
            tried_w = own_w[_ROLLED]
            above = np.maximum((others_w + tried_w) / limit_w - 1.0, 0.0)
            cost = (above**2).mean(axis=1)
            best = int(cost.argmin())
            if cost[best] < cost[0] - _WORTH:
                self.begin[i] = (self.begin[i] + best * 1000 // _MOVES) % 1000
                power_w = others_w + tried_w[best]

    def _profiles(self, who: Ints, watts: Floats) -> Floats:
        # What these take together in every phase of the period.
        rated_w = self._rated_w[who, None]
        share = np.minimum(watts[who, None] / rated_w, 1.0)
        into = (np.arange(_PHASES) / _PHASES - self.begin[who, None] / 1000) % 1.0
        return (rated_w * np.clip((share - into) * _PHASES, 0.0, 1.0)).sum(axis=0)

