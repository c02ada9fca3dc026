"""What a lease must do, written down a second time from the tables of docs/protocol.

Shares nothing with the firmware but the words: states are names, "no limit" is infinity, the
transitions are a table, reasons are a list of questions asked in turn, and the limit ordered at a
time is looked up in the grant instead of being carried along.
"""

import math

NO_LIMIT = math.inf

# (state, event) -> state. What is not in the table changes nothing.
NEXT = {
    ("init", "order"): "limited",
    ("init", "no order"): "unlimited",
    ("init", "patience over"): "autonomous",
    ("failsafe", "order"): "limited",
    ("failsafe", "no order"): "unlimited",
    ("failsafe", "patience over"): "autonomous",
    ("autonomous", "order"): "limited",
    ("autonomous", "no order"): "unlimited",
    ("limited", "order"): "limited",
    ("limited", "no order"): "unlimited",
    ("limited", "guard silent"): "failsafe",
    ("limited", "lease over"): "failsafe",
    ("unlimited", "order"): "limited",
    ("unlimited", "no order"): "unlimited",
    ("unlimited", "guard silent"): "failsafe",
    ("unlimited", "lease over"): "failsafe",
}
CONTROLLED = ("limited", "unlimited")


class Model:
    def __init__(self, device, after_power_cut, failsafe_w, patience_s, autonomous, spread_s, now):
        self.device = device
        self.failsafe = failsafe_w
        self.patience = patience_s if autonomous else math.inf
        self.turn = device % (spread_s + 1) if after_power_cut else 0
        self.state = "init"
        self.entered = now
        self.applied = failsafe_w
        self.seen = (0, -1)  # newest limit known to exist
        self.heard = (0, -1)  # newest heartbeat
        self.alive_at = -math.inf
        self.met = False  # answered by the server since the start
        self.grant = None
        self.abnormal = False
        self.wait_until = None

    def _go(self, event, now):
        state = NEXT.get((self.state, event))
        if state is None:
            return
        if state == "failsafe":
            self.entered = now
            self.grant = dict(self.grant, identity=None)
        self.state = state

    def second(self, now):
        if self.state in CONTROLLED:
            if now - self.alive_at >= 120:
                self._go("guard silent", now)
            elif now >= self.grant["until"]:
                self._go("lease over", now)
            else:
                self._go("no order" if self._ordered(now) == NO_LIMIT else "order", now)
        elif self.state in ("init", "failsafe") and now - self.entered >= self.patience:
            self._go("patience over", now)
        self._apply(now)

    def _ordered(self, now):
        ordered = self.grant["watts"]
        for start, watts in self.grant["plan"]:
            if start <= now:
                ordered = watts
        return ordered

    def _target(self, now):
        if self.state == "autonomous":
            return NO_LIMIT
        if self.state in ("init", "failsafe"):
            return self.failsafe
        return min(self._ordered(now), self.failsafe if self.abnormal else NO_LIMIT)

    def _apply(self, now):
        target = self._target(now)
        if target <= self.applied:
            self.applied, self.wait_until = target, None
            return
        if self.wait_until is None:
            delay = self.grant["delay"] if self.grant else 0
            self.wait_until = max(now + delay, self.turn)
        if now >= self.wait_until:
            self.applied, self.wait_until = target, None

    def limit(self, msg, now, utc):
        identity = (msg["epoch"], msg["seq"])
        starts = [p["start"] for p in msg["periods"]]
        questions = [
            ("no_time", lambda: utc is None or not self.met),
            ("old_epoch", lambda: identity[0] < self.seen[0]),
            ("duplicate", lambda: self.grant and self.grant["identity"] == identity),
            ("replayed", lambda: identity <= self.seen),
            ("expired", lambda: msg["exp"] - utc <= 0),
            ("future", lambda: msg["iat"] - utc > 60),
            ("too_long", lambda: msg["exp"] > msg["iat"] + 3600),
            ("periods", lambda: len(starts) > 8),
            ("periods", lambda: sorted(set([msg["iat"]] + starts)) != [msg["iat"]] + starts),
            ("periods", lambda: starts and starts[-1] > msg["iat"] + 86400),
            (
                "no_heartbeat",
                lambda: self.state not in CONTROLLED and now - self.alive_at > 60,
            ),
        ]
        for reason, asked in questions:
            if asked():
                if reason in ("too_long", "periods") and self.state in ("init", "failsafe"):
                    self.alive_at = now
                return reason
        self.seen = identity
        length = msg["exp"] - msg["iat"]
        self.grant = {
            "identity": identity,
            "until": now + msg["exp"] - utc,
            "length": length,
            "watts": msg["limit_w"] if msg["active"] else NO_LIMIT,
            "plan": [(now + p["start"] - utc, p["limit_w"]) for p in msg["periods"]],
            "delay": (self.device + msg["seq"]) % (msg["rnd_s"] + 1),
        }
        self._go("order" if msg["active"] else "no order", now)
        self.second(now)
        return "accepted"

    def heartbeat(self, epoch, seq, sent, min_seq, abnormal, now, utc):
        if utc is None or not self.met:
            return "no_time"
        if epoch < self.seen[0]:
            return "old_epoch"
        if (epoch, seq) <= self.heard:
            return "replayed"
        if not utc - 60 <= sent <= utc + 60:
            return "expired" if sent < utc else "future"
        self.heard = (epoch, seq)
        self.alive_at = max(self.alive_at, now - max(0, utc - sent))
        self.abnormal = abnormal
        held = self.grant["identity"] if self.grant else None
        if held and held[0] == epoch and held[1] >= min_seq:
            until = now + sent - utc + self.grant["length"]
            self.grant["until"] = max(self.grant["until"], until)
        self.second(now)
        return "accepted"

    def welcome(self, epoch, seq, now):
        if epoch < self.seen[0]:
            return "old_epoch"
        self.met = True
        if self.heard[0] > epoch:
            self.heard = (0, self.heard[1])
        self.seen = max(self.seen, (epoch, seq - 1))
        self.alive_at = now
        return "accepted"
