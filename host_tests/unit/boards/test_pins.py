"""Every board against its chip's rules, and every rule against a board that breaks it."""

import pytest
from chips import CHIPS, faults
from loading import REAL, load


def test_there_is_a_board_of_each_chip():
    assert {load(name)["CHIP"] for name in REAL} == set(CHIPS)


@pytest.mark.parametrize("name", REAL)
def test_the_board_keeps_the_rules(name):
    assert faults(load(name)) == []


@pytest.mark.parametrize("name", REAL)
def test_it_has_the_names_of_the_simulated_board(name):
    assert set(load("sim")) <= set(load(name))


RELAY, SSR, PANEL = "esp32-relay", "esp32s3-ssr", "esp32c3-panel"
PLANTED = [
    (RELAY, {"PIN_SWITCH_2": 34}, "can only be an input"),
    (RELAY, {"PIN_BODY_RANGE": 35}, "can only be an input"),
    (RELAY, {"PIN_ONEWIRE": 36}, "can only be an input"),
    (RELAY, {"PIN_BUTTON_UP": 39}, "no pull-up of its own"),
    (RELAY, {"PIN_BODY_NTC": 13}, "ADC2"),
    (RELAY, {"PIN_BODY_NTC": 16}, "no ADC"),
    (SSR, {"PIN_LEAK": 12}, "ADC2"),
    (PANEL, {"PIN_BODY_NTC": 5}, "ADC2"),
    (RELAY, {"PIN_BUTTON_MAIN": 9}, "belongs to the flash"),
    (SSR, {"PIN_TILT": 30}, "belongs to the flash"),
    (SSR, {"PIN_TILT": 35}, "belongs to the flash"),
    (PANEL, {"PIN_BUTTON_UP": 14}, "belongs to the flash"),
    (SSR, {"PIN_BUTTON_UP": 19}, "belongs to USB"),
    (PANEL, {"PIN_BUTTON_UP": 18}, "belongs to USB"),
    (RELAY, {"PIN_LED": 1}, "belongs to the console"),
    (PANEL, {"PIN_BUTTON_DOWN": 21}, "belongs to the console"),
    (RELAY, {"PIN_BUTTON_UP": 12}, "strapping pin 12 must be held at 0"),
    (SSR, {"PIN_BUTTON_UP": 46}, "strapping pin 46 must be held at 0"),
    (PANEL, {"PIN_LED": 9}, "strapping pin 9 must be held at 1"),
    (RELAY, {"PIN_SWITCH": 2}, "heats on strapping pin"),
    (RELAY, {"PIN_SWITCH": 14}, "goes high before boot.py runs"),
    (SSR, {"PIN_CONTACTOR": 18}, "goes high before boot.py runs"),
    (PANEL, {"PIN_SWITCH": 18}, "goes high before boot.py runs"),
    (RELAY, {"PIN_LED": 20}, "there is no pin 20"),
    (SSR, {"PIN_LED": 24}, "there is no pin 24"),
    (RELAY, {"PIN_LED": 18}, "is also PIN_BUTTON_MAIN"),
    (SSR, {"PIN_FAN": 8}, "of unknown use"),
]


@pytest.mark.parametrize(("name", "change", "said"), PLANTED)
def test_a_wrong_pin_is_found(name, change, said):
    board = load(name)
    old = {k: board.get(k) for k in change}
    board.update(change)
    # Resistors and safe levels move with the pin: the pin alone is to be wrong.
    for table in ("PULLS", "SAFE_LEVELS"):
        board[table] = tuple(
            (next((change[k] for k in change if old[k] == pin), pin), level)
            for pin, level in board[table]
            if not (table == "PULLS" and "strapping" in said and pin in old.values())
        )
    assert any(said in fault for fault in faults(board)), faults(board)


def without(table, pin):
    return tuple(row for row in table if row[0] != pin)


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("role", ["PIN_CONTACTOR", "PIN_SWITCH", "PIN_LED"])
def test_an_output_without_a_safe_level_is_found(name, role):
    board = load(name)
    board["SAFE_LEVELS"] = without(board["SAFE_LEVELS"], board[role])
    assert any(f"{role}: boot.py does not drive" in f for f in faults(board))


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("role", ["PIN_CONTACTOR", "PIN_SWITCH"])
def test_a_safe_level_that_heats_is_found(name, role):
    board = load(name)
    pin = board[role]
    board["SAFE_LEVELS"] = (*without(board["SAFE_LEVELS"], pin), (pin, 1))
    assert f"{role}: its safe level heats" in faults(board)


@pytest.mark.parametrize(
    ("name", "role"),
    [(n, r) for n in REAL for r in ("PIN_CONTACTOR", "PIN_SWITCH", "PIN_ONEWIRE")]
    + [(SSR, "PIN_LEAK_TEST"), (SSR, "PIN_LEAK_TRIP"), (RELAY, "PIN_SWITCH_2")],
)
def test_a_missing_resistor_is_found(name, role):
    board = load(name)
    board["PULLS"] = without(board["PULLS"], board[role])
    assert any(f.startswith(f"{role}: no resistor holds") for f in faults(board))


def test_a_resistor_against_the_safe_level_is_found():
    board = load(RELAY)
    board["PULLS"] = (*board["PULLS"], (board["PIN_LED"], 1))
    assert any("away from the safe level" in f for f in faults(board))


def test_a_safe_level_of_no_pin_is_found():
    board = load(PANEL)
    board["SAFE_LEVELS"] = (*board["SAFE_LEVELS"], (9, 0))
    assert "SAFE_LEVELS: pin 9 is not in use" in faults(board)
