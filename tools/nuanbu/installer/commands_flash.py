"""flash: MicroPython and the application onto a board, then its settings; all of it checked."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from nuanbu.flash import application, boards, steps
from nuanbu.flash.boards import Board
from nuanbu.installer import access, settings, transport
from nuanbu.installer.client import Client
from nuanbu.installer.desk import Desk, command
from nuanbu.installer.trouble import Trouble
from nuanbu.installer.words import label

_LOOK_S = 2.0  # for a heater that may be running at the port
_START_S = 60.0  # after a restart: the file system is made at the first start


def register(app: typer.Typer) -> None:
    command(app, "flash")(flash)


def flash(
    desk: Desk,
    board: Annotated[
        str,
        typer.Argument(
            help="Folder below boards/, such as esp32-relay.", autocompletion=boards.names
        ),
    ],
    image: Annotated[
        Path | None,
        typer.Option(help="MicroPython .bin by path; left out: it is on the board already."),
    ] = None,
    profile: Annotated[
        Path | None, typer.Option("--settings", help="JSON of settings, as of `cfg get --json`.")
    ] = None,
) -> None:
    """Put MicroPython (with --image) and the application onto a board, write its settings and
    read them back. Erases everything on the board when there is an image. Where the
    image has the application in it already, no files are put beside it."""
    flash_with(desk, board, image, profile, steps.run)


def flash_with(
    desk: Desk, name: str, image: Path | None, profile: Path | None, run: steps.Runner
) -> None:
    """The same; `run` executes the command lines of esptool and mpremote."""
    # Everything that can be wrong is found before anything is touched.
    board = boards.get(name, desk.lang)
    if image:
        boards.check_image(image, board, desk.lang)
    wanted = settings.load(profile, desk.lang) if profile else {}
    port = transport.choose(desk.port, desk.lang)
    with tempfile.TemporaryDirectory(prefix="nuanbu-") as folder:
        files = Path(folder) / "board"
        sizes = application.compiled(files, name)
        total = sum(sizes.values())
        desk.notes.print(
            f"{label('application', desk.lang)}: {total} / {application.LIMIT_BYTES} B",
            highlight=False,
        )
        if total > application.LIMIT_BYTES:
            raise Trouble("too_large", desk.lang, size=total, limit=application.LIMIT_BYTES)
        lines = []
        if image:
            lines += [steps.erase(port, board), steps.write(port, board, image)]
        if not image or not boards.has_application(image):
            lines.append(steps.deploy(port, files))
        if desk.dry_run:
            desk.say("would")
            for line in lines:
                desk.notes.print("  " + " ".join(line[1:]), highlight=False, soft_wrap=True)
            return
        desk.sure("ask_mains_off")
        if not image:
            _free(desk, port)
        for line in lines:
            desk.notes.print(line[2], highlight=False)
            run(line, desk.lang)
        shutil.rmtree(files)
    _check(desk, port, board, wanted)


def _free(desk: Desk, port: str) -> None:
    # A heater that runs does not let mpremote in: it has to be asked for its REPL.
    try:
        with Client(port, desk.lang, timeout_s=_LOOK_S) as client:
            desk.say("running", client.about["firmware"])
            if "factory" in client.request("auth.begin")["locked"]:
                access.login(client, desk.secret("password"), "factory")
            client.request("sys.lock", on=1)
            client.pause(1.0)
            client.request("sys.repl", sure=True)
    except Trouble as trouble:
        if trouble.trouble not in ("no_answer", "foreign"):
            raise
        # MicroPython without the application, or nothing: mpremote will tell.


def _check(desk: Desk, port: str, board: Board, wanted: dict) -> None:
    desk.say("starting")
    client = Client(port, desk.lang, timeout_s=_LOOK_S)
    try:
        client.come_back(_START_S)
        found = client.about
        version = application.version(boards.ROOT)
        if (found["firmware"], found["board"]) != (version, board.name):
            raise Trouble(
                "mismatch", desk.lang,
                names=f"{found['board']} {found['firmware']}, {board.name} {version}",
            )  # fmt: skip
        client.request("sys.lock", on=0)
        written = False
        if wanted:
            ready = settings.typed(wanted, settings.read(client), desk.lang, client)
            written = settings.apply(client, ready).written
        state = client.request("cfg.hash")
    finally:
        client.close()
    if written:
        desk.say("written", f"rev {state['rev']}")
    desk.facts({key: found[key] for key in ("board", "firmware", "uid", "serial")}
               | {"rev": state["rev"], "sha256": state["sha256"]})  # fmt: skip
