"""`make image BOARD=`: MicroPython with the firmware frozen in, by the port's own build.

    python -m nuanbu.flash.image BOARD [--idf IDF] [--mpy MPY]

ESP-IDF and the MicroPython sources are large and somebody else's: they are used where they lie,
and what is missing is named with the place it comes from.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from nuanbu.errors import UserError
from nuanbu.flash import boards
from nuanbu.flash.boards import ROOT, Board

_OLDEST = (1, 25)
_VERSION = re.compile(r"MICROPY_VERSION_(MAJOR|MINOR) +\(?(\d+)")
_IDF_HINT = (
    "get ESP-IDF 5.4 (the repository espressif/esp-idf, with its submodules), run its install.sh"
    " once, and say IDF=<its folder>"
)
_MPY_HINT = (
    "get the MicroPython sources 1.25 or newer (the repository micropython/micropython, tag"
    " v1.25.0), run `make -C mpy-cross` in them once, and say MPY=<their folder>"
)


def missing(idf: Path | None, mpy: Path | None) -> list[tuple[str, str]]:
    """(what is missing, where to get it), everything at once; empty when an image can be built."""
    found = []
    if idf is None or not (idf / "tools/idf.py").exists():
        found.append((_where("ESP-IDF", idf, "tools/idf.py"), _IDF_HINT))
    elif not (idf / "export.sh").exists():
        found.append((f"{idf}: export.sh is missing", _IDF_HINT))
    if mpy is None or not (mpy / "ports/esp32/Makefile").exists():
        found.append((_where("the MicroPython sources", mpy, "ports/esp32/Makefile"), _MPY_HINT))
        return found
    version = _version(mpy)
    if version is not None and version < _OLDEST:
        shown = ".".join(map(str, version))
        found.append((f"{mpy} is MicroPython {shown}, older than 1.25", _MPY_HINT))
    if not (mpy / "lib/micropython-lib/micropython").exists():
        found.append(
            (f"{mpy}: the submodule micropython-lib is empty",
             f"make -C {mpy}/ports/esp32 submodules")
        )  # fmt: skip
    if not (mpy / "mpy-cross/build/mpy-cross").exists():
        found.append((f"{mpy}: mpy-cross is not built", f"make -C {mpy}/mpy-cross"))
    return found


def command(board: Board, idf: Path, mpy: Path, build: Path) -> list[str]:
    """The port's own build, in a shell that knows ESP-IDF."""
    make = [
        "make", "-C", str(mpy / "ports/esp32"), f"BOARD={board.name}",
        f"BOARD_DIR={board.folder}", f"BUILD={build}",
        f"USER_C_MODULES={ROOT / 'boards/cmodules/micropython.cmake'}",
    ]  # fmt: skip
    return ["bash", "-c", f". {shlex.quote(str(idf / 'export.sh'))} && {shlex.join(make)}"]


def build(name: str, idf: Path | None, mpy: Path | None) -> Path:
    """Build the image of a board; its path. Raises UserError with everything that is missing."""
    board = boards.get(name)
    absent = missing(idf, mpy)
    if absent:
        raise UserError(
            "an image cannot be built yet:\n" + "\n".join(f"  - {what}" for what, _ in absent),
            "\n        ".join(step for _, step in absent),
        )
    assert idf and mpy
    place = ROOT / "build/image" / name
    done = subprocess.run(command(board, idf.resolve(), mpy.resolve(), place))
    if done.returncode:
        raise UserError(
            f"the build of {name} failed with exit code {done.returncode}",
            "see its messages above; an ESP-IDF of another version is the usual cause",
        )
    report(board, place)
    return place / "firmware.bin"


def report(board: Board, place: Path) -> None:
    """Print what the image takes of its slot. Raises UserError when it does not fit."""
    application = place / "micropython.bin"
    if not application.exists():
        raise UserError(f"{application} was not built", "see the messages of the build above")
    size, slot = application.stat().st_size, board.partitions["ota_0"]
    print(f"{board.name}: image {size} of {slot} bytes in its slot, margin {slot - size}")
    if size > slot:
        raise UserError(f"the image is {size - slot} bytes larger than its slot")
    print(f"write it with: make flash PORT= BOARD={board.name} IMAGE={place / 'firmware.bin'}")


def _where(what: str, place: Path | None, mark: str) -> str:
    return f"{what}: no folder named" if place is None else f"{what}: no {mark} in {place}"


def _version(mpy: Path) -> tuple[int, int] | None:
    try:
        found = dict(_VERSION.findall((mpy / "py/mpconfig.h").read_text()))
    except OSError:
        return None
    return (int(found["MAJOR"]), int(found["MINOR"])) if len(found) == 2 else None


def main() -> None:
    parser = argparse.ArgumentParser(prog="make image", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("board", nargs="?", default="")
    parser.add_argument("--idf", default=os.environ.get("IDF_PATH", ""))
    parser.add_argument("--mpy", default="")
    given = parser.parse_args()
    try:
        build(
            given.board,
            Path(given.idf) if given.idf else None,
            Path(given.mpy) if given.mpy else None,
        )
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"  next: {error.hint}", file=sys.stderr)
        sys.exit(error.code)


if __name__ == "__main__":
    main()
