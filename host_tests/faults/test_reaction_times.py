"""How long the element really stays on after a fault, in the simulated hardware, at any phase
between fault and tick. Times include the drivers' sampling, which the safety case states apart.
"""

import pytest

from nuanbu.sim import Device

PHASES = 6
PART = {
    "tilted": (0.6, {"tilted": 1}, None),
    "leakage 50 mA": (0.2, {"leakage_ma": 50.0}, None),
    "leakage 11 mA": (0.6, {"leakage_ma": 11.0}, None),
    "body at 118 degC": (1.5, {"body_c": 118.0}, None),
    "body sensor open": (1.5, {}, "body_open"),
    "body sensor short": (1.5, {}, "body_short"),
    "residual-current sensor dead": (1.5, {}, "leak_sensor_dead"),
}


def seconds_on(device, held, limit_s):
    """Time until the power is off, in steps of a tick; None when it is not off within limit."""
    for tick in range(round(limit_s * 10) + 1):
        if device.step(0.1, **held).power_w == 0:
            return tick / 10
    return None


@pytest.mark.parametrize("phase", range(PHASES))
@pytest.mark.parametrize("name", PART)
def test_off_in_time(name, phase):
    limit_s, held, part = PART[name]
    full = {"room_c": -10.0, "body_c": 30.0}  # full power, nothing else the matter
    with Device(board="sim") as device:
        device.step(60.0, **full)
        for _ in range(100):  # until it is on, and another moment within the second
            if device.step(0.1, **full).power_w > 1900:
                break
        assert device.step(0.1 + 0.3 * phase, **full).power_w > 1900
        if part:
            device.inject(part)
        took = seconds_on(device, {**full, **held}, limit_s)
        assert took is not None and took <= limit_s


def test_a_weld_opens_the_contactor_in_time():
    # Three seconds from the first metered sample of the off state; the meter's mean and its
    # polling take up to one more.
    with Device(board="sim", settings={"control.mode": "off"}) as device:
        device.step(30.0, room_c=20.0)
        device.inject("switch_welded")
        took = seconds_on(device, {"room_c": 20.0}, 4.0)
        assert took is not None and took <= 4.0
        assert not device.step(60.0, room_c=20.0).contactor
