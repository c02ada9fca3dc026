"""Files that hold secrets: made for their owner alone, and refused when others may read them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nuanbu.errors import UserError


@contextmanager
def added(path: Path, rows: list[dict]) -> Iterator[None]:
    """Append rows as JSON lines; if the block fails, the file is as it was before."""
    there = path.exists()
    if there:
        check(path)
    try:
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    except OSError as e:
        raise UserError(f"{path}: cannot be written ({e.strerror})") from e
    before = os.fstat(handle).st_size
    try:
        try:
            os.write(handle, "".join(json.dumps(row) + "\n" for row in rows).encode())
            os.fsync(handle)
        except OSError as e:
            raise UserError(f"{path}: cannot be written ({e.strerror})") from e
        yield
    except BaseException:
        os.ftruncate(handle, before)
        if not there:
            path.unlink()
        raise
    finally:
        os.close(handle)


def check(path: Path) -> None:
    """UserError unless only the owner may read this file."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as e:
        raise UserError(f"{path}: cannot be read ({e.strerror})") from e
    if mode & 0o077:
        said = f"{path}: holds keys and others may read it (mode {mode:o})"
        raise UserError(said, f"chmod 600 {path}")


def read(path: Path) -> bytes:
    """A file of a secret; UserError if it is missing or open to others."""
    check(path)
    return path.read_bytes()
