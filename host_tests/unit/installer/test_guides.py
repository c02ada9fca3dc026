"""The guides in two languages name the same commands, settings and files."""

import re

import pytest

GUIDES = ("README", "docs/commissioning", "docs/using")


def _code(text):
    blocks = re.findall(r"```.*?```", text, re.DOTALL)
    spans = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [re.sub(r"\s+#.*", "", block) for block in blocks], set(spans)


def _shape(text):
    """Headings and rows of tables, in their order."""
    lines = [line for line in text.splitlines() if line.startswith(("#", "|"))]
    return [line.split(" ")[0] for line in lines]


@pytest.mark.parametrize("guide", GUIDES)
def test_both_languages_say_the_same(repo, guide):
    english, chinese = (
        (repo / f"{guide}{end}").read_text(encoding="utf-8") for end in (".md", ".zh-CN.md")
    )
    assert _code(english)[1] == _code(chinese)[1]
    assert _shape(english) == _shape(chinese)
    if guide != "README":
        assert _code(english)[0] == _code(chinese)[0]
