"""Local life in the whole firmware: clock over a restart, buttons, overrides, why it was cold."""

import re

import pytest

from nuanbu.sim import Device, Refused

START = "2027-01-20T00:00:00+08:00"
START_S = 1800374400


@pytest.fixture
def dev():
    with Device(settings={"control.mode": "plan", "plan.window": False}, start=START) as device:
        yield device


def test_the_clock_outlasts_a_restart_but_no_power_cut(dev):
    dev.step(600.0, room_c=21.0)
    assert dev.request("time.get")["quality"] == "console"
    dev.request("sys.restart")
    assert dev.step(20.0, room_c=21.0).resets
    told = dev.request("time.get")
    assert told["quality"] == "kept" and told["local"] == "2027-01-20 00:10"
    assert told["epoch_s"] == pytest.approx(START_S + dev.elapsed_ms // 1000, abs=6)
    assert dev.request("plan.get")["why"] == "plan"
    dev.step(900.0, room_c=21.0)
    dev.power_cycle(3600.0)
    dev.step(10.0, room_c=21.0)
    assert dev.request("time.get")["quality"] == "uncertain"
    assert dev.request("plan.get")["why"] == "uncertain_clock"


def test_the_button_goes_round_the_presets(dev):
    def twice():
        dev.press("main", 0.3)
        dev.step(0.6, room_c=21.0)
        dev.press("main", 0.3)
        dev.step(3.0, room_c=21.0)
        return dev.request("plan.get")["preset"]

    dev.step(5.0, room_c=21.0)
    assert [twice() for _ in range(5)] == ["comfort", "eco", "sleep", "away", "sleep"]
    assert dev.request("plan.get")["hold"] == "none"  # the plan itself is at sleep
    dev.press("main", 0.3)
    dev.step(3.0, room_c=21.0)
    assert dev.request("plan.get")["preset"] == "boost"


def test_an_override_is_held_over_a_power_cut_and_refused_outside_the_bounds(dev):
    dev.step(5.0, room_c=21.0)
    dev.request("plan.hold", mdeg=23_500, until=START_S + 7200)
    with pytest.raises(Refused, match=r"31000.*5000.*30000"):
        dev.request("plan.hold", mdeg=31_000)
    assert dev.step(60.0, room_c=21.0).snapshot["setpoint_mdeg"] == 23_500
    dev.power_cycle()
    dev.step(5.0, room_c=21.0)
    dev.request("time.set", epoch_s=START_S + 600)
    assert dev.step(5.0, room_c=21.0).snapshot["setpoint_mdeg"] == 23_500
    dev.request("plan.free")
    assert dev.step(5.0, room_c=21.0).snapshot["setpoint_mdeg"] == 19_000


def test_it_can_say_why_it_was_cold(dev):
    dev.set({"limits.installed_w": 300})
    dev.step(3600.0, room_c=17.0)
    dev.request("plan.hold", preset="away", for_s=3600)
    dev.step(3600.0, room_c=17.0)
    dev.step(30.0, room_c=17.0)
    told = dev.request("hours.why", at="2027-01-20T00:00")
    assert (told["from"], told["to"]) == ("2027-01-20 00:00", "01:00")
    assert told["room"] == pytest.approx(1700, abs=10) and told["set"] == 1900
    assert told["why"][0][0] == "limit" and told["why"][0][1] >= 58
    assert told["why"][0][2] == pytest.approx(300, abs=3) and told["why"][0][3] == "installed"
    later = dev.request("hours.why", at="2027-01-20T01:59")
    assert later["why"][0][:2] == ["plan", 60] and later["set"] == pytest.approx(1400, abs=20)
    assert dev.request("hours.why", at="2027-01-10T03:00")["why"] == [["no_power", 60, 0]]
    with pytest.raises(Refused, match="25:00"):
        dev.request("hours.why", at="2027-01-10T25:00")
    hour = dev.request("hours.get", at=0)
    assert hour["of"] == 2 and hour["hours"][0][1] == pytest.approx(START_S, abs=5)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("why 2027-01-20 00:00", r"power was limited to (299|300) W"),
        ("为什么 2027-01-20 00:00", r"限制为 (299|300) W"),
    ],
)
def test_a_person_at_the_port_may_ask_too(dev, typed, answer):
    dev.set({"limits.installed_w": 300})
    dev.step(3601.0, room_c=17.0)
    dev.step(30.0, room_c=17.0)
    said = dev._advance(100, {}, console=typed.encode() + b"\n").console
    for _ in range(5):
        said += dev._advance(100, {}).console
    assert re.search(answer, said.decode()) and "2027-01-20 00:00" in said.decode()


def test_in_quiet_hours_a_relay_clicks_less():
    settings = {"heater.modulator": "relay", "plan.quiet_from_min": 10, "plan.quiet_to_min": 20}
    with Device(settings=settings, start=START) as device:
        seen = [device.step(300.0, room_c=21.0).snapshot["cycle_s"] for _ in range(5)]
    assert seen[0] == seen[1] == seen[4] and seen[2] == seen[3]
    assert seen[2] > 1.4 * seen[0]


def test_every_reason_for_a_cold_hour_is_told_apart(dev):
    dev.set({"control.mode": "heat"})
    dev.step(720.0, room_c=17.0)
    dev.step(600.0, room_c=17.0, tilted=1)
    dev.step(20.0, room_c=17.0, tilted=0)
    dev.set({"control.mode": "off"})
    dev.step(600.0, room_c=17.0)
    dev.set({"control.mode": "heat", "plan.window": True})
    room_c = 21.4
    dev.step(420.0, room_c=room_c)
    while dev.elapsed_ms < 3_660_000:
        room_c = max(room_c - 0.05, 12.0)
        dev.step(15.0, room_c=room_c)
    at = "2027-01-20T00:00"
    rest = {"at": at, "from": 3}
    why = dev.request("hours.why", at=at)["why"] + dev.request("hours.why", **rest)["why"]
    told = {reason[0]: reason for reason in why}
    assert told["full"][1] >= 10 and told["fault"][1] >= 9 and told["fault"][3] == "tilted"
    assert told["off"][1] >= 9 and told["window"][1] >= 10
