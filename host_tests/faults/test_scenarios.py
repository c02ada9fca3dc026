"""Faults that need a story of their own: at power-up, over hours, in the deepest cold."""

import pytest
from bench import HAZARD_BODY_C

from nuanbu.sim import Device


def codes(reply):
    return {f["code"] for f in reply.faults}


def warm(device, room_c=16.0, seconds=15.0, **held):
    reply = device.step(seconds, room_c=room_c, **held)
    assert reply.power_w > 100 and not reply.faults
    return reply


def test_cold_start_at_minus_35():
    with Device(board="sim") as device:
        cold = {"room_c": -35.0, "body_c": -35.0, "chip_c": -33.0}
        reply = device.step(10.0, **cold)
        assert not reply.faults and reply.power_w > 50  # heats within 10 s of power-up
        reply = device.step(60.0, **cold)
        assert not reply.faults and reply.power_w > 500


@pytest.mark.parametrize("value", [3_000, 6_000])
def test_a_shifted_leakage_sensor_never_heats(value):
    with Device(board="sim") as device:
        device.inject("leak_sensor_offset_ua", value)
        reply = device.step(60.0, room_c=10.0)
        assert reply.power_w == 0 and "leak_test" in codes(reply)
        device.inject("leak_sensor_offset_ua", 0)
        reply = device.step(640.0, room_c=10.0)  # tried again after ten minutes
        assert not reply.faults
        assert device.step(10.0, room_c=10.0).power_w > 1500


def test_a_stuck_converter_is_found_by_the_self_test():
    with Device(board="sim") as device:
        warm(device)
        device.inject("adc_stuck")
        device.power_cycle(5.0)
        reply = device.step(60.0, room_c=10.0)
        assert reply.power_w < 1 and "leak_test" in codes(reply)


def test_contactor_welded_at_power_up():
    with Device(board="sim") as device:
        device.inject("contactor_welded")
        reply = device.step(20.0, room_c=10.0)
        assert "contactor_welded" in codes(reply)
        assert reply.power_w * 20 < 2000 * 4  # a few seconds of the proof test, no more
        device.power_cycle(5.0)
        reply = device.step(30.0, room_c=10.0)
        assert "contactor_welded" in codes(reply) and reply.power_w == 0


def test_both_switches_welded_is_said_aloud():
    with Device(board="sim", settings={"control.mode": "off"}) as device:
        device.step(20.0, room_c=20.0)
        device.inject("contactor_welded")
        device.inject("switch_welded")
        reply = device.step(20.0, room_c=20.0)
        assert "contactor_welded" in codes(reply)
        text = next(f for f in reply.faults if f["code"] == "contactor_welded")
        assert text["measured"] > 0


def test_power_cuts_never_keep_it_cold():
    with Device(board="sim") as device:
        warm(device)
        for off_s in (1.0, 3.0, 30.0):
            device.power_cycle(off_s)
            assert device.step(10.0, room_c=10.0).power_w > 50
            assert not device.step(5.0, room_c=10.0).faults


def test_a_hang_is_over_in_a_minute():
    with Device(board="sim") as device:
        warm(device)
        device.world(hang_ms=3_600_000)
        reply = device.step(5.0, room_c=16.0)
        assert reply.resets == [3]
        reply = device.step(60.0, room_c=16.0)
        assert reply.power_w > 1000 and not reply.faults


def test_five_hangs_end_in_a_safe_hold_that_listens():
    with Device(board="sim") as device:
        warm(device)
        for _ in range(5):
            device.world(hang_ms=60_000)
            device.step(20.0, room_c=16.0)
        reply = device.step(30.0, room_c=16.0)
        assert "safe_hold" in codes(reply) and reply.power_w == 0
        assert device.request("hello")["product"]


def test_the_longest_legitimate_stall_is_bounded():
    # A TLS handshake (1 s) and a flash erase (80 ms) with the interpreter held, leakage in the
    # middle of it: firmware acts after the stall, the hardware path within it (docs/safety.md).
    with Device(board="sim") as device:
        warm(device)
        device.world(hang_ms=1_080)
        device.step(0.1, room_c=16.0, leakage_ma=50.0)
        device.step(1.3, room_c=16.0, leakage_ma=50.0)
        assert device.step(5.0, room_c=16.0, leakage_ma=50.0).power_w == 0


def test_remote_cannot_clear_what_only_a_person_may():
    with Device(board="sim") as device:
        warm(device)
        device.step(2.0, room_c=16.0, leakage_ma=20.0)
        reply = device.step(10.0, room_c=16.0, leakage_ma=0.0)
        assert "leak_high" in codes(reply) or "leak_comparator" in codes(reply)
        assert reply.power_w == 0


def test_covered_heater_stays_below_the_hazard():
    with Device(board="sim") as device:
        plant = device.plant
        device.step(3600.0, room_c=15.0)
        plant.body_rise_k *= 5
        plant.body_tau_s *= 5
        hottest = 0.0
        for _ in range(90):
            reply = device.step(10.0, room_c=15.0)
            hottest = max(hottest, plant.body_c)
        assert hottest < HAZARD_BODY_C
        assert codes(reply) & {"covered", "body_hot", "body_warm"}


def test_freezing_room_is_heated_although_off():
    with Device(board="sim", settings={"control.mode": "off"}) as device:
        reply = device.step(60.0, room_c=10.0)
        assert reply.power_w == 0
        device.step(30.0, room_c=4.0)
        assert device.step(30.0, room_c=4.0).power_w > 200
        device.step(600.0, room_c=7.6)  # control takes its power back smoothly
        assert device.step(30.0, room_c=7.6).power_w < 20


def test_a_converter_that_sticks_while_it_heats_is_found():
    with Device(board="sim") as device:
        device.step(1800.0, room_c=16.0)
        device.inject("adc_stuck")
        reply = device.step(60.0, room_c=16.0)  # its two ranges cannot read the same
        assert "body_sensor" in codes(reply) and not reply.contactor


def test_a_meter_that_reads_no_current_does_not_hide_a_weld():
    with Device(board="sim") as device:
        warm(device, seconds=60.0)
        device.inject("meter_deaf")
        reply = device.step(60.0, room_c=16.0)
        assert "element_open" in codes(reply)
        device.set({"control.mode": "off"})
        device.inject("switch_welded")
        for _ in range(12):
            reply = device.step(10.0, room_c=16.0)
        assert "switch_welded_body" in codes(reply) and not reply.contactor


@pytest.mark.parametrize("modulator", ["ssr", "relay", "stages"])
def test_switched_off_is_off_whatever_a_pulse_still_promises(modulator):
    with Device(board="sim", settings={"heater.modulator": modulator}) as device:
        device.step(30.0, room_c=23.0)
        device.inject("room_open")  # now a first pulse of degraded operation begins
        for _ in range(40):
            if device.step(0.5, room_c=23.0).power_w > 1000:
                break
        device.set({"control.mode": "off"})
        device.step(2.0, room_c=23.0)
        assert device.step(60.0, room_c=23.0).power_w == 0
