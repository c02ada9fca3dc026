"""package.json, for `mpremote mip install`: the application, and one with board.py for each board.

`python -m nuanbu.flash.package` writes them from the files that are there, `--check` only says
whether they are up to date.

    mpremote mip install --target / ./package.json
    mpremote mip install --target / ./boards/esp32-relay/package.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from nuanbu.flash import boards
from nuanbu.flash.application import version

_UMQTT = ["umqtt.simple", "latest"]


def packages(root: Path) -> dict[Path, dict]:
    """{path of a package.json: its content}; the addresses in it are relative to it."""
    urls = []
    for base in ("firmware", "lib"):
        for source in sorted((root / base).rglob("*.py")):
            urls.append([
                source.relative_to(root / base).as_posix(), source.relative_to(root).as_posix(),
            ])  # fmt: skip
    found = {
        root / "package.json": {"urls": urls, "deps": [_UMQTT], "version": version(root)},
    }
    for name in boards.names():
        content = {"urls": [["board.py", "board.py"]], "deps": [], "version": version(root)}
        found[root / "boards" / name / "package.json"] = content
    return found


def text(content: dict) -> str:
    """The file: one address a line, so that a change shows as one."""
    urls = ",\n".join(f"  {json.dumps(pair)}" for pair in content["urls"])
    rest = ", ".join(f'"{key}": {json.dumps(content[key])}' for key in ("deps", "version"))
    return f'{{\n "urls": [\n{urls}\n ],\n {rest}\n}}\n'


def stale(root: Path) -> list[str]:
    """The files that are not what they would be if they were written now."""
    return [
        str(path.relative_to(root))
        for path, content in packages(root).items()
        if not path.exists() or path.read_text() != text(content)
    ]


def main() -> None:
    if "--check" in sys.argv[1:]:
        found = stale(boards.ROOT)
        if found:
            raise SystemExit(f"out of date: {', '.join(found)}: python -m nuanbu.flash.package")
        return
    for path, content in packages(boards.ROOT).items():
        path.write_text(text(content))


if __name__ == "__main__":
    main()
