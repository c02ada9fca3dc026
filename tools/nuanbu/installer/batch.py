"""One table of heaters, many ports: each heater gets the settings of its own row.

The row is found by the serial number that the heater itself tells, never by the port, and the
number is asked again right before the commit. A row that already agrees is not written to.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from nuanbu.installer import settings
from nuanbu.installer.client import Client
from nuanbu.installer.trouble import Trouble

SERIAL = "heater.serial"
MOST_PORTS = 16
FOUND, WRITTEN, SAME, WOULD = "found", "written", "same", "would"
FAILED, ABSENT, UNKNOWN = "failed", "absent", "unknown"


@dataclass
class Row:
    """One heater of the table and what became of it."""

    serial: str
    wanted: dict[str, str]
    result: str = ABSENT
    port: str = ""
    detail: str = ""
    revision: int = 0


def load(path: Path, language: str) -> list[Row]:
    """The rows of a CSV: a column heater.serial, and one column for each setting to hold.

    An empty cell leaves that setting alone. Raises Trouble bad_file.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeError, csv.Error) as error:
        raise Trouble("bad_file", language, path=path, why=error) from None
    if not lines or SERIAL not in lines[0]:
        raise Trouble("bad_file", language, path=path, why=f"no column {SERIAL}")
    rows = []
    for number, line in enumerate(lines, 2):
        if None in line or None in line.values() or not line[SERIAL].strip():
            raise Trouble("bad_file", language, path=path, why=f"line {number}")
        wanted = {k.strip(): v.strip() for k, v in line.items() if k != SERIAL and v.strip()}
        rows.append(Row(line[SERIAL].strip(), wanted))
    if len({row.serial for row in rows}) != len(rows):
        raise Trouble("bad_file", language, path=path, why=f"{SERIAL} twice")
    return rows


def run(
    rows: list[Row],
    ports: list[str],
    language: str,
    *,
    dry_run: bool = False,
    progress: Callable[[str, str, str], None] = lambda port, serial, state: None,
    connect: Callable[[str, str], Client] = Client,
) -> None:
    """Serve every port once, all of them at the same time; the results stand in the rows.

    progress(port, serial, state): told when a heater is recognised and when it is done.
    """
    taken: set[str] = set()
    lock = Lock()

    def serve(port: str) -> None:
        try:
            with connect(port, language) as client:
                serial = client.about["serial"]
                with lock:
                    row = next((row for row in rows if row.serial == serial), None)
                    again = serial in taken
                    taken.add(serial)
                if row is None or again:
                    progress(port, serial or "?", UNKNOWN)
                    return
                row.port = port
                progress(port, serial, FOUND)
                _configure(client, row, dry_run)
                progress(port, serial, row.result)
        except Trouble as trouble:
            progress(port, trouble.cause, FAILED)

    with ThreadPoolExecutor(max_workers=MOST_PORTS) as pool:
        list(pool.map(serve, dict.fromkeys(ports)))


def _configure(client: Client, row: Row, dry_run: bool) -> None:
    try:
        wanted = settings.typed(row.wanted, settings.read(client), client.language)
        done = settings.apply(client, wanted, serial=row.serial, dry_run=dry_run)
    except Trouble as trouble:
        row.result, row.detail = FAILED, str(trouble)
        return
    row.result = WRITTEN if done.written else WOULD if done.changes else SAME
    row.detail = ", ".join(done.changes)
    row.revision = done.revision
