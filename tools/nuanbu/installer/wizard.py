"""wizard: from a heater on the wall to its certificate in six questions at most.

Answers are kept in a file beside the records until the certificate is there, so that a wizard that
was interrupted, by whatever, goes on where it stood and asks nothing twice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from nuanbu.installer import settings
from nuanbu.installer.certificate_words import CERTIFICATE
from nuanbu.installer.client import Client
from nuanbu.installer.commands_test import certify
from nuanbu.installer.desk import Desk, command
from nuanbu.installer.trouble import LANGUAGES, Trouble
from nuanbu.installer.words import label

SERIAL, RATED = "heater.serial", "heater.rated_w"
PLACE = ("link.building", "link.unit", "link.household")
_AGAIN_S = 60.0  # for the cable to be plugged in again
_POLL_S = 0.5
_LOST = ("unplugged", "no_answer", "port_unusable")


def register(app: typer.Typer) -> None:
    command(app, "wizard")(wizard)


def wizard(
    desk: Desk,
    out: Annotated[Path, typer.Option(help="Folder for certificate and record.")] = Path(
        "records"
    ),
    key_file: Annotated[
        Path | None, typer.Option(help="Ledger key, 64 hex digits: signs the record.")
    ] = None,
) -> None:
    """Set up one heater, test it and write its certificate: six questions at most."""
    with desk.connect() as client:
        uid = client.about["uid"]
        present = settings.read(client)
    notes = Notes(out / f"{uid}.wizard.json", desk.lang)
    ask(desk, present, notes)
    wanted = chosen(notes.answers)
    patient(desk, lambda client: _apply(desk, client, uid, wanted))
    if desk.dry_run:
        return
    reference = str(notes.answers["reference_c"])
    outcome = patient(
        desk,
        lambda client: certify(
            desk, client, out, operator=str(notes.answers["operator"]),
            isolated=bool(notes.answers["isolated"]),
            reference_c=float(reference) if reference else None, typed={}, key_file=key_file,
        ),
    )  # fmt: skip
    notes.forget()
    if outcome.failed:
        at = LANGUAGES.index(desk.lang)
        names = ", ".join(CERTIFICATE[key][at] for key in outcome.failed)
        raise Trouble("test_failed", desk.lang, names=names)


class Notes:
    """The answers so far, in a file."""

    def __init__(self, path: Path, language: str):
        self._path = path
        self.answers: dict[str, Any] = settings.load(path, language) if path.exists() else {}

    def keep(self, key: str, value: bool | int | str) -> None:
        self.answers[key] = value
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # A whole file or none, whenever the battery gives up.
        draft = self._path.with_suffix(".part")
        draft.write_text(json.dumps(self.answers, ensure_ascii=False), encoding="utf-8")
        draft.replace(self._path)

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)


def ask(desk: Desk, present: dict[str, Any], notes: Notes) -> None:
    """At most six questions, and only those not answered yet."""
    rows: list[tuple[str, Callable[[], bool | int | str]]] = [
        ("isolated", lambda: typer.confirm(label("ask_isolated", desk.lang), err=True)),
        ("rated_w", lambda: _prompt(desk, "ask_rated", present[RATED])),
        ("place", lambda: _prompt(desk, "ask_place", "/".join(str(present[k]) for k in PLACE))),
        ("operator", lambda: _prompt(desk, "ask_operator", "")),
        ("reference_c", lambda: _number(desk, "ask_reference")),
    ]
    if not present[SERIAL]:  # at the works already for most heaters, and fixed from then on
        rows.insert(1, ("serial", lambda: _prompt(desk, "ask_serial", "")))
    for key, question in rows:
        if key not in notes.answers:
            notes.keep(key, question())


def chosen(answers: dict[str, Any]) -> dict[str, Any]:
    """The settings that the answers ask for."""
    wanted: dict[str, Any] = {RATED: int(answers["rated_w"])}
    parts = str(answers["place"]).split("/")
    if len(parts) == len(PLACE):
        wanted |= dict(zip(PLACE, parts))
    if answers.get("serial"):
        wanted[SERIAL] = answers["serial"]
    return wanted


def patient(desk: Desk, work: Callable[[Client], Any]) -> Any:
    """Do `work` at the heater; when the cable comes out, once more after it is back."""
    for last in (False, True):
        try:
            with _connected(desk) as client:
                return work(client)
        except Trouble as trouble:
            if last or trouble.trouble not in _LOST:
                raise
            desk.say("plug_in")
    return None


def _connected(desk: Desk) -> Client:
    until = time.monotonic() + _AGAIN_S
    while True:
        try:
            return desk.connect()
        except Trouble as trouble:
            if trouble.trouble not in (*_LOST, "no_device") or time.monotonic() > until:
                raise
            time.sleep(_POLL_S)


def _apply(desk: Desk, client: Client, uid: str, wanted: dict[str, Any]) -> None:
    if client.about["uid"] != uid:
        found = client.about["uid"]
        raise Trouble("wrong_device", desk.lang, port=client.name, found=found, wanted=uid)
    typed = settings.typed(wanted, settings.read(client), desk.lang)
    done = settings.apply(client, typed, dry_run=desk.dry_run)
    desk.say("written" if done.written else "would" if done.changes else "same")


def _prompt(desk: Desk, key: str, default: Any) -> Any:
    return typer.prompt(label(key, desk.lang), default=default, err=True)


def _number(desk: Desk, key: str) -> str:
    while True:
        text = str(_prompt(desk, key, ""))
        try:
            return str(float(text)) if text else ""
        except ValueError:
            desk.notes.print("21.5")
