"""Window and early start in simulated homes; the full figures come from the evaluate_*.py here."""

import pytest
from evaluate_early_start import LEARNING_DAYS, WITHIN_MIN, mornings
from evaluate_window import FIRST_S, NOTICE_S, opening
from living import DAY_S, Living, winter

from nuanbu.sim.houses import HOUSES
from nuanbu.sim.weather import ConstantWeather


@pytest.mark.parametrize(
    ("name", "outdoor_c"),
    [("corner-convector", -10), ("heavy-concrete-oil", -25), ("light-timber-panel", -25)],
)
def test_an_open_window_is_noticed_in_five_minutes_and_left_when_shut(name, outdoor_c):
    noticed_s, again_s, *_ = opening(name, outdoor_c, FIRST_S)
    assert noticed_s is not None and noticed_s <= NOTICE_S
    assert again_s <= 900  # seen through the sensor's lag of up to 600 s


@pytest.mark.parametrize("name", ["new-build-panel", "windy-tower-oil"])
def test_the_cycles_of_a_relay_do_not_hide_a_window(name):
    noticed_s, *_ = opening(name, 0, FIRST_S, "precise")
    assert noticed_s is not None and noticed_s <= NOTICE_S


def test_in_mild_weather_what_the_room_loses_tells_and_the_room_comes_back_gently():
    noticed_s, _, peak_k, _ = opening("granny-convector", 0)
    assert noticed_s is not None and noticed_s <= NOTICE_S
    assert peak_k <= 0.5  # 1.3 K where nothing is known of what the room lost before


@pytest.mark.parametrize("name", ["corner-convector", "light-timber-panel", "top-floor-oil"])
def test_neither_a_door_nor_a_set_back_is_an_open_window(name):
    home = Living(
        name, ConstantWeather(-15), people=False, plan__early_start=False,
        plan__week="mon-sun 05:00 comfort 07:00 sleep", plan__sleep_mdeg=16000,
    )  # fmt: skip
    while home.t_s < 10 * 3600:
        home.house._occupants.door_open = home.t_s >= 6 * 3600
        home.second()
        assert not home.plan.window.open, home.t_s
    assert home.plan.setpoint_mdeg == 16000


@pytest.mark.soak
@pytest.mark.parametrize("name", HOUSES)
def test_a_lived_in_winter_makes_no_false_alarm(name):
    home = Living(name, winter(7, 3), 3, plan__sleep_mdeg=18000)
    shut_s, was_open, false = -DAY_S, 0, []
    while home.t_s < 7 * DAY_S:
        home.second()
        if home.house.window_open:
            shut_s = home.t_s
        elif home.plan.window.open and not was_open and home.t_s - shut_s > NOTICE_S:
            false.append(home.t_s)
        was_open = home.plan.window.open
    assert len([t_s for t_s in false if t_s > DAY_S]) <= 1


@pytest.mark.soak
@pytest.mark.parametrize("name", HOUSES)
def test_it_is_warm_at_the_time_asked(name):
    late = [m[0] for m in mornings(name, LEARNING_DAYS + 20, 3)[LEARNING_DAYS:] if not m[2]]
    assert sum(m is not None and abs(m) <= WITHIN_MIN for m in late) >= 0.95 * len(late)
