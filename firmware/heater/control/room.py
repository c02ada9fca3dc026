# Room control: the power the room needs, once a second.
#
# Observer (what is the room really doing) -> predictor (what is still to come out of the emitter)
# -> PID law -> limits. Each part stands in its own file; this one wires them and keeps the
# changes between modes free of bumps.

from micropython import const

from heater.control import tuning
from heater.control.model import RoomModel
from heater.control.observer import Observer
from heater.control.pid import Pid
from heater.control.predictor import coasting_mdeg

# Phase: why the demand is what it is (telemetry).
IDLE = const(0)  # heating not allowed
FULL = const(1)  # far below the set-point: all that is granted
COAST = const(2)  # off, the heat in the emitter is enough to arrive
HOLD = const(3)  # PID
LIMITED = const(4)  # PID, but a limit grants less
WARM = const(5)  # off, other sources hold the room above the set-point
PHASE_NAMES = ("idle", "full", "coast", "hold", "limited", "warm")

_ROOM_MIN_MDEG = const(-50_000)
_ROOM_MAX_MDEG = const(80_000)
_JUMP_MAX_MDEG = const(4_000)  # sensor and estimate this far apart: begin anew
_POWER_MAX_W = const(5_000)


class RoomControl:
    """Demand of one room in W. See `step`."""

    def __init__(self):
        self.model = RoomModel()
        self.observer = Observer(self.model)
        self.pid = Pid()
        self.rated_w = 2000
        self.want_w = 0  # as step's result, but not bounded by the ceiling
        self.phase = IDLE
        self.reason = PHASE_NAMES[IDLE]
        self._heated = False  # heat_ok of the step before
        self._lead_s = 0
        self._demand_w = 0
        self._tune()

    def configure(self, cfg):
        """Take over the settings: `heater.rated_w`. Bumpless."""
        self.rated_w = cfg.get("heater.rated_w")

    def _tune(self):
        self.observer.set_gains(tuning.observer_gains(self.model))
        self.pid.kp_mw, self._lead_s = tuning.regulator_gains(self.model)

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
                observer.start(room_mdeg, achieved_w)
                pid.start(setpoint_mdeg)
            observer.step(room_mdeg, achieved_w)
        elif observer.started:
            observer.step(observer.sensor_uk // 1000, achieved_w)

        room = observer.room_uk // 1000
        weighted = pid.weighted(setpoint_mdeg)
        if not heat_ok or not observer.started:
            self._heated = False
            self.want_w = 0
            self.phase = IDLE
            return 0

        rise = observer.slope_nk // 1000 * self._lead_s // 1000
        coasting = 0
        if rise > 0:
            coasting = coasting_mdeg(
                self.model, observer.emitter_mw, observer.loss_mw, room
            )
            if coasting > rise:
                rise = coasting
        u = pid.output_w(observer.holding_w(setpoint_mdeg), weighted, room, rise)

        want = u
        if want < 0:
            want = 0
        elif want > self.rated_w:
            want = self.rated_w
        self.want_w = want
        limited = want != u or want > ceiling_w
        pid.integrate(setpoint_mdeg - room, limited)
        self._heated = True

        if want > ceiling_w:
            self.phase = FULL if want == self.rated_w else LIMITED
            return ceiling_w
        if want == self.rated_w:
            self.phase = FULL
        elif want:
            self.phase = HOLD
        else:
            self.phase = COAST if room < setpoint_mdeg else WARM
        return want
