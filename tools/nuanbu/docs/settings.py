"""docs/settings.md: the part below its marker, made from the firmware's table of settings.

`python -m nuanbu.docs.settings` writes it, `--check` only says whether it is up to date.
"""

import argparse
import runpy
import sys
from pathlib import Path
from typing import Any

MARKER = (
    "<!-- below: made by `python -m nuanbu.docs.settings` from the table in the firmware -->\n"
)
_HEAD = (
    "| name | meaning | 含义 | allowed | default | changed by | restart |",
    "|---|---|---|---|---|---|---|",
)


def tables(record: Path) -> str:
    """The Markdown tables, one for each first part of the names.

    record: the folder of table.py and texts.py. KeyError: a setting without texts.
    """
    # Run by path: the tools need no MicroPython module, and the two files import nothing.
    table: dict[str, Any] = runpy.run_path(str(record / "table.py"))
    texts = runpy.run_path(str(record / "texts.py"))["TEXTS"]
    narrowed: set[str] = set(table["NARROWED"][0])
    sections: dict[str, list[str]] = {}
    for row in table["ROWS"]:
        sections.setdefault(row[0].split(".")[0], []).append(_line(row, texts, row[0] in narrowed))
    kept = table["KEPT_ON_RESET"]
    parts = []
    for section, lines in sections.items():
        note = "\nKept by a factory reset.\n" if section in kept else ""
        parts.append("\n".join((f"## {section}\n{note}", *_HEAD, *lines, "")))
    return "\n".join(parts)


def _line(row: tuple[Any, ...], texts: dict[str, tuple[str, str]], narrowed: bool) -> str:
    name, kind, unit, low, high, default, who, restart = row
    zh, en = texts[name]
    if kind == "int":
        allowed = f"{low} … {high} {unit}".rstrip() + (" ¹" if narrowed else "")
    elif kind == "bool":
        allowed = "true, false"
    elif isinstance(low, tuple):
        allowed = ", ".join(low)
    else:
        allowed = f"text of {low} … {high} octets"
    if unit == "secret":
        allowed += ", write only"
    shown = {True: "true", False: "false", "": "–"}.get(default, default)
    shown = default if type(default) is int else shown
    cells = (f"`{name}`", en, zh, allowed, shown, who, "yes" if restart else "")
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def renewed(text: str, record: Path) -> str:
    """The text of docs/settings.md with the part below the marker made anew."""
    prose, found, _ = text.partition(MARKER)
    if not found:
        raise ValueError("docs/settings.md: the marker line is missing")
    return prose + MARKER + "\n" + tables(record)


def main(arguments: list[str] | None = None) -> int:
    """0: up to date or written; 1: --check and out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[3])
    options = parser.parse_args(arguments)
    page = options.root / "docs/settings.md"
    old = page.read_text(encoding="utf-8")
    new = renewed(old, options.root / "firmware/heater/record")
    if new == old:
        return 0
    if options.check:
        print(f"{page}: out of date; run `python -m nuanbu.docs.settings`", file=sys.stderr)
        return 1
    page.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
