"""The stored form of settings: there and back, and hostile lines."""

from heater.record import form

ROWS = (
    ("a.number", "int", "W", -500, 1_000_000_000, 7, "resident", False),
    ("a.flag", "bool", "", 0, 1, False, "resident", False),
    ("a.text", "str", "", 0, 30, "", "resident", False),
    ("a.word", "str", "", ("left", "right"), 0, "left", "resident", False),
    ("a.password", "str", "secret", 0, 30, "", "resident", False),
)
DEFAULTS = {row[0]: row[5] for row in ROWS}


def changed(values):
    result = dict(DEFAULTS)
    result.update(values)
    return result


def there_and_back(values):
    head, texts, undo = form.decode(form.encode(ROWS, values, 3, 12, {"a.number": -1}, ("model",)))
    found, dropped = form.values(ROWS, texts)
    assert dropped == 0 and undo == {"a.number": "-1"}
    assert head == {"schema": 3, "revision": 12, "forget": ("model",)}
    return changed(found)


def test_there_and_back():
    for text in ("", "=", "a=b", "@x=1", "schema=9", " 暖 ", "revision=1", "true"):
        values = {
            "a.number": -500,
            "a.flag": True,
            "a.text": text,
            "a.word": "right",
            "a.password": text,
        }
        assert there_and_back(values) == values
    assert there_and_back(DEFAULTS) == DEFAULTS
    assert there_and_back(changed({"a.number": 1_000_000_000}))["a.number"] == 1_000_000_000


def test_unusable_lines_are_left_out_and_counted():
    lines = "schema=1\nno sign\na.gone=1\na.flag=yes\na.word=up\na.number=12x\na.text=kept\n"
    _, texts, _ = form.decode(lines.encode())
    assert form.values(ROWS, texts) == ({"a.text": "kept"}, 4)


def test_a_number_moves_to_a_bound_that_has_become_narrower():
    assert form.values(ROWS, {"a.number": "-501"}) == ({"a.number": -500}, 0)
    assert form.values(ROWS, {"a.number": "9999999999"}) == ({"a.number": 1_000_000_000}, 0)


def test_numbers_that_are_none():
    for text in ("", "-", "1.0", "1e3", " 1", "+1", "0x1", "--1", "1" * 11, "٣", "²"):
        assert form.values(ROWS, {"a.number": text}) == ({}, 1), text


def test_rubbish_is_an_empty_file():
    for data in (b"", b"\xff\xfe", b"\x00" * 50, b"====", b"\n\n"):
        _, texts, undo = form.decode(data)
        assert form.values(ROWS, texts)[0] == {} and not undo


def test_the_hash_covers_every_value():
    seen = [form.digest(ROWS, DEFAULTS)]
    for name, value in (("a.number", 8), ("a.flag", True), ("a.text", "x"), ("a.word", "right")):
        seen.append(form.digest(ROWS, changed({name: value})))
    assert len(set(seen)) == 5


def test_the_hash_tells_of_a_secret_only_that_it_is_set():
    empty = form.digest(ROWS, DEFAULTS)
    one = form.digest(ROWS, changed({"a.password": "one"}))
    assert one == form.digest(ROWS, changed({"a.password": "two"})) != empty
