"""The safety case, the monitors, their words and their tests are in step."""

import re

import pytest
from rig import Board

from heater.protect import monitors, texts
from nuanbu.docs import hazards, safety

NAMES = [row[1] for row in monitors.ROWS]


def defined(path):
    """Names of the tests in a file."""
    return set(re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE))


def test_every_monitor_stands_in_the_safety_case():
    told = [name for hazard in hazards.HAZARDS for name in hazard.monitors]
    assert sorted(told) == sorted(NAMES)


@pytest.mark.parametrize("hazard", hazards.HAZARDS, ids=lambda h: h.hazard[:30])
def test_every_row_names_existing_tests(hazard, repo):
    assert hazard.tests
    for test in hazard.tests:
        file, _, function = test.partition("::")
        assert function in defined(repo / "host_tests" / file), test


def test_every_monitor_has_a_test_of_its_own(repo):
    folder = repo / "host_tests/unit/protect"
    parts = ("hazards", "room_sensor", "supply", "firmware")
    files = (folder / f"dual_{part}.py" for part in parts)
    tests = set().union(*(defined(file) for file in files))
    assert {f"test_{name}" for name in NAMES} <= tests


def test_the_document_is_in_step(repo):
    text = (repo / safety.PLACE).read_text(encoding="utf-8")
    assert safety.render(text) == text, "run python -m nuanbu.docs.safety"


def test_the_document_holds_every_part(repo):
    text = (repo / safety.PLACE).read_text(encoding="utf-8")
    for part in safety.PARTS:
        assert f"<!-- generated: {part} -->" in text


def test_no_claim_of_conformity(repo):
    text = (repo / safety.PLACE).read_text(encoding="utf-8").lower()
    for claim in ("complies with", "conforms to iec", "certified", "is compliant"):
        assert claim not in text


def test_every_monitor_has_words_in_both_languages():
    assert set(texts.TEXTS) == set(NAMES)
    for name, parts in texts.TEXTS.items():
        for zh, en in parts:
            assert re.search(r"[\u4e00-\u9fff]", zh) and en.isascii(), name
            assert zh.count("{m}") == en.count("{m}") and zh.count("{e}") == en.count("{e}"), name


@pytest.mark.parametrize("row", monitors.ROWS, ids=NAMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_trip_is_understandable(row, language):
    # Code, plain sentence, what was measured, what was expected, what to do next.
    number, name, _, unit = row[:4]
    fault = {"no": number, "code": name, "unit": unit, "measured": 4, "expected": 3}
    if unit not in ("", "state"):
        fault.update(measured=123_456, expected=98_765)
    title, _, todo = texts.TEXTS[name]
    said = texts.told(fault, language)
    at = ["zh", "en"].index(language)
    assert said.startswith(f"{name} ({number}) {title[at]}") and said.endswith(todo[at])
    if unit == "state":
        assert ("无应答" if language == "zh" else "silent") in said
    elif unit:
        assert texts.show(name, unit, 123_456) in said and texts.show(name, unit, 98_765) in said


def test_values_are_shown_with_their_unit():
    fault = {"code": "leak_high", "unit": "uA", "measured": 11_240, "expected": 10_000}
    title, what, todo = texts.sentences(fault, "en")
    assert "11.2 mA" in what and "10.0 mA" in what and title and todo
    assert "11.2 mA" in texts.sentences(fault, "zh")[1]


def test_numbers_names_and_positions_are_unique():
    assert len({row[0] for row in monitors.ROWS}) == len(NAMES) == len(set(NAMES))
    constants = {k: v for k, v in vars(monitors).items() if k.startswith("R_")}
    assert {name[2:].lower(): i for name, i in constants.items()} == {
        name: i for i, name in enumerate(NAMES)
    }


def test_limits_that_are_settings_exist_with_safe_bounds():
    settings = safety.settings_rows()
    for row in monitors.ROWS:
        if isinstance(row[4], str):
            _, kind, unit, low, high, default, who, _ = settings[row[4]]
            assert kind == "int" and unit == row[3] and low <= default <= high, row[1]
            assert who in ("installer", "factory"), row[1]


def test_what_can_burn_can_never_be_cleared_from_afar():
    for row in monitors.ROWS:
        if row[9] == monitors.TRIP or row[1] == "body_hot_repeated":
            assert row[10] in (monitors.LOCAL, monitors.SERVICE), row[1]


def test_every_row_fits_the_full_board():
    for row in monitors.ROWS:
        assert monitors.fitted(row, Board) or row[11] == monitors.NO_METER
