"""The installer's commands; `register` adds them to the root of `nuanbu`."""

from __future__ import annotations

from typing import Annotated

import typer

from nuanbu import __version__
from nuanbu.installer import (
    commands_batch,
    commands_cal,
    commands_cfg,
    commands_device,
    commands_flash,
    commands_test,
    commands_why,
    monitor,
    wizard,
)
from nuanbu.installer.desk import DRY, JSON, LANG, PORT, YES, keep_root


def register(app: typer.Typer) -> None:
    """Add the commands to `app`, and the common options to its root (with --version)."""

    @app.callback()
    def root(
        ctx: typer.Context,
        version: Annotated[
            bool,
            typer.Option("--version", callback=_version, is_eager=True, help="Say the version."),
        ] = False,
        port: PORT = "",
        as_json: JSON = False,
        dry_run: DRY = False,
        yes: YES = False,
        lang: LANG = "",
    ) -> None:
        keep_root(ctx, port=port, as_json=as_json, dry_run=dry_run, yes=yes, lang=lang)

    commands_device.register(app)
    commands_cfg.register(app)
    commands_test.register(app)
    commands_cal.register(app)
    commands_batch.register(app)
    commands_flash.register(app)
    commands_why.register(app)
    monitor.register(app)
    wizard.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit
