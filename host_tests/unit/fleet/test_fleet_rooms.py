"""Rooms of the fleet against the houses they stand for."""

import numpy as np
import pytest

from nuanbu.fleet.rooms import KINDS_USED, STEP_S, Rooms, Thermostat
from nuanbu.sim import houses
from nuanbu.sim.house import House
from nuanbu.sim.weather import ConstantWeather

KINDS = np.arange(len(KINDS_USED))


def bare(weather):
    return Rooms(KINDS, weather, np.random.default_rng(1), spread=0.0)


@pytest.mark.parametrize("outdoor_c", [-30.0, -10.0])
def test_the_power_that_holds_a_room_is_that_of_the_house(outdoor_c):
    weather = ConstantWeather(outdoor_c)
    hold_w = bare(weather).reset(np.full(len(KINDS), 22.0))
    for name, got_w in zip(KINDS_USED, hold_w):
        spec = houses.HOUSES[name]
        want_w = max(0.0, House(spec, weather, disturbances=False).load_for(outdoor_c))
        assert got_w == pytest.approx(want_w, abs=0.03 * spec.rated_w), name


def test_a_room_warms_and_cools_like_the_house():
    weather = ConstantWeather(-20.0)
    rooms = bare(weather)
    rooms.reset(np.full(len(KINDS), 18.0))
    chosen = (0, 5, 7)
    spec = [houses.HOUSES[KINDS_USED[k]] for k in chosen]
    house = [House(one, weather, disturbances=False) for one in spec]
    for one in house:
        one.reset(18.0)
    rated_w = np.array([houses.HOUSES[name].rated_w for name in KINDS_USED])
    off_k, seen_c = np.zeros(3), [[one.room_c] for one in house]
    for minute in range(240):
        on = minute < 120
        for _ in range(60 // STEP_S):
            rooms.step(rated_w * on)
        for k, one in enumerate(house):
            one.step(60.0, one.rated_w * on)
            off_k[k] = max(off_k[k], abs(rooms.air_c[chosen[k]] - one.room_c))
            seen_c[k].append(one.room_c)
    swing_k = np.ptp(seen_c, axis=1)
    assert np.all(swing_k > 3.0)
    assert np.all(off_k < 0.12 * swing_k)


def test_thermostats_hold_rooms_that_may_take_what_they_want():
    weather = ConstantWeather(-15.0)
    rooms = bare(weather)
    hold_w = rooms.reset(np.full(len(KINDS), 20.0))
    rated_w = np.array([int(houses.HOUSES[name].rated_w) for name in KINDS_USED])
    law = Thermostat(rated_w, hold_w)
    power_w = np.minimum(hold_w, rated_w)
    for _ in range(16 * 3600 // STEP_S):
        power_w = law.step(
            rooms.sensor_c, np.full(len(KINDS), 22.0), power_w, np.ones(len(KINDS), bool)
        )
        rooms.step(power_w.astype(float))
    assert np.all(np.abs(rooms.air_c - 22.0) < 0.2)
