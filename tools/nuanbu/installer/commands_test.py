"""test: the self-test, its certificate and its record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from nuanbu.installer import acceptance, record
from nuanbu.installer.certificate_words import CERTIFICATE
from nuanbu.installer.client import Client
from nuanbu.installer.desk import Desk, command
from nuanbu.installer.trouble import LANGUAGES, Trouble


def register(app: typer.Typer) -> None:
    command(app, "test")(test)


def test(
    desk: Desk,
    out: Annotated[Path, typer.Option(help="Folder for certificate and record.")] = Path(
        "records"
    ),
    operator: Annotated[str, typer.Option(help="Who inspects.")] = "",
    isolated: Annotated[
        bool, typer.Option(help="The serial adapter is isolated from the mains.")
    ] = False,
    reference_c: Annotated[
        float | None, typer.Option(help="Reading of a reference thermometer, degC.")
    ] = None,
    earth_ohm: Annotated[float | None, typer.Option(help="Tester: earth resistance, ohm.")] = None,
    insulation_mohm: Annotated[
        float | None, typer.Option(help="Tester: insulation resistance, megohm.")
    ] = None,
    leakage_ma: Annotated[float | None, typer.Option(help="Tester: leakage current, mA.")] = None,
    key_file: Annotated[
        Path | None, typer.Option(help="Ledger key, 64 hex digits: signs the record.")
    ] = None,
) -> None:
    """Prove switches, sensors and power, and write the certificate. Heats for about a minute."""
    given = {
        "earth_ohm": earth_ohm,
        "insulation_mohm": insulation_mohm,
        "leakage_ma": leakage_ma,
    }
    with desk.connect() as client:
        if desk.dry_run:
            desk.say("would")
            return
        outcome = certify(
            desk, client, out, operator=operator, isolated=isolated, reference_c=reference_c,
            typed={name: value for name, value in given.items() if value is not None},
            key_file=key_file,
        )  # fmt: skip
    if outcome.failed:
        at = LANGUAGES.index(desk.lang)
        names = ", ".join(CERTIFICATE[key][at] for key in outcome.failed)
        trouble = Trouble("test_failed", desk.lang, names=names)
        if desk.as_json:  # the record is on standard output already
            raise typer.Exit(trouble.code)
        raise trouble


def certify(
    desk: Desk,
    client: Client,
    out: Path,
    *,
    operator: str,
    isolated: bool,
    reference_c: float | None,
    typed: dict[str, float],
    key_file: Path | None,
) -> acceptance.Outcome:
    """Test the heater, write record and certificate into `out`, and show the lines."""
    at = LANGUAGES.index(desk.lang)
    key = record.load_key(key_file, desk.lang) if key_file else None
    outcome = acceptance.run(
        client, reference_c=reference_c, typed=typed,
        progress=lambda step: desk.notes.print(CERTIFICATE[step][at]),
    )  # fmt: skip
    about = client.greet()
    made = record.make(
        about, client.request("cfg.hash")["sha256"], outcome, operator=operator,
        isolated=isolated, previous=record.newest(out, about["uid"]),
        when=datetime.now().astimezone(),
    )  # fmt: skip
    made = record.sign(made, key) if key else made
    paths = record.write(made, out, desk.lang)
    rows = [
        [CERTIFICATE[line.key][at], line.limit, line.reading, CERTIFICATE[line.verdict][at]]
        for line in outcome.lines
    ]
    desk.rows(made, ["item", "limit_value", "reading_value", "verdict"], rows)
    desk.notes.print(f"{paths[1]}", highlight=False)
    return outcome
