"""Messages under way between heaters and server: each may be lost or late, by itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuanbu.group.allocate import Ints

# What goes up and down beside limits (leases.LIMIT) and heartbeats. `who` is always the heater.
HELLO = np.dtype([("who", "i8"), ("nonce", "i8")])
WELCOME = np.dtype([("who", "i8"), ("nonce", "i8"), ("now", "i8"), ("epoch", "i8"), ("seq", "i8")])
ACK = np.dtype([("who", "i8"), ("t", "i8"), ("epoch", "i8"), ("seq", "i8"), ("holds", "?")])
STATE = np.dtype(
    [("who", "i8"), ("t", "i8"), ("room_c", "f8"), ("setpoint_c", "f8"), ("power_w", "f8"),
     ("demand_w", "f8")]
)  # fmt: skip
# Of feeder meters; `who` is the meter here.
METER = np.dtype([("who", "i8"), ("t", "i8"), ("power_w", "f8")])


@dataclass(frozen=True)
class Batch:
    """Messages of one kind ("limit", "beat", "welcome", "hello", "ack", "state", "meter") that
    arrive together. more: what they have in common (a heartbeat's content)."""

    kind: str
    rows: NDArray
    more: Any = None

    @property
    def who(self) -> Ints:
        return self.rows["who"] if self.rows.dtype.names else self.rows


class Wire:
    """loss: share of the messages that never arrive, each way. delays_s: one of them is drawn
    for each message; 0 arrives within the second after it was sent."""

    def __init__(self, rng: np.random.Generator, loss: float, delays_s: tuple[int, ...]):
        self._rng, self.loss = rng, loss
        self._delays_s = np.array(delays_s)
        self._coming: dict[int, list[Batch]] = defaultdict(list)
        self.sent = self.lost = 0

    def send(self, now_s: int, batch: Batch) -> None:
        """Give messages to the network at the end of second now_s."""
        n = len(batch.rows)
        if not n:
            return
        arrives = self._rng.random(n) >= self.loss
        self.sent += n
        self.lost += n - int(np.count_nonzero(arrives))
        delay_s = self._delays_s[self._rng.integers(0, len(self._delays_s), n)]
        for late_s in np.unique(self._delays_s):
            rows = batch.rows[arrives & (delay_s == late_s)]
            if len(rows):
                self._coming[now_s + 1 + int(late_s)].append(Batch(batch.kind, rows, batch.more))

    def due(self, now_s: int) -> list[Batch]:
        """What arrives in second now_s, in the order in which it was sent; in a batch every
        heater stands once."""
        found = []
        for batch in self._coming.pop(now_s, []):
            found += _apart(batch)
        return found


def _apart(batch: Batch) -> list[Batch]:
    rows, found = batch.rows, []
    while True:
        _, first = np.unique(Batch(batch.kind, rows).who, return_index=True)
        if len(first) == len(rows):
            return [*found, Batch(batch.kind, rows, batch.more)]
        rest = np.ones(len(rows), bool)
        rest[first] = False
        found.append(Batch(batch.kind, rows[np.sort(first)], batch.more))
        rows = rows[rest]
