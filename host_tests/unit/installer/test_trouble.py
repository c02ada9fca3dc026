"""Chinese and English say the same things about the same troubles."""

import json
import re

import pytest

from heater.record import messages
from nuanbu.installer.reasons import REASONS, why
from nuanbu.installer.transport import open_port
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


def test_every_reason_comes_in_both_languages():
    for zh, en in REASONS.values():
        assert fields(zh) == fields(en) and not CHINESE.search(en)
        assert CHINESE.search(zh) or zh == en == "{text}"


@pytest.mark.parametrize("name", ["no-such-file", ".", "binary", "torn.json"])
def test_what_a_system_or_parser_says_is_told_in_the_chosen_language(tmp_path, name):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xfa")
    (tmp_path / "torn.json").write_text('{"a": 1,')
    with pytest.raises((OSError, ValueError)) as caught:
        json.loads((tmp_path / name).read_text("utf-8"))
    zh, en = (str(Trouble("bad_file", lang, path="x", why=caught.value)) for lang in ("zh", "en"))
    assert CHINESE.search(why(caught.value, "zh")) and not re.search("Errno|codec", zh + en)
    assert "file" not in why(caught.value, "en").lower() and not CHINESE.search(en)


def test_a_port_that_is_none_is_told_in_the_chosen_language():
    with pytest.raises(Trouble) as caught:
        open_port("/dev/no-such-port", "zh")
    assert "不存在" in caught.value.cause and "Errno" not in str(caught.value)
    with pytest.raises(Trouble) as caught:
        open_port("socket://127.0.0.1:1", "zh")
    assert "拒绝" in caught.value.cause
