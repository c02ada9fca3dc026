"""The whole firmware in MicroPython behind the co-simulation interface."""

import pytest

from nuanbu.errors import UserError
from nuanbu.sim import Device, Refused

COLD_C = 18.0
SHORT_S = 120.0  # past the proof test at start and the ramp of the first minute


@pytest.fixture
def device():
    with Device(settings={"heater.rated_w": 1500}) as dev:
        yield dev


def test_a_cold_room_gets_the_power_of_the_fitted_element(device):
    device.step(SHORT_S, room_c=COLD_C)
    reply = device.step(60.0, room_c=COLD_C)
    assert reply.contactor
    assert reply.mode == "heat"
    assert reply.faults == []
    assert reply.power_w == pytest.approx(1500, rel=0.02)


def test_a_warm_room_gets_nothing(device):
    device.step(SHORT_S, room_c=25.0)
    assert device.step(600.0, room_c=25.0).power_w == 0


def test_power_follows_the_square_of_the_voltage(device):
    device.step(SHORT_S, room_c=COLD_C, mains_v=198.0)
    reply = device.step(60.0, room_c=COLD_C, mains_v=198.0)
    assert reply.power_w == pytest.approx(1500 * (198 / 220) ** 2, rel=0.02)


def test_long_and_short_steps_are_the_same_time(device):
    device.step(SHORT_S, room_c=COLD_C, body_c=40.0)
    whole = device.step(30.0, room_c=COLD_C, body_c=40.0)
    parts = [device.step(0.5, room_c=COLD_C, body_c=40.0) for _ in range(60)]
    assert sum(p.power_w * p.seconds for p in parts) == pytest.approx(whole.power_w * 30, rel=0.02)
    assert parts[-1].snapshot["uptime_s"] == whole.snapshot["uptime_s"] + 30


def test_changing_a_setting_acts_at_once_and_costs_no_time(device):
    before = device.step(SHORT_S, room_c=21.0)
    device.set({"control.setpoint_mdeg": 19_000})
    after = device.step(60.0, room_c=21.0)
    assert after.snapshot["setpoint_mdeg"] == 19_000
    assert after.snapshot["uptime_s"] - before.snapshot["uptime_s"] == 60
    assert device.get("control.setpoint_mdeg") == 19_000


def test_a_setting_that_takes_a_restart_loses_none_of_the_others(device):
    # Once the day's budget of flash writes is used up, a commit is written later.
    for mdeg in range(20_000, 21_000, 5):
        device.set({"control.setpoint_mdeg": mdeg})
    device.set({"heater.modulator": "relay"})
    assert device.get("control.setpoint_mdeg") == 20_995
    assert device.get("heater.modulator") == "relay"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("control.setpoint_mdeg", 90_000, "30000"),
        ("control.setpoint_mdeg", 22_000.0, "22000.0"),
        ("control.setpoint_mdeg", True, "True"),
        ("control.mode", "warm", "plan"),
        ("no.such_setting", 1, "no.such_setting"),
    ],
)
def test_a_refused_setting_says_why_and_changes_nothing(device, name, value, told):
    device.step(1.0, room_c=20.0)
    with pytest.raises(Refused, match=told):
        device.set({"control.mode": "off", name: value})
    assert device.get("control.mode") == "heat"
    assert device.get("control.setpoint_mdeg") == 22_000


def test_refused_settings_at_the_start():
    with pytest.raises(Refused, match="3500"):
        Device(settings={"heater.rated_w": 99_999})


def test_settings_and_energy_outlive_a_power_cut(device):
    device.step(SHORT_S, room_c=COLD_C)
    device.set({"control.setpoint_mdeg": 20_500})
    used = device.step(3600.0, room_c=COLD_C).snapshot["energy_wh"]
    device.power_cycle()
    reply = device.step(10.0, room_c=COLD_C)
    assert reply.snapshot["uptime_s"] < 15
    assert reply.snapshot["setpoint_mdeg"] == 20_500
    # At most 15 minutes of full power may be missing.
    assert used - 1500 * 0.25 - 1 <= reply.snapshot["energy_wh"] <= used + 5


