"""Where the firmware's files and the MicroPython virtual machine are on this computer."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from nuanbu.errors import UserError


def repository() -> Path:
    """Folder that holds `firmware/`, `boards/` and `lib/`.

    `NUANBU_HOME` names it where the package is not installed from the repository itself.
    Raises UserError when it cannot be found.
    """
    candidates = [os.environ.get("NUANBU_HOME"), Path(__file__).resolve().parents[3], Path.cwd()]
    for candidate in candidates:
        if candidate and (Path(candidate) / "firmware" / "boot.py").is_file():
            return Path(candidate).resolve()
    raise UserError(
        "firmware not found: no folder with firmware/boot.py",
        "run inside the Nuanbu repository, or set NUANBU_HOME to its folder",
    )


def micropython() -> str:
    """Path of the MicroPython executable: `MICROPYTHON`, the one set-up brought, or PATH.

    Raises UserError when there is none.
    """
    named = os.environ.get("MICROPYTHON")
    if named:
        if not shutil.which(named):
            raise UserError(f"MICROPYTHON={named}: not an executable file")
        return named
    own = repository() / ".tools" / "bin" / "micropython"
    if own.exists():
        return str(own)
    found = shutil.which("micropython")
    if found:
        return found
    raise UserError("no MicroPython on this computer", "run `make setup`")


def umqtt() -> list[str]:
    """Folder of the umqtt.simple that set-up brought, as a list of none or one."""
    versions = sorted((repository() / ".tools" / "umqtt").glob("*/umqtt/simple.py"))
    return [str(versions[-1].parents[1])] if versions else []
