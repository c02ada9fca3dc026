"""Rooms that are none of the simulated houses, met before anything is learned."""

import pytest

from nuanbu.bench import plants, scenarios
from nuanbu.bench.drive import drive
from nuanbu.bench.heater import FastHeater

HOUR_S = 3600


@pytest.mark.parametrize("spec", plants.draw(5, seed=7), ids=lambda spec: spec.name)
def test_a_strange_room_is_warmed_and_held_without_a_day_of_learning(spec):
    plant = plants.at_load(spec, 0.5, 18.0)
    heater = FastHeater(spec.rated_w)
    heater.setpoint_mdeg = 22_000
    full_s = 4.0 * spec.capacity_j_k / (0.5 * spec.rated_w)
    rising = drive(plant, heater, full_s + 4 * HOUR_S).room_c
    held = drive(plant, heater, HOUR_S).room_c
    assert max(rising) < 22.25  # without learning and prediction: 22.25 to 23.2
    assert max(abs(room - 22.0) for room in held) < 0.3


def test_the_same_seed_draws_the_same_rooms():
    assert plants.draw(4, seed=3) == plants.draw(6, seed=3)[:4]
    assert plants.draw(4, seed=3) != plants.draw(4, seed=4)
    assert plants.get("random 3") == plants.draw(3)[-1]


def test_a_plant_at_rest_stays_where_it_is():
    for spec in plants.draw(4):
        plant = plants.at_load(spec, 0.5, 22.0)
        for _ in range(HOUR_S):
            plant.step(1.0, 0.5 * spec.rated_w)
        assert plant.room_c == pytest.approx(22.0, abs=0.01)
        assert scenarios.full_power_time(spec.name) > 0
