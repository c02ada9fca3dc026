# What a room loses more than it lost within the last hour, for the open window in mild weather.
#
# At 0 degC a heater makes up for much of what an open window takes, and a slow sensor sees little
# of the rest in five minutes. But room control knows both, heat and temperature, and estimates the
# power that would hold the room as it is now; an open window raises that power, a closing door or
# the end of cooking brings it back to what it has been before. So the highest of the last hour is
# compared with, but for the last four minutes. Integers only.

import array

from micropython import const

_BLOCK_SAMPLES = const(5)  # of 15 s: the highest of 75 s
_BLOCKS = const(48)  # an hour
_RECENT = const(3)  # not compared with, for the window may be open since then
_WAIT = const(240)  # samples: an hour
# After a change of the set-point walls and emitter are out of balance, and after two minutes
# without any heat asked for the emitter is cold: both look like a loss for a while.
_IDLE_SAMPLES = const(6)
_IDLE_WAIT = const(120)
# Share of the rated power, in permille: rooms that are quick to tell show half of their loss
# within five minutes, slow ones a fifth, and the events of daily life in the same proportion.
_RISE_QUICK = const(190)
_RISE_SLOW = const(130)
_LAG_QUICK_S = const(300)  # of emitter and sensor together; a permille less for each 10 s more
_LAG_STEP_S = const(10)
# With a relay the rise is one of two witnesses (window.py), after pulses.py has taken off what the
# cycles move in the estimate; what they leave is habit. A door takes the more the warmer the room.
_CYCLIC_QUICK = const(275)
_CYCLIC_SLOW = const(162)
_CYCLIC_LAG_STEP_S = const(8)
_CYCLIC_HABIT = const(6)  # times the usual distance from the mean of half an hour
_CYCLIC_HABIT_PERMILLE = const(30)  # to begin with
_HABIT_SHIFT = const(9)  # its mean is over 512 samples, about two hours
_HABIT_CLIP_PERMILLE = const(300)
_MEAN_SHIFT = const(7)  # 128 samples
_ABOVE_PERMILLE_K = const(62)
_CYCLIC_MEAN = const(24)  # blocks, half an hour
_SCALE = const(64)
_JUMP_SHIFT = const(5)  # of the rated power in a second: the room model has changed
_PERMILLE = const(1000)


