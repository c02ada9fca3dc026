# Estimates what cannot be measured: the room temperature ahead of the sensor's lag, the heat the
# emitter still gives off, and the power that would hold the room.
#
# Luenberger observer of the model in model.py (Luenberger 1971; Astrom & Murray, "Feedback
# Systems", ch. 8), with the loss h as integrating disturbance: it takes up walls, sun, district
# heating, people and weather. The input is the power ACHIEVED after every limiter, so nothing
# can wind up; this is the observer form of back-calculation (Astrom & Hagglund, "Advanced PID
# Control", 3.5). Integers throughout: temperatures in microkelvin, powers in mW.

from micropython import const

from heater.control import tuning

WALL_S = const(7200)  # of the structure behind the air; walls answer in hours (ISO 13786)
_ERROR_MAX = const(32_000)  # 2 K in sixteenths of a mK: bounds products below 2**30
_HEAT_MAX_DW = const(50_000)  # 5 kW net heat, times 20000 nK: 1.0e9 < 2**30
_LOSS_MIN_MW = const(-6_000_000)
_LOSS_MAX_MW = const(12_000_000)
_GAIN_SHIFT = const(12)
_GAIN_HALF = const(2048)


class Observer:
    """State estimate of one room. `step` once a second."""

    def __init__(self, model):
        self.model = model
        self.started = False
        self.emitter_mw = 0  # heat the emitter gives off now
        self.room_uk = 0  # true room temperature, millionths of a degree C
        self.sensor_uk = 0  # what the sensor should read
        self.wall_uk = 0  # the structure the air is coupled to
        self.loss_mw = 0  # loss with walls as warm as the air, less other heat sources
        self.slope_nk = 0  # rate of change of room_uk, nK per second
        self.held_s = 0  # for so long the loss is what it was told to be
        self._carry = 0
        self.gain_sensor, self.gain_room, self.gain_loss = tuning.observer_gains(model)
        self.error = 0  # innovation, sixteenths of a mK

    def start(self, room_mdeg, power_w, loss_w):
        """Begin at rest, at the measured temperature; loss_w is what would hold the room."""
        self.room_uk = room_mdeg * 1000
        self.sensor_uk = room_mdeg * 1000
        self.emitter_mw = power_w * 1000
        self.wall_uk = room_mdeg * 1000
        self.loss_mw = loss_w * 1000
        self.slope_nk = 0
        self.started = True

    def adopt(self, emitter_mw, sensor_was_s):
        """The model has changed: keep measured temperature, slope of sensor and of room.

        emitter_mw: heat of the emitter by the new model; sensor_was_s: the sensor lag before.
        """
        m = self.model
        ahead = (self.room_uk - self.sensor_uk) // sensor_was_s * m.sensor_s
        self.room_uk = self.sensor_uk + max(min(ahead, 5_000_000), -5_000_000)
        above = (self.room_uk - self.wall_uk) // 1000
        self.emitter_mw = emitter_mw
        if not self.held_s:  # what was told still holds
            self.loss_mw = (
                emitter_mw - m.loss_dw * above // 10 - self.slope_nk // m.rate_nk * 1000
            )
        self.gain_sensor, self.gain_room, self.gain_loss = tuning.observer_gains(m)

    def step(self, room_mdeg, power_w):
        """Advance one second with the measured temperature and the power achieved in it."""
        m = self.model
        half = m.emitter_s >> 1
        self.emitter_mw += (power_w * 1000 - self.emitter_mw + half) // m.emitter_s

        error = (room_mdeg * 1000 - self.sensor_uk) * 2 // 125
        if error > _ERROR_MAX:
            error = _ERROR_MAX
        elif error < -_ERROR_MAX:
            error = -_ERROR_MAX
        self.error = error

        # Net heat in 0.1 W, then 0.1 nK/s; the part below 1 uK is carried to the next second.
        heat_dw = (
            self.emitter_mw - self.loss_mw
        ) // 100 - m.loss_dw * ((self.room_uk - self.wall_uk) // 1000) // 1000
        if heat_dw > _HEAT_MAX_DW:
            heat_dw = _HEAT_MAX_DW
        elif heat_dw < -_HEAT_MAX_DW:
            heat_dw = -_HEAT_MAX_DW
        rate = m.rate_nk * heat_dw  # 0.1 nK/s
        self.slope_nk = rate // 10
        self._carry += rate
        whole = self._carry // 10_000
        self._carry -= whole * 10_000

        self.sensor_uk += (self.room_uk - self.sensor_uk) // m.sensor_s + (
            (error * self.gain_sensor + _GAIN_HALF) >> _GAIN_SHIFT
        )
        self.wall_uk += (self.room_uk - self.wall_uk) // WALL_S
        self.room_uk += whole + ((error * self.gain_room + _GAIN_HALF) >> _GAIN_SHIFT)
        if self.held_s:
            self.held_s -= 1
            return
        loss = self.loss_mw - ((error * self.gain_loss + _GAIN_HALF) >> _GAIN_SHIFT)
        if loss > _LOSS_MAX_MW:
            loss = _LOSS_MAX_MW
        elif loss < _LOSS_MIN_MW:
            loss = _LOSS_MIN_MW
        self.loss_mw = loss

    def hold_loss(self, loss_mw, seconds):
        """Take the loss as told, and let nothing change it for `seconds`."""
        self.loss_mw = loss_mw
        self.held_s = seconds

    def holding_w(self, room_mdeg):
        """Power in W that would hold room_mdeg, by what is known now. May be negative."""
        dw = self.model.loss_dw * (room_mdeg - self.wall_uk // 1000) // 1000
        return (self.loss_mw // 100 + dw) // 10
