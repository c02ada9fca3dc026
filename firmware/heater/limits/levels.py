# The leases of one heater: one for each level of the tree at which a server stands. Usually that
# is the district alone, whose server weighs all four levels and names the one that binds; a
# household or a building with its own energy manager has a lease of its own, and the least of
# all of them is what counts.

from heater.limits import arbiter, lease

LEVELS = ("household", "unit", "building", "district")


class Leases:
    """All leases. device_hash, power_loss: as for `Lease`.

    Slow path: `configure`, `offer`, `heartbeat`, `welcome`. Once a second: `step(now_s)`.
    """

    def __init__(self, device_hash, power_loss):
        self._device_hash = device_hash
        self._power_loss = power_loss
        self._leases = []  # by level, made where a server belongs to this heater
        for _ in LEVELS:
            self._leases.append(None)
        self._kept = [(0, lease.NEVER)] * len(LEVELS)  # (epoch, seq) of levels without one
        self.least_w = lease.NONE  # the least limit of all levels, after `step`
        self._causes = [arbiter.HOUSEHOLD + i for i in range(len(LEVELS))]

    def configure(self, cfg, now_s):
        """Reads `link.enabled`, `limits.levels` (bit 0 household ... bit 3 district), and what
        the leases need."""
        used = cfg.get("limits.levels") if cfg.get("link.enabled") else 0
        for i in range(len(LEVELS)):
            mine = bool(used >> i & 1)
            if mine and self._leases[i] is None:
                self._leases[i] = lease.Lease(self._device_hash, self._power_loss)
                self._leases[i].restore(*self._kept[i])
            if self._leases[i] is not None:
                self._leases[i].configure(cfg, mine, now_s)

    def offer(self, msg, now_s, utc_s):
        """A limit message to the lease of its `level`; see `Lease.offer`."""
        i = LEVELS.index(msg["level"])
        if self._leases[i] is None:
            return lease.NOT_USED
        result = self._leases[i].offer(msg, now_s, utc_s)
        if result == lease.ACCEPTED:
            self._causes[i] = arbiter.HOUSEHOLD + LEVELS.index(msg["cause"]["level"])
        return result

    def heartbeat(self, msg, now_s, utc_s):
        """A heartbeat to the lease of its `level`; see `Lease.heartbeat`."""
        one = self._leases[LEVELS.index(msg["level"])]
        if one is None:
            return lease.NOT_USED
        return one.heartbeat(
            msg["epoch"], msg["seq"], msg["now"], msg["min_seq"], msg["abnormal"], now_s, utc_s
        )

    def welcome(self, msg, now_s):
        """A signed answer to this device's nonce; see `Lease.welcome`."""
        one = self._leases[LEVELS.index(msg["level"])]
        if one is None:
            return lease.NOT_USED
        return one.welcome(msg["epoch"], msg["seq"], now_s)

    def commands(self, level):
        """True for the level whose server numbers the commands: the highest in use."""
        used = [word for word, one in zip(LEVELS, self._leases) if one is not None and one.used]
        return bool(used) and used[-1] == level

    def wants_welcome(self):
        """True while a server of any level has something to answer."""
        return any(one.wants_welcome() for one in self._made())

    def saved(self):
        """What must survive a restart: [[epoch, seq], ...] in the order of LEVELS."""
        return [
            list(kept if one is None else one.saved())
            for one, kept in zip(self._leases, self._kept)
        ]

    def restore(self, saved):
        """Put back what `saved()` gave, before the first message."""
        for i, (one, (epoch, seq)) in enumerate(zip(self._leases, saved)):
            if one is None:
                self._kept[i] = (epoch, seq)
            else:
                one.restore(epoch, seq)

    def state(self):
        """The gravest state of the leases in use, a code of `lease`, for people and the ack."""
        states = [one.state for one in self._made()]
        for state in (lease.FAILSAFE, lease.INIT, lease.LIMITED, lease.UNLIMITED):
            if state in states:
                return state
        return lease.AUTONOMOUS

    def state_name(self):
        """`state()` in a word."""
        return lease.STATE_NAMES[self.state()]

    def result_name(self, result):
        """A result code in a word."""
        return lease.RESULT_NAMES[result]

    def limit_w(self):
        """The least limit of all levels, -1 when none sets one."""
        limits = [one.limit_w for one in self._made() if one.limit_w != lease.NONE]
        return min(limits) if limits else lease.NONE

    def slot(self):
        """Where in the common cycle a relay is to begin, permille, -1 for anywhere: that of the
        server whose limit is the least."""
        found, least_w = lease.NONE, lease.NONE
        for one in self._made():
            if one.slot >= 0 and one.limit_w >= 0 and not 0 <= least_w <= one.limit_w:
                found, least_w = one.slot, one.limit_w
        return found

    def step(self, now_s, arbiter_):
        """Run every lease and hand its limit to the arbiter. Allocates nothing."""
        ramp = arbiter.RAMP_PERMILLE_S
        least_w = lease.NONE
        i = 0
        while i < 4:
            one = self._leases[i]
            if one is None:
                i += 1
                continue
            one.step(now_s)
            if one.state == lease.FAILSAFE:
                cause = arbiter.FAILSAFE
            elif one.state == lease.INIT:
                cause = arbiter.STARTING
            else:
                cause = self._causes[i]
            arbiter_.set(arbiter.HOUSEHOLD + i, one.limit_w, cause)
            if one.ramp_permille_s < ramp:
                ramp = one.ramp_permille_s
            if one.limit_w >= 0 and not 0 <= least_w <= one.limit_w:
                least_w = one.limit_w
            i += 1
        self.least_w = least_w
        arbiter_.set_ramp(ramp)

    def _made(self):
        return [one for one in self._leases if one is not None]
