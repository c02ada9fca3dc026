# Room control: the power the room needs, once a second.
#
# Observer (what is the room really doing) -> predictor (what is still to come out of the emitter)
# -> PID law -> limits. Each part stands in its own file; this one wires them and keeps the
# changes between modes and models free of bumps.

from micropython import const

from heater.control import tuning
from heater.control.cycle import CycleMean
from heater.control.lessons import KNOWN_K, SETTLED_S, Taught
from heater.control.pid import Pid
from heater.control.predictor import coasting_mdeg
from heater.control.ripple import Ripple

# Phase: why the demand is what it is (telemetry).
IDLE = const(0)  # heating not allowed
FULL = const(1)  # far below the set-point: all that is granted
COAST = const(2)  # off, the heat in the emitter is enough to arrive
HOLD = const(3)  # PID
LIMITED = const(4)  # PID, but a limit grants less
WARM = const(5)  # off, other sources hold the room above the set-point
PHASE_NAMES = ("idle", "full", "coast", "hold", "limited", "warm")

_STATE_VERSION = const(1)
_ROOM_MIN_MDEG = const(-50_000)
_ROOM_MAX_MDEG = const(80_000)
_JUMP_MAX_MDEG = const(4_000)  # sensor and estimate this far apart: begin anew
_POWER_MAX_W = const(5_000)
# Nobody knows which of two like lags is the sensor's: lead by this part of both, in percent, and
# by less once the room has moved far enough to tell them apart, as far as they are unlike.
_CAUTION = const(10)
_CAUTION_KNOWN = const(4)
_CAUTION_MAX_S = const(60)
# Somebody who has just asked for more waits for it: for 90 min after a change of the set-point the
# law hurries. Afterwards, when a limit or an open window has let the room cool, it comes back
# with more distance, for it knows less of what the walls will take.
_HURRY_S = const(5400)
_RECOVERY = const(130)  # that distance, as slope times this percentage of the lags
_SLOW_CYCLE_S = const(60)
# After an open window the air is far from the walls and moves quickly, more than the sensor and a
# learned lag can tell. For half an hour what the room loses is what it lost before, nothing is
# learned, and the room comes back as slowly as with 7 min of lag.
_RESUME_S = const(1800)
_RESUME_GUARD_S = const(400)
# While the walls warm, what holds the room falls quicker than it is found out. So the room comes
# back to a little less than the set-point, by this part of what it fell, and closes up with them.
_EASE_PERMILLE = const(30)
_EASE_MAX_UK = const(400_000)
# A slow switch answers once a cycle only and keeps no distance that follows the slope, for its own
# swing would drive that: it comes back to less.
_EASE_SLOW_PERMILLE = const(60)
_EASE_SLOW_MAX_UK = const(600_000)
_EASE_S = const(2400)
_AWAY_MDEG = const(500)  # so far from the set-point nothing can be trimmed
_COMING_MDEG = const(100)  # nor while so much is still to come
_NEAR_MDEG = const(150)  # so near the set-point the gain is that of the near band, at least


