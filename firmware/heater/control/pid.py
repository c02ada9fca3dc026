# PID in fixed point, in the form the room control uses it.
#
#   u = hold + I + Kp (w - y - Td y') ,   I' = Kp/Ti (r - y) while the output is followed,
#                                         I' = -I/Tt         while a limit holds it
#
# Derivative on the measurement (y' comes filtered out of the observer, never from the set-point),
# set-point weighting as a prefilter (w follows r at once by the part b, the rest with Ti: Astrom &
# Hagglund, "Advanced PID Control", 5.3), feed-forward `hold`. `hold` is the integral proper: the
# observer forms it from the power ACHIEVED after every limiter, which is back-calculation in its
# observer form (3.5 there). I only trims what that leaves, a wrong power reading for example.

from micropython import const

_ERROR_MAX_MDEG = const(10_000)
_POWER_MAX_W = const(20_000)


class Pid:
    """Temperatures in mdeg, powers in W. One call of each method a second."""

    def __init__(self):
        self.kp_mw = 500  # mW per mdeg, i.e. W per K; 1..20000
        self.kp_near_mw = 500  # gain within +-near_mdeg, where a slow switch sets the pace
        self.near_mdeg = 150
        self.ti_s = 3600
        self.tt_s = 300  # time in which the trim is given up while a limit holds the output
        self.weight_permille = 1000  # set-point weight b
        self.trim_max_w = 200
        self.trim_mw = 0  # I
        self._slow_mdeg = 0  # the delayed part of the set-point
        self._slow_rest = 0

    def start(self, setpoint_mdeg):
        """Forget the past: no trim, set-point settled."""
        self._slow_mdeg = setpoint_mdeg
        self._slow_rest = 0
        self.trim_mw = 0

    def weighted(self, setpoint_mdeg):
        """Set-point as the proportional term sees it; advances the prefilter by one second."""
        gap = setpoint_mdeg - self._slow_mdeg
        self._slow_rest += gap
        move = self._slow_rest // self.ti_s
        self._slow_mdeg += move
        self._slow_rest -= move * self.ti_s
        return setpoint_mdeg - gap * (1000 - self.weight_permille) // 1000

    def output_w(self, hold_w, weighted_mdeg, room_mdeg, rise_mdeg):
        """Unlimited output in W. rise_mdeg is Td y': the rise the derivative term foresees."""
        error = weighted_mdeg - room_mdeg - rise_mdeg
        if error > _ERROR_MAX_MDEG:
            error = _ERROR_MAX_MDEG
        elif error < -_ERROR_MAX_MDEG:
            error = -_ERROR_MAX_MDEG
        near = error
        if near > self.near_mdeg:
            near = self.near_mdeg
        elif near < -self.near_mdeg:
            near = -self.near_mdeg
        u = self.kp_near_mw * near + self.kp_mw * (error - near)
        u = hold_w + (self.trim_mw + u) // 1000
        if u > _POWER_MAX_W:
            return _POWER_MAX_W
        if u < -_POWER_MAX_W:
            return -_POWER_MAX_W
        return u

    def integrate(self, error_mdeg, limited):
        """One second of integral action. limited: the output is not what the law asked for."""
        if limited:
            self.move_trim(-self.trim_mw // self.tt_s)
            return
        if error_mdeg > 1000:
            error_mdeg = 1000
        elif error_mdeg < -1000:
            error_mdeg = -1000
        self.move_trim(self.kp_near_mw * error_mdeg // self.ti_s)

    def move_trim(self, move_mw):
        """Shift I, within its bound."""
        trim = self.trim_mw + move_mw
        top = self.trim_max_w * 1000
        if trim > top:
            trim = top
        elif trim < -top:
            trim = -top
        self.trim_mw = trim
