"""The command lines that put MicroPython and the application onto a board, and their running."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from nuanbu.flash.boards import Board
from nuanbu.installer.trouble import Trouble

# esptool changes to this rate once its stub runs; every USB bridge on these boards keeps it.
_BAUD = "460800"
Runner = Callable[[list[str], str], None]  # command line, language of what it raises


def erase(port: str, board: Board) -> list[str]:
    """esptool: the whole flash empty, settings and records included."""
    return [*_esptool(port, board), "erase-flash"]


def write(port: str, board: Board, image: Path) -> list[str]:
    """esptool: an image to where the chip's boot loader looks for it; it reads back a digest."""
    return [*_esptool(port, board), "write-flash", hex(board.offset), str(image)]


def deploy(port: str, files: Path) -> list[str]:
    """mpremote: everything below `files` onto the board's file system, then a restart."""
    parts = sorted(str(path) for path in files.iterdir())
    return [
        sys.executable, "-m", "mpremote", "connect", port,
        "fs", "cp", "-r", *parts, ":/", "+", "reset",
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
