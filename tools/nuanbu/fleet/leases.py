"""The lease machine of firmware/heater/limits/lease.py for many heaters at once.

The same states, results and times; every attribute there is an array here, and the tests compare
the two after random sequences of events. Times are uptimes of each heater in whole seconds;
`now_s` is an array over all heaters, `who` an array of different indices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuanbu.group.allocate import Ints

Bools = NDArray[np.bool_]

NONE = -1
INIT, LIMITED, UNLIMITED, FAILSAFE, AUTONOMOUS = range(5)
(ACCEPTED, DUPLICATE, REPLAYED, OLD_EPOCH, NO_TIME, EXPIRED, FUTURE, TOO_LONG, PERIODS,
 NO_HEARTBEAT) = range(10)  # fmt: skip

HEARTBEAT_LOST_S = 120
FRESH_S = 60
SKEW_S = 60
LEASE_MAX_S = 3600
PERIOD_MAX_S = 86_400
PERIODS_MAX = 8
_NEVER = -1
_NO_PERIOD_S = np.iinfo(np.int64).max

# A limit message for heater `who`; `periods` of the `starts` (UTC) and `watts` count.
LIMIT = np.dtype(
    [
        ("who", "i8"), ("epoch", "i8"), ("seq", "i8"), ("iat", "i8"), ("exp", "i8"),
        ("active", "?"), ("limit_w", "i8"), ("ramp", "i8"), ("rnd_s", "i8"), ("slot", "i8"),
        ("periods", "i8"), ("starts", "i8", (PERIODS_MAX + 1,)),
        ("watts", "i8", (PERIODS_MAX + 1,)),
    ]
)  # fmt: skip


class Leases:
    """Leases of n heaters that all belong to a server; none runs until `boot`.

    failsafe_w, hash_: one a heater; spread_max_s: over which returns after a loss of supply
    are spread; may_go_on, failsafe_min_s: whether and when a heater may go on by itself.
    """

    def __init__(
        self, failsafe_w: Ints, hash_: Ints, spread_max_s: int = 600,
        may_go_on: bool | Bools = False, failsafe_min_s: int = 7200,
    ):  # fmt: skip
        n = len(failsafe_w)
        self.failsafe_w, self.hash_ = failsafe_w.astype(np.int64), hash_.astype(np.int64)
        self.spread_max_s, self.failsafe_min_s = spread_max_s, failsafe_min_s
        self.may_go_on = np.broadcast_to(np.asarray(may_go_on), n)
        self.state = np.full(n, INIT)
        self.limit_w = self.failsafe_w.copy()
        self.ramp_permille_s = np.full(n, 30)
        self.epoch, self.seq = np.zeros(n, np.int64), np.full(n, _NEVER)
        self.slot = np.full(n, NONE)
        self.abnormal = np.zeros(n, bool)
        self.spread_s = np.zeros(n, np.int64)
        self._met = np.zeros(n, bool)
        self._beat_epoch, self._beat_seq = np.zeros(n, np.int64), np.full(n, _NEVER)
        self._beat_s = np.full(n, _NEVER)
        self._since_s = np.zeros(n, np.int64)
        self._held_seq, self._held_epoch = np.full(n, _NEVER), np.zeros(n, np.int64)
        self._lease_s, self._end_s = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self._ordered_w = np.full(n, NONE)
        self._starts_s = np.full((n, PERIODS_MAX + 1), _NO_PERIOD_S)
        self._watts = np.zeros((n, PERIODS_MAX + 1), np.int64)
        self._next = np.zeros(n, np.int64)
        self._next_s = np.full(n, _NO_PERIOD_S)
        self._delay_s, self._raise_s = np.zeros(n, np.int64), np.full(n, _NEVER)

    def boot(self, who: Ints, power_loss: bool | Bools, keeps: bool = True) -> None:
        """Start these anew at uptime 0. keeps: epoch and seq were saved and are read back."""
        for name, value in (
            ("state", INIT), ("ramp_permille_s", 30), ("slot", NONE), ("abnormal", False),
            ("_met", False), ("_beat_epoch", 0), ("_beat_seq", _NEVER), ("_beat_s", _NEVER),
            ("_since_s", 0), ("_held_seq", _NEVER), ("_held_epoch", 0), ("_end_s", 0),
            ("_ordered_w", NONE), ("_next", 0), ("_next_s", _NO_PERIOD_S), ("_delay_s", 0),
            ("_raise_s", _NEVER),
        ):  # fmt: skip
            getattr(self, name)[who] = value
        self.limit_w[who] = self.failsafe_w[who]
        self._starts_s[who] = _NO_PERIOD_S
        spread_s = self.hash_[who] % (self.spread_max_s + 1)
        self.spread_s[who] = np.where(power_loss, spread_s, 0)
        if not keeps:
            self.epoch[who], self.seq[who] = 0, _NEVER

    def step(self, now_s: Ints, awake: Bools) -> None:
        """A second passes for those that are awake."""
        controlled = (self.state == LIMITED) | (self.state == UNLIMITED)
        waits = awake & ~controlled & self.may_go_on & (self.state != AUTONOMOUS)
        self.state[waits & (now_s - self._since_s >= self.failsafe_min_s)] = AUTONOMOUS
        controlled &= awake
        lost = (now_s - self._beat_s >= HEARTBEAT_LOST_S) | (now_s >= self._end_s)
        fall = np.flatnonzero(controlled & lost)
        self.state[fall] = FAILSAFE
        self._since_s[fall] = now_s[fall]
        self._held_seq[fall] = _NEVER
        self._begin_periods(now_s, controlled & ~lost)
        self._approach(now_s, awake)

    def offer(self, msg: NDArray, now_s: Ints, utc_s: Ints, trusted: Bools) -> Ints:
        """Limit messages (LIMIT), each for another heater. utc_s: of those whose time is
        trusted. Returns the result codes in their order."""
        who = msg["who"]
        result = self._judge(msg, now_s[who], utc_s[who], trusted[who])
        good = result == ACCEPTED
        if good.any():
            self._take(msg[good], now_s, utc_s)
            self.step(now_s, _mask(len(now_s), who[good]))
        alive = who[(result == TOO_LONG) | (result == PERIODS)]
        alive = alive[(self.state[alive] == INIT) | (self.state[alive] == FAILSAFE)]
        self._lives(alive, now_s[alive])
        return result

    def heartbeat(
        self, who: Ints, epoch: int, seq: int, sent_s: int, min_seq: int, abnormal: bool,
        now_s: Ints, utc_s: Ints, trusted: Bools,
    ) -> Ints:  # fmt: skip
        """One heartbeat as these heaters hear it. Returns the result codes."""
        result = _first_true(
            (NO_TIME, ~trusted[who] | ~self._met[who]),
            (OLD_EPOCH, epoch < self.epoch[who]),
            (REPLAYED, (epoch < self._beat_epoch[who])
             | (epoch == self._beat_epoch[who]) & (seq <= self._beat_seq[who])),
            (EXPIRED, sent_s < utc_s[who] - SKEW_S),
            (FUTURE, sent_s > utc_s[who] + SKEW_S),
        )
        good = who[result == ACCEPTED]
        self._beat_epoch[good] = epoch
        self._beat_seq[good] = seq
        late_s = np.maximum(utc_s[good] - sent_s, 0)
        self._lives(good, now_s[good] - late_s)
        self.abnormal[good] = abnormal
        held = good[(self._held_epoch[good] == epoch) & (self._held_seq[good] >= min_seq)]
        end_s = sent_s - utc_s[held] + now_s[held] + self._lease_s[held]
        self._end_s[held] = np.maximum(self._end_s[held], end_s)
        self.step(now_s, _mask(len(now_s), good))
        return result

    def welcome(self, who: Ints, epoch: Ints, seq: Ints, now_s: Ints) -> Ints:
        """Answers to their nonces, one a heater. Returns the result codes."""
        result = _first_true((OLD_EPOCH, epoch < self.epoch[who]))
        good = result == ACCEPTED
        who, epoch, seq = who[good], epoch[good], seq[good]
        self._met[who] = True
        self._enter_epoch(who, epoch)
        self.seq[who] = np.maximum(self.seq[who], seq - 1)
        self._beat_epoch[who[self._beat_epoch[who] > epoch]] = 0
        self._lives(who, now_s[who])
        return result

    def wants_welcome(self) -> Bools:
        """Which of them only a server's answer to a new hello brings forward."""
        return ~self._met | (self.state == INIT) | (self.state == FAILSAFE)

    def _judge(self, msg: NDArray, now_s: Ints, utc_s: Ints, trusted: Bools) -> Ints:
        who, epoch, seq = msg["who"], msg["epoch"], msg["seq"]
        state, beat_s = self.state[who], self._beat_s[who]
        trusted = trusted & self._met[who]
        stale = (beat_s == _NEVER) | (now_s - beat_s > FRESH_S)
        return _first_true(
            (NO_TIME, ~trusted),
            (OLD_EPOCH, epoch < self.epoch[who]),
            (DUPLICATE, (epoch == self._held_epoch[who]) & (seq == self._held_seq[who])),
            (REPLAYED, (epoch == self.epoch[who]) & (seq <= self.seq[who])),
            (EXPIRED, msg["exp"] <= utc_s),
            (FUTURE, msg["iat"] > utc_s + SKEW_S),
            (TOO_LONG, msg["exp"] - msg["iat"] > LEASE_MAX_S),
            (PERIODS, ~_rising(msg)),
            (NO_HEARTBEAT, (state != LIMITED) & (state != UNLIMITED) & stale),
        )

    def _take(self, msg: NDArray, now_s: Ints, utc_s: Ints) -> None:
        who = msg["who"]
        self._enter_epoch(who, msg["epoch"])
        self.seq[who] = self._held_seq[who] = msg["seq"]
        self._held_epoch[who] = msg["epoch"]
        self.slot[who] = msg["slot"]
        self.ramp_permille_s[who] = msg["ramp"]
        self._delay_s[who] = (self.hash_[who] + msg["seq"]) % (msg["rnd_s"] + 1)
        self._lease_s[who] = msg["exp"] - msg["iat"]
        to_uptime_s = now_s[who] - utc_s[who]
        self._end_s[who] = msg["exp"] + to_uptime_s
        counts = np.arange(PERIODS_MAX + 1) < msg["periods"][:, None]
        starts_s = msg["starts"] + to_uptime_s[:, None]
        self._starts_s[who] = np.where(counts, starts_s, _NO_PERIOD_S)
        self._watts[who] = msg["watts"]
        self._next[who] = 0
        self._next_s[who] = self._starts_s[who, 0]
        self._order(who, np.where(msg["active"], msg["limit_w"], NONE))

    def _enter_epoch(self, who: Ints, epoch: Ints) -> None:
        new = epoch > self.epoch[who]
        who = who[new]
        self.epoch[who] = epoch[new]
        self.seq[who] = _NEVER

    def _lives(self, who: Ints, at_s: Ints) -> None:
        beat_s = self._beat_s[who]
        self._beat_s[who] = np.where((beat_s == _NEVER) | (at_s > beat_s), at_s, beat_s)

    def _order(self, who: Ints, limit_w: Ints) -> None:
        self._ordered_w[who] = limit_w
        self.state[who] = np.where(limit_w == NONE, UNLIMITED, LIMITED)

    def _begin_periods(self, now_s: Ints, where: Bools) -> None:
        while True:
            due = np.flatnonzero(where & (self._next_s <= now_s))
            if not len(due):
                return
            self._order(due, self._watts[due, self._next[due]])
            self._next[due] += 1
            self._next_s[due] = self._starts_s[due, self._next[due]]

    def _approach(self, now_s: Ints, awake: Bools) -> None:
        wanted_w, limit_w = self._wanted(), self.limit_w
        down = (limit_w == NONE) | ((wanted_w > NONE) & (wanted_w <= limit_w))
        up = awake & ~down
        down &= awake
        limit_w[down] = wanted_w[down]
        self._raise_s[down] = _NEVER
        new = up & (self._raise_s == _NEVER)
        self._raise_s[new] = np.maximum(now_s + self._delay_s, self.spread_s)[new]
        act = up & (now_s >= self._raise_s)
        limit_w[act] = wanted_w[act]
        self._raise_s[act] = _NEVER

    def _wanted(self) -> Ints:
        state, ordered_w = self.state, self._ordered_w
        shed = self.abnormal & ((ordered_w == NONE) | (ordered_w > self.failsafe_w))
        controlled = (state == LIMITED) | (state == UNLIMITED)
        wanted_w = np.where(controlled & ~shed, ordered_w, self.failsafe_w)
        wanted_w[state == AUTONOMOUS] = NONE
        return wanted_w


def _rising(msg: NDArray) -> Bools:
    good = msg["periods"] <= PERIODS_MAX
    after_s = msg["iat"]
    for k in range(min(int(msg["periods"].max(initial=0)), PERIODS_MAX)):
        counts = msg["periods"] > k
        start_s = msg["starts"][:, k]
        good &= ~counts | (start_s > after_s)
        after_s = np.where(counts, start_s, after_s)
    return good & (after_s - msg["iat"] <= PERIOD_MAX_S)


def _first_true(*reasons: tuple[int, Bools]) -> Ints:
    """Of each element the code of the first reason that holds, ACCEPTED if none does."""
    result = np.full(len(reasons[0][1]), ACCEPTED)
    for code, holds in reversed(reasons):
        result[holds] = code
    return result


def _mask(n: int, who: Ints) -> Bools:
    mask = np.zeros(n, bool)
    mask[who] = True
    return mask
