# The body as a second thermometer of the room. What the emitter gives off in an hour is what it
# was given less what it kept; at one and the same heat its body stands so much above the air, day
# after day. How much is learned for each load. A room sensor that drifts by half a degree an hour
# shows as an excess that moves away from what was learned.
#
# The balance of a whole hour needs no steady load: what the emitter keeps is known by how quickly
# full power warms it (weld.py), and its noise and its inner lags fade in an hour. Only where the
# room itself moves, or the emitter keeps much of its heat, walls and lags count for too much.

from micropython import const

from heater.protect import monitors as m
from heater.protect.thermal import excess_of

_BLOCK = const(30)  # steps of 10 s: five minutes
_END = const(3)  # last steps of a block, whose mean is the body at its end
_RING = const(16)
_MASK = const(15)
_WINDOW = const(12)  # blocks: an hour
_WINDOW_S = const(3600)
_NODES = const(9)  # of the load: none, then each eighth of the excess at rated power
_STEP_N = const(125)
# Permille of rated power that the emitter may keep of what it was given, and what each of them
# adds to the limit; and by how much the reading may move within the hour.
_KEPT = const(40)
_KEPT_MDEG = const(9)
_PART = const(3)  # of what is given off, at most
_ROOM_MDEG = const(2000)
_STEADY_MDEG = const(1000)  # ... and from here on by a third of it: walls and lags
# Where hours off cool a light flat by 10 K the walls take as long to follow. A body radiates to
# them: it stands lower among cold ones, and higher than it was mostly seen among warm ones.
_WALLS = const(72)  # blocks over which the room is averaged to tell: 6 h
_AIR = const(12)  # ... and an hour, in which an airing passes
_WALLS_MDEG = const(3000)  # by how much the two may differ
_WALLS_PART = const(5)  # of the rest, at its most in the days before, is added to the limit
_WALLS_FADE = const(1152)  # blocks: four days
# What is given off grows with the excess to the power of 1.3 (EN 442-2), so an hour in which it
# rises from nothing gives off more than its mean says: as much as a steady excess of
# mean + 0.15 * variance / mean (the second order of that law). Two thirds of that are taken, for
# an emitter of a straighter law.
_BENT = const(8)
_BENT_LEAST_MDEG = const(2000)
_LEAST = const(40)  # permille of rated power: less, without being none, says too little
_REST = const(3)  # what a heater that rests may still give
# Blocks, times _STEP_N: over which a value is averaged (33 h), before it is known (4 h), and of
# all loads before anything is said (24 h; at rest 4 h): the sun, the mains and the walls go by the
# day.
_MEMORY = const(50_000)
_KNOWN = const(6000)
_TOLD = const(36_000)
_YOUNG = const(22_500)  # 15 h
_RESTED = const(1500)  # an hour at rest: there it is an offset of two sensors, no model
_FAR = const(2)  # nodes beyond what is known that two known loads may tell of
_MOST_MDEG = const(20_000)  # an error beyond that is none of a room sensor; products stay small
_MOST_E_MDEG = const(150_000)
# Of the excess, for each such node: by so much two of them differ by more than their slope.
_UNSURE_PERMILLE = const(15)
_MEAN = const(3)  # hours, five minutes apart, of which the mean is taken
_FADE = const(8)
_LIMIT_MDEG = const(1100)
_LITTLE_N = const(188)  # at less, sun and walls are more of the excess
_LITTLE_MDEG = const(300)


