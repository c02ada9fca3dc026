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
from nuanbu.installer.help_words import asked_language
from nuanbu.installer.trouble import LANGUAGES

_OLDEST = (1, 25)
_VERSION = re.compile(r"MICROPY_VERSION_(MAJOR|MINOR) +\(?(\d+)")
# (Chinese, English); {x} are facts.
_TEXTS = {
    "idf": (
        "获取 ESP-IDF 5.4（仓库 espressif/esp-idf 及其子模块），运行一次 install.sh，"
        "再用 IDF=<目录> 指定",
        "get ESP-IDF 5.4 (the repository espressif/esp-idf, with its submodules), run its"
        " install.sh once, and say IDF=<its folder>",
    ),
    "mpy": (
        "获取 MicroPython 1.25 或更新版本的源码（仓库 micropython/micropython，标签 v1.25.0），"
        "在其中运行一次 `make -C mpy-cross`，再用 MPY=<目录> 指定",
        "get the MicroPython sources 1.25 or newer (the repository micropython/micropython, tag"
        " v1.25.0), run `make -C mpy-cross` in them once, and say MPY=<their folder>",
    ),
    "the_idf": ("ESP-IDF", "ESP-IDF"),
    "the_mpy": ("MicroPython 源码", "the MicroPython sources"),
    "unnamed": ("{what}：未指定目录", "{what}: no folder named"),
    "no_mark": ("{what}：{place} 中没有 {mark}", "{what}: no {mark} in {place}"),
    "too_old": (
        "{mpy} 是 MicroPython {shown}，早于 1.25",
        "{mpy} is MicroPython {shown}, older than 1.25",
    ),
    "no_library": (
        "{mpy}：子模块 micropython-lib 是空的",
        "{mpy}: the submodule micropython-lib is empty",
    ),
    "no_cross": ("{mpy}：mpy-cross 尚未编译", "{mpy}: mpy-cross is not built"),
    "cannot": ("暂时无法编译固件：", "an image cannot be built yet:"),
    "failed": (
        "{name} 编译失败，退出码 {code}",
        "the build of {name} failed with exit code {code}",
    ),
    "see": (
        "查看上面的信息；通常是 ESP-IDF 版本不同",
        "see its messages above; an ESP-IDF of another version is the usual cause",
    ),
    "not_built": ("{path} 没有生成", "{path} was not built"),
    "see_build": ("查看上面的编译信息", "see the messages of the build above"),
    "sizes": (
        "{name}：固件 {size} 字节，分区 {slot} 字节，余量 {left}",
        "{name}: image {size} of {slot} bytes in its slot, margin {left}",
    ),
    "too_large": (
        "固件比分区大 {over} 字节",
        "the image is {over} bytes larger than its slot",
    ),
    "write": ("写入：{line}", "write it with: {line}"),
    "error": ("错误：", "error: "),
    "next": ("  下一步：", "  next: "),
}


def _say(key: str, language: str, **facts: object) -> str:
    return _TEXTS[key][LANGUAGES.index(language)].format(**facts)


def missing(
    idf: Path | None, mpy: Path | None, language: str = "en"
) -> list[tuple[str, str]]:
    """(what is missing, where to get it), everything at once; empty when an image can be built."""
    idf_hint, mpy_hint = _say("idf", language), _say("mpy", language)
    found = []
    if idf is None or not (idf / "tools/idf.py").exists():
        found.append((_where("the_idf", idf, "tools/idf.py", language), idf_hint))
    elif not (idf / "export.sh").exists():
        found.append((_where("the_idf", idf, "export.sh", language), idf_hint))
    if mpy is None or not (mpy / "ports/esp32/Makefile").exists():
        found.append((_where("the_mpy", mpy, "ports/esp32/Makefile", language), mpy_hint))
        return found
    version = _version(mpy)
    if version is not None and version < _OLDEST:
        shown = ".".join(map(str, version))
        found.append((_say("too_old", language, mpy=mpy, shown=shown), mpy_hint))
    if not (mpy / "lib/micropython-lib/micropython").exists():
        step = f"make -C {mpy}/ports/esp32 submodules"
        found.append((_say("no_library", language, mpy=mpy), step))
    if not (mpy / "mpy-cross/build/mpy-cross").exists():
        found.append((_say("no_cross", language, mpy=mpy), f"make -C {mpy}/mpy-cross"))
    return found


def command(board: Board, idf: Path, mpy: Path, build: Path) -> list[str]:
    """The port's own build, in a shell that knows ESP-IDF."""
    make = [
        "make", "-C", str(mpy / "ports/esp32"), f"BOARD={board.name}",
        f"BOARD_DIR={board.folder}", f"BUILD={build}",
        f"USER_C_MODULES={ROOT / 'boards/cmodules/micropython.cmake'}",
    ]  # fmt: skip
    return ["bash", "-c", f". {shlex.quote(str(idf / 'export.sh'))} && {shlex.join(make)}"]


def build(name: str, idf: Path | None, mpy: Path | None, language: str = "en") -> Path:
    """Build the image of a board; its path. Raises UserError with everything that is missing."""
    board = boards.get(name, language)
    absent = missing(idf, mpy, language)
    if absent:
        raise UserError(
            _say("cannot", language) + "\n" + "\n".join(f"  - {what}" for what, _ in absent),
            "\n        ".join(step for _, step in absent),
        )
    assert idf and mpy
    place = ROOT / "build/image" / name
    done = subprocess.run(command(board, idf.resolve(), mpy.resolve(), place))
    if done.returncode:
        raise UserError(
            _say("failed", language, name=name, code=done.returncode), _say("see", language)
        )
    report(board, place, language)
    return place / "firmware.bin"


def report(board: Board, place: Path, language: str = "en") -> None:
    """Print what the image takes of its slot. Raises UserError when it does not fit."""
    application = place / "micropython.bin"
    if not application.exists():
        raise UserError(
            _say("not_built", language, path=application), _say("see_build", language)
        )
    size, slot = application.stat().st_size, board.partitions["ota_0"]
    print(_say("sizes", language, name=board.name, size=size, slot=slot, left=slot - size))
    if size > slot:
        raise UserError(_say("too_large", language, over=size - slot))
    line = f"make flash PORT= BOARD={board.name} IMAGE={place / 'firmware.bin'}"
    print(_say("write", language, line=line))


def _where(what: str, place: Path | None, mark: str, language: str) -> str:
    name = _say(what, language)
    if place is None:
        return _say("unnamed", language, what=name)
    return _say("no_mark", language, what=name, mark=mark, place=place)


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
    language = asked_language(sys.argv[1:])
    try:
        build(
            given.board,
            Path(given.idf) if given.idf else None,
            Path(given.mpy) if given.mpy else None,
            language,
        )
    except UserError as error:
        print(_say("error", language) + str(error), file=sys.stderr)
        if error.hint:
            print(_say("next", language) + error.hint, file=sys.stderr)
        sys.exit(error.code)


if __name__ == "__main__":
    main()
