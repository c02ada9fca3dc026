# The monitors that learn, once a second and outside the tick: what each of them may be told, and
# whose word counts where two see the same thing.

from micropython import const

from heater.protect import monitors as m
from heater.protect.proof import IDLE

_OK = const(0)
_NO_ROOM = const(2)  # heater.protect.room.NONE
_DEAF_MS = const(5000)  # switched on for so long without a sign of current


def second(guard, inp, contactor):
    """One second of `guard`'s room, rest, thermal, weld and drift; writes their signals.

    inp: this tick's Inputs; contactor: 1 while closed. Allocates nothing.
    """
    electric = guard.electric
    room = guard.room
    weld = guard.weld
    signal = guard.book.signal
    body_ok = inp.body_state == _OK
    voltage = metered = guard.has_meter and inp.meter_state == _OK
    scale = electric.full_w * 1000 // electric.rated_w if metered else 1000
    permille = electric.mean_permille
    power_w = electric.rated_w * permille // 1000 * scale // 1000
    room.second(inp, power_w, signal)
    if signal[m.R_ELEMENT_OPEN]:
        power_w = 0
    # A meter that sees no current although it should cannot tell of a weld either.
    if signal[m.R_ELEMENT_OPEN] > _DEAF_MS:
        metered = False
    if guard.proof.step != IDLE:
        metered = True  # the body's answer to the proof test is the proof test's
    guard.rest.second(inp, permille, metered, signal)
    stepped = guard.thermal.second(
        inp, permille, scale, power_w, room, metered, weld.known(), signal
    )
    tells = _body_tells(guard.book.active)
    if body_ok:
        sound = not signal[m.R_ELEMENT_OPEN] and tells
        weld.second(inp.body_mdeg, room.mdeg, permille, scale, contactor, sound, not metered)
    else:
        weld.forget()
    if weld.known():
        signal[m.R_SWITCH_WELDED_BODY] = weld.verdict
        signal[m.R_ELEMENT_COLD] = weld.missing
        if stepped and room.source != _NO_ROOM:
            cover = weld.covered(voltage)
            # After days of steady load the rise has lost its lag; the balance has not.
            if voltage or not weld.sure():
                cover = max(cover, signal[m.R_COVERED])
            signal[m.R_COVERED] = cover
    if not (room.own_ok and tells and body_ok and weld.known()):
        guard.drift.forget(signal)
    elif stepped:
        guard.drift.step(
            inp.body_mdeg, inp.room_mdeg, guard.thermal.power, weld, voltage, signal
        )


def _body_tells(active):
    # Otherwise the body tells of element or cover, not of the room.
    return not (
        active[m.R_ELEMENT_OPEN]
        or active[m.R_ELEMENT_WEAK]
        or active[m.R_ELEMENT_COLD]
        or active[m.R_COVERED]
    )
