"""A page on disk, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from nuanbu.errors import UserError


def write(path: Path, page: str) -> None:
    """Put `page` at `path`, folders included. UserError: not writable; what was there stays."""
    beside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(page, encoding="utf-8")
        os.replace(beside, path)
    except OSError as e:
        raise UserError(f"{path}: cannot be written ({e.strerror})") from e
