# How far the room will still rise on the heat that is already in the emitter.
#
# This is the switching curve of time-optimal control (Pontryagin; Athans & Falb, "Optimal
# Control", ch. 7) for the model in model.py: heat at full power until the rise still to come
# equals the distance to the set-point. The curve is followed by rolling the model forward with
# the power off, in at most _STEPS steps of an eighth of the emitter's time constant.

from micropython import const

_STEPS = const(24)
_HEAT_MAX_DW = const(50_000)


def coasting_mdeg(model, emitter_mw, loss_mw, above_mdeg):
    """Rise of the room in mdeg until its peak if the power went off now; 0 when it is falling.

    emitter_mw, loss_mw  as in the observer; above_mdeg the room above the structure.
    """
    step_s = (model.emitter_s + 4) >> 3
    emitter_dw = emitter_mw // 100
    loss_dw = loss_mw // 100 + model.loss_dw * above_mdeg // 1000
    rise_uk = 0
    n = _STEPS
    while n:
        emitter_dw -= (emitter_dw + 8) >> 4  # half a step, so that the sum is not biased
        heat_dw = emitter_dw - loss_dw - model.loss_dw * (rise_uk >> 10) // 1000
        if heat_dw <= 0:
            break
        if heat_dw > _HEAT_MAX_DW:
            heat_dw = _HEAT_MAX_DW
        rise_uk += model.rate_nk * heat_dw // 10_000 * step_s
        emitter_dw -= (emitter_dw + 8) >> 4
        n -= 1
    return rise_uk // 1000
