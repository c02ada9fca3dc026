# The lease: a power limit that somebody must keep renewing, and what happens when nobody does.
#
#   INIT, FAILSAFE        -- heartbeat, then a fresh limit -->           LIMITED or UNLIMITED
#   LIMITED <-> UNLIMITED -- the server's order, or a period begins
#   LIMITED or UNLIMITED  -- 120 s without heartbeat, or expired -->     FAILSAFE
#
# The states are those of the limitation of power consumption in EEBUS (LPC), with two changes: a
# limit without an end does not exist, and an expired or rejected limit never leads to "unlimited".
# In INIT and FAILSAFE the fail-safe limit is in force. The sum of the fail-safe limits under every
# node is below that node's firm capacity, which the server checks at provisioning; so total
# silence is safe.
#
# Times inside are uptime in seconds. UTC, which has no place in a small integer, is turned into
# uptime when a message is accepted, so that a later jump of the clock moves no lease.

from micropython import const

NONE = const(-1)  # no limit; 0 means: no power at all

INIT = const(0)
LIMITED = const(1)
UNLIMITED = const(2)  # the server is in control and sets no limit
FAILSAFE = const(3)
AUTONOMOUS = const(4)  # no server belongs to this heater, or the company allows to go on without
STATE_NAMES = ("init", "limited", "unlimited", "failsafe", "autonomous")

# What became of a message.
ACCEPTED = const(0)
DUPLICATE = const(1)  # the very limit that is in force: answered again, changes nothing
REPLAYED = const(2)  # older than what was accepted before
OLD_EPOCH = const(3)  # from a server that has been replaced
NO_TIME = const(4)  # no welcome of this server since the start: no trusted time, no memory
EXPIRED = const(5)
FUTURE = const(6)  # issued in the future: one of the two clocks is wrong
TOO_LONG = const(7)  # a lease longer than the longest allowed
PERIODS = const(8)  # more than 8, not in rising order after the issue, or over a day ahead
NO_HEARTBEAT = const(9)  # in INIT and FAILSAFE a limit counts only after a heartbeat
NOT_USED = const(10)  # this level is not in use on this device
RESULT_NAMES = (
    "accepted",
    "duplicate",
    "replayed",
    "old_epoch",
    "no_time",
    "expired",
    "future",
    "too_long",
    "periods",
    "no_heartbeat",
    "not_used",
)

HEARTBEAT_LOST_S = const(120)
FRESH_S = const(60)  # a limit counts in INIT and FAILSAFE this long after a heartbeat
SKEW_S = const(60)  # how far the two clocks may be apart
LEASE_MAX_S = const(3600)
PERIOD_MAX_S = const(86_400)  # a period begins at most this long after the issue
PERIODS_MAX = const(8)
RAMP_PERMILLE_S = const(30)
NEVER = const(-1)  # a sequence number, or a time