def test_the_button_acts_like_a_finger(device):
    device.step(5.0, room_c=20.0)
    device.press("up")
    assert device.step(5.0, room_c=20.0).snapshot["setpoint_mdeg"] == 22_500
    device.press("down")
    assert device.step(5.0, room_c=20.0).snapshot["setpoint_mdeg"] == 22_000
    device.press("button", seconds=2.0)
    assert device.step(5.0, room_c=20.0).mode != "heat"


def test_a_two_stage_element_is_chosen_by_a_setting():
    with Device(settings={"heater.modulator": "stages", "heater.rated_w": 2000}) as dev:
        dev.step(SHORT_S, room_c=COLD_C)
        assert dev.step(60.0, room_c=COLD_C).power_w == pytest.approx(2000, rel=0.02)
        pins = {edge[1] for edge in dev.step(3600.0, room_c=21.98).trace}
        assert len(pins) >= 1


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda d: d.step(0), "0.1"),
        (lambda d: d.step(1, room_c=200), "room_c=200"),
        (lambda d: d.step(1, room_c=float("nan")), "room_c=nan"),
        (lambda d: d.step(1, wind=3), "room_c"),
        (lambda d: d.step("x"), "seconds='x'"),
        (lambda d: d.press("knob"), "down"),
        (lambda d: d.inject("sensor"), "room_open"),
        (lambda d: d.inject("element_weak_permille", 1001), "1000"),
        (lambda d: Device(board="toaster").step(), "sim"),
        (lambda d: Device(start="yesterday"), "yesterday"),
        (lambda d: Device(start="2026-01-20T10:00:00"), "offset"),
        (lambda d: Device(speed=0), "speed=0"),
    ],
)
def test_impossible_arguments_are_named(device, call, told):
    with pytest.raises(UserError, match=told):
        call(device)


@pytest.mark.parametrize("settings", [None, {"control.mode": "plan"}], ids=str)
def test_the_clock_is_told_at_the_start_and_lost_with_the_power(settings):
    with Device(settings=settings, start="2026-01-20T10:00:00+08:00") as dev:
        dev.step(5.0, room_c=20.0)
        moved = dev.request("time.set", epoch_s=1768874405 + 60)["moved_s"]
        assert moved == pytest.approx(60, abs=2)  # so it was 10:00:05 before


def test_ticks_wrap_without_effect():
    # Start 30 s before the tick counter wraps.
    with Device(settings={"heater.rated_w": 1500}) as dev:
        dev.world(epoch_ms=(1 << 30) - 30_000)
        dev.power_cycle()
        dev.step(SHORT_S, room_c=COLD_C)
        reply = dev.step(60.0, room_c=COLD_C)
        assert reply.faults == []
        assert reply.snapshot["late_ticks"] == 0
        assert reply.power_w == pytest.approx(1500, rel=0.02)


def test_a_weekly_plan_that_cannot_be_followed_is_refused(device):
    device.step(1.0, room_c=20.0)
    with pytest.raises(Refused, match=r"plan\.week"):
        device.set({"plan.week": "someday 25:00 tropical"})
    device.set({"plan.week": "mon-sun 07:00 comfort 23:00 sleep"})
    assert device.get("plan.week") == "mon-sun 07:00 comfort 23:00 sleep"


def test_the_proof_test_at_start_is_in_the_journal(device):
    device.step(3700.0, room_c=20.0)  # the journal goes to flash within the hour
    events, at, of = [], 0, 1
    while at < of:
        page = device.request("log.get", at=at)
        events += page["ev"]
        at, of = page["next"], page["of"]
    proofs = [e for e in events if e[3] == 90]
    assert len(proofs) == 1
    assert proofs[0][4] == 1111  # sensors, quiet, leak and contactor: passed, each
    assert 8_000 < proofs[0][5] < 16_000  # of the 15 mA of the test winding, microampere
