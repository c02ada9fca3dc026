"""Who may end a latched fault: only somebody at the heater, and for some only service."""

import pytest

from nuanbu.sim import Device, Refused


@pytest.fixture
def weld():
    """Settings in, the heater off, its switch welded until the contactor has opened."""
    opened = []

    def make(**settings):
        device = Device(settings={"control.mode": "off", **settings})
        opened.append(device)
        device.step(30.0, room_c=16.0)
        device.inject("switch_welded")
        reply = device.step(10.0, room_c=16.0)
        assert [f["code"] for f in reply.faults] == ["switch_welded"]
        assert not reply.contactor
        device.inject("switch_welded", 0)
        device.step(30.0, room_c=16.0)
        return device

    yield make
    for device in opened:
        device.close()


def test_a_weld_outlives_mending_and_a_power_cut(weld):
    device = weld()
    device.set({"control.mode": "heat"})
    device.power_cycle()
    reply = device.step(120.0, room_c=16.0)
    assert reply.power_w == 0
    assert [f["code"] for f in reply.faults] == ["switch_welded"]


def test_an_installer_cannot_clear_a_weld(weld):
    device = weld(**{"heater.serial": "HTR-7"})
    with pytest.raises(Refused, match="service_only"):
        device.request("faults.clear", code="switch_welded")
    assert device.step(1.0, room_c=16.0).faults


def test_service_clears_it_and_the_heater_heats_again(weld):
    device = weld()
    device.request("faults.clear", code="switch_welded")
    device.set({"control.mode": "heat"})
    device.step(120.0, room_c=16.0)
    reply = device.step(10.0, room_c=16.0)
    assert not reply.faults
    assert reply.power_w > 1900
