# When a room teaches: every steep rise of power is a lesson, from its beginning until the power
# has been less than full for a while. What the learner makes of it becomes the model in force.

from micropython import const

from heater.control.learn import Learner
from heater.control.model import RoomModel
from heater.control.observer import Observer

_MEAN_S = const(1200)
_SLOPE_MIN_NK = const(-600_000)  # a room that falls while power rises has a window open
_STILL_K = 0.2  # K: a record that moved no further gives way to a new rise
_TIMELY_SAMPLES = const(40)  # a quick room may be at its set-point before it is understood
# The room has moved so far for all to see: what it loses can be told. Before that the return after
# a window is a lesson as well, if a poor one.
KNOWN_K = const(4)
SETTLED_S = const(300)  # a record ends this long after full power


class Taught:
    """A room whose model is learned. Subclassed by who controls it: it says what was granted
    (`_note_granted`), and sets its gains anew when the model has changed (`_tune`).
    """

    def __init__(self):
        self.model = RoomModel()
        self.observer = Observer(self.model)
        self.learner = Learner()
        self.rated_w = 2000
        self._learned = 0  # as model.learned, which counts a running record as well
        self._mean_mw = 0  # of the power granted, over _MEAN_S
        self._granted_w = 0
        self._not_full_s = 0
        self._before = self.model.values()  # the model when the running record began
        self._armed = True  # the next rise of power may be a lesson

    def _tune(self):
        """The model has changed."""

    def _note_granted(self, granted_w, full):
        """Once a second: the power in W that the room is given; full: all that is granted."""
        self._granted_w = granted_w
        self._mean_mw += (granted_w * 1000 - self._mean_mw) // _MEAN_S
        if full:
            self._not_full_s = 0
        elif self._not_full_s < SETTLED_S:
            self._not_full_s += 1

    def note_body(self, body_mdeg, room_mdeg):
        """Once a second while both sensors are sound: temperature of the emitter's body."""
        self.learner.note_body(body_mdeg - room_mdeg)

    def learn_step(self):
        """One slice of learning, outside the tick. True when the model has changed."""
        learner = self.learner
        still = not learner.offered and (not self._learned or learner.swing_k < _STILL_K)
        if not learner.active or still:
            # Every steep rise of power is a lesson. As long as nothing is known, so is all that
            # moves the room: the cycles of a relay, the return after a window was closed.
            rises = self._granted_w - self._mean_mw // 1000 > self.rated_w * 3 // 10
            if not rises:
                self._armed = True
            if (rises and self._armed) or not (self._learned or learner.active):
                if rises:
                    self._armed = False
                held = self.observer.held_s and self._learned >= KNOWN_K
                if self.observer.slope_nk > _SLOPE_MIN_NK and not held:
                    self._before = self.model.values()
                    learner.begin()
            if not learner.active:
                learner.slice()
                return False
        changed = False
        timely = not self._not_full_s or learner.samples < _TIMELY_SAMPLES
        if learner.slice() and timely:
            changed = self._adopt()
        settled = self._not_full_s >= SETTLED_S and learner.samples >= _TIMELY_SAMPLES
        if learner.spoiled or (not self._learned and learner.hopeless):
            learner.end()
            if learner.offered:
                self._take(*self._before)
                changed = True
        elif learner.full or settled:
            learner.end()
            if learner.offered:
                told = max(int(learner.swing_k + 0.5), 1)
                self._learned = self.model.learned = min(self._learned + told, 250)
                self._tune()
        return changed

    def _adopt(self):
        """Take over what the learner has found, if it is a room. True when taken."""
        learner = self.learner
        rate_nk, emitter_s, sensor_s, loss_dw = learner.found(self._before, self._learned)
        if not self._take(rate_nk, emitter_s, sensor_s, loss_dw, max(self._learned, 1)):
            return False
        learner.offered = True
        return True

    def _take(self, rate_nk, emitter_s, sensor_s, loss_dw, learned):
        """Change the model without a jump in what was measured. False: no room is like that."""
        was_s = self.model.sensor_s
        if self.model.set(rate_nk, emitter_s, sensor_s, loss_dw, learned) is not True:
            return False
        self.observer.adopt(self.learner.emitter_mw(emitter_s), was_s)
        self._tune()
        return True
