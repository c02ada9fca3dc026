"""The guard of one district: what to send to whom, decided without any I/O.

Call `cycle()` every second or two. It first lowers who has too much, and raises only into what is
left below every node when all outstanding limits are counted at their worst (`Book`). The caller
stores what `cycle()` and `heartbeat()` return, and only then publishes it (I5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuanbu.group.allocate import Floats, Ints, Level, Needs, allocate, whole_watts
from nuanbu.group.book import LEASE_S, SKEW_S, Book
from nuanbu.group.seen import Seen
from nuanbu.group.slots import Turns
from nuanbu.group.tree import LEVELS, Layout
from nuanbu.group.trim import Trim

HEARTBEAT_S = 30
RENEW_S = 60  # a limit that no heartbeat renews is sent anew this long before its end
RETRY_S = 10
LOWER_RETRY_S = 1  # while a reduction is not acknowledged, others wait for its watts
# Then others are lowered further in its stead: the next thing after two or three unanswered
# repeats is a heater that went out of reach unnoticed, and a feeder that was cut waits for nobody.
STUCK_S = 3
# Changes for fairness come no faster: what is free is handed on sooner than what has to be taken
# away first.
RAISE_HOLD_S, HOLD_S = 10, 30
# For a relay, whose cycle is half an hour: a limit that moves while its turn is on spends a
# second cycle on the rest of it, or loses the rest.
RELAY_HOLD_S = 1800
AHEAD_S = 900  # a known change is sent ahead from here on
MERGED_S = 2 * (LEASE_S + SKEW_S)  # changes closer together are one, at the lowest of them
_STEP_W = 3.0  # changes for fairness smaller than this are not worth a message


@dataclass(frozen=True)
class Order:
    """A limit to be sent. watts: now; later: (Unix second, watts) of its period, or None.
    cause: (level, node id) that makes it as low as it is."""

    device: str
    seq: int
    issued_s: int
    watts: int
    later: tuple[int, int] | None
    slot: int
    cause: tuple[str, str]

    @property
    def expires_s(self) -> int:
        return self.issued_s + LEASE_S


@dataclass(frozen=True)
class Beat:
    """A heartbeat to be sent to the zone."""

    seq: int
    sent_s: int
    min_seq: int


class Guard:
    """epoch: of this server, higher than any before; rises at every start.

    Public state for people: `book`, `seen`, `short` (ids of nodes whose limit cannot be held
    now, since more than it is surely taken).
    """

    def __init__(self, layout: Layout, epoch: int, seq: int = 0, book: Book | None = None):
        self.layout, self.epoch, self.seq = layout, epoch, seq
        heaters = layout.heaters
        self.index = {heater.id: i for i, heater in enumerate(heaters)}
        self._rated_w = np.array([h.rated_w for h in heaters], dtype=float)
        self._floor_w = np.array([min(h.floor_w, h.rated_w) for h in heaters], dtype=float)
        self._weight = np.array([h.weight for h in heaters], dtype=float)
        self._relay = np.array([h.relay for h in heaters], dtype=bool)
        self._turns = Turns(self._relay, self._rated_w)
        self.book = book or Book(np.array([h.base_w for h in heaters], dtype=float))
        self.seen = Seen(self._rated_w, self._relay)
        self.short: list[str] = []
        self._limit_w = [np.full(len(ids), np.inf) for ids in layout.node_ids]
        self._trim = [Trim(len(ids)) for ids in layout.node_ids]
        self._place = {
            node: (level, k)
            for level, ids in enumerate(layout.node_ids)
            for k, node in enumerate(ids)
        }
        # Index of each heater's node of every level.
        counts = [np.arange(len(ids)) for ids in layout.node_ids]
        self._above = np.stack([layout.spread(level, k) for level, k in enumerate(counts)])
        self._changes: list[tuple[float, str, float]] = []
        self._mark_s = np.inf  # when column 1 begins
        self._beat_seq = 0
        self._beat_s = -np.inf
        self._sent_s = np.full(len(heaters), -np.inf)
        self._fresh = np.zeros(len(heaters), dtype=bool)
        self._orders: dict[int, Order] = {}

    # --- what is told

    def limit(self, node: str, watts: float, from_s: float | None = None) -> None:
        """Set a node's limit in watts, at once or from a known time on (Unix seconds), in place of
        what was known for that time. Nodes without heaters are passed over."""
        if node not in self._place:
            return
        if from_s is None:
            level, k = self._place[node]
            self._limit_w[level][k] = watts
        else:
            others = [one for one in self._changes if one[:2] != (from_s, node)]
            self._changes = sorted([*others, (from_s, node, watts)])

    def metered(self, node: str, power_w: float, now_s: float) -> None:
        """The feeder meter of a node says this much."""
        if node in self._place:
            level, k = self._place[node]
            least_w = self.layout.sums(level, self.book.base_w)[k]
            self._trim[level].read(k, now_s, power_w, self._limit_w[level][k], least_w)

    def hello(self, device: str, now_s: float) -> int:
        """A heater has connected or restarted. Returns the seq for the welcome: older limits
        are past. It gets a fresh limit in the next cycle."""
        i = self.index[device]
        self.seen.heard_s[i] = now_s
        self._fresh[i] = True
        return int(self.book.seq[i]) or self.seq + 1

    def acknowledged(self, device: str, epoch: int, seq: int, holds: bool, now_s: float) -> None:
        """An ack. holds: its status says that the limit is in force (accepted, effect)."""
        i = self.index[device]
        self.seen.heard_s[i] = now_s
        if holds and epoch == self.epoch:
            self.book.acknowledge(i, seq)

    # --- what is seen

    def limits_w(self, level: int) -> tuple[Floats, Floats]:
        """(limits in force, what of them may be shared out) of the nodes of a level, watts."""
        return self._limit_w[level], self._trim[level].capacity_w(self._limit_w[level])

    def order_of(self, i: int) -> Order | None:
        """The newest order to heater i of the layout, also one that has expired."""
        return self._orders.get(i)

    # --- what is sent

    def heartbeat(self, now_s: int) -> Beat | None:
        """The heartbeat that is due, or None."""
        if now_s - self._beat_s < HEARTBEAT_S:
            return None
        self.book.expire(now_s)
        self._beat_s = now_s
        self._beat_seq += 1
        beat = Beat(self._beat_seq, now_s, self.book.min_seq())
        self.book.beat(beat.min_seq, now_s)
        return beat

    def cycle(self, now_s: int) -> tuple[list[Order], list[Order]]:
        """(new orders, orders to repeat) of this moment."""
        if not self.layout.heaters:
            return [], []
        self.book.expire(now_s)
        self._pass_changes(now_s)
        reachable = self.seen.reachable(now_s)
        possible = [self.book.possible_w(0, now_s)]
        if np.isfinite(self._mark_s):  # else both columns are alike
            possible.append(self.book.possible_w(1, self._mark_s))
        columns = []
        urgent = np.zeros(len(reachable), dtype=bool)
        self.short = []
        for c, possible_w in enumerate(possible):
            capacity, held_w = self._capacities(c), self.book.held_w(c)
            fixed = ~reachable | (self._waiting(now_s) & (possible_w > held_w))
            target_w = self._targets(capacity, possible_w, reachable, fixed)
            over = self._over(capacity, np.where(fixed, possible_w, held_w))
            urgent |= over & (target_w < held_w)
            columns.append(self._careful(capacity, possible_w, target_w))
        # A period never raises: the clock of a device may be ahead of this one (its welcome may
        # have been long under way), and then it would raise before the limit does.
        watts = np.stack([columns[0], np.minimum(columns[0], columns[-1])], axis=1)
        send = self._which(watts, urgent, reachable, now_s)
        return self._issue(send, watts, now_s), self._repeat(send, reachable, now_s)

    def _pass_changes(self, now_s: float) -> None:
        while self._changes and self._changes[0][0] <= now_s:
            _, node, watts = self._changes.pop(0)
            level, k = self._place[node]
            self._limit_w[level][k] = watts
        if self._mark_s <= now_s:
            self.book.change_passed()
            self._mark_s = np.inf
        near = [at for at, _, _ in self._changes if at <= now_s + AHEAD_S]
        mark_s = near[0] if near else np.inf
        if mark_s != self._mark_s:
            self.book.change_moved()
            self._mark_s = mark_s

    def _capacities(self, column: int) -> list[Floats]:
        limits = [limit.copy() for limit in self._limit_w]
        if column and np.isfinite(self._mark_s):
            for at, node, watts in self._changes:
                if at > self._mark_s + MERGED_S:
                    break
                level, k = self._place[node]
                first = at == self._mark_s
                limits[level][k] = watts if first else min(watts, limits[level][k])
        return [trim.capacity_w(limit) for trim, limit in zip(self._trim, limits)]

    def _waiting(self, now_s: int) -> NDArray[np.bool_]:
        book = self.book
        return ~book.acked & (book.seq > 0) & (now_s - book.issued_s > STUCK_S)

    def _targets(
        self, capacity: list[Floats], possible_w: Floats,
        reachable: NDArray[np.bool_], fixed: NDArray[np.bool_],
    ) -> Floats:  # fmt: skip
        """The fair allocation, given who cannot be moved at the moment (fixed)."""
        floor_w = self.book.base_w.copy()
        cap_w = np.clip(self.seen.wanted_w(), floor_w, self._rated_w)
        # What is granted and not taken is missed elsewhere where there is not enough for all.
        scarce = self._over(capacity, cap_w)
        tight_w = np.clip(self.seen.wanted_w(tight=True), floor_w, self._rated_w)
        cap_w = np.where(scarce, tight_w, cap_w)
        # Where a limit is below the fail-safe shares, those who can be reached give of theirs.
        for level in range(len(LEVELS)):
            scarce = self.layout.sums(level, self.book.base_w) > capacity[level]
            gives = self.layout.spread(level, scarce) & reachable
            floor_w[gives] = self._floor_w[gives]
        floor_w = np.where(fixed, possible_w, floor_w)
        cap_w = np.where(fixed, possible_w, cap_w)
        levels = []
        for level, ids in enumerate(self.layout.node_ids):
            least_w = self.layout.sums(level, floor_w)
            self.short += [ids[k] for k in np.flatnonzero(least_w > capacity[level])]
            levels.append(Level(self.layout.starts[level], np.maximum(least_w, capacity[level])))
        short_k, gain = self.seen.short_k(), self.seen.gain_k_per_w
        needs = Needs(short_k, gain, self._weight, floor_w, cap_w)
        return whole_watts(allocate(needs, levels), floor_w).astype(float)

    def _over(self, capacity: list[Floats], watts: Floats) -> NDArray[np.bool_]:
        over = np.zeros(len(watts), dtype=bool)
        for level, limit_w in enumerate(capacity):
            over |= self.layout.spread(level, self.layout.sums(level, watts) > limit_w)
        return over

    def _careful(self, capacity: list[Floats], possible_w: Floats, target_w: Floats) -> Floats:
        # A raise takes of the headroom that is sure; all who ask below a node get the same part.
        ask_w = np.maximum(target_w - possible_w, 0.0)
        part = np.ones(len(ask_w))
        for level, limit_w in enumerate(capacity):
            asked_w = self.layout.sums(level, ask_w)
            free_w = np.maximum(limit_w - self.layout.sums(level, possible_w), 0.0)
            share = np.divide(free_w, asked_w, out=np.ones_like(free_w), where=asked_w > free_w)
            part = np.minimum(part, self.layout.spread(level, share))
        raised_w = np.floor(possible_w + ask_w * part)
        return np.where(ask_w > 0, raised_w, target_w)

    def _which(
        self, watts: Floats, urgent: NDArray[np.bool_], reachable: NDArray[np.bool_], now_s: int
    ) -> Ints:
        book = self.book
        none = book.seq == 0
        ending = book.end_s - SKEW_S - now_s < RENEW_S
        since_s = now_s - book.issued_s
        change = np.abs(watts - book.watts).max(axis=1)
        lowers = (watts < book.watts).any(axis=1)
        hold_s = np.where(self._relay, RELAY_HOLD_S, HOLD_S)
        better = (change > _STEP_W) & (since_s >= np.where(lowers, hold_s, RAISE_HOLD_S))
        # Repeating what has long been unanswered would soon repeat what has expired.
        unheard = ~book.acked & (since_s >= RENEW_S)
        again = (book.acked & ending) | unheard | (self._fresh & (since_s >= 1))
        lower = urgent & ((change >= 1) | none)
        return np.flatnonzero(reachable & (none | again | better | lower))

    def _issue(self, who: Ints, watts: Floats, now_s: int) -> list[Order]:
        if not len(who):
            return []
        seqs = np.arange(self.seq + 1, self.seq + 1 + len(who))
        self.seq += len(who)
        self.book.issue(who, seqs, watts[who], now_s)
        self._fresh[who] = False
        self._sent_s[who] = now_s
        level = self._fullest()[who]
        node = self._above[level, who]
        self._take_turns(who, level, node)
        whole = watts[who].astype(np.int64).tolist()
        orders = []
        for i, seq, (now_w, later_w), begin, depth, k in zip(
            who.tolist(), seqs.tolist(), whole, self._turns.begin[who].tolist(), level.tolist(),
            node.tolist(),
        ):  # fmt: skip
            later = (int(self._mark_s), later_w) if later_w != now_w else None
            cause = (LEVELS[depth], self.layout.node_ids[depth][k])
            order = Order(self.layout.heaters[i].id, seq, now_s, now_w, later, begin, cause)
            self._orders[i] = order
            orders.append(order)
        return orders

    def _take_turns(self, who: Ints, level: Ints, node: Ints) -> None:
        # Relays among those who are told something, by the node that binds them.
        relay = np.flatnonzero(self._relay[who])
        if not len(relay):
            return
        held_w = self.book.held_w(0)
        for depth, k in sorted(set(zip(level[relay].tolist(), node[relay].tolist()))):
            here = relay[(level[relay] == depth) & (node[relay] == k)]
            starts = [*self.layout.starts[depth].tolist(), len(held_w)]
            limit_w = self._trim[depth].capacity_w(self._limit_w[depth])[k]
            self._turns.place(who[here], slice(starts[k], starts[k + 1]), limit_w, held_w)

    def _fullest(self) -> Ints:
        # The level of the fullest node above each heater.
        held_w = self.book.held_w(0)
        full = []
        for level in range(len(LEVELS)):
            limit_w = self._trim[level].capacity_w(self._limit_w[level])
            part = self.layout.sums(level, held_w) / np.maximum(limit_w, 1.0)
            full.append(self.layout.spread(level, part))
        return np.argmax(np.stack(full), axis=0)

    def _repeat(self, sent: Ints, reachable: NDArray[np.bool_], now_s: int) -> list[Order]:
        book = self.book
        lower = (book.old_watts > np.maximum(book.watts, book.base_w[:, None])).any(axis=1)
        every_s = np.where(lower, LOWER_RETRY_S, RETRY_S)
        due = reachable & ~book.acked & (book.seq > 0) & (now_s - self._sent_s >= every_s)
        due[sent] = False
        who = np.flatnonzero(due)
        self._sent_s[who] = now_s
        return [self._orders[i] for i in who.tolist()]
