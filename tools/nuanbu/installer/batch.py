"""One table of heaters, many ports: each heater gets the settings of its own row.

The row is found by the serial number that the heater itself tells, never by the port, and the
number is asked again right before the commit. A row that already agrees is not written to.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from nuanbu.installer import keys, settings
from nuanbu.installer.client import Client
from nuanbu.installer.reasons import reason
from nuanbu.installer.trouble import Trouble

SERIAL = "heater.serial"
MOST_PORTS = 16
FOUND, WRITTEN, SAME, WOULD = "found", "written", "same", "would"
FAILED, ABSENT, UNKNOWN, WAITING = "failed", "absent", "unknown", "waiting"
DONE = (WRITTEN, SAME, WOULD)
_LOOK_S = 1.0  # from one look for the next heater to the next


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
            sheet = csv.DictReader(file, strict=True)
            lines = list(sheet)
    except csv.Error:
        why = reason("csv", language, line=sheet.line_num)
        raise Trouble("bad_file", language, path=path, why=why) from None
    except (OSError, UnicodeError) as error:
        raise Trouble("bad_file", language, path=path, why=error) from None
    if not lines or SERIAL not in lines[0]:
        why = reason("no_column", language, name=SERIAL)
        raise Trouble("bad_file", language, path=path, why=why)
    rows = []
    for number, line in enumerate(lines, 2):
        if None in line or None in line.values() or not line[SERIAL].strip():
            why = reason("line", language, line=number)
            raise Trouble("bad_file", language, path=path, why=why)
        wanted = {k.strip(): v.strip() for k, v in line.items() if k != SERIAL and v.strip()}
        rows.append(Row(line[SERIAL].strip(), wanted))
    serials = [row.serial for row in rows]
    for serial in serials:
        if serials.count(serial) > 1:
            why = reason("twice", language, name=SERIAL, value=serial)
            raise Trouble("bad_file", language, path=path, why=why)
    return rows


class Batch:
    """The rows, and the ports that serve them at the same time.

    wait_s: how long a port waits for the next heater to be plugged in; 0: each port serves the one
    that is there. progress(port, serial, state): told what happens at a port. connect: makes a
    client. login(client): called for a heater with a password. secrets: by serial number, as of
    `keys.load`; given to a heater that does not have them. pause(port, seconds): waits.
    """

    def __init__(
        self,
        rows: list[Row],
        language: str,
        *,
        dry_run: bool = False,
        wait_s: float = 0.0,
        progress: Callable[[str, str, str], None] = lambda port, serial, state: None,
        connect: Callable[[str, str], Client] = Client,
        login: Callable[[Client], None] | None = None,
        secrets: dict[str, dict[str, str]] | None = None,
        pause: Callable[[str, float], None] = lambda port, seconds: time.sleep(seconds),
    ):
        self._rows = {row.serial: row for row in rows}
        self._language = language
        self._dry_run = dry_run
        self._wait_s = wait_s
        self._progress = progress
        self._connect = connect
        self._login = login
        self._secrets = secrets or {}
        self._pause = pause
        self._lock = Lock()
        self._taken: set[str] = set()  # serial numbers at some port, or done

    def run(self, ports: list[str]) -> None:
        """Serve every port; the results stand in the rows. At most MOST_PORTS at a time."""
        with ThreadPoolExecutor(max_workers=MOST_PORTS) as pool:
            list(pool.map(self._serve, dict.fromkeys(ports)))

    def _serve(self, port: str) -> None:
        last_uid = ""
        waited_s = 0.0
        while True:
            try:
                with self._connect(port, self._language) as client:
                    if client.about["uid"] != last_uid:
                        last_uid = client.about["uid"]
                        waited_s = 0.0
                        self._one(port, client)
            except Trouble as trouble:
                last_uid = ""  # the same heater may come back, for what failed
                if not self._wait_s:
                    self._progress(port, trouble.cause, FAILED)
                    return
            if waited_s >= self._wait_s or self._finished():
                return
            if not waited_s:
                self._progress(port, "", WAITING)
            self._pause(port, _LOOK_S)
            waited_s += _LOOK_S

    def _finished(self) -> bool:
        return all(row.result in DONE for row in self._rows.values())

    def _one(self, port: str, client: Client) -> None:
        serial = client.about["serial"]
        with self._lock:
            row = self._rows.get(serial)
            if row is None or serial in self._taken:
                self._progress(port, serial or "?", UNKNOWN)
                return
            self._taken.add(serial)
        row.port = port
        self._progress(port, serial, FOUND)
        try:
            self._configure(client, row)
        except Trouble as trouble:
            row.result, row.detail = FAILED, f"{trouble} ({trouble.hint})"
        finally:
            if row.result not in DONE:
                with self._lock:
                    self._taken.discard(serial)  # it may be tried again
        self._progress(port, serial, row.result)

    def _configure(self, client: Client, row: Row) -> None:
        if self._login and "installer" in client.request("auth.begin")["locked"]:
            self._login(client)
        wanted = settings.typed(row.wanted, settings.read(client), client.language, client)
        done = settings.apply(client, wanted, serial=row.serial, dry_run=self._dry_run)
        row.result = WRITTEN if done.written else WOULD if done.changes else SAME
        missing: list[str] = []
        own = self._secrets.get(row.serial, {})
        if own and not self._dry_run:
            settings.check_serial(client, row.serial)
            missing = keys.give(client, own)
            if missing and row.result == SAME:
                row.result = WRITTEN
        row.detail = ", ".join([*done.changes, *missing])
        row.revision = done.revision


def run(rows: list[Row], ports: list[str], language: str, **options) -> None:
    """Serve every port; options as of `Batch`."""
    Batch(rows, language, **options).run(ports)
