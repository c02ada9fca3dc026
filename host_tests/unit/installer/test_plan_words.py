"""Whatever the firmware finds wrong with a plan is told in Chinese too, with the same facts."""

import re

import pytest

from heater.plan import check
from nuanbu.installer.plan_words import _TEXTS, chinese

DAY = "mon-sun 06:00 comfort"
BAD = (
    ("plan.week", "mon 6:00 comfort"),
    ("plan.week", "mon 25:00 comfort"),
    ("plan.week", "someday 06:00 comfort"),
    ("plan.week", "mon-tue-wed 06:00 comfort"),
    ("plan.week", "mon 06:00 tropical"),
    ("plan.week", "mon 06:00"),
    ("plan.week", "mon " + " ".join(f"{h:02}:00 eco" for h in range(9))),
    ("plan.week", "mon 06:00 eco 05:00 comfort"),
    ("plan.week", DAY + "; ; "),
    ("plan.week", DAY + "; mon 07:00 eco"),
    ("plan.week", "mon-sat 06:00 comfort"),
    ("plan.exceptions", "2027-1-1 sun"),
    ("plan.exceptions", "1999-01-01 sun"),
    ("plan.exceptions", "2027-02-29 sun"),
    ("plan.exceptions", "2027-01-10T14:00T..2027-01-11T09:00 away"),
    ("plan.exceptions", "; ".join(f"2027-01-{d:02} sun" for d in range(1, 18))),
    ("plan.exceptions", "2027-01-10"),
    ("plan.exceptions", "2027-01-10..2027-01-11..2027-01-12 sun"),
    ("plan.exceptions", "2027-01-10..2027-01-09 sun"),
    ("plan.exceptions", "2027-01-10 sun; 2027-01-10 mon"),
    ("plan.exceptions",
     "2027-01-10T14:00..2027-01-20T09:00 away; 2027-01-11T14:00..2027-01-12T09:00 eco"),
    ("plan.tz", "XX-8"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_refusal_is_told_in_chinese_with_the_same_numbers(name, text):
    said = check.refusal(name, text).partition(": ")[2]
    told = chinese(said)
    assert told != said and re.search("[\u4e00-\u9fff]", told)
    assert not set(re.findall(r"\d{2,}", said)) - set(re.findall(r"\d{2,}", told))


def test_every_text_has_a_case_and_a_foreign_one_is_shown_as_it_is():
    said = [check.refusal(name, text).partition(": ")[2] for name, text in BAD]
    for pattern, _ in _TEXTS:
        assert any(re.fullmatch(pattern, text, re.DOTALL) for text in said), pattern
    assert chinese("something new") == "something new"
