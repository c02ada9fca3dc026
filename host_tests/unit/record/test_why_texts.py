"""Why it was cold, in words: every reason, every cause, both languages."""

import string

import pytest

from heater.limits import arbiter
from heater.record import explain, why_texts

ZH, EN = 0, 1


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_reason_and_every_cause_has_words_in_both_languages():
    assert set(why_texts.REASONS) == set(explain.NAMES)
    assert set(why_texts.CAUSES) == set(arbiter.CAUSE_NAMES)
    codes = sorted(
        value for name, value in vars(explain).items()
        if name.isupper() and isinstance(value, int) and name not in ("CAUSE_STEP",)
        and not name.startswith("_")
    )  # fmt: skip
    assert codes == list(range(len(explain.NAMES)))


@pytest.mark.parametrize("name", explain.NAMES)
def test_a_reason_tells_the_same_facts_in_both_languages(name):
    zh, en = why_texts.REASONS[name]
    assert fields(zh) == fields(en)
    assert any("\u4e00" <= char <= "\u9fff" for char in zh) and en.isascii()


@pytest.mark.parametrize(
    ("why", "zh", "en"),
    [
        (["limit", 40, 600, "district"], "40 分钟：功率被限制为 600 W：小区级限电",
         "40 min: power was limited to 600 W: order for the district"),
        (["plan", 60, 1804], "60 分钟：计划或设定的温度较低（平均 18.0 ℃）",
         "60 min: less was asked for: set-point 18.0 degC on average"),
        (["fault", 5, 21, "leak_high"], "5 分钟：故障停热：leak_high",
         "5 min: a protection withheld heat: leak_high"),
        (["rising", 5, -250], "5 分钟：正在升温，整点时 -2.5 ℃",
         "5 min: it was warming up, -2.5 degC at the end"),
        (["novelty", 5, 1], "5 分钟：novelty", "5 min: novelty"),
    ],
)  # fmt: skip
def test_sentences(why, zh, en):
    assert why_texts.sentence(why, ZH) == zh
    assert why_texts.sentence(why, EN) == en


def test_an_uncertain_hour_says_so_and_an_unmeasured_room_too():
    hour = {"from": "2027-01-20 03:00", "to": "04:00", "room": None, "set": 2200, "wh": 7, "q": 1}
    assert "unknown" in why_texts.head(hour, EN) and "time uncertain" in why_texts.head(hour, EN)
    assert "未知" in why_texts.head(hour, ZH) and "时间不确定" in why_texts.head(hour, ZH)
    hour.update(room=1840, q=5)
    assert "18.4 degC" in why_texts.head(hour, EN) and "uncertain" not in why_texts.head(hour, EN)