class Losses:
    """Follows the power that holds the room, one `second` a second and one `sample` every 15 s.

    Attributes:
      now_w       the power as last told
      remodelled  the room model has changed; whoever heeds it sets it back, and jump_w
      jump_w      by how much the power has jumped with that
    """

    def __init__(self):
        self.now_w = 0
        self._lag_s = 0
        self._cyclic = 0
        self._habit = _CYCLIC_HABIT_PERMILLE * _SCALE
        self._mean = 0  # W * _SCALE
        self.jump_w = 0
        self.remodelled = False
        self._idle = 1
        self._idle_samples = 0
        self._sum_w = 0
        self._count = 0
        self._block_w = 0  # the highest of the running block
        self._in_block = 0
        self._ring = array.array("h", [0] * _BLOCKS)
        self.clear()

    def clear(self):
        """Begin anew: nothing is known for an hour."""
        self._filled = self._next = self._in_block = 0
        self._wait = _WAIT
        self._sum_w = self._count = 0

    def second(self, loss_w, lag_s, regulating, rated_w, cyclic=0):
        """Take the second's figures.

        loss_w      power that would hold the room as it is now, W, -6000..12000
        lag_s       lags of emitter and sensor together, 0 while the losses are hardly known
        regulating  1 while room control asks for heat and gets it
        cyclic      1 while a relay gives the heat in cycles of many minutes
        """
        jump_w = loss_w - self.now_w
        self.now_w = loss_w
        if lag_s != self._lag_s:
            self._lag_s = lag_s
            self.remodelled = True
        self._cyclic = cyclic
        if jump_w > rated_w >> _JUMP_SHIFT or -jump_w > rated_w >> _JUMP_SHIFT:
            self.clear()
            self.jump_w += jump_w
            self.remodelled = True
        if regulating:
            self._idle = 0
        self._sum_w += loss_w
        self._count += 1

    def unsettle(self):
        """The set-point has changed."""
        self._wait = _WAIT

    def sample(self, rated_w, missing_w):
        """End a sample of even heat. 1 if the room loses more than its daily life explains.

        missing_w: power missing now or a while ago against the last hour's peak. Half of it is
        allowed for: what the emitter takes to get warm again.
        """
        mean_w = self.mean_w()
        if self._settled() and self._lag_s:
            if mean_w - self._highest_w() - missing_w // 2 > self._rise_w(rated_w):
                return 1
        self._note(mean_w)
        return 0

    def cyclic_sample(self, rated_w, loss_w, above_mdeg):
        """End a sample of a relay's heat: the rise in permille of what would be a window's.

        -500..; 0 as long as nothing can be told. loss_w is that of Pulses, above_mdeg the room
        above its set-point.
        """
        permille = 0
        if not self._filled:
            self._mean = loss_w * _SCALE
        self._mean += (loss_w * _SCALE - self._mean) >> _MEAN_SHIFT
        if self._settled():
            limit = _CYCLIC_QUICK
            if self._lag_s > _LAG_QUICK_S:
                limit -= (self._lag_s - _LAG_QUICK_S) // _CYCLIC_LAG_STEP_S
                limit = max(limit, _CYCLIC_SLOW)
            usual = self._habit * _CYCLIC_HABIT // _SCALE
            least = -_PERMILLE // 2
            if usual > limit:
                limit = usual
                least = 0  # what is so uncertain tells nothing against a window
            rise = (loss_w - self._highest_w()) * _PERMILLE // rated_w
            if above_mdeg > 0:
                rise -= above_mdeg * _ABOVE_PERMILLE_K // 1000
            permille = max(rise * _PERMILLE // limit, least)
            off_w = abs(loss_w - self._mean // _SCALE)
            off = min(off_w * _PERMILLE // rated_w, _HABIT_CLIP_PERMILLE)
            self._habit += (off * _SCALE - self._habit) >> _HABIT_SHIFT
        self._note(loss_w)
        return permille

    def mean_w(self):
        """The mean power since the last call."""
        mean_w = self._sum_w // self._count if self._count else self.now_w
        self._sum_w = self._count = 0
        return mean_w

    def _settled(self):
        # Whether the hour before tells of this sample.
        if self._idle:
            self._idle_samples += 1
            if self._idle_samples >= _IDLE_SAMPLES:
                self._wait = max(self._wait, _WAIT if self._cyclic else _IDLE_WAIT)
        else:
            self._idle_samples = 0
        self._idle = 1
        if self._wait:
            self._wait -= 1
            return False
        return self._filled == _BLOCKS

    def before_w(self):
        """What held the room seven minutes ago, or as long ago as is known.

        With a relay the mean of half an hour until then: until its cycles have been learned, one
        moment of them tells nothing.
        """
        if not self._filled:
            return self.now_w
        ago = min(_RECENT + 2, self._filled)
        count = min(_CYCLIC_MEAN if self._cyclic else 1, self._filled - ago + 1)
        sum_w = 0
        for i in range(count):
            sum_w += self._ring[(self._next - ago - i) % _BLOCKS]
        return sum_w // count

    def _rise_w(self, rated_w):
        permille = _RISE_QUICK - (self._lag_s - _LAG_QUICK_S) // _LAG_STEP_S
        permille = min(max(permille, _RISE_SLOW), _RISE_QUICK)
        return rated_w * permille // _PERMILLE

    def _highest_w(self):
        ring = self._ring
        i = self._next  # the oldest
        highest_w = ring[i]
        for _ in range(_BLOCKS - _RECENT):
            if ring[i] > highest_w:
                highest_w = ring[i]
            i = i + 1 if i < _BLOCKS - 1 else 0
        return highest_w

    def _note(self, mean_w):
        if not self._in_block or mean_w > self._block_w:
            self._block_w = mean_w
        self._in_block += 1
        if self._in_block < _BLOCK_SAMPLES:
            return
        self._in_block = 0
        i = self._next
        self._ring[i] = self._block_w
        self._next = i + 1 if i < _BLOCKS - 1 else 0
        if self._filled < _BLOCKS:
            self._filled += 1
