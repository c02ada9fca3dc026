"""`--help` in both languages, and the shell's completion."""

import re

import pytest
import typer
from typer.testing import CliRunner

from nuanbu import cli
from nuanbu.flash import boards
from nuanbu.installer import help_words

CHINESE = re.compile("[\u4e00-\u9fff]")


def root():
    return typer.main.get_command(cli.app)


def test_every_help_text_has_its_chinese():
    missing = help_words.texts(root()) - set(help_words.CHINESE)
    assert missing == set()
    left_over = set(help_words.CHINESE) - help_words.texts(root())
    assert left_over == {"Show this message and exit."}  # typer's own
    assert all(CHINESE.search(text) for text in help_words.CHINESE.values())


def everyone(command):
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from everyone(one)


def test_every_command_is_one_of_these():
    assert set(root().commands) == set(help_words.COMMANDS)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", help_words.COMMANDS)
def test_help_speaks_the_language_that_is_asked_for(command):
    for words, chinese in ((["--lang", "zh"], True), (["--lang=en"], False)):
        translated = root()
        help_words.translate(translated, words)
        for one in everyone(translated.commands[command]):  # type: ignore[attr-defined]
            assert bool(CHINESE.search(one.help)) == chinese
            shown = [param.help for param in one.params if getattr(param, "help", None)]
            assert all(bool(CHINESE.search(text)) == chinese for text in shown)


def completions(words, incomplete=""):
    line = " ".join(["nuanbu", *words, incomplete])
    said = CliRunner().invoke(
        cli.app, [], prog_name="nuanbu",
        env={"_NUANBU_COMPLETE": "complete_bash", "COMP_WORDS": line,
             "COMP_CWORD": str(len(words) + 1)},
    )  # fmt: skip
    return said.stdout.split()


def test_the_shell_completes_commands_settings_boards_and_measurements():
    assert set(help_words.COMMANDS) <= set(completions([]))
    assert completions(["cfg"]) == ["get", "set", "diff", "apply", "key"]
    assert "control.setpoint_mdeg" in completions(["cfg", "set"], "control.")
    assert completions(["cal"], "m") == ["mains"]
    assert completions(["flash"]) == boards.names()
