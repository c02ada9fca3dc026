"""Records of the installer's tool, and what else people do to a heater, into the ledger."""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa

from nuanbu.errors import UserError
from nuanbu.group import keyfile, ledger, schema
from nuanbu.group.database import writing
from nuanbu.installer import record as certificate

EVENTS = ("calibration", "repair", "inspection", "remark")
_COMMISSIONED = "commissioned"
_TEXT_MAX = 200


def take(
    engine: sa.Engine, files: list[Path], key_file: Path | None, now_s: int
) -> tuple[int, int]:
    """Take in records, all or none. With a key file each must bear its signature. Returns (how
    many were added, how many were there before). UserError names the file and why."""
    key = _key(key_file) if key_file else None
    records = [(path, _read(path, key)) for path in files]
    added = there = 0
    with writing(engine) as db:
        known = set(db.scalars(sa.select(schema.heaters.c.id)))
        for path, record in records:
            serial = record["serial"]
            if serial not in known:
                raise UserError(f"{path}: device {serial!r} is not in the tree", "device import")
            seals = [json.loads(row.facts).get("sha256") for row in _of(db, serial)]
            if record["sha256"] in seals:
                there += 1
                continue
            if record["previous"] and seals and record["previous"] != seals[-1]:
                raise UserError(
                    f"{path}: it follows record {record['previous'][:12]}, the ledger's latest of"
                    f" {serial} is {seals[-1][:12]}",
                    "import the records in the order in which they were made",
                )
            facts = {**record, "signature_checked": key is not None}
            facts.pop("series", None)  # the plots; the record itself keeps them
            ledger.append(db, now_s, serial, _COMMISSIONED, facts)
            added += 1
    return added, there


def note(engine: sa.Engine, device: str, event: str, facts: dict[str, str], now_s: int) -> None:
    """Note what was done to a device. UserError: no such device or event, or a text too long."""
    if event not in EVENTS:
        raise UserError(f"event {event!r} is none of {', '.join(EVENTS)}")
    for name, value in facts.items():
        if len(name) > _TEXT_MAX or len(value) > _TEXT_MAX:
            raise UserError(f"fact {name[:20]!r}: longer than {_TEXT_MAX} characters")
    with writing(engine) as db:
        row = sa.select(schema.heaters.c.id).where(schema.heaters.c.id == device)
        if db.scalar(row) is None:
            raise UserError(f"no device {device}", "nuanbu group device list")
        ledger.append(db, now_s, device, event, facts)


def _of(db: sa.Connection, serial: str) -> list[ledger.Entry]:
    return [row for row in ledger.entries(db, serial) if row.event == _COMMISSIONED]


def _read(path: Path, key: bytes | None) -> dict:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        serial, told = record["serial"], record["sha256"]
        if not isinstance(serial, str) or not isinstance(record["previous"], str):
            raise TypeError("serial and previous must be texts")
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise UserError(f"{path}: is no record of the installer's tool ({e!r})") from e
    if certificate.digest(record) != told:
        raise UserError(f"{path}: its hash does not match, it was changed after it was made")
    if key is not None and not certificate.genuine(record, key):
        raise UserError(f"{path}: it was not signed with this key")
    return record


def _key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(keyfile.read(path).decode().strip())
    except ValueError as e:
        raise UserError(f"{path}: 64 hex digits are expected") from e
    if len(key) != 32:
        raise UserError(f"{path}: a key of {len(key)} bytes, 32 are expected")
    return key
