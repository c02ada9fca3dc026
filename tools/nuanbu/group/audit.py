"""The journal worked through again: is everything that was ordered what had to be ordered, and
were limits kept, second by second?

A guard that is told the same orders the same. So every order, repetition and heartbeat is worked
out anew and compared; and beside it, without the guard, every answer of a heater is compared with
the limits that were sent to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import sqlalchemy as sa

from nuanbu.group import journal
from nuanbu.group.book import LEASE_S, SKEW_S
from nuanbu.group.guard import Guard
from nuanbu.group.recorded import begun, replay
from nuanbu.group.tree import LEVELS

_SHOWN = 20
_LOOK_S = 5
_GONE_S = 20
_LATE_S = 30  # a report may have been under way while the next limit was already answered


@dataclass
class Findings:
    """What an audit found. differences, broken: sentences, the first of them."""

    district: str
    chunks: int = 0
    epochs: int = 0
    cycles: int = 0
    orders: int = 0
    heartbeats: int = 0
    heater_seconds: int = 0
    answers: int = 0
    node_seconds: int = 0
    # node-seconds until leases have run out after a restart, or a cut not announced in time
    over_after_cut: int = 0
    weak: int = 0  # of limits below the fail-safe limits, which hold only for who is reached
    over: int = 0  # any other node-seconds in which more was possible than a limit
    different: int = 0
    unexplained: int = 0  # answers of heaters that no limit sent explains
    broken: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing to object to."""
        return not (self.broken or self.different or self.unexplained or self.over)

    def differs(self, text: str) -> None:
        """Note a difference."""
        self.different += 1
        self.say(text)

    def say(self, text: str) -> None:
        """Note a sentence, if there are not too many already."""
        if len(self.differences) < _SHOWN:
            self.differences.append(text)


@dataclass(frozen=True)
class Held:
    """From from_s up to to_s (Unix seconds) a heater could take at most worst_w watts by the
    limits sent to it, and was meant to take meant_w; cause: (level, node) of its newest limit."""

    from_s: int
    to_s: int
    meant_w: int
    worst_w: int
    acknowledged: bool
    seq: int
    cause: tuple[str, str] | None


def audit(engine: sa.Engine, district: str, from_s: int = 0, to_s: int = 2**62) -> Findings:
    """Work through a district's journal of a time (Unix seconds)."""
    found = Findings(district)
    with engine.connect() as db:
        reader = _Reader(found)
        for chunk in journal.chunks(db, district, from_s, to_s):
            found.chunks += 1
            if chunk.broken:
                found.broken.append(f"chunk {chunk.number} is not what was written")
            for event in chunk.events:
                reader.take(event, chunk.epoch)
    return found


def held(engine: sa.Engine, district: str, device: str, from_s: int, to_s: int) -> Iterator[Held]:
    """Every second of a heater's limit, as intervals in which nothing changed."""
    with engine.connect() as db:
        guard, causes, now, last_s = None, {}, None, from_s
        for chunk in journal.chunks(db, district, from_s, to_s):
            for event in chunk.events:
                if event[0] == "b":
                    guard, causes = begun(event)[0], {}
                    continue
                if guard is None:
                    continue
                replay(guard, event)
                if event[0] != "C" or device not in guard.index:
                    continue
                i, t = guard.index[device], event[1]
                for order in event[2] if len(event) > 2 else []:
                    causes[order[0]] = (order[6], order[7])
                book = guard.book
                state = (
                    int(book.held_w(0)[i]), int(book.possible_w(0, t)[i]), bool(book.acked[i]),
                    int(book.seq[i]), causes.get(i),
                )  # fmt: skip
                if now is not None and now[1] != state:
                    if t > from_s and now[0] < to_s:
                        yield Held(max(now[0], from_s), min(t, to_s), *now[1])
                    now = None
                if now is None:
                    now = (t, state)
                last_s = t
        if now is not None and now[0] < to_s:
            yield Held(max(now[0], from_s), min(last_s + 1, to_s), *now[1])


