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
        self.leases = tuple(lease.Lease(device_hash, power_loss) for _ in LEVELS)
        self.least_w = lease.NONE  # the least limit of all levels, after `step`
        self._causes = [arbiter.HOUSEHOLD + i for i in range(len(LEVELS))]

    def configure(self, cfg, now_s):
        """Reads `link.enabled`, `limits.levels` (bit 0 household ... bit 3 district), and what
        the leases need."""
        used = cfg.get("limits.levels") if cfg.get("link.enabled") else 0
        for i in range(len(LEVELS)):
            self.leases[i].configure(cfg, bool(used >> i & 1), now_s)

    def offer(self, msg, now_s, utc_s):
        """A limit message to the lease of its `level`; see `Lease.offer`."""
        i = LEVELS.index(msg["level"])
        result = self.leases[i].offer(msg, now_s, utc_s)
        if result == lease.ACCEPTED:
            self._causes[i] = arbiter.HOUSEHOLD + LEVELS.index(msg["cause"]["level"])
        return result

    def heartbeat(self, msg, now_s, utc_s):
        """A heartbeat to the lease of its `level`; see `Lease.heartbeat`."""
        return self.leases[LEVELS.index(msg["level"])].heartbeat(
            msg["epoch"], msg["seq"], msg["now"], msg["min_seq"], msg["abnormal"], now_s, utc_s
        )

    def welcome(self, msg, now_s):
        """A signed answer to this device's nonce; see `Lease.welcome`."""
        return self.leases[LEVELS.index(msg["level"])].welcome(msg["epoch"], msg["seq"], now_s)

    def commands(self, level):
        """True for the level whose server numbers the commands: the highest in use."""
        used = [LEVELS[i] for i in range(len(LEVELS)) if self.leases[i].used]
        return bool(used) and used[-1] == level

    def wants_welcome(self):
        """True while a server of any level has something to answer."""
        return any(one.wants_welcome() for one in self.leases)

    def saved(self):
        """What must survive a restart: [[epoch, seq], ...] in the order of LEVELS."""
        return [list(one.saved()) for one in self.leases]

    def restore(self, saved):
        """Put back what `saved()` gave, before the first message."""
        for one, (epoch, seq) in zip(self.leases, saved):
            one.restore(epoch, seq)

    def state(self):
        """The gravest state of the leases in use, a code of `lease`, for people and the ack."""
        states = [one.state for one in self.leases]
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
        limits = [one.limit_w for one in self.leases if one.limit_w != lease.NONE]
        return min(limits) if limits else lease.NONE

    def slot(self):
        """Where in the common cycle a relay is to begin, permille, -1 for anywhere: that of the
        server whose limit is the least."""
        found, least_w = lease.NONE, lease.NONE
        for one in self.leases:
            if one.slot >= 0 and one.limit_w >= 0 and not 0 <= least_w <= one.limit_w:
                found, least_w = one.slot, one.limit_w
        return found

    def step(self, now_s, arbiter_):
        """Run every lease and hand its limit to the arbiter. Allocates nothing."""
        ramp = arbiter.RAMP_PERMILLE_S
        least_w = lease.NONE
        i = 0
        while i < 4:
            one = self.leases[i]
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
