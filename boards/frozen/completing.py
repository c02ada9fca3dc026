"""Hooks into MicroPython's makemanifest.py, which writes `frozen_content.c` for every port."""

from __future__ import annotations

import atexit
import re
import sys
from pathlib import Path

import frozen_classes
import frozen_integers

_MARK = "// Completed by boards/frozen\n"
_HASH_BYTES = re.compile(r"QCFG\(BYTES_IN_HASH, \(?(\d)\)?\)")


def follow_makemanifest() -> None:
    """To be called by a manifest: once makemanifest.py has written its file, which it does at its
    very end, complete it. Does nothing in any other program."""
    given = sys.argv
    if Path(given[0]).name == "makemanifest.py" and "-o" in given and "-b" in given:
        content, build = (Path(given[given.index(option) + 1]) for option in ("-o", "-b"))
        atexit.register(complete, content, build / "genhdr/qstrdefs.preprocessed.h")


def complete(content: Path, header: Path) -> None:
    """Complete the file `content`, once. header: the build's qstrdefs.preprocessed.h."""
    text = content.read_text()
    found = _HASH_BYTES.search(header.read_text())
    if not text.startswith(_MARK) and found:
        text = frozen_integers.shortened(text)
        content.write_text(_MARK + text + frozen_classes.added(text, int(found[1])))
