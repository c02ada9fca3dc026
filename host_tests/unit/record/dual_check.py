"""What may be put into a setting, and how a refusal reads."""

from heater.record import check

NUMBER = ("a.number", "int", "W", -500, 3500, 7, "installer", False)
FLAG = ("a.flag", "bool", "", 0, 1, False, "resident", False)
TEXT = ("a.text", "str", "", 2, 6, "ab", "resident", False)
WORD = ("a.word", "str", "", ("left", "right"), 0, "left", "resident", False)
SECRET = ("a.password", "str", "secret", 0, 6, "", "resident", False)


def verdict(row, value, who="factory"):
    refusal = check.check(row, value, who, row[3], row[4])
    return refusal and refusal["code"]


def test_numbers():
    for value in (-500, 0, 3500):
        assert verdict(NUMBER, value) is None
    for value in (-501, 3501, 10**40, -(10**40)):
        assert verdict(NUMBER, value) == "range"
    for value in (1.0, -0.0, float("nan"), float("inf"), "7", True, None, [7], {}, b"7"):
        assert verdict(NUMBER, value) == "type"


def test_flags():
    assert verdict(FLAG, True) is None and verdict(FLAG, False) is None
    for value in (0, 1, "true", None, 1.0):
        assert verdict(FLAG, value) == "type"


def test_texts_are_measured_in_octets():
    for value in ("ab", "abcdef", "暖补", "a b"):
        assert verdict(TEXT, value) is None
    for value in ("a", "", "abcdefg", "暖补暖", "x" * 100_000):
        assert verdict(TEXT, value) == "length"
    for value in ("a\nb", "a\x00b", "ab\x7f", "\tab"):
        assert verdict(TEXT, value) == "text"
    for value in (b"abc", 12, None, ["a", "b"]):
        assert verdict(TEXT, value) == "type"


def test_words():
    assert verdict(WORD, "right") is None
    for value in ("Right", "", "left ", "right\n"):
        assert verdict(WORD, value) == "word"
    assert verdict(WORD, 0) == "type"


def test_roles():
    assert verdict(NUMBER, 7, "resident") == "role"
    for who in ("installer", "company", "factory"):
        assert verdict(NUMBER, 7, who) is None
    for who in ("", "root", None, 3, "Factory"):
        assert verdict(FLAG, True, who) == "role"


def test_a_refusal_says_it_all():
    refusal = check.check(NUMBER, 3200, "installer", 0, 3000)
    assert refusal["code"] == "range" and refusal["next"] == "fix_range"
    assert refusal["name"] == "a.number" and refusal["value"] == "3200"
    assert (refusal["low"], refusal["high"], refusal["unit"]) == (0, 3000, "W")
    assert refusal["who"] == "installer"


def test_what_is_given_back_is_short():
    for value in ("x" * 10**5, ["x"] * 10**5, {"x": "y" * 10**5}, 10**3000, b"x" * 10**5):
        assert len(check.check(NUMBER, value, "factory", 0, 1)["value"]) <= 43


def test_a_secret_is_not_given_back():
    refusal = check.check(SECRET, "hunter2", "resident", 0, 6)
    assert refusal["code"] == "length" and "hunter2" not in str(refusal)
