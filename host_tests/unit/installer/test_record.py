"""The certificate says at its head what failed, what was not measured, and whether it was real."""

from datetime import UTC, datetime

import pytest

from nuanbu.installer import record
from nuanbu.installer.outcome import Outcome

ABOUT = {"serial": "NB1", "uid": "240ac4000001", "board": "esp32-relay", "firmware": "0.1.0"}


def page(language, verdicts, **about):
    """The head of a certificate with these lines: key -> good, as `Outcome.judge` takes it."""
    outcome = Outcome()
    for key, good in verdicts.items():
        outcome.judge(key, good, "0", "0", "docs/safety.md")
    made = record.make(
        {**ABOUT, **about}, "0" * 64, outcome, operator="", isolated=True, previous="",
        when=datetime(2026, 11, 28, tzinfo=UTC),
    )  # fmt: skip
    return record.certificate(made, language).split("<table", 1)[0]


@pytest.mark.parametrize(
    ("language", "failed", "open_", "next_step"),
    [
        ("zh", "不合格 2 项：接地电阻（仪表）、室温传感器",
         "未测 1 项：电压与万用表之差", "重新检验"),
        ("en", "2 FAIL: Earth resistance (tester), Room sensor",
         "1 not measured: Mains voltage against voltmeter", "test again"),
    ],
)  # fmt: skip
def test_the_head_names_what_failed_and_what_is_open(language, failed, open_, next_step):
    verdicts = {"earth_ohm": False, "mains_v": None, "body_sensor": True, "room_sensor": False}
    head = page(language, verdicts)
    assert failed in head and open_ in head and next_step in head
    head = page(language, {"body_sensor": True})
    assert next_step not in head and failed[:3] not in head


@pytest.mark.parametrize(("language", "word"), [("zh", "未完成"), ("en", "pending")])
def test_a_word_in_the_place_of_a_reading_is_translated(language, word):
    outcome = Outcome()
    outcome.judge("residual", False, "pending", "≥ 8 mA", "docs/safety.md")
    made = record.make(
        ABOUT, "", outcome, operator="", isolated=True, previous="",
        when=datetime(2026, 11, 28, tzinfo=UTC),
    )  # fmt: skip
    assert f"<td>{word}</td>" in record.certificate(made, language)


def test_a_simulated_heater_is_called_one():
    def whole(board):
        made = record.make(
            {**ABOUT, "board": board}, "", Outcome(), operator="", isolated=True, previous="",
            when=datetime(2026, 11, 28, tzinfo=UTC),
        )  # fmt: skip
        return record.certificate(made, "en")

    assert "no real heater" in whole("sim")
    assert "no real heater" not in whole("esp32-relay")
