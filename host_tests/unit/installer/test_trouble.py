"""Chinese and English say the same things about the same troubles."""

import re

import pytest

from heater.record import messages
from nuanbu.installer.trouble import TROUBLES, WHY, Trouble
from nuanbu.installer.words import LABELS

CHINESE = re.compile("[\u4e00-\u9fff]")


def fields(text):
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize("code", TROUBLES)
def test_every_trouble_has_cause_and_next_step_in_both_languages(code):
    exit_code, causes, steps = TROUBLES[code]
    assert 1 <= exit_code <= 8
    for zh, en in (causes, steps):
        assert zh and en and fields(zh) == fields(en)
        assert not CHINESE.search(en)
        assert CHINESE.search(zh) or zh == en == "{step}"


def test_labels_come_in_both_languages():
    for zh, en in LABELS.values():
        assert zh and en and not CHINESE.search(en)


def test_every_refusal_of_the_firmware_has_words():
    assert set(WHY) == set(messages.REFUSALS)
    for zh, en in WHY.values():
        assert CHINESE.search(zh) and not CHINESE.search(en)


def test_a_trouble_carries_code_cause_step_and_facts():
    trouble = Trouble("no_answer", "en", port="COM3", seconds=3)
    assert trouble.code == 3
    assert trouble.told()["error"] == "no_answer"
    assert "COM3" in trouble.told()["cause"] and trouble.told()["next"]
    assert CHINESE.search(Trouble("no_answer", "zh", port="COM3", seconds=3).hint)
