"""What heaters tell of themselves and the ledger keeps: firmware, faults, energy, their books.

Gathered while messages come in, written by `flush` in one transaction.
"""

from __future__ import annotations

import json

import sqlalchemy as sa

from nuanbu.group import ledger, schema, wire
from nuanbu.group.database import writing
from nuanbu.group.store import insert

_DAY_S = 86_400
_STREAMS = ("events", "hours")
_FAULTS_AN_HOUR = 30  # of one heater; a fault that flaps must not fill the ledger
_TEXT_MAX = 64


class Notes:
    """Of one district. now_s below: Unix seconds."""

    def __init__(self, engine: sa.Engine):
        self._engine = engine
        self._rows: list[tuple[int, str, str, dict]] = []
        self._records: dict[tuple[str, str, int], tuple[int, str]] = {}
        self._told: dict[str, tuple[str, int]] = {}  # device -> (firmware, day of its energy)
        self._faults: dict[str, tuple[int, int]] = {}  # device -> (hour, how many in it)
        self._active: dict[tuple[str, str], bool] = {}  # (device, code)
        self._touched: set[str] = set()
        with engine.connect() as db:
            for row in db.execute(sa.select(schema.last_words)):
                self._told[row.device] = (row.firmware, row.energy_day)

    def hello(self, device: str, message: dict, now_s: int) -> None:
        """A heater has connected; a firmware it did not have before is noted."""
        firmware = str(message.get("firmware", ""))[:_TEXT_MAX]
        before, day = self._told.get(device, ("", 0))
        if firmware != before:
            facts = {"firmware": firmware, "before": before}
            facts["board"] = str(message.get("board", ""))[:_TEXT_MAX]
            self._rows.append((now_s, device, "firmware", facts))
            self._told[device] = (firmware, day)
            self._touched.add(device)

    def fault(self, device: str, message: dict, now_s: int) -> None:
        """A fault came or went."""
        fault = message["fault"]
        if not isinstance(fault, dict) or not all(
            len(str(v)) <= _TEXT_MAX for v in fault.values()
        ):
            raise ValueError("fault")
        told = {"fault": fault, "uptime_s": wire.whole(message, "uptime_s", 0, 2**31 - 1)}
        which = (device, str(fault["code"]))
        active = bool(fault["active"])
        hour = now_s // 3600
        was, count = self._faults.get(device, (hour, 0))
        count = count if was == hour else 0
        # A heater tells its faults again with every connection.
        if self._active.get(which, False) == active or count >= _FAULTS_AN_HOUR:
            return
        self._active[which] = active
        self._faults[device] = (hour, count + 1)
        more = {"more_of_this_hour_left_out": True} if count + 1 == _FAULTS_AN_HOUR else {}
        self._rows.append((now_s, device, "fault", {**told, **more}))

    def energy(self, device: str, message: dict, now_s: int) -> None:
        """Counters; the first of a day (UTC) are noted."""
        names = ("energy_wh", "switchings", "contactor_switchings")
        facts = {name: wire.whole(message, name, 0, 2**31 - 1) for name in names}
        firmware, day = self._told.get(device, ("", 0))
        if now_s // _DAY_S != day:
            self._rows.append((now_s, device, "energy", facts))
            self._told[device] = (firmware, now_s // _DAY_S)
            self._touched.add(device)

    def records(self, device: str, message: dict, now_s: int) -> tuple[str, int]:
        """Part of a heater's own books. Returns (stream, next) for the answer, which may be sent
        after the next `flush`."""
        stream, items = message["stream"], message["items"]
        following = wire.whole(message, "next", 0, 2**31 - 1)
        if stream not in _STREAMS or not isinstance(items, list) or len(items) > 12:
            raise ValueError("records")
        for item in items:
            if not item or not all(type(value) is int for value in item):
                raise ValueError("records")
        for item in items:
            self._records[device, stream, item[0]] = (now_s, json.dumps(item))
        return stream, following

    def flush(self) -> None:
        """Write everything that was noted."""
        if not (self._rows or self._records):
            return
        with writing(self._engine) as db:
            for row in self._rows:
                ledger.append(db, *row)
            for device in self._touched:
                firmware, day = self._told[device]
                mine = schema.last_words.c.device == device
                db.execute(schema.last_words.delete().where(mine))
                told = {"device": device, "firmware": firmware, "energy_day": day}
                db.execute(schema.last_words.insert().values(**told))
            _keep(db, self._records)
        self._rows.clear()
        self._touched.clear()
        self._records.clear()


def forget(db: sa.Connection, before_s: int) -> int:
    """Let go of heaters' books that came before a time. Returns how many records went."""
    return db.execute(schema.records.delete().where(schema.records.c.t < before_s)).rowcount


def _keep(db: sa.Connection, records: dict[tuple[str, str, int], tuple[int, str]]) -> None:
    # What came a second time (docs/protocol: after a power cut) is kept once, as it first came.
    table = schema.records.c
    rows = []
    for (device, stream, number), (t, item) in records.items():
        key = (table.device == device) & (table.stream == stream) & (table.number == number)
        if db.scalar(sa.select(sa.func.count()).select_from(schema.records).where(key)) == 0:
            row = {"device": device, "stream": stream, "number": number, "t": t, "item": item}
            rows.append(row)
    insert(db, schema.records, rows)
