"""No trip and no alarm in a healthy heater: noise, doors and windows, voltage swings, caps.

Quick: half a day in one draughty house. `make soak`: a heating season of 183 days in four houses,
among them the coldest and the windiest, a month (season.py) a test, in the virtual machine, and
once more in CPython (inprocess.py) for the full board and the barest; DAYS=5 pytest -m soak -k
"season and windy" runs so many days of each.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from season import HOURS_A_MONTH, MONTHS, Month

from nuanbu.sim import Device, houses
from nuanbu.sim.house import House
from nuanbu.sim.lockstep import LockStep

HOUSES = ("frozen-flat", "windy-tower-oil", "passage-panel", "leaky-brick")
DAYS = float(os.environ.get("DAYS", HOURS_A_MONTH / 24))
HOUSE_HOURS = len(HOUSES) * MONTHS * HOURS_A_MONTH


@pytest.mark.timeout(900)
def test_half_a_day_without_a_false_alarm():
    spec = houses.get("corner-convector")
    named = set()
    with Device(board="sim", settings={"heater.rated_w": int(spec.rated_w)}, seed=7) as device:
        run = LockStep(device, House(spec, seed=7))
        for _ in range(12 * 60):
            run.run(59)
            named |= {fault["code"] for fault in run.step(probe=True).probe["faults"]}
        assert not run.totals.resets
        assert run.totals.energy_j > 0
    assert not named


@pytest.mark.soak
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("number", range(MONTHS))
@pytest.mark.parametrize("name", HOUSES)
def test_a_season_without_a_false_alarm(name, number, record_property):
    month = Month(name, number)
    lived, false = 0, 0
    try:
        while month.life.hours < DAYS * 24:
            said = month.day()
            lived, false = lived + 1, false + bool(said)
            print(f"{name}, month {number}, day {lived}: {said or 'nothing named'}", flush=True)
            assert not said
    finally:
        tally = {"cases": [24 * lived, false], name: [24 * lived, false]}
        record_property("tally", ["season, house-hours, virtual machine", HOUSE_HOURS, tally])
        month.close()


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("board", ["full", "bare"])
@pytest.mark.parametrize("number", range(MONTHS))
@pytest.mark.parametrize("name", HOUSES)
def test_a_season_in_process_without_a_false_alarm(name, number, board, record_property):
    script = Path(__file__).with_name("inprocess.py")
    words = [sys.executable, script, name, str(number), str(DAYS), board]
    done = subprocess.run(words, capture_output=True, text=True)
    print(done.stdout)
    false = int(done.returncode != 0)
    tally = {"cases": [0 if false else int(DAYS * 24), false]}
    record_property("tally", [f"season, house-hours, in process, {board}", HOUSE_HOURS, tally])
    assert not false, done.stdout + done.stderr
