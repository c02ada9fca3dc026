"""When relay heaters are on, so that those that obey averages do not peak together (I6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuanbu.group.allocate import Floats, Ints


def pack(granted_w: Floats, rated_w: Floats, relay: NDArray[np.bool_]) -> Ints:
    """Begin of each heater's on-time in its switching period, permille; -1 for no relay.

    On-times are laid end to end round the period in tree order. So below every node, which is a
    range of that order, at most one heater more is on than the mean demands.
    """
    duty = np.where(relay, np.minimum(granted_w / rated_w, 1.0), 0.0)
    begin = np.cumsum(duty) - duty
    return np.where(relay, np.floor(1000 * (begin % 1.0) + 1e-6) % 1000, -1).astype(np.int64)
