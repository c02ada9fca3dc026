"""The command lines that put MicroPython and the application onto a board, and their running."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from nuanbu.flash import application
from nuanbu.flash.boards import Board
from nuanbu.installer.trouble import Trouble

# esptool changes to this rate once its stub runs; every USB bridge on these boards keeps it.
_BAUD = "460800"
# At most what the records take once they are all there (docs/storage.md).
_RECORDS_BYTES = 77 * 4096
# Run on the board. An application that is there already gives its room to the next.
_BEGIN = """\
import os
s = os.statvfs("/")
if "heater" not in os.listdir("/") and s[0] * s[3] < {need}:
    raise OSError(28)  # ENOSPC
open("/{list}", "w").close()
"""
Runner = Callable[[list[str], str], None]  # command line, language of what it raises


def erase(port: str, board: Board) -> list[str]:
    """esptool: the whole flash empty, settings and records included."""
    return [*_esptool(port, board), "erase-flash"]


def write(port: str, board: Board, image: Path) -> list[str]:
    """esptool: an image to where the chip's boot loader looks for it; it reads back a digest."""
    return [*_esptool(port, board), "write-flash", hex(board.offset), str(image)]


def deploy(port: str, files: Path) -> list[str]:
    """mpremote: everything below `files` onto the board's file system, then a restart.

    Where it does not fit beside the records nothing is touched. The list of the files is emptied
    first and comes last: what was cut off on the way is no application, which the firmware finds
    out by its sum, and an image by the list alone.
    """
    last = files / application.LIST
    sizes = {str(path): path.stat().st_size for path in files.rglob("*") if path.is_file()}
    begin = _BEGIN.format(need=application.taken(sizes) + _RECORDS_BYTES, list=application.LIST)
    parts = sorted(str(path) for path in files.iterdir() if path != last)
    return [
        sys.executable, "-m", "mpremote", "connect", port,
        "exec", begin,
        "+", "fs", "cp", "-r", *parts, ":/", "+", "fs", "cp", str(last), ":/", "+", "reset",
    ]  # fmt: skip


def run(command: list[str], language: str = "en") -> None:
    """Run one of them, its progress for all to see. Raises Trouble tool_failed."""
    # Their progress belongs to standard error like ours: standard output is for data.
    done = subprocess.run(command, stdout=sys.stderr.fileno(), stderr=sys.stderr.fileno())
    if done.returncode:
        raise Trouble("tool_failed", language, tool=command[2], code=done.returncode)


def _esptool(port: str, board: Board) -> list[str]:
    return [
        sys.executable, "-m", "esptool", "--chip", board.mcu, "--port", port, "--baud", _BAUD,
    ]  # fmt: skip
