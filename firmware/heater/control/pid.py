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
        self._trim_rest = 0
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

    def near_w(self, hold_w, error_mdeg):
        """Feed-forward, integral and the proportional part within +-near_mdeg, W."""
        near = error_mdeg
        if near > self.near_mdeg:
            near = self.near_mdeg
        elif near < -self.near_mdeg:
            near = -self.near_mdeg
        return _bounded(hold_w + (self.trim_mw + self.kp_near_mw * near) // 1000)

    def far_w(self, error_mdeg):
        """The proportional part beyond +-near_mdeg, W."""
        if error_mdeg > self.near_mdeg:
            far = error_mdeg - self.near_mdeg
        elif error_mdeg < -self.near_mdeg:
            far = error_mdeg + self.near_mdeg
        else:
            return 0
        if far > _ERROR_MAX_MDEG:
            far = _ERROR_MAX_MDEG
        elif far < -_ERROR_MAX_MDEG:
            far = -_ERROR_MAX_MDEG
        return _bounded(self.kp_mw * far // 1000)

    def integrate(self, error_mdeg, limited):
        """One second of integral action. limited: the output is not what the law asked for."""
        if limited:
            self.move_trim(-self.trim_mw // self.tt_s)
            return
        if error_mdeg > 1000:
            error_mdeg = 1000
        elif error_mdeg < -1000:
            error_mdeg = -1000
        self._trim_rest += self.kp_near_mw * error_mdeg
        move = self._trim_rest // self.ti_s
        self._trim_rest -= move * self.ti_s
        self.move_trim(move)

    def move_trim(self, move_mw):
        """Shift I, within its bound."""
        trim = self.trim_mw + move_mw
        top = self.trim_max_w * 1000
        if trim > top:
            trim = top
        elif trim < -top:
            trim = -top
        self.trim_mw = trim


def _bounded(power_w):
    if power_w > _POWER_MAX_W:
        return _POWER_MAX_W
    return power_w if power_w > -_POWER_MAX_W else -_POWER_MAX_W