class Drift:
    """What the body says of the room sensor, as the signal of its monitor. See `step`."""

    def __init__(self):
        self.excess_16 = [0] * _NODES  # mdeg * 16 at rated power; of none: as it is
        self.count = [0] * _NODES
        # Room by the body less room by the sensor, permille of the limit: mean of what told
        self._share = 0
        self._power = [0] * _RING
        self._excess = [0] * _RING
        self._body = [0] * _RING
        self._room = [0] * _RING
        self._at = 0
        self._filled = 0
        self._unsure = 0
        self._moved = 0  # by so much more than usual the room has
        self._air_16 = 0  # mdeg * 16: the room, mean of an hour ...
        self._walls_16 = None  # ... and of some
        self._swung = 0  # mdeg: most by which it has lately differed, beyond what it may
        self._begin()

    def learned(self):
        """What was learned, as a list of integers."""
        return self.excess_16 + self.count

    def restore(self, values):
        """Take back `learned()`. Raises ValueError when it is none."""
        counts = values[_NODES:]
        if len(counts) != _NODES or min(counts) < 0 or max(counts) > _MEMORY:
            raise ValueError("balance")
        if max(values[:_NODES]) > 16 * _MOST_E_MDEG or min(values) < -16 * _MOST_MDEG:
            raise ValueError("balance")
        self.excess_16 = values[:_NODES]
        self.count = counts

    def forget(self, signal):
        """Body or room was not read, or the body tells of something else: begin a new hour."""
        self._filled = 0
        self._walls_16 = None
        self._begin()
        self._share = 0
        signal[m.R_ROOM_DRIFT] = 0

    def step(self, body_mdeg, room_mdeg, power, emitter, metered, signal):
        """One observation every 10 s; writes its signal.

        body_mdeg, room_mdeg: the readings; power: permille of rated, mean of the 10 s; emitter:
        its `stored(mdeg)` is the heat in permille * s of rated power by which it gets warmer by so
        much; metered: the power knows the voltage. 198 V instead of 242 V are a quarter of the
        excess, so without a meter only a heater at rest can tell.
        """
        self._steps += 1
        self._sum_power += power
        self._sum_excess += body_mdeg - room_mdeg
        self._sum_room += room_mdeg
        if self._steps > _BLOCK - _END:
            self._sum_body += body_mdeg
        if self._steps < _BLOCK:
            return
        self._at = at = (self._at + 1) & _MASK
        mean = self._sum_power // _BLOCK
        self._power[at] = mean if mean or not self._sum_power else 1
        self._excess[at] = self._sum_excess // _BLOCK
        self._room[at] = self._sum_room // _BLOCK
        self._body[at] = self._sum_body // _END
        self._begin()
        self._swing(self._room[at])
        if self._filled <= _WINDOW:
            self._filled += 1
        if self._filled <= _WINDOW or not self._hour(emitter, metered):
            # No verdict: what was last seen fades.
            self._share -= self._share // _FADE
        signal[m.R_ROOM_DRIFT] = abs(self._share)

    def _begin(self):
        self._steps = 0
        self._sum_power = 0
        self._sum_excess = 0
        self._sum_room = 0
        self._sum_body = 0

    def _hour(self, emitter, metered):
        # True when the hour that ends now tells something.
        at = self._at
        power = 0
        excess = 0
        low = high = self._room[at]
        for i in range(_WINDOW):
            k = (at - i) & _MASK
            power += self._power[k]
            excess += self._excess[k]
            room = self._room[k]
            if room < low:
                low = room
            elif room > high:
                high = room
        excess //= _WINDOW
        if excess > _BENT_LEAST_MDEG:
            excess += self._bent(excess)
        change = self._body[at] - self._body[(at - _WINDOW) & _MASK]
        kept = emitter.stored(change) // _WINDOW_S
        if high - low > _ROOM_MDEG or abs(kept) > _KEPT:
            return False
        self._moved = max(0, high - low - _STEADY_MDEG)
        load = power // _WINDOW - kept
        n = excess_of(load if load > 0 else 0)
        if not power:
            if abs(load) > _REST:
                return False
            # The last of the heat, as little of it as there is.
            excess -= self._at_node(1) // 16 * n // 1000
            return self._compare(excess, 0, 0, 1000, kept)
        if load < _LEAST or abs(kept) * _PART > load or not metered:
            return False
        node = n // _STEP_N
        part = n - node * _STEP_N
        if node < 1 or node >= _NODES - 1:
            node = 1 if node < 1 else _NODES - 1
            part = 0
        return self._compare(excess, node, part, n, kept)

    def _bent(self, mean):
        # Squares in K * K / 1024, of twelve: the factor of 0.15 comes to 12.2 over the mean.
        squares = 0
        for i in range(_WINDOW):
            off = (self._excess[(self._at - i) & _MASK] - mean) // 31
            squares += off * off
        return squares // (mean // _BENT)

    def _compare(self, excess, node, part, n, kept):
        # part: of _STEP_N, on the way to the next node.
        count = self.count
        first = min(excess * 1000 // n, _MOST_E_MDEG) * 16
        if not count[node]:
            self.excess_16[node] = first
        if part and not count[node + 1]:
            self.excess_16[node + 1] = first
        self._unsure = 0
        known = self._knows(node) and (not part or self._knows(node + 1))
        known = known and sum(count) >= (_TOLD if node else _KNOWN)
        if known:
            expected = self._expected(
                self._at_node(node), self._at_node(node + 1) if part else 0, part, n
            )
            error = max(-_MOST_MDEG, min(_MOST_MDEG, excess - expected))
            limit = _LIMIT_MDEG + abs(expected) * self._unsure // 1000 + abs(kept) * _KEPT_MDEG
            limit += self._moved // 3
            if node:
                limit += self._swung // _WALLS_PART
            if node and n < _LITTLE_N:
                limit += _LITTLE_MDEG
            kink = max(self._kink(node), self._kink(node + 1) if part else 0)
            limit += kink * n // 1000
            self._share += (error * 1000 // limit - self._share) // _MEAN
        # Learned is what was seen, not what others tell of it.
        above_16 = self.excess_16[node + 1] if part else 0
        expected = self._expected(self.excess_16[node], above_16, part, n)
        error = max(-_MOST_MDEG, min(_MOST_MDEG, excess - expected))
        self._learn(node, _STEP_N - part, error, n)
        if part:
            self._learn(node + 1, part, error, n)
        return known

    def _swing(self, room):
        room *= 16
        if self._walls_16 is None:
            self._walls_16 = self._air_16 = room
        self._walls_16 += (room - self._walls_16) // _WALLS
        self._air_16 += (room - self._air_16) // _AIR
        lately = self._swung - self._swung // _WALLS_FADE - 1
        gap = abs(self._air_16 - self._walls_16) // 16
        self._swung = max(0, lately, gap - _WALLS_MDEG)

    def _expected(self, below_16, above_16, part, n):
        if part:
            below_16 += (above_16 - below_16) * part // _STEP_N
        return below_16 // 16 * n // 1000

    def _learn(self, node, weight, error, n):
        # In this order no product leaves 31 bits.
        count = min(self.count[node] + weight, _MEMORY)
        self.count[node] = count
        learned = self.excess_16[node] + error * 1000 // n * 16 * weight // count
        self.excess_16[node] = max(-16 * _MOST_MDEG, min(16 * _MOST_E_MDEG, learned))

    def _kink(self, node):
        # By so much, mdeg, a load that was seen for hours only differs from what the two beside it
        # say: the walls of a first day were cold, and the excess grows smoothly with the load. A
        # load that was not seen is as unsure as those that tell of it are uneven.
        count = self.count
        doubt = 0
        if node and count[node] < _KNOWN:
            far = self._beside(node)
            if far:
                doubt = self._unevenness(node + far, 1 if far > 0 else -1)
        if count[node] >= _YOUNG or not 1 < node < _NODES - 1:
            return doubt
        if min(count[node - 1], count[node + 1]) < _KNOWN:
            return doubt
        return max(doubt, self._uneven(node))

    def _uneven(self, node):
        excess_16 = self.excess_16
        return abs(2 * excess_16[node] - excess_16[node - 1] - excess_16[node + 1]) // 32

    def _unevenness(self, near, side):
        # Of the three loads that tell, or how much two differ: the least is much the sun's.
        after = near + side
        third = after + side
        if 0 < third < _NODES and self.count[third] >= _KNOWN:
            return self._uneven(after)
        return abs(self.excess_16[near] - self.excess_16[after]) // 16

    def _beside(self, node):
        # Known load, its side (+1 or -1), and distance, where it and the next one on that side
        # tell what `node` would be; 0: none do.
        count = self.count
        for far in range(1, _FAR + 1):
            for side in (1, -1):
                near = node + side * far
                after = near + side
                if min(near, after) <= 0 or max(near, after) >= _NODES:
                    continue
                if count[near] >= _KNOWN and count[after] >= _KNOWN:
                    return side * far
        return 0

    def _knows(self, node):
        if self.count[node] >= (_KNOWN if node else _RESTED):
            return True
        far = self._beside(node) if node else 0
        self._unsure = max(self._unsure, _UNSURE_PERMILLE * abs(far))
        return far != 0

    def _at_node(self, node):
        excess_16 = self.excess_16
        if self.count[node] < _KNOWN and node:
            far = self._beside(node)
            if far:
                near = node + far
                slope = excess_16[near + (1 if far > 0 else -1)] - excess_16[near]
                return excess_16[near] - slope * abs(far) // 2  # half of it is chance
        return excess_16[node]
