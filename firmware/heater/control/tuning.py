# From the learned room to gains: pole placement, with the speed bounded by what the sensor allows.
#
# Observer: three equal poles at w_o for sensor, room and loss. A sensor of lag Ts amplifies its
# quantisation by about (Ts w_o)^2, which bounds w_o. Regulator: emitter and room as a double
# pole at w_c = 1.3 w_o. The two may be placed apart (separation: Astrom & Murray, "Feedback
# Systems", 8.3), and the observer need not be the quicker one: what it feeds back follows from
# the power, which is known, and only what the model does not know comes through the sensor. What
# bounds w_c is the noise, see _GAIN_MAX. Slower (0.8 w_o), a room that warms in ten minutes takes
# a third longer than at full power; quicker (1.5 w_o), an oil radiator does. Where the emitter is
# quicker than w_c it is left alone and the law is proportional, as in SIMC (Skogestad 2003,
# "Simple analytic rules for model reduction and PID controller tuning").
#
# Floats: called when the model changes, never in the tick.


_GAIN_MAX = 6  # of the rated power, a kelvin
_QUICK = 1.3  # w_c over w_o
# In a lived-in day quick gains hold a room no better (0.025 and 0.026 K mean deviation in `make
# run`), and after a window, when the law keeps a long distance, the noise of the slope drove the
# power from stop to stop (0.35 K over the set-point).
_CALM = 0.8


def observer_speed(model):
    """Bandwidth w_o of the observer in 1/s."""
    return (1.0 if model.learned else 0.4) / (30.0 + 0.25 * model.sensor_s)


def observer_gains(model):
    """(sensor, room, loss) gains of Observer in its fixed point (units there)."""
    w = observer_speed(model)
    ts = float(model.sensor_s)
    k = model.rate_nk * 1e-9
    a = k * model.loss_dw * 0.1
    # s^3 + (l1 + 1/ts + a) s^2 + ((l1 + 1/ts) a + l2/ts) s + k l3/ts = (s + w)^3
    l1 = 3 * w - 1 / ts - a
    l2 = ts * (3 * w * w - (l1 + 1 / ts) * a)
    l3 = ts * w * w * w / k
    l1 = max(l1, 0.0)
    return (
        _gain(l1 * 62.5),
        _gain(l2 * 62.5),
        _gain(l3 * 0.0625),
    )


def _gain(x):
    return min(max(int(x * 4096 + 0.5), 0), 32_000)


def regulator_gains(model, rated_w, calm=False):
    """(kp in mW/mdeg, lead time in s) of the law u = hold + kp (w - y - lead y').

    calm: for a law that keeps a distance of many lags.
    """
    w = observer_speed(model) * (_CALM if calm else _QUICK)
    te = float(model.emitter_s)
    k = model.rate_nk * 1e-9
    a = k * model.loss_dw * 0.1
    # A higher gain drives the power from stop to stop by the noise of the sensor alone, and what
    # the stops cut off is missing in the mean.
    w = min(w, ((_GAIN_MAX * rated_w * k + a) / te) ** 0.5)
    # te s^2 + (1 + te a + k kp lead) s + a + k kp = te (s + w)^2
    kp = (te * w * w - a) / k
    lead_k = 2 * w * te - 1 - te * a
    if lead_k <= 0 or kp <= 0:
        # Emitter quicker than the loop: one pole at w, the other stays near 1/te.
        kp = max(w * (1 + te * a - te * w) - a, 0.2 * w) / k
        lead_k = 0.0
    kp = min(max(kp, 20.0), 20_000.0)
    return int(kp), int(lead_k / (k * kp))


def cycle_gain(model, cycle_s):
    """kp in mW/mdeg of a law that sees means over cycle_s: half the gain of SIMC.

    SIMC with the closed loop as slow as the dead time; the mean counts as half a cycle, lags add.
    """
    dead_s = cycle_s * 0.5 + model.emitter_s + model.sensor_s
    return int(min(max(0.25e9 / (model.rate_nk * dead_s), 20.0), 20_000.0))


def swing_uk(model, rated_w, cycle_s):
    """Half the swing of the room in uK under regular cycles at half load, with a third to spare.

    Triangle of the heat switched, behind the emitter as a low-pass at the cycle's frequency.
    """
    # A room nobody knows yet may have a quick emitter.
    emitter_s = model.emitter_s if model.learned else 150
    damping = (1.0 + (6.283 * emitter_s / cycle_s) ** 2) ** -0.5
    return int(min(1.33 * model.rate_nk * 1e-3 * rated_w * cycle_s / 8 * damping, 4e6))
