"""Many heaters: what they hear, what they hold, what they take, and what they tell.

Lease, limit and ramp are those of the firmware (leases.py, power.py). Around them stand the
times of its link: a hello every 10 s until it is welcomed, trusted time from the welcome, an ack
to every limit and its effect 30 s later, the state once a minute and after every change
(firmware/heater/link: handshake.py, agent.py, telemetry.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuanbu.fleet.leases import ACCEPTED, DUPLICATE, Bools, Leases
from nuanbu.fleet.power import Arbiter
from nuanbu.fleet.relays import Relays
from nuanbu.fleet.rooms import STEP_S, Rooms, Thermostat
from nuanbu.fleet.wire import ACK, HELLO, STATE, Batch
from nuanbu.group.allocate import Floats, Ints

_NEVER = -1
_HELLO_S, _ROUND_S, _RENEW_S, _WANTED_S = 10, 30, 21_600, 60
_STATE_S = 60
_EFFECT_S = 30
_FROST_C = 5.0


class Heaters:
    """n heaters in their rooms. start_s: Unix second at which all are plugged in, one by one
    within a minute. All arrays are over the heaters.

    Read: awake (supplied and running), online (the network reaches them), demand_w, power_w, and
    after `talk` came (indices of those that have just connected).
    """

    def __init__(
        self, rated_w: Ints, failsafe_w: Ints, floor_w: Ints, rooms: Rooms, relay: Bools,
        setpoint_c: Floats, room_c: Floats, start_s: int, rng: np.random.Generator,
        relay_profile: str = "default",
    ):  # fmt: skip
        n = len(rated_w)
        self._rng, self.rooms = rng, rooms
        self.rated_w, self.setpoint_c = rated_w, setpoint_c
        self.leases = Leases(failsafe_w, rng.integers(0, 1 << 30, n))
        self.arbiter = Arbiter(rated_w, floor_w)
        self.relays = Relays(np.flatnonzero(relay), relay_profile)
        self.thermostat = Thermostat(rated_w, rooms.reset(room_c))
        self.awake, self.online = np.zeros(n, bool), np.ones(n, bool)
        self.broker_up = True
        self.came = np.zeros(0, np.int64)
        self.demand_w = np.zeros(n, np.int64)
        self.power_w = np.zeros(n)
        self._given_j = np.zeros(n)  # since the last step of the rooms
        self._born_s = np.zeros(n, np.int64)
        self._wakes_s = start_s + rng.integers(0, 60, n)
        self._power_loss = np.zeros(n, bool)
        self._connects_s = np.zeros(n, np.int64)
        self._connected = np.zeros(n, bool)
        self._nonce = np.zeros(n, np.int64)
        self._sent_s, self._welcomed_s = np.full(n, _NEVER), np.full(n, _NEVER)
        self._trusted, self._offset_s = np.zeros(n, bool), np.zeros(n, np.int64)
        self._state_s = np.full(n, _NEVER)
        self._shown = np.full((2, n), _NEVER)
        self._effect_s = np.full(n, _NEVER)
        self._effect = np.zeros((2, n), np.int64)  # epoch and seq
        self._answers: list[Batch] = []

    # --- what happens to them

    def cut(self, who: Ints) -> None:
        """Their supply fails."""
        self.awake[who] = self._connected[who] = False
        self._wakes_s[who] = np.iinfo(np.int64).max
        self._power_loss[who] = True

    def supply(self, who: Ints, now_s: int) -> None:
        """Their supply is back; an ESP32 takes 2 to 5 s to its first tick."""
        self._wakes_s[who] = now_s + self._rng.integers(2, 6, len(who))

    def restart(self, who: Ints, now_s: int) -> None:
        """They restart by themselves, with the supply there all the time."""
        who = who[self.awake[who]]
        self.awake[who] = self._connected[who] = False
        self._power_loss[who] = False
        self._wakes_s[who] = now_s + 3

    def reach(self, who: Ints, online: bool, now_s: int) -> None:
        """The network reaches these from now on, or no longer."""
        self.online[who] = online
        self._connected[who] = False
        self._connects_s[who] = now_s + self._rng.integers(1, 60, len(who))

    def broker(self, up: bool, now_s: int, was_down_s: int = 0) -> None:
        """The broker has gone, or is back: then each comes back after its own pause, which
        has doubled while it was away up to 2 min."""
        self.broker_up = up
        self._connected[:] = False
        pause_s = int(min(max(was_down_s, 1), 120))
        self._connects_s[:] = now_s + self._rng.integers(0, pause_s + 1, len(self.awake))

    # --- a second of theirs

    def second(self, now_s: int) -> None:
        """Leases, limits, rooms and power of second now_s, after what was received in it."""
        self._wake(now_s)
        up_s = now_s - self._born_s
        self.leases.step(up_s, self.awake)
        frost = self.rooms.sensor_c < _FROST_C
        grant_w = self.arbiter.grant(
            self.demand_w, self.leases.limit_w, frost, self.leases.ramp_permille_s, self.awake
        )
        self.power_w = grant_w.astype(float)
        which = self.relays.which
        if len(which):
            self.power_w[which] = self.relays.second(
                grant_w[which], self.rated_w[which], self.arbiter.fallen[which],
                self.leases.limit_w[which], self.leases.slot[which], self._utc_s(up_s)[which],
            )  # fmt: skip
        self._given_j += self.power_w
        if now_s % STEP_S == 0:
            mean_w = self._given_j / STEP_S
            self._given_j[:] = 0
            self.rooms.step(mean_w)
            self.demand_w = self.thermostat.step(
                self.rooms.sensor_c, self.setpoint_c, mean_w, self.awake
            )

    def _wake(self, now_s: int) -> None:
        who = np.flatnonzero(~self.awake & (self._wakes_s <= now_s))
        if not len(who):
            return
        self.awake[who] = True
        self._born_s[who] = now_s
        self.leases.boot(who, self._power_loss[who])
        self.arbiter.boot(who)
        self.relays.boot(who)
        self._trusted[who] = False
        self._effect_s[who] = _NEVER
        self._connects_s[who] = now_s + self._rng.integers(2, 8, len(who))

    # --- in

    def receive(self, batch: Batch, now_s: int) -> None:
        """Messages that arrive now; who has no connection hears nothing."""
        batch = Batch(batch.kind, batch.rows[self._connected[batch.who]], batch.more)
        if not len(batch.rows):
            return
        up_s = now_s - self._born_s
        if batch.kind == "limit":
            self._limits(batch.rows, up_s)
        elif batch.kind == "beat":
            epoch, beat = batch.more
            self.leases.heartbeat(
                batch.who, epoch, beat.seq, beat.sent_s, beat.min_seq, False, up_s,
                up_s + self._offset_s, self._trusted,
            )  # fmt: skip
        elif batch.kind == "welcome":
            self._welcome(batch.rows, up_s)

    def _limits(self, rows: NDArray, up_s: Ints) -> None:
        who = rows["who"]
        result = self.leases.offer(rows, up_s, up_s + self._offset_s, self._trusted)
        new = result == ACCEPTED
        self._effect_s[who[new]] = up_s[who[new]]
        self._effect[:, who[new]] = rows["epoch"][new], rows["seq"][new]
        holds = new | (result == DUPLICATE)
        self._answer(who, rows["epoch"], rows["seq"], holds, up_s)

    def _answer(self, who: Ints, epoch: Ints, seq: Ints, holds: Bools, up_s: Ints) -> None:
        rows = np.zeros(len(who), ACK)
        rows["who"], rows["epoch"], rows["seq"], rows["holds"] = who, epoch, seq, holds
        rows["t"] = self._utc_s(up_s)[who]
        self._answers.append(Batch("ack", rows))

    def _welcome(self, rows: NDArray, up_s: Ints) -> None:
        who = rows["who"]
        sent_s, welcomed_s = self._sent_s[who], self._welcomed_s[who]
        good = (rows["nonce"] == self._nonce[who]) & (sent_s != _NEVER)
        good &= (up_s[who] - sent_s <= _ROUND_S) & (welcomed_s < sent_s)
        rows, who = rows[good], who[good]
        round_s = up_s[who] - self._sent_s[who]
        self._offset_s[who] = rows["now"] + round_s - up_s[who]
        self._trusted[who] = True
        self._welcomed_s[who] = up_s[who]
        self.leases.welcome(who, rows["epoch"], rows["seq"], up_s)

    # --- out

    def talk(self, now_s: int) -> list[Batch]:
        """What they say at the end of second now_s."""
        up_s = now_s - self._born_s
        able = self.awake & self.online & self.broker_up
        new = able & ~self._connected & (now_s >= self._connects_s)
        self._connected |= new
        self.came = np.flatnonzero(new)
        self._sent_s[new] = self._welcomed_s[new] = self._state_s[new] = _NEVER
        said, self._answers = self._answers, []
        effect = np.flatnonzero(
            self._connected & (self._effect_s != _NEVER) & (up_s - self._effect_s >= _EFFECT_S)
        )
        if len(effect):
            self._effect_s[effect] = _NEVER
            holds = np.ones(len(effect), bool)
            epoch, seq = self._effect[0, effect], self._effect[1, effect]
            self._answer(effect, epoch, seq, holds, up_s)
            said += self._answers
            self._answers = []
        return [*said, self._hellos(up_s), self._states(up_s)]

    def uptime_s(self, i: int, now_s: int) -> int:
        """How long heater i has been running."""
        return int(now_s - self._born_s[i])

    def connected(self, who: Ints) -> Bools:
        """Which of these have a connection to the broker."""
        return self._connected[who]

    def _hellos(self, up_s: Ints) -> Batch:
        sent_s, welcomed_s = self._sent_s, self._welcomed_s
        every_s = np.where(self.leases.wants_welcome(), _WANTED_S, _RENEW_S)
        due = self._connected & ((welcomed_s == _NEVER) | (up_s - welcomed_s >= every_s))
        due &= (sent_s == _NEVER) | (up_s - sent_s >= _HELLO_S)
        who = np.flatnonzero(due)
        self._nonce[who] += 1
        self._sent_s[who] = up_s[who]
        rows = np.zeros(len(who), HELLO)
        rows["who"], rows["nonce"] = who, self._nonce[who]
        return Batch("hello", rows)

    def _states(self, up_s: Ints) -> Batch:
        shown = np.stack([self.leases.state, self.leases.limit_w])
        due = (self._state_s == _NEVER) | (up_s - self._state_s >= _STATE_S)
        due |= (shown != self._shown).any(axis=0)
        who = np.flatnonzero(self._connected & due)
        self._state_s[who] = up_s[who]
        self._shown[:, who] = shown[:, who]
        rows = np.zeros(len(who), STATE)
        rows["who"], rows["t"] = who, self._utc_s(up_s)[who]
        rows["room_c"], rows["setpoint_c"] = self.rooms.sensor_c[who], self.setpoint_c[who]
        rows["power_w"], rows["demand_w"] = self.power_w[who], self.demand_w[who]
        return Batch("state", rows)

    def _utc_s(self, up_s: Ints) -> Ints:
        return np.where(self._trusted, up_s + self._offset_s, 0)
