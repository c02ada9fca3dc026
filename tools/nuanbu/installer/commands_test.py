"""test: the self-test and the acceptance on site, certificate and record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from nuanbu.installer import acceptance, onsite, profile, record
from nuanbu.installer.certificate_words import CERTIFICATE
from nuanbu.installer.client import Client
from nuanbu.installer.desk import Desk, command
from nuanbu.installer.hands import Hands
from nuanbu.installer.outcome import Outcome
from nuanbu.installer.profile import Profile
from nuanbu.installer.trouble import LANGUAGES, Trouble

OUT = Annotated[Path, typer.Option(help="Folder for certificate and record.")]
KEY_FILE = Annotated[
    Path | None, typer.Option(help="Ledger key, 64 hex digits: signs the record.")
]
LIMITS = Annotated[
    str,
    typer.Option(
        "--profile", help=f"Limits: {', '.join(profile.names())}, or a file of that form."
    ),
]
ON_SITE = Annotated[
    str,
    typer.Option(help=f"Acceptance in the room: all, or some of {','.join(onsite.PARTS)}."),
]
READING = Annotated[
    list[str] | None,
    typer.Option("--reading", help="name=value of a tester, such as earth_ohm=0.05."),
]


def register(app: typer.Typer) -> None:
    command(app, "test")(test)


def test(
    desk: Desk,
    out: OUT = Path("records"),
    operator: Annotated[str, typer.Option(help="Who inspects.")] = "",
    isolated: Annotated[
        bool, typer.Option(help="The serial adapter is isolated from the mains.")
    ] = False,
    reference_c: Annotated[
        float | None, typer.Option(help="Reading of a reference thermometer, degC.")
    ] = None,
    mains_v: Annotated[
        float | None, typer.Option(help="Reading of a voltmeter at the supply, V.")
    ] = None,
    reading: READING = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask for the tester's readings.")] = False,
    instruments: Annotated[
        str, typer.Option(help="Instruments used: model, number, date of certificate.")
    ] = "",
    limits: LIMITS = profile.DEFAULT,
    on_site: ON_SITE = "",
    key_file: KEY_FILE = None,
) -> None:
    """Prove switches, sensors and power, and write the certificate. Heats for about a minute."""
    chosen = profile.load(limits, desk.lang)
    parts = site_parts(on_site, desk.lang)
    given = typed(reading or [], chosen, desk.lang)
    with desk.connect() as client:
        if desk.dry_run:
            desk.say("would")
            return
        if ask:
            for key in chosen.manual:
                value = desk.number(f"ask_{key}") if key not in given else given[key]
                if value is not None:
                    given[key] = value
            instruments = instruments or desk.ask("ask_instruments")
        outcome = certify(
            desk, client, out, operator=operator, isolated=isolated, reference_c=reference_c,
            mains_v=mains_v, typed=given, limits=chosen, parts=parts, key_file=key_file,
            facts={"instruments": instruments},
        )  # fmt: skip
    if outcome.failed:
        fail(desk, outcome)


def site_parts(text: str, language: str) -> tuple[str, ...]:
    """The parts of the acceptance on site that --on-site names. Raises Trouble bad_choice."""
    if not text:
        return ()
    parts = onsite.PARTS if text == "all" else tuple(part.strip() for part in text.split(","))
    for part in parts:
        if part not in onsite.PARTS:
            allowed = ", ".join(("all", *onsite.PARTS))
            raise Trouble("bad_choice", language, option="--on-site", value=part, allowed=allowed)
    return parts


def typed(pairs: list[str], chosen: Profile, language: str) -> dict[str, float]:
    """{line: value} of texts such as earth_ohm=0.05. Raises Trouble bad_choice, bad_value."""
    found = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        if name not in chosen.manual:
            allowed = ", ".join(chosen.manual)
            raise Trouble("bad_choice", language, option="--reading", value=name, allowed=allowed)
        try:
            found[name] = float(text)
        except ValueError:
            raise Trouble("bad_value", language, name=name, value=text, kind="number") from None
    return found


def fail(desk: Desk, outcome: Outcome) -> None:
    """Trouble test_failed; the record is on standard output already where JSON is wanted."""
    at = LANGUAGES.index(desk.lang)
    names = ", ".join(CERTIFICATE[key][at] for key in outcome.failed)
    trouble = Trouble("test_failed", desk.lang, names=names)
    if desk.as_json:
        raise typer.Exit(trouble.code)
    raise trouble


def certify(
    desk: Desk,
    client: Client,
    out: Path,
    *,
    operator: str,
    isolated: bool,
    reference_c: float | None = None,
    mains_v: float | None = None,
    typed: dict[str, float] | None = None,
    limits: Profile | None = None,
    parts: tuple[str, ...] = (),
    hands: Hands | None = None,
    key_file: Path | None = None,
    facts: dict[str, Any] | None = None,
) -> Outcome:
    """Test the heater, write record and certificate into `out`, and show the lines."""
    at = LANGUAGES.index(desk.lang)
    key = record.load_key(key_file, desk.lang) if key_file else None
    limits = limits or profile.load(profile.DEFAULT, desk.lang)

    def progress(step: str) -> None:
        desk.notes.print(CERTIFICATE[step][at], highlight=False)

    outcome = acceptance.run(
        client, profile=limits, reference_c=reference_c, mains_v=mains_v, typed=typed,
        progress=progress,
    )  # fmt: skip
    if parts:
        onsite.Site(client, outcome, hands or desk, limits).run(parts, progress)
    file(desk, client, out, outcome, key, operator=operator, isolated=isolated,
         profile=limits.told(), **(facts or {}))  # fmt: skip
    return outcome


def file(
    desk: Desk, client: Client, out: Path, outcome: Outcome, key: bytes | None, **facts: Any
) -> dict[str, Any]:
    """Make the record of `outcome`, chain, sign and write it with its certificate, and show it."""
    at = LANGUAGES.index(desk.lang)
    about = client.greet()
    made = record.make(
        about, client.request("cfg.hash")["sha256"], outcome,
        previous=record.newest(out, about["uid"]), when=datetime.now().astimezone(), **facts,
    )  # fmt: skip
    made = record.sign(made, key) if key else made
    paths = record.write(made, out, desk.lang)
    rows = [
        [
            CERTIFICATE[line.key][at],
            line.limit,
            said(line.reading, at),
            CERTIFICATE[line.verdict][at],
        ]
        for line in outcome.lines
    ]
    desk.rows(made, ["item", "limit_value", "reading_value", "verdict"], rows)
    desk.notes.print(f"{paths[1]}", highlight=False)
    return made


def said(reading: str, at: int) -> str:
    """A reading in words, in the language `at`; others are numbers and stay as they are."""
    words = CERTIFICATE.get(f"said_{reading}")
    return words[at] if words else reading
