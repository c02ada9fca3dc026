"""The ledger as a signed report: a page for people, and beside it a seal that anybody can check.

The seal is JSON: SHA-256 of the page, number and hash of the ledger's newest row, the public key,
and an Ed25519 signature (RFC 8032) over these as canonical JSON. Whoever knows the company's
public key needs no secret to check it, as a shared key would.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from pathlib import Path

import jinja2
import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from nuanbu.errors import UserError
from nuanbu.group import keyfile, ledger
from nuanbu.group.words import LEDGER, words

_SCHEME = "nuanbu-ledger-1"


def seal_of(page: Path) -> Path:
    """Where the seal of a page lies."""
    return page.with_name(page.name + ".seal.json")


def write(engine: sa.Engine, out: Path, key_file: Path, subject: str, lang: str) -> int:
    """Write page and seal. Returns how many rows it shows. UserError: the chain is broken (a
    changed ledger is not signed), or a file cannot be written."""
    key = _signing_key(key_file)
    with engine.connect() as db:
        broken = ledger.broken_at(db)
        if broken is not None:
            raise UserError(f"the ledger was changed: row {broken} is not what was written")
        rows = list(ledger.entries(db, subject))
        number, newest = ledger.head(db)
    page = _page(rows, subject, number, newest, lang)
    seal = {
        "scheme": _SCHEME,
        "file": out.name,
        "sha256": hashlib.sha256(page).hexdigest(),
        "subject": subject,
        "newest_row": number,
        "newest_hash": newest,
        "public_key": key.public_key().public_bytes_raw().hex(),
    }
    seal["signature"] = key.sign(_canonical(seal)).hex()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(page)
        seal_of(out).write_text(json.dumps(seal, indent=1) + "\n")
    except OSError as e:
        raise UserError(f"{out}: cannot be written ({e.strerror})") from e
    return len(rows)


def verify(page: Path, public_key: str = "") -> dict:
    """The seal of a page, when page and seal are what was signed. UserError: they are not, or
    the key is another than the one named."""
    try:
        seal = json.loads(seal_of(page).read_text())
        data = page.read_bytes()
        told = {name: value for name, value in seal.items() if name != "signature"}
        signer = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal["public_key"]))
        signature, digest = bytes.fromhex(seal["signature"]), seal["sha256"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        raise UserError(f"{page}: no seal that can be read ({e})") from e
    if hashlib.sha256(data).hexdigest() != digest:
        raise UserError(f"{page}: was changed after it was signed")
    try:
        signer.verify(signature, _canonical(told))
    except InvalidSignature:
        raise UserError(f"{seal_of(page)}: was changed after it was signed") from None
    if public_key and public_key.lower() != seal["public_key"]:
        raise UserError(f"{page}: signed with {seal['public_key']}, another key than named")
    return seal


def _page(rows: list[ledger.Entry], subject: str, number: int, newest: str, lang: str) -> bytes:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nuanbu.group"), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    shown = [
        {
            "number": row.number,
            "time": datetime.datetime.fromtimestamp(row.t, datetime.UTC),
            "subject": row.subject,
            "event": row.event,
            "facts": json.loads(row.facts),
            "hash": row.hash,
        }
        for row in rows
    ]
    text = environment.get_template("ledger.html.j2").render(
        rows=shown, subject=subject, number=number, newest=newest, words=words(LEDGER, lang),
        lang={"zh": "zh-CN", "en": "en"}[lang],
    )  # fmt: skip
    return text.encode()


def _signing_key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except OSError as e:
            raise UserError(f"{path}: cannot be written ({e.strerror})") from e
        with os.fdopen(handle, "w") as file:
            file.write(key.private_bytes_raw().hex() + "\n")
        return key
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(keyfile.read(path).decode()))
    except ValueError as e:
        raise UserError(f"{path}: 64 hex digits of an Ed25519 key are expected") from e


def _canonical(told: dict) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
