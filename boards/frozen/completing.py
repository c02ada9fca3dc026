"""Hooks into MicroPython's makemanifest.py, which writes `frozen_content.c` for every port."""

from __future__ import annotations

import atexit
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import frozen_integers
import rom_tables
from frozen_code import FrozenCode
from frozen_modules import Modules

_MARK = "// Completed by boards/frozen\n"
_BUILTIN = re.compile(r"MP_REGISTER_(?:EXTENSIBLE_)?MODULE\(MP_QSTR_(\w+), (\w+)\)")


def follow_makemanifest(application: Iterable[str]) -> None:
    """To be called by a manifest: once makemanifest.py has written its file, which it does at its
    very end, complete it. Does nothing in any other program.

    application: the frozen names of the files that are to be used where they lie.
    """
    given = sys.argv
    if Path(given[0]).name == "makemanifest.py" and "-o" in given and "-b" in given:
        content, build = (Path(given[given.index(option) + 1]) for option in ("-o", "-b"))
        atexit.register(complete, content, build / "genhdr", list(application))


def complete(content: Path, headers: Path, application: Iterable[str]) -> None:
    """Complete the file `content`, once. headers: the build's genhdr."""
    text = content.read_text()
    if not text.startswith(_MARK):
        text = frozen_integers.shortened(text)
        code = FrozenCode(text, (headers / "qstrdefs.generated.h").read_text())
        modules = Modules(code, application, _builtin(headers))
        added = rom_tables.source(code, modules.all)
        content.write_text(_MARK + text + added)


def _builtin(headers):
    # The collection may not be there yet in a build from scratch, but what it is made of is.
    for name in ("moduledefs.collected", "qstr.i.last"):
        if (headers / name).exists():
            return dict(_BUILTIN.findall((headers / name).read_text()))
    return {}
