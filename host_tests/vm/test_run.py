"""`nuanbu sim run` and `sim serve` as a person or another program uses them."""

import fcntl
import json
import os
import subprocess
import sys

import pytest

from nuanbu.errors import UserError
from nuanbu.sim import Device, houses, lockstep
from nuanbu.sim.house import House
from nuanbu.sim.weather import COLD_WEEK, ConstantWeather

HOUR = "0.0417"


def nuanbu(*words, **kwargs):
    return subprocess.run(
        [sys.executable, "-m", "nuanbu.cli", *words],
        capture_output=True, text=True, timeout=120, **kwargs,
    )  # fmt: skip


def test_a_run_leaves_a_table_and_a_report(tmp_path):
    done = nuanbu("sim", "run", "--days", HOUR, "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "kWh" in done.stdout
    report = (tmp_path / "report.html").read_text()
    assert "<svg" in report
    for remote in ("http://", "https://"):
        # Self-contained: nothing is loaded from anywhere (name spaces of SVG are no addresses).
        assert f'src="{remote}' not in report
        assert f'href="{remote}' not in report


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--days", "0"), "DAYS=0"),
        (("--days", "soon"), "not a number"),
        (("--house", "igloo"), "corner-convector"),
        (("--weather", "/nowhere.epw"), "/nowhere.epw"),
        (("--set", "control.setpoint_mdeg"), "name=value"),
        (("--set", "control.setpoint_mdeg=99000"), "30000"),
        (("--set", "control.colour=blue"), "control.colour"),
        (("--lang", "fr"), "zh"),
    ],
)
def test_a_wrong_value_is_one_clear_line_and_nothing_is_written(tmp_path, words, told):
    done = nuanbu("sim", "run", "--days", HOUR, "--out", str(tmp_path), *words)
    assert done.returncode not in (0, 130)
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.html"))
    assert not list(tmp_path.glob(".*part"))


def test_a_bad_weather_row_names_file_line_field_and_range(tmp_path):
    lines = COLD_WEEK.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line[:1].isdigit()) + 3
    lines[at] = lines[at].replace("-", "x", 1)
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join(lines))
    done = nuanbu("sim", "run", "--weather", str(bad), "--out", str(tmp_path))
    assert done.returncode == 1
    for part in (str(bad), str(at + 1), "outdoor_c", "-70"):
        assert part in done.stderr.replace("\n", "")


def test_a_second_run_on_top_of_a_first_is_refused(tmp_path):
    with open(tmp_path / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = nuanbu("sim", "run", "--days", HOUR, "--out", str(tmp_path))
    assert done.returncode == 1
    assert "another run" in done.stderr
    assert os.listdir(tmp_path) == [".lock"]


class Dying(House):
    def step(self, dt_s, element_w):
        if self.t_s > 30:
            raise ZeroDivisionError("no air left")
        super().step(dt_s, element_w)


class Exploding(House):
    def step(self, dt_s, element_w):
        super().step(dt_s, element_w)
        if self.t_s > 30:
            self.sensor_c = float("nan")


@pytest.mark.parametrize(("plant", "told"), [(Dying, "no air left"), (Exploding, "sensor_c=nan")])
def test_a_plant_that_dies_is_named(plant, told):
    house = plant(houses.get("corner-convector"), ConstantWeather(-20.0))
    house.reset()
    with Device() as device, pytest.raises(UserError, match=told):
        lockstep.LockStep(device, house).run(120)


def test_serving_another_language():
    requests = [
        {"do": "step"},
        {"do": "open", "settings": {"heater.rated_w": 1000}},
        {"do": "step", "seconds": 120.0, "room_c": 18.0},
        {"do": "step", "seconds": 30.0, "room_c": 18.0},
        {"do": "step", "seconds": 30.0, "room_c": 400},
        {"do": "set", "settings": {"control.setpoint_mdeg": 1}},
        {"do": "get", "name": "control.setpoint_mdeg"},
        {"do": "dance"},
        {"do": "close"},
    ]
    lines = "\n".join(json.dumps(r) for r in requests) + "\nnot json\n"
    done = nuanbu("sim", "serve", input=lines)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["ok"] for a in answers] == [
        False, True, True, True, False, False, True, False, True, False,
    ]  # fmt: skip
    assert answers[3]["power_w"] == pytest.approx(1000, rel=0.02)
    assert "room_c=400" in answers[4]["error"]
    assert answers[6]["value"] == 22_000
    assert "step" in answers[7]["error"]


def test_the_same_seed_gives_the_same_run():
    def powers():
        house = House(houses.get("corner-convector"), ConstantWeather(-20.0), seed=7)
        house.reset()
        with Device(settings={"heater.rated_w": 1400}, seed=7) as device:
            pair = lockstep.LockStep(device, house)
            pair.run(1800)
            return pair.totals.energy_j, house.room_c

    assert powers() == powers()


def test_scaled_time_keeps_its_pace():
    import time

    with Device(speed=20.0) as device:
        device.step(1.0, room_c=20.0)
        began = time.monotonic()
        device.step(10.0, room_c=20.0)
        assert time.monotonic() - began >= 0.45


def resets_at(reports):
    return next(i for i, report in enumerate(reports) if report.reset_cause is not None)


def test_a_restart_in_mid_run_keeps_the_count():
    house = House(houses.get("corner-convector"), ConstantWeather(-20.0))
    house.reset()
    with Device(settings={"heater.rated_w": 1400}) as device:
        pair = lockstep.LockStep(device, house)
        pair.run(30)
        device.world(hang_ms=60_000)
        reports = list(pair.seconds(30, probe=True))
        assert len(reports) == 30
        assert pair.totals.seconds == 60 and len(pair.totals.resets) == 1
        assert [report.probe is None for report in reports] == [True] * 29 + [False]
        # It has lived through every second since its restart: the tick of the last is still due.
        assert reports[-1].now_ms == 1000 * (30 - resets_at(reports) - 1)
        assert reports[-1].probe["uptime_s"] == reports[-1].now_ms // 1000 - 1
        assert device.request("status")["mode"] == "heat"


def test_voltage_and_current_are_of_one_instant():
    # Half of the power, pulse by pulse: the branch takes its volts while current flows, not later.
    house = House(houses.get("corner-convector"), ConstantWeather(-20.0), disturbances=False)
    house.reset()
    open_v, rated_w = house.mains_open_v, house.rated_w
    seen = {0: 0, 1: 0}
    with Device(settings={"heater.rated_w": int(rated_w)}) as device:
        pair = lockstep.LockStep(device, house)
        pair.run(120)
        device.set({"limits.installed_w": int(rated_w / 2)})
        for _ in range(300):
            read = pair.step(probe=True).probe
            volts, watts = read["mains_mv"] / 1000, read["power_w"]
            full = watts / (rated_w * (volts / 220.0) ** 2)
            if watts and not 0.99 < full < 1.01:
                continue  # a mean of both
            seen[bool(watts)] += 1
            assert volts == pytest.approx(open_v - house.source_ohm * watts / volts, abs=0.3)
    assert min(seen.values()) > 30, seen
