"""When relay heaters are on, so that those that obey averages do not peak together (I6).

Laying on-times end to end round the period packs them best, as long as no limit changes. But every
change moves all that come after it, and a turn that moves while it is on costs heat or a cycle of
the relay: in simulation (`nuanbu fleet bench`) heaters then took 72 % of what they were granted,
with turns that stay where they are 90 %, and peaked no less.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuanbu.group.allocate import Ints

# Multiples of the golden section spread evenly over the period, whatever their number and wherever
# in the sequence one begins to count: so below every node, which is a range of the tree's order.
_GOLDEN = (5**0.5 - 1) / 2


def turns(relay: NDArray[np.bool_]) -> Ints:
    """Begin of each heater's on-time in its switching period, permille; -1 for no relay."""
    begin = (np.cumsum(relay) - 1) * _GOLDEN % 1.0
    return np.where(relay, np.floor(1000 * begin), -1).astype(np.int64)
