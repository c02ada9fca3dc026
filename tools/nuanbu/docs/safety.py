"""Keeps the generated parts of docs/safety.md in step with the firmware's monitors and the
hazards: `python -m nuanbu.docs.safety` rewrites them, `--check` only compares.

The prose of docs/safety.md is written by hand; what stands between a pair of
`<!-- generated: NAME -->` and `<!-- end -->` comes from here.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

from nuanbu.docs.hazards import HAZARDS
from nuanbu.sim import find

PLACE = Path("docs/safety.md")
FITTED = (
    "every board",
    "meter",
    "residual-current sensor",
    "tilt switch",
    "chip sensor",
    "no meter",
)


def monitors() -> ModuleType:
    """The firmware's own table."""
    return _firmware("heater.protect.monitors")


def texts() -> ModuleType:
    """The firmware's own words."""
    return _firmware("heater.protect.texts")


def settings_rows() -> dict[str, tuple]:
    """Rows of the settings table by name."""
    return {row[0]: row for row in _firmware("heater.record.table").ROWS}


def _firmware(name: str) -> ModuleType:
    import importlib
    import types

    sys.modules.setdefault("micropython", types.SimpleNamespace(const=lambda x: x))  # type: ignore
    place = str(find.repository() / "firmware")
    if place not in sys.path:
        sys.path.append(place)
    return importlib.import_module(name)


def hazard_table() -> str:
    """One row a hazard, with its monitors and tests."""
    lines = [
        "| hazard | detection | reaction and time | monitors | tests |",
        "|---|---|---|---|---|",
    ]
    for h in HAZARDS:
        names = " ".join(f"`{name}`" for name in h.monitors) or "–"
        tests = "<br>".join(f"`{_short(test)}`" for test in h.tests)
        lines.append(f"| {h.hazard} | {h.detection} | {h.reaction} | {names} | {tests} |")
    return "\n".join(lines)


def _short(test: str) -> str:
    # The file's stem is enough to find it by; the folder is told once in the document.
    file, _, function = test.partition("::")
    return f"{Path(file).stem}::{function}"


def monitor_table() -> str:
    """One row a monitor, as the firmware runs it."""
    table = monitors()
    words = texts()
    settings = settings_rows()
    lines = [
        "| no. | monitor | signal | limit (default, bounds) | hysteresis | after | back after "
        "| reaction | reset | on boards with |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in table.ROWS:
        (no, name, signal, unit, limit, sign, hysteresis, persistence, recovery, *rest) = row
        reaction, reset, fitted, _ = rest
        bounds = ""
        if isinstance(limit, str):
            _, _, _, low, high, default, *_ = settings[limit]
            show = words.show
            bounds = f" ({show(name, unit, low)} to {show(name, unit, high)}, `{limit}`)"
            limit = default
        relation = "below" if sign < 0 else "above"
        shown, back = words.show(name, unit, limit), words.show(name, unit, hysteresis)
        if unit == "state":
            relation, shown, back = "not", "ok", "–"
        lines.append(
            f"| {no} | `{name}` | {signal} | {relation} {shown}{bounds} "
            f"| {back} | {_span(persistence)} | {_span(recovery)} "
            f"| {table.REACTION_NAMES[reaction]} | {table.RESET_NAMES[reset]} "
            f"| {FITTED[fitted]} |"
        )
    return "\n".join(lines)


def word_table() -> str:
    """What people are told."""
    lines = ["| no. | Chinese | English | what to do |", "|---|---|---|---|"]
    words = texts().TEXTS
    for row in monitors().ROWS:
        title, what, todo = words[row[1]]
        lines.append(f"| {row[0]} | {title[0]}：{what[0]} | {title[1]}: {what[1]} | {todo[1]} |")
    return "\n".join(lines)


def _span(ms: int) -> str:
    if ms == 0:
        return "at once"
    if ms < 1000:
        return f"{ms} ms"
    return f"{ms // 1000} s" if ms < 120_000 else f"{ms // 60_000} min"


PARTS = {"hazards": hazard_table, "monitors": monitor_table, "words": word_table}


def render(text: str) -> str:
    """`text` with every generated part made anew. Raises KeyError for an unknown part."""

    def fill(match: re.Match) -> str:
        return f"<!-- generated: {match[1]} -->\n{PARTS[match[1]]()}\n<!-- end -->"

    return re.sub(r"<!-- generated: (\w+) -->\n.*?<!-- end -->", fill, text, flags=re.DOTALL)


def main(arguments: list[str]) -> int:
    """Exit code 0 when docs/safety.md is in step (or has been brought so)."""
    place = find.repository() / PLACE
    text = place.read_text(encoding="utf-8")
    wanted = render(text)
    if text == wanted:
        return 0
    if "--check" in arguments:
        print(f"{PLACE} is out of step: run python -m nuanbu.docs.safety", file=sys.stderr)
        return 1
    place.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
