"""Everything a resident does, at the three buttons alone, in the whole firmware."""

import pytest

from nuanbu.sim.device import Device

START = "2027-01-20T10:00:00+08:00"  # the plan is at comfort, 22 degC
TEN_S = 1800410400  # the same, in Unix time
HEARD_S = 1.0  # from the press to what the plan says


class Fingers:
    """Presses buttons of a running heater and reads what it says of itself."""

    def __init__(self, device):
        self.device = device
        self.step(5.0)

    def step(self, seconds):
        return self.device.step(seconds, room_c=21.9)

    def press(self, button, times=1, seconds=0.3):
        for _ in range(times):
            self.device.press(button, seconds)
            self.step(seconds + 0.2)
        self.step(HEARD_S)
        return self.device.request("plan.get")


@pytest.fixture
def fingers():
    with Device(settings={"control.mode": "plan", "plan.window": False}, start=START) as device:
        yield Fingers(device)


def test_modes_presets_boost_away_overrides_and_lock_at_the_buttons(fingers):
    assert fingers.press("up")["set"] == 22_500  # until the plan's next change
    told = fingers.press("down", 2)
    assert told["set"] == 21_500 and told["hold"] == "next"
    told = fingers.press("main")
    assert told["preset"] == "boost" and told["hold"] == "for" and 0 < told["left_s"] <= 3600
    assert fingers.press("main")["preset"] == "comfort"
    presets = [fingers.press("main", 2)["preset"] for _ in range(4)]
    assert presets == ["comfort", "eco", "sleep", "away"]
    assert fingers.press("main", 2)["hold"] == "none"
    assert [fingers.press("main", 1, 2.0)["mode"] for _ in range(3)] == ["off", "heat", "plan"]
    assert fingers.press("main", 1, 6.0)["lock"] == 1
    assert fingers.press("up")["set"] == 22_000 and fingers.press("main", 1, 2.0)["mode"] == "plan"
    assert fingers.press("main", 1, 6.0)["lock"] == 0
    assert fingers.press("up")["set"] == 22_500


def test_three_presses_are_a_quiet_night(fingers):
    assert fingers.press("main", 3)["quiet"] == 1
    assert fingers.press("up")["quiet"] == 1
    fingers.step(120.0)
    assert fingers.device.request("plan.get")["quiet"] == 1
    assert fingers.press("main", 3)["quiet"] == 0


def test_the_weekly_plan_is_taught_at_the_buttons_and_outlasts_a_power_cut(fingers):
    fingers.press("main", 2)
    assert fingers.press("main", 2)["preset"] == "eco"
    told = fingers.press("main", 4)  # Wednesday, shortly after 10:00
    assert told["hold"] == "none" and told["preset"] == "eco"
    fingers.step(20.0)
    week = fingers.device.request("cfg.get", k="plan.week")["v"]
    assert week == (
        "mon-fri 06:00 comfort 10:00 eco 22:30 sleep; sat-sun 06:00 comfort 22:30 sleep"
    )
    fingers.device.power_cycle()
    fingers.step(5.0)
    assert fingers.press("main", 5)["preset"] == "manual"  # no clock to trust: nothing is changed
    fingers.device.request("time.set", epoch_s=TEN_S + 120)
    fingers.step(1.0)
    assert fingers.press("main", 5)["preset"] == "comfort"
    fingers.step(20.0)
    week = fingers.device.request("cfg.get", k="plan.week")["v"]
    assert week == "mon-sun 06:00 comfort 22:30 sleep"


def test_what_was_pressed_outlasts_a_power_cut(fingers):
    fingers.press("main", 1, 2.0)
    fingers.press("main", 1, 2.0)
    fingers.press("up", 2)
    fingers.press("main", 1, 6.0)
    fingers.step(20.0)
    fingers.device.power_cycle()
    fingers.step(5.0)
    told = fingers.device.request("plan.get")
    assert (told["mode"], told["set"], told["lock"]) == ("heat", 23_000, 1)
