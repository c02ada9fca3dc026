"""cfg get, set, diff, apply: settings, staged, committed as one and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nuanbu.installer import keys, settings, words
from nuanbu.installer.client import Client
from nuanbu.installer.desk import Desk, command
from nuanbu.installer.settings import Value
from nuanbu.installer.trouble import Trouble

SERIAL = Annotated[str, typer.Option(help="Go on only if the heater has this serial number.")]
PROFILE = Annotated[Path, typer.Argument(help='JSON file: {"control.setpoint_mdeg": 21000, ...}')]


def register(app: typer.Typer) -> None:
    cfg = typer.Typer(help="Settings: read, compare, change.", no_args_is_help=True)
    app.add_typer(cfg, name="cfg")
    command(cfg, "get")(get)
    command(cfg, "set")(set_)
    command(cfg, "diff")(diff)
    command(cfg, "apply")(apply)
    command(cfg, "key")(key)


def get(
    desk: Desk,
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names, or their beginnings.", autocompletion=words.setting_names),
    ] = None,
) -> None:
    """Show settings, all of them or those whose names begin as said.

    With --json it is a profile that `cfg apply` takes.
    """
    with desk.connect() as client:
        present = settings.read(client)
    found = {
        name: value
        for name, value in present.items()
        if not names or name.startswith(tuple(names))
    }
    rows = [[name, value, words.meaning(name, desk.lang)] for name, value in found.items()]
    desk.rows(found, ["name", "value", "meaning"], rows)


def set_(
    desk: Desk,
    pairs: Annotated[
        list[str],
        typer.Argument(help="name=value, as many as wanted.", autocompletion=words.setting_names),
    ],
    serial: SERIAL = "",
) -> None:
    """Change settings: all that are named, or none."""
    with desk.connect() as client:
        wanted = settings.parse(pairs, settings.read(client), desk.lang, client)
        write(desk, client, wanted, serial)


def diff(desk: Desk, profile: PROFILE) -> None:
    """Show how the heater differs from a profile."""
    with desk.connect() as client:
        present = settings.read(client)
    wanted = settings.typed(settings.load(profile, desk.lang), present, desk.lang, client)
    _show(desk, settings.changes(present, wanted))


def apply(desk: Desk, profile: PROFILE, serial: SERIAL = "") -> None:
    """Make the heater agree with a profile; asks before it writes."""
    with desk.connect() as client:
        present = settings.read(client)
        wanted = settings.typed(settings.load(profile, desk.lang), present, desk.lang, client)
        differing = settings.changes(present, wanted)
        if differing and not desk.dry_run and not desk.yes:
            for name, (before, after) in differing.items():
                desk.notes.print(f"{name}: {before} -> {after}", highlight=False)
            desk.sure("ask_apply")
        write(desk, client, wanted, serial)


def key(
    desk: Desk,
    name: Annotated[
        str, typer.Argument(help="Secret to set: wifi, mqtt, device, ca ...; left out: list them.")
    ] = "",
    file: Annotated[
        Path | None, typer.Option(help="File that holds it, such as a certificate.")
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", help="File of keys by `group device import`: this heater's row."),
    ] = None,
    serial: SERIAL = "",
) -> None:
    """Give the heater a secret, or list those it has. It is typed unseen, or read from a file or
    standard input; nobody can ask for it afterwards."""
    rows = keys.load(from_, desk.lang) if from_ else {}
    with desk.connect() as client:
        settings.check_serial(client, serial or None)
        if from_:
            own = rows.get(client.about["serial"])
            if own is None:
                raise Trouble("no_keys", desk.lang, serial=client.about["serial"], path=from_)
            if not desk.dry_run:
                keys.give(client, own, again=True)
        elif name and not desk.dry_run:
            keys.put(client, name, _secret(desk, file))
        there = keys.present(client)
    if name or from_:
        desk.say("would" if desk.dry_run else "kept")
    desk.rows(there, ["name"], [[one] for one in there])


def _secret(desk: Desk, file: Path | None) -> str:
    if file is None:
        return desk.secret("secret", again=True)
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise Trouble("bad_file", desk.lang, path=file, why=error) from None


def write(desk: Desk, client: Client, wanted: dict[str, Value], serial: str = "") -> None:
    """Apply, and say what was done."""
    done = settings.apply(client, wanted, serial=serial or None, dry_run=desk.dry_run)
    if done.written:
        desk.say("written", f"rev {done.revision}")
    else:
        desk.say("would" if done.changes else "same")
    if done.restart and done.written:
        desk.say("restart")
    _show(desk, done.changes, rev=done.revision, sha256=done.sha256, written=done.written)


def _show(desk: Desk, changes: dict[str, tuple[Value, Value]], **more: object) -> None:
    data = {name: {"before": old, "after": new} for name, (old, new) in changes.items()}
    rows = [[name, old, new] for name, (old, new) in changes.items()]
    desk.rows({"changes": data, **more}, ["name", "before", "after"], rows)