class RoomControl(Taught):
    """Demand of one room in W. See `step`."""

    def __init__(self):
        Taught.__init__(self)  # super() makes a closure, which cannot lie in an image
        self.ripple = Ripple(self.model)
        self.pid = Pid()
        self.cycle = CycleMean()
        self._slow = False  # the modulator's cycle is longer than the room's
        # Started below the set-point, and not there since. No relay has swung the room yet, so
        # nothing is to be looked past: a cold room is heated as one without a relay.
        self._arriving = False
        self._near_mdeg = _NEAR_MDEG
        self.want_w = 0  # as step's result, but not bounded by the ceiling
        self.phase = IDLE
        self._lead_s = 0
        self._guard_s = 0
        self._recover_s = 0
        self._setpoint_mdeg = 0
        self._since_s = 0  # since the set-point changed, at most _HURRY_S
        self._resumed = False  # after a window, until the set-point is back
        self._ease_uk = 0  # below the set-point on the way back from a window
        self._modulator = None
        self._loss_w = 0  # holding power to begin with
        self._tune()

    @property
    def reason(self):
        """Name of the phase."""
        return PHASE_NAMES[self.phase]

    @property
    def hold_w(self):
        """Power in W that would hold the room as it is now."""
        return self.observer.loss_mw // 1000

    @property
    def lag_s(self):
        """Lags of emitter and sensor together in s. 0 while the room is hardly known."""
        if self._learned < KNOWN_K:
            return 0
        return self.model.emitter_s + self.model.sensor_s

    @property
    def cyclic_w(self):
        """Power granted to a slow switch, which gives it in cycles of many minutes. -1: none."""
        return self._granted_w if self._slow else -1

    def resume(self, loss_w):
        """A window has been shut: the room is held again by `loss_w`, as before it was opened.

        The return of the set-point is then nobody's wish, and the room comes back with distance.
        """
        self.observer.hold_loss(loss_w * 1000, _RESUME_S)
        self._resumed = True
        if self._slow:
            # The switch has rested: there is no swing to be looked past, and a mean over the cycle
            # before would be one of the open window.
            self._arriving = True
            self.pid.near_mdeg = _NEAR_MDEG

    def configure(self, cfg):
        """Take over the settings: `heater.rated_w`. Bumpless."""
        rated_w = cfg.get("heater.rated_w")
        if rated_w == self.rated_w:
            return
        self.rated_w = rated_w
        self.learner.rated_w = rated_w
        if not self.model.learned:
            self.model.assume(rated_w)
        self._tune()

    def attach(self, modulator):
        """Tell which modulator the demand goes to; its cycle sets the pace of the law."""
        self._modulator = modulator
        self._tune()

    def _tune(self):
        """Gains for the model as it is; the output does not move."""
        cycle_s = self._modulator.cycle_s if self._modulator else 1
        pid = self.pid
        self._quick_mw, self._quick_s = tuning.regulator_gains(self.model, self.rated_w)
        self._calm_mw, self._calm_s = tuning.regulator_gains(self.model, self.rated_w, True)
        if cycle_s >= _SLOW_CYCLE_S:
            self._quick_mw = min(self._quick_mw, self.rated_w * 3 // 2)
        self.ripple.room_max_uk = tuning.swing_uk(self.model, self.rated_w, cycle_s)
        lags_s = self.model.emitter_s + self.model.sensor_s
        guard_s = lags_s * _CAUTION // 100
        if self._learned >= KNOWN_K:
            less_s = min(self.model.emitter_s, self.model.sensor_s)
            alike_s = self.model.sensor_s * less_s // (2 * (lags_s - less_s))
            guard_s = max(lags_s * _CAUTION_KNOWN // 100, min(alike_s, guard_s))
        self._guard_s = min(guard_s, _CAUTION_MAX_S)
        # Over a slow cycle the slope of the room is mostly the relay's own doing.
        self._slow = slow = cycle_s >= _SLOW_CYCLE_S
        if slow:
            pid.kp_near_mw = tuning.cycle_gain(self.model, cycle_s)
            self._near_mdeg = max(_NEAR_MDEG, self.ripple.room_max_uk // 2000)
        else:
            self._near_mdeg = _NEAR_MDEG
        self._pace()
        pid.near_mdeg = _NEAR_MDEG if self._arriving else self._near_mdeg
        self._recover_s = self._guard_s if slow else lags_s * _RECOVERY // 100

    def _pace(self):
        """Quick gains for who has just asked for more of a known room, else calm ones.

        Under quick gains a first rise ends in full power that stops at once and says less of the
        lags (260 s learned in the house of `make run`, 170 s under calm gains, 180 s in truth).
        By those the room is held every day after.
        """
        pid = self.pid
        hurries = self._since_s < _HURRY_S and self._learned >= KNOWN_K
        if not self._slow and (self.observer.held_s or not hurries):
            pid.kp_mw = self._calm_mw
            self._lead_s = self._calm_s
        else:
            pid.kp_mw = self._quick_mw
            self._lead_s = self._quick_s
        if not self._slow:
            pid.kp_near_mw = pid.kp_mw

    def step(self, room_mdeg, setpoint_mdeg, achieved_w, ceiling_w, heat_ok):
        """Advance by one second and return the demand in W, 0..ceiling_w.

        room_mdeg      measured room temperature; not used while it is impossible
        setpoint_mdeg  5000..30000
        achieved_w     mean electrical power really delivered in the last second
        ceiling_w      the least of all limits in force, 0..rated
        heat_ok        False: off, faulted or blind; the demand is 0 and nothing is forgotten
        """
        observer = self.observer
        pid = self.pid
        if achieved_w < 0:
            achieved_w = 0
        elif achieved_w > _POWER_MAX_W:
            achieved_w = _POWER_MAX_W
        if _ROOM_MIN_MDEG <= room_mdeg <= _ROOM_MAX_MDEG:
            gap = room_mdeg - observer.sensor_uk // 1000
            if not observer.started or gap > _JUMP_MAX_MDEG or gap < -_JUMP_MAX_MDEG:
                observer.start(room_mdeg, achieved_w, self._loss_w)
                pid.start(setpoint_mdeg)
                self.cycle.fill(self._loss_w)
                self._arriving = True
                pid.near_mdeg = _NEAR_MDEG
            observer.step(room_mdeg, achieved_w)
            self.learner.note(room_mdeg, achieved_w)
        elif observer.started:
            observer.step(observer.sensor_uk // 1000, achieved_w)

        self._pace()
        # Where the room is and heads to without the swing of the modulator.
        ripple = self.ripple
        if self._modulator:
            ripple.step(self._modulator.owed_ws)
        room_uk = observer.room_uk - ripple.room_uk
        room = room_uk // 1000
        slope_nk = observer.slope_nk - ripple.slope_nk
        weighted = pid.weighted(setpoint_mdeg)
        if not heat_ok or not observer.started:
            self.want_w = 0
            self.phase = IDLE
            return self._grant(0)

        rise = slope_nk // 1000 * self._lead_s // 1000
        if slope_nk > 0:
            coasting = coasting_mdeg(
                self.model,
                observer.emitter_mw - ripple.emitter_mw,
                observer.loss_mw,
                (room_uk - observer.wall_uk) // 1000,
            )
            if coasting > rise:
                rise = coasting
        rise += slope_nk // 1000 * self._distance_s(setpoint_mdeg, room) // 1000
        if self._ease_uk:
            if not observer.held_s:
                self._ease_uk -= self._ease_uk // _EASE_S + 1
            rise += self._ease_uk // 1000
        hold_w = observer.holding_w(setpoint_mdeg)
        ahead = weighted - room - rise
        if self._slow:
            near_w = self._mean_w(pid.near_w(hold_w, weighted - room), ahead)
            ahead = _nearer(ahead, weighted - observer.sensor_uk // 1000)
        else:
            near_w = pid.near_w(hold_w, ahead)
        u = near_w + pid.far_w(ahead)

        want = u
        if want < 0:
            want = 0
        elif want > self.rated_w:
            want = self.rated_w
        self.want_w = want
        error = setpoint_mdeg - room
        # Close to the set-point it is the sensor's noise that drives the demand to a stop, and
        # what the stop cuts off is to be made up for.
        stopped = want != u and not -_NEAR_MDEG <= error <= _NEAR_MDEG
        # On the way there nothing is left over yet that could be trimmed.
        coming = rise > _COMING_MDEG and not self._slow  # a relay's swing would pass for it
        away = coming or not -_AWAY_MDEG <= error <= _AWAY_MDEG
        pid.integrate(error, stopped or away or want > ceiling_w)

        if want == self.rated_w:
            self.phase = FULL
        elif want > ceiling_w:
            self.phase = LIMITED
        elif want:
            self.phase = HOLD
        else:
            self.phase = COAST if room < setpoint_mdeg else WARM
        return self._grant(want if want < ceiling_w else ceiling_w)

    def _distance_s(self, setpoint_mdeg, room_mdeg):
        """How far to stay away from the set-point while the room moves, as s of its slope."""
        if setpoint_mdeg != self._setpoint_mdeg:
            self._setpoint_mdeg = setpoint_mdeg
            self._since_s = _HURRY_S if self._resumed and not self._slow else 0
            self._ease_uk = 0
            if self._resumed and room_mdeg < setpoint_mdeg:
                fell_mdeg = setpoint_mdeg - room_mdeg
                if self._slow:
                    self._ease_uk = min(fell_mdeg * _EASE_SLOW_PERMILLE, _EASE_SLOW_MAX_UK)
                    # What held the room before did so with warm walls. The part of them that the
                    # air cools in the minutes of an open window is as soon warm again.
                    self.observer.wall_uk = setpoint_mdeg * 1000
                else:
                    self._ease_uk = min(fell_mdeg * _EASE_PERMILLE, _EASE_MAX_UK)
            self._resumed = False
        elif self._since_s < _HURRY_S:
            self._since_s += 1
        elif self.observer.held_s and not self._slow:
            return _RESUME_GUARD_S
        else:
            return self._recover_s
        return self._guard_s

    def _mean_w(self, near_w, ahead_mdeg):
        """The part near the set-point as a mean over a slow switch's cycle."""
        if self._arriving:
            observer = self.observer
            if 0 < observer.held_s < SETTLED_S and self._since_s < _HURRY_S:
                # Full power for half an hour says more of the emitter's lag than of the losses.
                observer.held_s = SETTLED_S
            self.cycle.fill(near_w)
            if ahead_mdeg <= _NEAR_MDEG:
                self._arriving = False
                self.pid.near_mdeg = self._near_mdeg
        return self.cycle.step(near_w, self._modulator.cycle_s)

    def _grant(self, granted_w):
        self._note_granted(granted_w, self.phase == FULL)
        return granted_w

    def state(self):
        """What must survive a restart, as small integers."""
        return (_STATE_VERSION,) + self.model.values() + (self.observer.loss_mw // 1000,)

    def restore(self, state):
        """Take over what `state` returned before the restart. True, or why it was refused."""
        if len(state) != 7 or state[0] != _STATE_VERSION:
            return "control state of another version"
        if not -6000 <= state[6] <= 12_000:
            return "holding power %d not in -6000..12000" % state[6]
        result = self.model.set(*state[1:6])
        if result is True:
            self._loss_w = state[6]
            self._learned = self.model.learned
            self.observer.adopt(self.observer.emitter_mw, self.model.sensor_s)
            self._tune()
        return result


def _nearer(a, b):
    """Of two opinions the one nearer to zero; zero when they differ in sign."""
    if (a > 0) != (b > 0):
        return 0
    if a > 0:
        return a if a < b else b
    return a if a > b else b
