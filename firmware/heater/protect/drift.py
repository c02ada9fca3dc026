# The body as a second thermometer of the room. At one and the same load it stands so much above
# the air, day after day; how much is learned for each load. A room sensor that drifts by half a
# degree an hour shows as an excess that moves away from what was learned.
#
# Only a settled load in a settled room counts: while the emitter warms or cools, its lag is known
# too poorly, and while the air does (a window, the plan), walls and sensor lag behind it. A load
# is settled when every lag that may be the emitter's says so: which of them is best is chance
# after a steady night, and by a lag of half an hour the load still seems settled while the body
# rises by 30 K in the morning. Two of 96 simulated mornings gave a false alarm by that.

from micropython import const

from heater.protect import monitors as m

_LOADS = const(10)  # classes of load: none, then by eighths of the excess at rated power
_WIDE_N = const(125)
_NONE_N = const(10)  # permille of that excess: less is a heater that rests
_LEAST_N = const(60)  # between the two nothing is said
# Permille by which the load may differ from its mean of the last hour, and one lag from another.
_SETTLED_N = const(80)
_SLOW_STEPS = const(360)
_SETTLED_MDEG = const(150)  # by which the reading may differ from its mean of ten minutes
_ROOM_STEPS = const(60)
# Observations, 10 s each, before a load is known, and over which its value is averaged from then
# on: a day of that load, for the sun, the mains and the walls go by the day. Simulated in a
# lived-in home, what three hours had told was 1.7 K off the next morning.
_KNOWN = const(8192)
# From so many on a class helps its neighbour: the excess per load falls by a tenth from one class
# to the next, which at the edge of a class is more than half a kelvin.
_HELPS = const(360)
_STEPS = const(180)  # mean over half an hour
_LIMIT_MDEG = const(1200)


class Drift:
    """`mean_mdeg`: room by the body less room by the sensor, as far as the present load tells."""

    def __init__(self):
        self.excess_16 = [0] * _LOADS  # mdeg * 16, at n = 1000 (at rest: as it is)
        self.count = [0] * _LOADS
        self.mean_mdeg = 0
        self._sum = 0
        self._started = False
        self._slow_64 = 0
        self._room_64 = 0

    def learned(self):
        """What was learned, as a list of integers."""
        return self.excess_16 + self.count

    def restore(self, values):
        """Take back `learned()`. Raises ValueError when it is none."""
        counts = values[_LOADS:]
        if len(counts) != _LOADS or min(counts) < 0 or max(counts) > _KNOWN:
            raise ValueError("drift")
        self.excess_16 = values[:_LOADS]
        self.count = counts

    def step(self, body_mdeg, room_mdeg, n, doubt, metered, signal):
        """One observation every 10 s; writes its signal.

        body_mdeg, room_mdeg: the readings; n: load as the emitter follows it with its lag,
        permille of the excess at rated power; doubt: by how much that may be another; metered:
        the load knows the voltage. 198 V instead of 242 V are a quarter of the excess, so without
        a meter only a heater at rest can tell.
        """
        if not self._started:
            self._started = True
            self._slow_64 = n * 64
            self._room_64 = room_mdeg * 64
        self._slow_64 += (n * 64 - self._slow_64) // _SLOW_STEPS
        self._room_64 += (room_mdeg * 64 - self._room_64) // _ROOM_STEPS
        if abs(room_mdeg - self._room_64 // 64) > _SETTLED_MDEG:
            return
        if doubt > _SETTLED_N or abs(n - self._slow_64 // 64) > _SETTLED_N:
            return
        if n < _NONE_N:
            load = 0
            body_mdeg -= self._expected(1, n)  # the last of the heat
            n = 1000
        elif n < _LEAST_N or not metered:
            return
        else:
            load = 1 + n // _WIDE_N
            if load >= _LOADS:
                load = _LOADS - 1
        error = body_mdeg - room_mdeg - self._expected(load, n)
        count = self.count[load]
        if count >= _KNOWN:
            self._sum += error - self._sum // _STEPS
            self.mean_mdeg = self._sum // _STEPS
            signal[m.R_ROOM_DRIFT] = abs(self.mean_mdeg) * 1000 // _LIMIT_MDEG
        if count < _KNOWN:
            count += 1
            self.count[load] = count
        # In this order no product leaves 31 bits.
        self.excess_16[load] += error * 1000 // n * 16 // count

    def _expected(self, load, n):
        # What a class has learned is true in its middle; between two middles it is in between.
        excess_16 = self.excess_16[load]
        if load:
            off = n - load * _WIDE_N + _WIDE_N // 2
            other = load + 1 if off > 0 else load - 1
            if 0 < other < _LOADS and self.count[other] >= _HELPS:
                if off > _WIDE_N // 2:
                    off = _WIDE_N // 2
                excess_16 += (self.excess_16[other] - excess_16) * abs(off) // _WIDE_N
        return excess_16 // 16 * n // 1000
