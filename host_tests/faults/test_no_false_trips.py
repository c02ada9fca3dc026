"""No trip and no alarm in a healthy heater: noise, doors and windows, voltage swings, caps.

Quick: half a day in one draughty house. `make soak`: a heating season of 183 days in several
houses, month by month.
"""

import pytest

from nuanbu.sim import Device, houses
from nuanbu.sim.house import House
from nuanbu.sim.lockstep import LockStep

HOUR_S = 3600
MONTH_DAYS = 30.5
MONTHS = 6  # 183 days
HOUSES = ("corner-convector", "top-floor-oil", "passage-panel", "leaky-brick")


def live(name, hours, seed):
    """Faults that were named in `hours` in the house `name`: {code: first hour}."""
    spec = houses.get(name)
    named = {}
    with Device(board="sim", settings={"heater.rated_w": int(spec.rated_w)}, seed=seed) as device:
        run = LockStep(device, House(spec, seed=seed))
        for minute in range(round(hours * 60)):
            run.run(59)
            for fault in run.step(probe=True).probe["faults"]:
                named.setdefault(fault["code"], (round(minute / 60, 1), fault["measured"]))
        assert not run.totals.resets
        assert run.totals.energy_j > 0
    return named


@pytest.mark.timeout(900)
def test_half_a_day_without_a_false_alarm():
    assert live("corner-convector", 12, seed=7) == {}


@pytest.mark.soak
@pytest.mark.timeout(7000)
@pytest.mark.parametrize("month", range(MONTHS))
@pytest.mark.parametrize("name", HOUSES)
def test_a_season_without_a_false_alarm(name, month):
    assert live(name, MONTH_DAYS * 24, seed=100 + month) == {}