class Lease:
    """The limit of one guard (the server responsible at one level).

    device_hash: an integer >= 0 that differs between devices, it spreads the returns. power_loss:
    True when this start follows a loss of supply and not a reset.

    `used`: a server at this level belongs to this heater. Read after `step()`: `state`, `limit_w`
    (watts or NONE), `ramp_permille_s`, `abnormal`; and of the message in force `cause` and `slot`
    (as the message gave them).
    """

    def __init__(self, device_hash, power_loss):
        self.state = AUTONOMOUS
        self.limit_w = NONE
        self.ramp_permille_s = RAMP_PERMILLE_S
        self.epoch = 0
        self.seq = NEVER  # highest accepted, or promised by the server to be past
        self.cause = None
        self.slot = NONE  # where in its switching period this heater is to begin, permille
        self.abnormal = False  # the server asks the whole zone for its fail-safe share, now
        self.used = False
        self._hash = device_hash
        self._power_loss = power_loss
        self._failsafe_w = 0
        self._failsafe_min_s = 0
        self._may_go_on = False
        self._spread_s = 0
        self._met = False  # the server has answered this device's nonce since the start
        self._beat_epoch = 0
        self._beat_seq = NEVER
        self._beat_s = NEVER  # when the last sign of life was sent
        self._since_s = 0  # since when INIT or FAILSAFE
        self._held_seq = NEVER  # of the limit in force
        self._held_epoch = 0
        self._lease_s = 0  # for how long a heartbeat renews it
        self._end_s = 0
        self._ordered_w = NONE
        self._starts_s = [0] * PERIODS_MAX
        self._watts = [0] * PERIODS_MAX
        self._periods = 0
        self._next = 0  # first period that has not begun
        self._delay_s = 0  # random part of a raise, drawn when the limit was accepted
        self._raise_s = NEVER  # when the raise that is waiting may act

    def configure(self, cfg, used, now_s):
        """used: a server at this level belongs to this heater. Reads settings `limits.*`."""
        self._failsafe_w = cfg.get("limits.failsafe_w")
        self._failsafe_min_s = cfg.get("limits.failsafe_min_s")
        self._may_go_on = cfg.get("limits.autonomous")
        self._spread_s = self._hash % (cfg.get("limits.spread_s") + 1) if self._power_loss else 0
        if used and not self.used:
            self.state = INIT
            self._since_s = now_s
            self.limit_w = self._failsafe_w
        elif not used:
            self.state = AUTONOMOUS
            self.limit_w = NONE
            self._raise_s = NEVER
        self.used = used

    def step(self, now_s):
        """Call every second. Allocates nothing."""
        if not self.used:
            return
        state = self.state
        if state == LIMITED or state == UNLIMITED:
            if now_s - self._beat_s >= HEARTBEAT_LOST_S or now_s >= self._end_s:
                self._fall(now_s)
            else:
                self._begin_periods(now_s)
        elif state != AUTONOMOUS and self._may_go_on:
            if now_s - self._since_s >= self._failsafe_min_s:
                self.state = AUTONOMOUS
        self._approach(self._wanted(), now_s)

    def offer(self, msg, now_s, utc_s):
        """A limit message, authentic and of the right form (docs/protocol). Slow path.

        msg: dict with `epoch, seq, iat, exp, active, limit_w, periods, ramp, rnd_s, slot,
        cause`.
        utc_s: trusted UTC now, or None. Returns one of the result codes.
        """
        result = self._judge(msg, now_s, utc_s)
        if result == ACCEPTED:
            self._take(msg, now_s, utc_s)
            self.step(now_s)
        elif result == TOO_LONG or result == PERIODS:
            # A limit that is authentic but refused proves that the server lives, no more.
            if self.state == INIT or self.state == FAILSAFE:
                self._lives(now_s)
        return result

    def heartbeat(self, epoch, seq, sent_s, min_seq, abnormal, now_s, utc_s):
        """An authentic heartbeat of this lease's zone. Returns one of the result codes.

        It renews the limit in force when that limit is of the same epoch and not older than
        `min_seq`; the new end follows from `sent_s` (UTC), so the server knows it exactly.
        """
        if not self.used:
            return NOT_USED
        if utc_s is None or not self._met:
            return NO_TIME
        if epoch < self.epoch:
            return OLD_EPOCH
        if epoch < self._beat_epoch or (epoch == self._beat_epoch and seq <= self._beat_seq):
            return REPLAYED
        if sent_s < utc_s - SKEW_S:
            return EXPIRED
        if sent_s > utc_s + SKEW_S:
            return FUTURE
        # A whole zone shares the key of its heartbeats. So they do not say which epoch limits
        # have: a stolen one could lock out the server for good.
        self._beat_epoch = epoch
        self._beat_seq = seq
        self._lives(now_s if sent_s >= utc_s else now_s - utc_s + sent_s)
        self.abnormal = abnormal
        if self._held_epoch == epoch and self._held_seq >= min_seq:
            end_s = sent_s - utc_s + now_s + self._lease_s
            if end_s > self._end_s:
                self._end_s = end_s
        self.step(now_s)
        return ACCEPTED

    def welcome(self, epoch, seq, now_s):
        """The server's signed answer to this device's nonce: it lives, and every limit before
        (epoch, seq) is past. That closes the gap a restart leaves in what this device remembers.
        Returns one of the result codes."""
        if not self.used:
            return NOT_USED
        if epoch < self.epoch:
            return OLD_EPOCH
        self._met = True
        self._enter_epoch(epoch)
        if seq - 1 > self.seq:
            self.seq = seq - 1
        if self._beat_epoch > epoch:
            self._beat_epoch = 0  # heartbeats of an epoch that does not exist
        self._lives(now_s)
        return ACCEPTED

    def saved(self):
        """What must survive a restart, as (epoch, seq)."""
        return self.epoch, self.seq

    def restore(self, epoch, seq):
        """Put back what `saved()` gave, before the first message. Never lowers."""
        if epoch > self.epoch or (epoch == self.epoch and seq > self.seq):
            self.epoch = epoch
            self.seq = seq

    def wants_welcome(self):
        """True while only a server's answer to a new hello can bring this lease forward."""
        return self.used and (not self._met or self.state == INIT or self.state == FAILSAFE)

    def end_s(self):
        """Uptime at which the limit in force expires unless renewed."""
        return self._end_s

    def _judge(self, msg, now_s, utc_s):
        if not self.used:
            return NOT_USED
        if utc_s is None or not self._met:
            return NO_TIME
        epoch, seq = msg["epoch"], msg["seq"]
        if epoch < self.epoch:
            return OLD_EPOCH
        if epoch == self._held_epoch and seq == self._held_seq:
            return DUPLICATE
        if epoch == self.epoch and seq <= self.seq:
            return REPLAYED
        if msg["exp"] <= utc_s:
            return EXPIRED
        if msg["iat"] > utc_s + SKEW_S:
            return FUTURE
        if msg["exp"] - msg["iat"] > LEASE_MAX_S:
            return TOO_LONG
        if not _rising(msg["periods"], msg["iat"]):
            return PERIODS
        if self.state != LIMITED and self.state != UNLIMITED:
            if self._beat_s == NEVER or now_s - self._beat_s > FRESH_S:
                return NO_HEARTBEAT
        return ACCEPTED

    def _take(self, msg, now_s, utc_s):
        self._enter_epoch(msg["epoch"])
        self.seq = self._held_seq = msg["seq"]
        self._held_epoch = msg["epoch"]
        self.cause = msg["cause"]
        self.slot = msg["slot"]
        self.ramp_permille_s = msg["ramp"]
        self._delay_s = (self._hash + msg["seq"]) % (msg["rnd_s"] + 1)
        self._lease_s = msg["exp"] - msg["iat"]
        self._end_s = msg["exp"] - utc_s + now_s
        self._periods = len(msg["periods"])
        self._next = 0
        for i in range(self._periods):
            self._starts_s[i] = msg["periods"][i]["start"] - utc_s + now_s
            self._watts[i] = msg["periods"][i]["limit_w"]
        self._order(msg["limit_w"] if msg["active"] else NONE)

    def _enter_epoch(self, epoch):
        # A new epoch is a new server: its numbers begin anew.
        if epoch > self.epoch:
            self.epoch = epoch
            self.seq = NEVER

    def _lives(self, at_s):
        # What was long under way is an old sign of life.
        if self._beat_s == NEVER or at_s > self._beat_s:
            self._beat_s = at_s

    def _order(self, limit_w):
        self._ordered_w = limit_w
        self.state = UNLIMITED if limit_w == NONE else LIMITED

    def _begin_periods(self, now_s):
        while self._next < self._periods and self._starts_s[self._next] <= now_s:
            self._order(self._watts[self._next])
            self._next += 1

    def _fall(self, now_s):
        self.state = FAILSAFE
        self._since_s = now_s
        # Only a fresh limit leads out: what was held is not renewed back into life.
        self._held_seq = NEVER

    def _wanted(self):
        state = self.state
        if state == LIMITED or state == UNLIMITED:
            wanted_w = self._ordered_w
            if self.abnormal and (wanted_w == NONE or wanted_w > self._failsafe_w):
                wanted_w = self._failsafe_w
            return wanted_w
        return NONE if state == AUTONOMOUS else self._failsafe_w

    def _approach(self, wanted_w, now_s):
        # Down at once. Up after the random delay, and after a power cut not before this
        # device's turn; the ramp itself is the arbiter's.
        limit_w = self.limit_w
        if limit_w == NONE or NONE < wanted_w <= limit_w:
            if wanted_w != limit_w:
                self.limit_w = wanted_w
            self._raise_s = NEVER
            return
        if self._raise_s == NEVER:
            self._raise_s = now_s + self._delay_s
            if self._raise_s < self._spread_s:
                self._raise_s = self._spread_s
        if now_s >= self._raise_s:
            self.limit_w = wanted_w
            self._raise_s = NEVER


def _rising(periods, issued_s):
    after_s = issued_s
    if len(periods) > PERIODS_MAX:
        return False
    for period in periods:
        if period["start"] <= after_s:
            return False
        after_s = period["start"]
    return after_s - issued_s <= PERIOD_MAX_S
