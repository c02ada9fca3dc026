# Open-window detection from the room temperature and the heater's own power. Integers only.
#
# An open window shows as a fall of the room temperature that the heater did not cause. A fall
# after less heating (a set-back, a limit, the off phase of a cycle) is explained by the power
# that is missing, so it has to be larger; a room that swings by nature has to fall by more than
# its own habit; and what a room loses above its set-point, after cooking, sun or a set-back,
# counts for a third. In mild weather, where the heater makes up for much of an open window,
# losses.py tells. A relay's pulses make a light room swing by more than a window: there pulses.py
# takes off what they explain, and the fall and the loss that are left bear witness together.

import array

from micropython import const

from heater.plan.losses import Losses
from heater.plan.pulses import Pulses

_SAMPLE_S = const(15)  # one mean: takes the 1/16 K steps of the sensor and its noise away
_SAMPLES = const(20)  # look back 5 min
# An airing at -10 degC cools a room of 28 m2, seen through a sensor lag of 420 s, by 0.5 K in
# 5 min, a door to the hall by 0.06 K. In a small room everything is larger, and so is what a
# kettle's end or a door does; the heater was chosen by the room, so its power tells the size.
_FALL_MDEG_W = const(600_000)  # 300 mdeg at 2000 W
_HABIT_FACTOR = const(5)  # times the usual fall in 5 min
_HABIT_SHIFT = const(9)  # its mean is over 512 samples, about two hours
_HABIT_CLIP_MDEG = const(600)
# With a relay. What pulses moved in the last minutes is explained but for three eighths.
_CYCLIC_FALL_MDEG_W = const(900_000)
_CYCLIC_CLIP_MDEG = const(2000)
_CYCLIC_FACTOR = const(8)  # times the usual fall, of what is left
_CYCLIC_HABIT_MDEG = const(120)  # to begin with; the simulated homes get to 10 to 100
_MOVED_PERMILLE = const(375)
_CYCLIC_MOST_MDEG = const(20_000)
_PERMILLE = const(1000)
# For all of the rated power missing a room may fall by this in 5 min: the steepest of the
# simulated homes, a light annex, by 2.4 K. Power is missing against the last hour's peak, also
# when free heat has taken its place: what falls then is the end of the free heat.
_ALLOW_MDEG = const(3000)
_WANDER_SHIFT = const(4)  # power wanders by a sixteenth of the rated one without any cause
_POWER_SHIFT = const(4)  # mean of the power over 16 samples, 4 min: what the emitter still gives
_MEMORY_SHIFT = const(5)  # 8 min: how long a room still falls after its power has come back
_PEAK_SHIFT = const(8)  # its peak is forgotten over 256 samples, about an hour
_ABOVE_DIVISOR = const(3)
_RISE_MDEG = const(150)  # from the lowest: the window is shut again
_LONGEST_OPEN_S = const(1800)  # heat again at the latest, open or not
_SCALE = const(64)  # of the filtered values, so that the shifts lose nothing


