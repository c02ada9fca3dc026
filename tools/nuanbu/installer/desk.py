"""What every command of the installer shares: options, output, questions, the connection.

Data goes to standard output, as a table for people or as JSON with --json; everything else goes to
standard error. Options stand before or after the command's name.
"""

from __future__ import annotations

import functools
import inspect
import json
import locale
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from nuanbu.installer import transport
from nuanbu.installer.client import Client
from nuanbu.installer.trouble import LANGUAGES, USAGE, Trouble
from nuanbu.installer.words import label

PORT = Annotated[
    str,
    typer.Option(
        "--port", help="Device path, socket://, rfc2217:// or hwgrep://; NUANBU_PORT.",
        autocompletion=lambda: [port["port"] for port in transport.ports()],
    ),
]
JSON = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")]
DRY = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, write nothing.")]
YES = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
LANG = Annotated[
    str, typer.Option("--lang", help="Language: zh or en.", autocompletion=lambda: list(LANGUAGES))
]
_OPTIONS = (("port", PORT, ""), ("as_json", JSON, False), ("dry_run", DRY, False),
            ("yes", YES, False), ("lang", LANG, ""))  # fmt: skip


@dataclass
class Desk:
    """The options in force, and what goes out."""

    port: str = ""
    as_json: bool = False
    dry_run: bool = False
    yes: bool = False
    lang: str = ""

    def __post_init__(self) -> None:
        self.notes = Console(stderr=True)

    def settle(self) -> Desk:
        """Fill in what the options left open."""
        self.lang = self.lang or os.environ.get("NUANBU_LANG", "") or system_language()
        if self.lang not in LANGUAGES:
            self.notes.print(f"--lang {self.lang}: zh, en")
            raise typer.Exit(USAGE)
        return self

    def connect(self, **options: Any) -> Client:
        """The heater at the port, greeted when entered as a context."""
        return Client(transport.choose(self.port, self.lang), self.lang, **options)

    def clock(self) -> float:
        """Seconds of a clock that only runs on; in tests and benches a virtual one."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Wait so long."""
        time.sleep(seconds)

    def say(self, key: str, more: str = "") -> None:
        """A remark for the person, never data."""
        self.notes.print(f"{label(key, self.lang)} {more}".rstrip(), highlight=False)

    def sure(self, key: str) -> None:
        """Ask, unless --yes. Trouble unconfirmed for no, or where nobody can be asked."""
        if self.yes:
            return
        if not sys.stdin.isatty() or not typer.confirm(label(key, self.lang), err=True):
            raise Trouble("unconfirmed", self.lang)

    def yes_no(self, key: str) -> bool:
        """A question without a default: yes or no."""
        return typer.confirm(label(key, self.lang), err=True)

    def ask(self, key: str, default: str = "") -> str:
        """A question; Enter takes the default."""
        return str(
            typer.prompt(
                label(key, self.lang), default=default, show_default=bool(default), err=True
            )
        ).strip()

    def number(self, key: str) -> float | None:
        """A question for a number, asked until there is one; None: left empty."""
        while True:
            text = self.ask(key).replace(",", ".")
            if not text:
                return None
            try:
                return float(text)
            except ValueError:
                self.say("not_a_number", text)

    def do(self, step: str) -> bool:
        """Ask for a step of the acceptance on site (`hands.Hands`); False: left out."""
        text = f"{label('do_' + step, self.lang)}. {label('done_or_skip', self.lang)}"
        return not typer.prompt(text, default="", show_default=False, err=True).lower().startswith(
            "s"
        )

    def secret(self, key: str, *, again: bool = False) -> str:
        """A password: typed unseen, or the first line of standard input. Never an argument."""
        if sys.stdin.isatty():
            return typer.prompt(
                label(key, self.lang), default="", show_default=False, hide_input=True,
                confirmation_prompt=again, err=True,
            )  # fmt: skip
        return sys.stdin.readline().rstrip("\r\n")

    def facts(self, data: dict, shown: dict | None = None) -> None:
        """One record: `data` as JSON, or `shown` (label key -> text) as lines."""
        if self.as_json:
            self.dump(data)
            return
        table = Table.grid(padding=(0, 2))
        for key, value in (data if shown is None else shown).items():
            table.add_row(label(key, self.lang), str(value))
        _out().print(table, highlight=False)

    def rows(self, data: Any, columns: list[str], rows: list[list]) -> None:
        """Many records: `data` as JSON, or a table."""
        if self.as_json:
            self.dump(data)
            return
        table = Table(*[label(column, self.lang) for column in columns], box=None)
        for row in rows:
            table.add_row(*[str(cell) for cell in row])
        _out().print(table, highlight=False)

    def dump(self, data: Any) -> None:
        """JSON on standard output."""
        print(json.dumps(data, ensure_ascii=False))


def command(app: typer.Typer, name: str) -> Callable:
    """Register `function(desk, ...)` as a command that also takes the common options."""

    def decorate(function: Callable) -> Callable:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        common = [
            inspect.Parameter(
                key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
            )
            for key, kind, default in _OPTIONS
        ]

        @functools.wraps(function)
        def run(ctx: typer.Context, **given: Any) -> None:
            _run(function, ctx, given)

        first = inspect.Parameter(
            "ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
        )
        keywords = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        run.__signature__ = inspect.Signature([first, *keywords, *common])  # type: ignore
        run.__annotations__ = {p.name: p.annotation for p in [first, *keywords, *common]}
        app.command(name)(run)
        return function

    return decorate


def keep_root(ctx: typer.Context, **given: Any) -> None:
    """Remember the options that stood before the command's name."""
    ctx.ensure_object(dict)
    ctx.obj.update(given)


def _run(function: Callable, ctx: typer.Context, given: dict) -> None:
    before = ctx.find_root().obj or {}
    common = {
        field.name: given.pop(field.name) or before.get(field.name) for field in fields(Desk)
    }
    desk = Desk(**{name: value for name, value in common.items() if value}).settle()
    try:
        function(desk, **given)
    except Trouble as trouble:
        if desk.as_json:
            desk.dump(trouble.told())
            raise typer.Exit(trouble.code) from None
        raise


def system_language() -> str:
    """Chinese where the computer speaks it, else English."""
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def _out() -> Console:
    # Without a terminal the width is nobody's: long values are not to be broken.
    return Console() if sys.stdout.isatty() else Console(width=400)
