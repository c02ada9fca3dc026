"""The table itself: every row sound, every word in both languages."""

import pytest

from heater.record import check, events, messages, table, texts

ROWS = {row[0]: row for row in table.ROWS}


def chinese(text):
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_names_are_used_once():
    assert len(ROWS) == len(table.ROWS)


@pytest.mark.parametrize("row", table.ROWS, ids=lambda row: row[0])
def test_row(row):
    name, kind, _, low, high, default, who, restart = row
    assert all(part.isidentifier() for part in name.split(".", 1)) and name == name.lower()
    assert who in check.ROLES and restart in (True, False)
    assert check.check(row, default, "factory", low, high) is None
    if kind == "int":
        assert type(low) is type(high) is type(default) is int
        assert -(2**30) < low <= default <= high < 2**30, "must stay a small integer"
    elif kind == "bool":
        assert type(default) is bool
    else:
        assert kind == "str" and type(default) is str
        assert isinstance(low, tuple) or 0 <= low <= high <= 1024


@pytest.mark.parametrize("row", table.ROWS, ids=lambda row: row[0])
def test_the_unit_stands_in_the_name(row):
    if row[1] == "int" and row[2]:
        assert row[0].endswith("_" + row[2].lower().replace("/", "_"))


def test_every_setting_has_both_texts_and_no_text_is_left_over():
    assert set(texts.TEXTS) == set(ROWS)
    for name, (zh, en) in texts.TEXTS.items():
        assert chinese(zh) and len(zh) <= 24, name
        assert en.isascii() and en[0].isupper() and en.removesuffix("...")[-1] != ".", name


def test_no_two_settings_read_the_same():
    for language in (0, 1):
        words = [text[language] for text in texts.TEXTS.values()]
        assert len(set(words)) == len(words)


def test_narrowing_names_are_settings_of_one_kind():
    names, pairs = table.NARROWED
    for name in (*names, *(bound for pair in pairs for bound in pair)):
        assert ROWS[name][1:3] == ("int", "mdeg")
    for low, high in pairs:
        assert ROWS[low][5] <= min(ROWS[name][5] for name in names)
        assert ROWS[high][5] >= max(ROWS[name][5] for name in names)
        assert ROWS[low][6] == ROWS[high][6] != "resident"


def constants(module):
    return {value for name, value in vars(module).items() if name.isupper() and name[0] != "_"}


@pytest.mark.parametrize(
    "words, codes",
    [
        (messages.EVENTS, constants(events)),
        (messages.REFUSALS, set(check._NEXT)),
        (messages.NEXT, set(check._NEXT.values())),
    ],
)
def test_every_code_has_both_words(words, codes):
    assert set(words) == codes
    for zh, en in words.values():
        assert chinese(zh) and en.isascii()
