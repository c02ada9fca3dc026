"""wizard: from a heater on the wall to its certificate in six questions at most.

Answers are kept in a file beside the records until the certificate is there, so that a wizard that
was interrupted, by whatever, goes on where it stood and asks nothing twice. What the next flat has
in common with this one is offered there: Enter takes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from nuanbu.installer import profile, settings
from nuanbu.installer.client import Client
from nuanbu.installer.commands_test import (
    KEY_FILE,
    LIMITS,
    ON_SITE,
    OUT,
    READING,
    certify,
    fail,
    site_parts,
    typed,
)
from nuanbu.installer.desk import Desk, command
from nuanbu.installer.outcome import Outcome
from nuanbu.installer.trials import give_back
from nuanbu.installer.trouble import Trouble

SERIAL, RATED = "heater.serial", "heater.rated_w"
PLACE = ("link.building", "link.unit", "link.household")
_LAST = ".last-answers"  # of the heater before
_AGAIN_S = 60.0  # for the cable to be plugged in again
_POLL_S = 0.5
_LOST = ("unplugged", "no_answer", "port_unusable")


def register(app: typer.Typer) -> None:
    command(app, "wizard")(wizard)


def wizard(
    desk: Desk,
    out: OUT = Path("records"),
    limits: LIMITS = profile.DEFAULT,
    reading: READING = None,
    on_site: ON_SITE = "",
    repeat: Annotated[
        bool, typer.Option("--repeat", help="Then the next heater, until Ctrl-C.")
    ] = False,
    key_file: KEY_FILE = None,
) -> None:
    """Set up one heater, test it and write its certificate: six questions at most."""
    chosen = profile.load(limits, desk.lang)
    options = {
        "limits": chosen,
        "parts": site_parts(on_site, desk.lang),
        "typed": typed(reading or [], chosen, desk.lang),
        "key_file": key_file,
    }
    done: set[str] = set()
    failed: list[Outcome] = []
    while True:
        uid, outcome = commission(desk, out, options, done)
        done.add(uid)
        if outcome and outcome.failed:
            failed.append(outcome)
        if not repeat or desk.dry_run:
            break
        desk.say("next_heater")
    if failed:
        fail(desk, failed[-1])


def commission(
    desk: Desk, out: Path, options: dict[str, Any], done: set[str]
) -> tuple[str, Outcome | None]:
    """One heater, from the first question to its certificate; (hardware number, what was found).

    done: hardware numbers that are finished: a heater of these is not begun again.
    """
    uid, present = _another(desk, done)
    notes = Notes(out, uid, desk.lang)
    ask(desk, present, notes)
    wanted = chosen(notes.answers)
    patient(desk, lambda client: _apply(desk, client, uid, wanted))
    if desk.dry_run:
        return uid, None
    reference = str(notes.answers["reference_c"])
    outcome = patient(
        desk,
        lambda client: certify(
            desk, _same(desk, client, uid), out, operator=str(notes.answers["operator"]),
            isolated=bool(notes.answers["isolated"]),
            reference_c=float(reference) if reference else None,
            facts={"place": str(notes.answers["place"])}, **options,
        ),
    )  # fmt: skip
    notes.finish()
    return uid, outcome


class Notes:
    """The answers so far, in a file; and those of the heater before, as defaults."""

    def __init__(self, folder: Path, uid: str, language: str):
        self._path = folder / f"{uid}.wizard.json"
        self._last = folder / _LAST
        self.answers: dict[str, Any] = self._read(self._path, language)
        self.before: dict[str, Any] = self._read(self._last, language)

    @staticmethod
    def _read(path: Path, language: str) -> dict[str, Any]:
        return settings.load(path, language) if path.exists() else {}

    def keep(self, key: str, value: bool | int | str) -> None:
        self.answers[key] = value
        self._write(self._path)

    def _write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A whole file or none, whenever the battery gives up.
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(self.answers, ensure_ascii=False), encoding="utf-8")
        draft.replace(path)

    def finish(self) -> None:
        """The certificate is there: nothing is left to go on with."""
        self._write(self._last)
        self._path.unlink(missing_ok=True)


def ask(desk: Desk, present: dict[str, Any], notes: Notes) -> None:
    """At most six questions, and only those not answered yet."""
    before = notes.before
    rated = str(before.get("rated_w", present[RATED]))
    known = [str(present[key]) for key in PLACE]
    # What a new heater has for its place says nothing: Enter must not take it.
    set_before = known != [key.partition(".")[2] for key in PLACE]
    place = str(before.get("place") or ("/".join(known) if set_before else ""))
    rows: list[tuple[str, Callable[[], bool | int | str]]] = [
        # Asked at every heater, whatever was said at the last: a life may hang on it.
        ("isolated", lambda: desk.yes_no("ask_isolated")),
        ("rated_w", lambda: _whole(desk, "ask_rated", rated)),
        ("place", lambda: _place(desk, place)),
        ("operator", lambda: desk.ask("ask_operator", str(before.get("operator", "")))),
        ("reference_c", lambda: _text(desk.number("ask_reference"))),
    ]
    if not present[SERIAL]:  # at the works already for most heaters, and fixed from then on
        rows.insert(1, ("serial", lambda: desk.ask("ask_serial")))
    for key, question in rows:
        if key not in notes.answers:
            notes.keep(key, question())


def chosen(answers: dict[str, Any]) -> dict[str, Any]:
    """The settings that the answers ask for."""
    wanted: dict[str, Any] = {RATED: int(answers["rated_w"])}
    wanted |= dict(zip(PLACE, str(answers["place"]).split("/")))
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


def _another(desk: Desk, done: set[str]) -> tuple[str, dict[str, Any]]:
    # Hardware number and settings of a heater that is not done yet; waits for it after the first.
    while True:
        try:
            with desk.connect() as client:
                if client.about["uid"] not in done:
                    return client.about["uid"], settings.read(client)
        except Trouble as trouble:
            if not done or trouble.trouble not in (*_LOST, "no_device"):
                raise
        desk.pause(_POLL_S)


def _connected(desk: Desk) -> Client:
    until = desk.clock() + _AGAIN_S
    while True:
        try:
            client = desk.connect()
            try:
                client.greet()
            except BaseException:
                client.close()
                raise
            return client
        except Trouble as trouble:
            if trouble.trouble not in (*_LOST, "no_device") or desk.clock() > until:
                raise
            desk.pause(_POLL_S)


def _apply(desk: Desk, client: Client, uid: str, wanted: dict[str, Any]) -> None:
    give_back(_same(desk, client, uid))  # what an interrupted test has left on trial
    ready = settings.typed(wanted, settings.read(client), desk.lang, client)
    done = settings.apply(client, ready, dry_run=desk.dry_run)
    desk.say("written" if done.written else "would" if done.changes else "same")


def _same(desk: Desk, client: Client, uid: str) -> Client:
    # The cable may have moved to another heater while somebody typed.
    found = client.about["uid"]
    if found != uid:
        raise Trouble("wrong_device", desk.lang, port=client.name, found=found, wanted=uid)
    return client


def _whole(desk: Desk, key: str, default: str) -> int:
    while True:
        text = desk.ask(key, default)
        if text.isdigit():
            return int(text)
        desk.say("not_a_number", text)


def _place(desk: Desk, default: str) -> str:
    while True:
        text = desk.ask("ask_place", default)
        parts = text.split("/")
        if len(parts) == len(PLACE) and all(part.strip() for part in parts):
            return "/".join(part.strip() for part in parts)
        desk.say("three_parts", text)


def _text(number: float | None) -> str:
    return "" if number is None else f"{number:g}"
