"""docs/settings.md says what the firmware's tables say."""

import pytest

from heater.record import messages, table
from nuanbu.docs import settings

RECORD = "firmware/heater/record"


@pytest.fixture
def page(repo):
    return (repo / "docs/settings.md").read_text(encoding="utf-8")


def test_the_page_is_up_to_date(repo, page):
    new = settings.renewed(page, repo / RECORD)
    assert page == new, "run `python -m nuanbu.docs.settings`"


def test_every_setting_and_every_refusal_is_on_it(page):
    for row in table.ROWS:
        assert f"| `{row[0]}` |" in page
    for code in messages.REFUSALS:
        assert f"`{code}`" in page


def test_check_tells_and_writes_nothing(repo, page, tmp_path, capsys):
    (tmp_path / "docs").mkdir()
    (tmp_path / "firmware/heater").mkdir(parents=True)
    (tmp_path / RECORD).symlink_to(repo / RECORD)
    stale = page.replace("| 22000 |", "| 21000 |")
    assert stale != page
    (tmp_path / "docs/settings.md").write_text(stale, encoding="utf-8")
    assert settings.main(["--check", "--root", str(tmp_path)]) == 1
    assert "out of date" in capsys.readouterr().err
    assert settings.main(["--root", str(tmp_path)]) == 0
    assert (tmp_path / "docs/settings.md").read_text(encoding="utf-8") == page
    assert settings.main(["--check", "--root", str(tmp_path)]) == 0


def test_a_page_without_its_marker_is_refused(repo):
    with pytest.raises(ValueError, match="marker"):
        settings.renewed("# Settings\n", repo / RECORD)


def test_the_special_cases_of_a_row(tmp_path):
    (tmp_path / "table.py").write_text(
        'NARROWED = (("a.t_mdeg",), ())\nKEPT_ON_RESET = ("a",)\nROWS = (\n'
        '("a.t_mdeg", "int", "mdeg", 0, 9, 0, "resident", False),\n'
        '("b.key", "str", "secret", 0, 9, "", "factory", True),\n'
        '("b.on", "bool", "", 0, 1, True, "resident", False))\n'
    )
    (tmp_path / "texts.py").write_text(
        'TEXTS = {"a.t_mdeg": ("温", "T"), "b.key": ("钥|匙", "Key"), "b.on": ("开", "On")}\n'
    )
    made = settings.tables(tmp_path)
    assert "| `a.t_mdeg` | T | 温 | 0 … 9 mdeg ¹ | 0 | resident |  |" in made
    assert (
        "| `b.key` | Key | 钥\\|匙 | text of 0 … 9 octets, write only | – | factory | yes |"
        in made
    )
    assert "| `b.on` | On | 开 | true, false | true | resident |  |" in made
    assert made.count("Kept by a factory reset.") == 1
