# The arbiter: the power granted is the least of every limit in force. Limits only lower.
#
# A lower limit acts in the same tick; when an order from outside is lifted, the higher one is
# approached by a ramp, so that thousands of heaters that are set free together do not jump
# together. What only this heater knows of, such as a derating, needs no ramp. Two things stand
# above the limits of the network: the protections, which can only lower further, and the frost
# floor, which keeps water pipes from freezing whatever a server says. Floors are part of what a
# server must plan for (docs/protocol), so holding them cannot overload a feeder.

from micropython import const

NONE = const(-1)  # this source sets no limit; 0 means: no power at all

# Where limits come from. The same numbers name the cause of a grant (Snapshot.limit_cause).
# Sources from HOUSEHOLD on are orders from outside, over which the frost floor stands.
FREE = const(0)  # nothing binds but the rated power
INSTALLED = const(1)  # what the installer found the circuit can carry
PROTECTION = const(2)  # derating by a monitor
DEGRADED = const(3)  # a sensor is lost, heat without it is kept small
RESIDENT = const(4)  # a cap the resident chose
HOUSEHOLD = const(5)
UNIT = const(6)
BUILDING = const(7)
DISTRICT = const(8)
SOURCES = const(9)
# Causes that are not sources of their own.
FAILSAFE = const(9)  # the server is silent or its lease ran out: the agreed safe share
STARTING = const(10)  # after a start, until a server has spoken: the same share
FROST = const(11)  # the frost floor lifted an order from outside

CAUSE_NAMES = (
    "free",
    "installed",
    "protection",
    "degraded",
    "resident",
    "household",
    "unit",
    "building",
    "district",
    "failsafe",
    "starting",
    "frost",
)

RAMP_PERMILLE_S = const(30)  # of rated power per second, the steepest raise (OpenEMS: 3 %/s)
_TICKS_S = const(10)


class Arbiter:
    """Grants power. All powers in whole watts.

    After `grant()`: `limit_w` is the least limit in force (0..rated), `cause` names it,
    `grant_w` is the last grant, `fallen` is True when an order from outside has just fallen.
    """

    def __init__(self):
        self.limit_w = 0
        self.cause = STARTING
        self.grant_w = 0
        self.fallen = False
        self._rated_w = 0
        self._floor_w = 0
        self._limits = [NONE] * SOURCES
        self._causes = list(range(SOURCES))
        self._changed = True
        self._frost = False
        self._order_w = 0  # the least order from outside, and the frost floor over it
        self._order_cause = FREE
        self._own_w = 0  # the least of what only this heater knows of
        self._own_cause = FREE
        self._rising_w = 0  # the order as it is approached by the ramp
        self._rising_cause = STARTING
        self._ramp = RAMP_PERMILLE_S
        self._rest = 0  # ramp remainder, 1/10000 W
        self._first = True

    def configure(self, cfg):
        """Read `heater.rated_w`, `limits.installed_w` and `limits.frost_floor_w`."""
        self._rated_w = cfg.get("heater.rated_w")
        self._floor_w = cfg.get("limits.frost_floor_w")
        self.set(INSTALLED, cfg.get("limits.installed_w"), INSTALLED)
        self._changed = True

    def set(self, source, limit_w, cause):
        """Put a limit in force: source code, watts or NONE, and the cause to report for it."""
        if self._limits[source] != limit_w or self._causes[source] != cause:
            self._limits[source] = limit_w
            self._causes[source] = cause
            self._changed = True

    def set_ramp(self, permille_s):
        """Steepest raise in permille of rated power per second, 1..30; others are clamped."""
        if permille_s < 1:
            permille_s = 1
        self._ramp = permille_s if permille_s < RAMP_PERMILLE_S else RAMP_PERMILLE_S

    def grant(self, demand_w, frost):
        """Power granted of `demand_w`, call every 100 ms tick. frost: the room is about to freeze.

        Allocates nothing.
        """
        if self._changed or frost != self._frost:
            self._frost = frost
            self._find_least()
        order_w = self._order_w
        limit_w = self._rising_w
        self.fallen = order_w < limit_w
        if order_w > limit_w and not self._first:
            self._rest += self._rated_w * self._ramp
            limit_w += self._rest // (1000 * _TICKS_S)
            self._rest %= 1000 * _TICKS_S
            if limit_w > order_w:
                limit_w = order_w
        else:
            limit_w = order_w
            self._rest = 0
            self._first = False
        self._rising_w = limit_w
        if limit_w == order_w:  # while it rises, the old order still binds
            self._rising_cause = self._order_cause
        cause = self._rising_cause
        if self._own_w < limit_w or (self._own_w == limit_w and cause == FREE):
            limit_w = self._own_w
            cause = self._own_cause
        self.limit_w = limit_w
        self.cause = cause
        self.grant_w = 0 if demand_w < 0 else demand_w if demand_w < limit_w else limit_w
        return self.grant_w

    def _find_least(self):
        self._changed = False
        limits = self._limits
        least_w = self._rated_w
        cause = FREE
        source = SOURCES - 1
        while source >= HOUSEHOLD:
            if NONE < limits[source] < least_w:
                least_w = limits[source]
                cause = self._causes[source]
            source -= 1
        if self._frost and least_w < self._floor_w:
            least_w = self._floor_w if self._floor_w < self._rated_w else self._rated_w
            cause = FROST
        self._order_w = least_w
        self._order_cause = cause
        least_w = self._rated_w
        cause = FREE
        while source > FREE:
            if NONE < limits[source] < least_w:
                least_w = limits[source]
                cause = self._causes[source]
            source -= 1
        self._own_w = least_w
        self._own_cause = cause
