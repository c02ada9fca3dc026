"""Runs the installer's commands in this process, the way `nuanbu` does."""

import json
from dataclasses import dataclass

import typer
from typer.testing import CliRunner

from nuanbu.installer.cli import register
from nuanbu.installer.trouble import Trouble


@dataclass
class Ran:
    code: int
    out: str
    notes: str

    @property
    def data(self):
        return json.loads(self.out)


def nuanbu(port, *words, typed=""):
    """What one command line said, and its exit code."""
    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, ["--port", port, *words], input=typed)
    if isinstance(result.exception, Trouble):
        trouble = result.exception
        return Ran(trouble.code, result.stdout, f"{result.stderr}{trouble} {trouble.hint}")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)
