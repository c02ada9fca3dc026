"""Secrets of a heater: Wi-Fi password, keys, certificates. They go in and never come out."""

from __future__ import annotations

import json
from pathlib import Path

from nuanbu.installer.client import Client
from nuanbu.installer.reasons import reason
from nuanbu.installer.trouble import Trouble

_PART_CHARS = 100  # of a frame of 240 bytes, with every character an escaped line feed
_SERIAL = "device"


def put(client: Client, name: str, text: str) -> None:
    """Keep one secret, "" forgets it. Raises Trouble rejected for a name or form it has not."""
    client.writes += 1
    parts = [text[at : at + _PART_CHARS] for at in range(0, len(text), _PART_CHARS)] or [""]
    for part in parts[:-1]:
        client.request("key.put", k=name, v=part, more=True)
    client.request("key.put", k=name, v=parts[-1])


def present(client: Client) -> list[str]:
    """Names of the secrets that are there."""
    return client.request("key.list")["present"]


def load(path: Path, language: str) -> dict[str, dict[str, str]]:
    """{serial number: {name: secret}} of the file that `nuanbu group device import` wrote.

    The last line of a heater counts. Raises Trouble bad_file, without a word of its content.
    """
    found: dict[str, dict[str, str]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise Trouble("bad_file", language, path=path, why=error) from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if _SERIAL not in row:
                continue  # a key of a meter
            own = {name: row[name] for name in row if name.startswith("zone.")}
            found[row[_SERIAL]] = {"device": row["key"], **own}
        except (ValueError, TypeError, KeyError):
            why = reason("line", language, line=number)
            raise Trouble("bad_file", language, path=path, why=why) from None
    return found


def give(client: Client, secrets: dict[str, str], again: bool = False) -> list[str]:
    """Put those that are not there yet, or all of them; the names that were put."""
    there = [] if again else present(client)
    missing = [name for name in secrets if name not in there]
    for name in missing:
        put(client, name, secrets[name])
    return missing