class Window:
    """Tells whether a window stands open.

    Attributes:
      open        1 while a window is taken for open
      open_s      for how many seconds it has been so, 0 if shut
      enabled     0: never open (setting plan.window)
      before_w    power that held the room before the window was opened, once it has been
    """

    def __init__(self):
        self.enabled = 1
        self.open = 0
        self.open_s = 0
        self.rated_w = 2000
        self._ring = array.array("i", [0] * _SAMPLES)
        self._filled = 0
        self._next = 0
        self._sum_mdeg = 0
        self._sum_w = 0
        self._count = 0
        self._habit = 0  # usual fall in 5 min, mdeg * _SCALE
        self._power = 0  # W * _SCALE
        self._peak = 0
        self._missing = 0  # of the peak, now or a while ago
        self._lowest_mdeg = 0  # while open
        self._setpoint_mdeg = 0
        self._cyclic = 0
        self.losses = Losses()
        self.pulses = Pulses()
        self.before_w = 0

    def note(self, loss_w, lag_s, regulating, cyclic_w=-1):
        """Take what room control knows of this second, before `step`; see Losses.second.

        cyclic_w: power granted to a relay, which gives it in cycles of many minutes; -1: the
        heater gives its power evenly.
        """
        cyclic = 1 if cyclic_w >= 0 else 0
        if cyclic > self._cyclic and self._habit < _CYCLIC_HABIT_MDEG * _SCALE:
            self._habit = _CYCLIC_HABIT_MDEG * _SCALE
        self._cyclic = cyclic
        self.losses.second(loss_w, lag_s, regulating, self.rated_w, cyclic)

    def learn_due(self):
        """Learn what the pulses of the heater do, when pulses.due. Slow code."""
        self.pulses.learn(self.rated_w)

    def clear(self):
        """Take the window for shut, e.g. because somebody pressed a button. Starts afresh."""
        self.losses.clear()
        self.pulses.clear()
        self.open = 0
        self.open_s = 0
        self._filled = 0
        self._count = self._sum_mdeg = self._sum_w = 0

    def step(self, room_mdeg, room_ok, power_w, setpoint_mdeg):
        """Advance one second.

        room_mdeg      room temperature, valid if room_ok is 1
        power_w        mean power of the element over the second
        setpoint_mdeg  in force, or in force again once the window is shut
        """
        if not (room_ok and self.enabled):
            if self._filled or self.open:
                self.clear()
            return
        if self.open:
            self.open_s += 1
        self._sum_mdeg += room_mdeg
        self._sum_w += power_w
        self._count += 1
        if self._count == _SAMPLE_S:
            mean_mdeg = self._sum_mdeg // _SAMPLE_S
            mean_w = self._sum_w // _SAMPLE_S
            self._count = self._sum_mdeg = self._sum_w = 0
            if self._cyclic:
                self._follow_pulses(mean_w, mean_mdeg)
            else:
                self._follow_power(mean_w)
            if self.open:
                self._watch_closing(mean_mdeg)
                return
            raised = self._note_setpoint(setpoint_mdeg)
            if self._cyclic:
                opened = self._tell_from_pulses(mean_mdeg, setpoint_mdeg, raised)
            else:
                opened = self._watch_opening(mean_mdeg, setpoint_mdeg, raised)
            if opened:
                self.before_w = self.losses.before_w()
                self.clear()
                self.open = 1
                self._lowest_mdeg = mean_mdeg

    def _note_setpoint(self, setpoint_mdeg):
        # 1 if it was raised: what lay above the former set-point must not count in full now.
        raised = setpoint_mdeg > self._setpoint_mdeg
        if setpoint_mdeg != self._setpoint_mdeg:
            self.losses.unsettle()
        self._setpoint_mdeg = setpoint_mdeg
        return raised

    def _follow_pulses(self, mean_w, mean_mdeg):
        losses = self.losses
        pulses = self.pulses
        if losses.remodelled:
            pulses.remodel(losses.jump_w)
            losses.remodelled = False
            losses.jump_w = 0
        if self.open:
            pulses.clear()
        pulses.sample(mean_w, mean_mdeg, losses.mean_w())

    def _tell_from_pulses(self, mean_mdeg, setpoint_mdeg, raised):
        pulses = self.pulses
        if raised:
            pulses.begin()
        pulses.fall(setpoint_mdeg, _ABOVE_DIVISOR)
        allowed_mdeg = max(
            _CYCLIC_FALL_MDEG_W // self.rated_w, self._habit * _CYCLIC_FACTOR // _SCALE
        ) + (pulses.moved_mdeg * _MOVED_PERMILLE // _PERMILLE)
        allowed_mdeg += allowed_mdeg * pulses.doubt_permille() // _PERMILLE
        permille = min(pulses.fall_mdeg, _CYCLIC_MOST_MDEG) * _PERMILLE // allowed_mdeg
        permille += self.losses.cyclic_sample(
            self.rated_w, pulses.loss_w, mean_mdeg - setpoint_mdeg
        )
        if permille >= _PERMILLE:
            return 1
        self._follow_habit(pulses.fall_mdeg, _CYCLIC_CLIP_MDEG)
        return 0

    def _follow_habit(self, fall_mdeg, clip_mdeg):
        fall_mdeg = min(fall_mdeg, clip_mdeg)
        self._habit += (fall_mdeg * _SCALE - self._habit) >> _HABIT_SHIFT

    def _follow_power(self, mean_w):
        self._power += (mean_w * _SCALE - self._power) >> _POWER_SHIFT
        if self._power > self._peak:
            self._peak = self._power
        else:
            self._peak += (self._power - self._peak) >> _PEAK_SHIFT
        missing = self._peak - self._power
        if missing > self._missing:
            self._missing = missing
        else:
            self._missing += (missing - self._missing) >> _MEMORY_SHIFT

    def _watch_opening(self, mean_mdeg, setpoint_mdeg, raised):
        ring = self._ring
        if raised:
            self._filled = 0
        highest_mdeg = mean_mdeg
        for i in range(self._filled):
            if ring[i] > highest_mdeg:
                highest_mdeg = ring[i]
        fall_mdeg = highest_mdeg - mean_mdeg
        if highest_mdeg > setpoint_mdeg:
            above_mdeg = highest_mdeg - max(setpoint_mdeg, mean_mdeg)
            fall_mdeg -= above_mdeg - above_mdeg // _ABOVE_DIVISOR
        if not self._filled:
            self._next = 0
        ring[self._next] = mean_mdeg
        self._next = (self._next + 1) % _SAMPLES
        if self._filled < _SAMPLES:
            self._filled += 1
        allowed_mdeg = max(self._habit * _HABIT_FACTOR // _SCALE, _FALL_MDEG_W // self.rated_w)
        missing_w = max(self._missing // _SCALE - (self.rated_w >> _WANDER_SHIFT), 0)
        allowed_mdeg += _ALLOW_MDEG * missing_w // self.rated_w
        if self.losses.sample(self.rated_w, missing_w) or fall_mdeg > allowed_mdeg:
            return 1
        self._follow_habit(fall_mdeg, _HABIT_CLIP_MDEG)
        return 0

    def _watch_closing(self, mean_mdeg):
        if mean_mdeg < self._lowest_mdeg:
            self._lowest_mdeg = mean_mdeg
        if mean_mdeg - self._lowest_mdeg >= _RISE_MDEG or self.open_s >= _LONGEST_OPEN_S:
            self.clear()
