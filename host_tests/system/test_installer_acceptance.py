"""The self-test against the firmware with broken hardware, and what it leaves behind."""

import hashlib
import hmac
import json
import re

import pytest
from installer_run import nuanbu

from nuanbu.installer import acceptance, profile, record, trials
from nuanbu.installer.certificate_words import CERTIFICATE
from nuanbu.installer.client import Client
from nuanbu.installer.profile import MANUAL
from nuanbu.sim.cable import HeldDevice, VirtualPort
from nuanbu.sim.pty import SerialHeater

SPEED = 60.0
KEY = bytes(range(32))

# What is broken -> the line that must name it.
FAULTS = {
    ("swapped", 1): "room_rise",
    ("room_open", 1): "room_sensor",
    ("room_short", 1): "room_sensor",
    ("body_open", 1): "body_sensor",
    ("body_short", 1): "body_sensor",
    ("switch_open", 1): "rated_power",
    ("contactor_open", 1): "rated_power",
    ("switch_welded", 1): "faults",
    ("contactor_welded", 1): "contactor",
    ("element_open", 1): "rated_power",
    ("element_weak_permille", 150): "rated_power",
    ("leak_sensor_dead", 1): "residual",
    ("meter_silent", 1): "rated_power",
}


def outcome_of(fault=None, settings=None, **options):
    """What the self-test finds, in virtual time."""
    with HeldDevice(settings=settings or {}) as device:
        if fault == ("swapped", 1):
            device.swapped = True
        elif fault:
            device.inject(*fault)
        with Client("virtual", port=VirtualPort(device)) as client:
            return acceptance.run(client, **options)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[0])
def test_every_broken_part_is_found(fault):
    assert FAULTS[fault] in outcome_of(fault).failed


@pytest.mark.parametrize(
    "settings",
    [
        {"heater.rated_w": 800},
        {"heater.rated_w": 2000, "heater.modulator": "relay"},
        {"control.mode": "off"},
        {"control.mode": "plan", "control.setpoint_mdeg": 16_000},
    ],
    ids=str,
)
def test_a_good_heater_passes_and_keeps_its_settings(settings):
    outcome = outcome_of(settings=settings, reference_c=20.0, mains_v=220.0)
    assert outcome.failed == []
    verdicts = {line.key: line.verdict for line in outcome.lines}
    assert [key for key, verdict in verdicts.items() if verdict == "skip"] == list(MANUAL)
    assert set(verdicts) <= set(CERTIFICATE)


@pytest.mark.parametrize(
    ("name", "wrong", "line"),
    [
        ("calibration.room_mdeg", 1000, "reference"),
        ("calibration.mains_ppm", 1_040_000, "mains_v"),
        ("calibration.current_ppm", 950_000, "meter_agrees"),
        ("calibration.power_ppm", 1_050_000, "meter_agrees"),
    ],
)
def test_a_wrong_calibration_is_found(name, wrong, line):
    outcome = outcome_of(settings={name: wrong}, reference_c=20.0, mains_v=220.0)
    assert line in outcome.failed


def test_readings_of_the_tester_are_judged():
    typed = {"earth_ohm": 0.3, "insulation_mohm": 50.0, "leakage_ma": 0.8, "rcd_ma": 12.0}
    assert outcome_of(typed=typed).failed == ["earth_ohm", "rcd_ma"]
    assert outcome_of(typed=typed, profile=profile.load("class2")).failed == [
        "leakage_ma", "rcd_ma",
    ]  # fmt: skip


def test_a_heater_left_alone_in_the_middle_takes_the_test_settings_back():
    with SerialHeater(speed=SPEED) as heater:
        client = Client(heater.port)
        client.greet()
        with pytest.raises(RuntimeError), trials.trial(client, {"control.mode": "off"}):
            assert heater.call(lambda device: device.get("control.mode")) == "off"
            heater.call(lambda device: device.power_cycle(1))
            raise RuntimeError("the laptop's battery is empty")
        client.close()
        assert heater.call(lambda device: device.get("control.mode")) == "heat"


def test_certificate_and_signed_record(tmp_path):
    key_file = tmp_path / "key"
    key_file.write_text(KEY.hex())
    words = ["test", "--out", str(tmp_path / "out"), "--operator", "张工", "--isolated",
             "--reading", "earth_ohm=0.05", "--instruments", "M61 7", "--json",
             "--key-file", str(key_file)]  # fmt: skip
    with SerialHeater(speed=SPEED) as heater:
        first = nuanbu(heater.port, "--lang", "zh", *words)
        second = nuanbu(heater.port, "--lang", "en", *words)
    assert first.code == second.code == 0
    made = second.data
    assert made["previous"] == first.data["sha256"] and first.data["previous"] == ""
    assert made["profile"]["id"] == "class1-fixed-1" and made["profile"]["date"]
    assert made["kind"] == "commissioning" and made["instruments"] == "M61 7"
    assert made["isolated_adapter"] and made["operator"] == "张工" and made["passed"]

    # The hash and the signature, worked out apart from the tool.
    bare = {name: value for name, value in made.items() if name not in ("sha256", "hmac")}
    text = json.dumps(bare, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert made["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert made["hmac"] == hmac.new(KEY, made["sha256"].encode(), "sha256").hexdigest()
    assert record.genuine(made, KEY)
    assert not record.genuine({**made, "operator": "other"}, KEY)
    assert not record.genuine(made, bytes(32))

    pages = [page.read_text() for page in sorted((tmp_path / "out").glob("*.html"))]
    assert "合格" in pages[0] and "passed" not in pages[0] and "转引" in pages[0]
    by_key = {line["key"]: line for line in made["lines"]}
    for key, unit in (("both_open", "W"), ("contactor", "W"), ("residual", "mA")):
        reading, given = by_key[key]["reading"].split()
        assert given == unit and float(reading) >= 0
    assert "检验记录" in pages[0] and "record of inspection" in pages[1]
    for page in pages:
        assert not re.search(r"(src|href)\s*=|url\(|@import|<script", page)
        assert page.count("<polyline") == 3 and "0.05 Ω" in page and "<svg" in page
    assert KEY.hex() not in pages[0] + first.out + first.notes


def test_a_failed_test_has_its_own_exit_code_and_still_its_record(tmp_path):
    with SerialHeater(speed=SPEED) as heater:
        heater.call(lambda device: device.inject("element_open"))
        said = nuanbu(heater.port, "--lang", "en", "test", "--out", str(tmp_path))
    assert said.code == 6
    assert "Rated power" in said.notes
    assert json.loads(next(tmp_path.glob("*.json")).read_text())["passed"] is False