class _Reader:
    """Takes events in order. limits: of nodes, as the operator set them."""

    def __init__(self, found: Findings):
        self.found = found
        self.guard: Guard | None = None
        self.limits: dict[str, float] = {}
        self.cut_s: dict[str, int] = {}
        self.cut: set[str] = set()  # since the last cycle
        self.base_w: dict[str, float] = {}
        self.changes: list[tuple[int, str, float]] = []
        self.answers = _Answers()
        self.last_s = 0

    def take(self, event: list, epoch: int) -> None:
        if event[0] == "b":
            self.guard, _ = begun(event)
            self.found.epochs += 1
            self.answers.begin(self.guard, event[1])
            self.changes = []
            self._base(self.guard)
            return
        if self.guard is None:
            return
        if event[0] == "l":
            self._limit(event)
        told = replay(self.guard, event)
        if told is not None and told != event:
            self.found.differs(f"{_when(event[1])}: sent {event[2:]}, worked out {told[2:]}")
        if event[0] == "a":
            self._answer(event, epoch)
        elif event[0] == "B":
            self.found.heartbeats += 1
        elif event[0] == "C":
            self._cycle(event)

    def _limit(self, event: list) -> None:
        _, node, watts, from_s = event
        if from_s is not None:
            self.changes.append((from_s, node, watts))
            return
        # What was announced comes again from the database in the second in which it begins.
        announced = any(
            one[1:] == (node, watts) and one[0] <= self.last_s + _LOOK_S for one in self.changes
        )
        if watts < self.limits.get(node, np.inf) and not announced:
            self.cut.add(node)
        self.limits[node] = watts

    def _base(self, guard: Guard) -> None:
        # A new heater may take its fail-safe share at once: a cut for the others.
        before, self.base_w = self.base_w, {}
        for level, ids in enumerate(guard.layout.node_ids):
            sums = guard.layout.sums(level, guard.book.base_w)
            self.base_w.update(zip(ids, sums.tolist()))
        self.cut |= {node for node, w in self.base_w.items() if w > before.get(node, np.inf)}
        # What was out when the server ended is counted until it would have run out had the last
        # heartbeat renewed it: a cut that was not yet obeyed then goes on from here.
        going_on = self.last_s - LEASE_S - SKEW_S
        self.cut |= {node for node, cut_s in self.cut_s.items() if cut_s >= going_on}

    def _cycle(self, event: list) -> None:
        found, guard, t = self.found, self.guard, int(event[1])
        assert guard is not None
        found.cycles += 1
        for change in sorted(one for one in self.changes if one[0] <= t):
            self.changes.remove(change)
            _, node, watts = change
            # Without a server, or without a broker, it could not be sent ahead.
            if t - self.last_s > _GONE_S and watts < self.limits.get(node, np.inf):
                self.cut.add(node)
            self.limits[node] = watts
        self.cut_s.update((node, t) for node in self.cut)
        self.cut.clear()
        seconds = min(max(t - self.last_s, 0), 60) if self.last_s else 1
        self.last_s = t
        if len(event) > 2:
            found.orders += len(event[2])
            self.answers.sent(event[2], t)
        found.heater_seconds += seconds * len(guard.layout.heaters)
        worst_w = guard.book.possible_w(0, t)
        for level in range(len(LEVELS)):
            sums = guard.layout.sums(level, worst_w)
            found.node_seconds += seconds * len(sums)
            for node, sum_w in zip(guard.layout.node_ids[level], sums.tolist()):
                limit_w = self.limits.get(node, np.inf)
                if sum_w <= limit_w:
                    continue
                cut_s = self.cut_s.get(node)
                if self.base_w[node] > limit_w:
                    found.weak += seconds
                elif cut_s is not None and t - cut_s <= LEASE_S + SKEW_S:
                    found.over_after_cut += seconds
                else:
                    found.over += seconds
                    found.say(f"{_when(t)}: {node} could take {sum_w:.0f} W of {limit_w:.0f} W")

    def _answer(self, event: list, epoch: int) -> None:
        _, t, i, its_epoch, seq, holds, limit_w = event
        if not holds or its_epoch != epoch:
            return
        self.found.answers += 1
        known = self.answers.known(i, seq, t)
        if limit_w not in known:
            self.found.unexplained += 1
            assert self.guard is not None
            name = self.guard.layout.heaters[i].id
            self.found.say(f"{_when(t)}: {name} says {limit_w} W, sent were {sorted(known)}")


class _Answers:
    """Which limits a heater may say it has, from what was sent alone."""

    def begin(self, guard: Guard, begin: dict) -> None:
        """An epoch begins; what the one before left may still be in force."""
        self.failsafe_w = [heater.failsafe_w for heater in guard.layout.heaters]
        # (seq, watts, Unix second in which it was sent, or until which it is left)
        self.sent_to: dict[int, list[tuple[int, set[int], int]]] = {}
        for i, now_w, later_w, end_s in begin["left"]:
            self.sent_to[i] = [(0, {int(now_w), int(later_w)}, int(end_s))]

    def sent(self, orders: list, t: int) -> None:
        """Limits were sent."""
        for i, seq, watts, later_s, later_w, *_ in orders:
            known = {watts, later_w} if later_s else {watts}
            self.sent_to.setdefault(i, []).append((seq, known, t))

    def known(self, i: int, seq: int, t: int) -> set[int]:
        """What a heater may hold when it answers the limit `seq`: that, or one sent since; while a
        raise waits for its turn, also what it had."""
        mine = self.sent_to.get(i, [])
        current = [one for one in mine if one[0] >= seq or one[2] >= t - _LATE_S]
        before = [one for one in mine if one not in current][-1:]
        self.sent_to[i] = before + current
        known = {self.failsafe_w[i]}
        for _, watts, _ in before + current:
            known |= watts
        return known


def _when(t: int) -> str:
    import datetime

    return datetime.datetime.fromtimestamp(t, datetime.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
