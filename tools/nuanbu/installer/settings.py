"""All settings of a heater: read, compared, changed as one, and read back.

A change is staged name by name and becomes one commit, which the firmware writes as one file:
whatever is unplugged or killed meanwhile, the heater has the old settings or the new ones.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nuanbu.installer.client import Client
from nuanbu.installer.reasons import reason
from nuanbu.installer.trouble import Trouble

_PART_CHARS = 40
_SECRET = "***"
Value = bool | int | str


@dataclass
class Applied:
    """What `apply` did. changes: name -> (before, after), empty when nothing had to be written."""

    changes: dict[str, tuple[Value, Value]]
    revision: int
    sha256: str
    restart: bool
    written: bool


def read(client: Client) -> dict[str, Value]:
    """Every setting in force; secrets show as "***" when they are set."""
    found: dict[str, Value] = {}
    at = start = 0
    while True:
        answer = client.request("cfg.dump", **{"at": at, "from": start})
        found.update(answer.get("v", {}))
        if "k" in answer:
            found[answer["k"]] = str(found.get(answer["k"], "")) + answer["part"]
        at, start = answer["next"], answer.get("from", 0)
        if at >= answer["of"]:
            return dict(sorted(found.items()))


def digest(values: dict[str, Value]) -> str:
    """SHA-256 in hex over all settings, as docs/settings.md defines it."""
    lines = "".join(f"{name}={_text(values[name])}\n" for name in sorted(values))
    return hashlib.sha256(lines.encode()).hexdigest()


def parse(
    pairs: list[str], present: dict[str, Value], language: str, client: Client | None = None
) -> dict[str, Value]:
    """{name: value} of texts such as name=value, each of the type that the setting has."""
    wanted = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign:
            raise Trouble("bad_pair", language, text=pair)
        wanted[name.strip()] = text.strip()
    return typed(wanted, present, language, client)


def typed(
    wanted: dict[str, Any], present: dict[str, Value], language: str, client: Client | None = None
) -> dict[str, Value]:
    """`wanted` with texts turned into the types of the settings `present`.

    client: asked what is allowed, for the refusal of a text that is no number.
    """
    found: dict[str, Value] = {}
    for name, value in wanted.items():
        if name not in present:
            raise Trouble("unknown_setting", language, name=name)
        kind = type(present[name])
        if type(value) is kind:
            found[name] = value
            continue
        try:
            found[name] = _convert(str(value), kind)
        except ValueError:
            allowed = _allowed(client, name) if client else kind.__name__
            raise Trouble("bad_value", language, name=name, value=value, kind=allowed) from None
    return found


def load(path: Path, language: str) -> dict[str, Any]:
    """{name: value} of a profile: a JSON object. "-" would be standard input's job."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Trouble("bad_file", language, path=path, why=error) from None
    if not isinstance(found, dict):
        raise Trouble("bad_file", language, path=path, why=reason("no_object", language))
    return found


def changes(present: dict[str, Value], wanted: dict[str, Value]) -> dict[str, tuple[Value, Value]]:
    """name -> (before, after) of what differs."""
    return {
        name: (present[name], value) for name, value in wanted.items() if present[name] != value
    }


def apply(
    client: Client,
    wanted: dict[str, Value],
    *,
    serial: str | None = None,
    dry_run: bool = False,
    confirm_s: int = 0,
) -> Applied:
    """Make `wanted` hold with one commit, and read everything back.

    serial: the heater must have this number, asked again right before the commit. confirm_s: the
    heater takes the change back unless `cfg.confirm` follows within this time.
    Raises Trouble: wrong_device, rejected, login_needed, mismatch; nothing is changed then, except
    that a mismatch was found only after the commit.
    """
    check_serial(client, serial)
    present = read(client)
    differing = changes(present, wanted)
    if not differing or dry_run:
        state = client.request("cfg.hash")
        return Applied(differing, state["rev"], state["sha256"], state["restart"], False)
    client.writes += 1
    client.request("cfg.drop")  # what an interrupted run may have staged
    try:
        for name, (_, value) in differing.items():
            stage(client, name, value)
        check_serial(client, serial)
    except Trouble as trouble:
        if trouble.trouble in ("rejected", "login_needed", "wrong_device"):
            client.request("cfg.drop")
        raise
    answer = client.request("cfg.commit", confirm_s=confirm_s)
    verify(client, wanted)
    return Applied(differing, answer["rev"], answer["sha256"], answer["restart"], True)


def verify(client: Client, wanted: dict[str, Value]) -> dict[str, Value]:
    """Read back every setting; Trouble mismatch unless all of `wanted` and the hash agree."""
    present = read(client)
    wrong = [name for name, value in wanted.items() if present.get(name) != value]
    if not wrong and digest(present) != client.request("cfg.hash")["sha256"]:
        wrong = ["sha256"]
    if wrong:
        raise Trouble("mismatch", client.language, names=", ".join(wrong))
    return present


def stage(client: Client, name: str, value: Value) -> None:
    """Propose one value; a long text goes in parts."""
    if not isinstance(value, str) or len(value) <= _PART_CHARS:
        client.request("cfg.set", k=name, v=value)
        return
    for at in range(0, len(value), _PART_CHARS):
        end = at + _PART_CHARS >= len(value)
        client.request("cfg.part", k=name, at=at, v=value[at : at + _PART_CHARS], end=end)


def check_serial(client: Client, serial: str | None) -> None:
    """Trouble wrong_device unless the heater has this serial number; None: any will do."""
    if serial is None:
        return
    found = client.request("hello")["serial"]
    if found != serial:
        raise Trouble(
            "wrong_device", client.language, port=client.name, found=found or "?", wanted=serial
        )


def _allowed(client: Client, name: str) -> str:
    row = client.request("cfg.get", k=name)
    if isinstance(row["v"], bool):
        return "true, false"
    return f"{row['low']} … {row['high']} {row['unit']}".rstrip()


def _convert(text: str, kind: type) -> Value:
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise ValueError(text)
        return text.lower() == "true"
    return int(text) if kind is int else text


def _text(value: Value) -> str:
    if value == _SECRET:
        return "set"
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
