"""Profiles: the limits that readings are judged by, each with its source, under a name and a date.

A profile is a choice of limits, not a statement about a norm: whoever needs others writes a file
of his own and names it with --profile.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from nuanbu.installer.reasons import reason
from nuanbu.installer.trouble import LANGUAGES, Trouble

DEFAULT = "class1-fixed"
# What only a tester in somebody's hand can measure; typed in, in this order.
MANUAL = ("earth_ohm", "insulation_mohm", "leakage_ma", "withstand_v", "rcd_ma", "rcd_ms")
_FIELDS = {"min", "max", "per_kw", "highest", "unit", "source"}


@dataclass
class Limit:
    """Bounds of one line, in its unit; None: open on this side."""

    low: float | None
    high: float | None
    unit: str
    source: str

    def holds(self, value: float) -> bool:
        """Whether a reading lies within, bounds included."""
        above = self.low is None or value >= self.low
        return above and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        if self.low is None:
            return f"≤ {self.high:g} {self.unit}"
        if self.high is None:
            return f"≥ {self.low:g} {self.unit}"
        return f"{self.low:g} … {self.high:g} {self.unit}"


class Profile:
    """The limits by line. id, title, date, source: as the file says. rated_w: of this heater."""

    def __init__(self, content: dict[str, Any], language: str = "en"):
        self.id: str = content["id"]
        self._at = LANGUAGES.index(language)
        self.title = self._word(content["title"])
        self.date: str = content["date"]
        self.source = self._word(content["source"])
        self.lines: dict[str, dict[str, Any]] = content["lines"]

    def limit(self, key: str, rated_w: int = 0) -> Limit:
        """The limit of one line; KeyError when the profile does not have it."""
        line = self.lines[key]
        high = line.get("max")
        if "per_kw" in line:
            high = min(line["highest"], max(high, line["per_kw"] * rated_w / 1000))
        return Limit(line.get("min"), high, line["unit"], self._word(line["source"]))

    def _word(self, text: Any) -> str:
        return text if isinstance(text, str) else text[self._at]

    @property
    def manual(self) -> list[str]:
        """Lines to be typed in, in their order."""
        return [key for key in MANUAL if key in self.lines]

    def told(self) -> dict[str, str]:
        """For the record."""
        return {"id": self.id, "title": self.title, "date": self.date, "source": self.source}


def names() -> list[str]:
    """The profiles that come with the tool."""
    folder = resources.files("nuanbu.installer") / "profiles"
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".json"))


def load(name: str, language: str = "en") -> Profile:
    """A profile by name, or from a file of the same form. Raises Trouble bad_file."""
    try:
        if name in names():
            text = (resources.files("nuanbu.installer") / "profiles" / f"{name}.json").read_text(
                encoding="utf-8"
            )
        else:
            text = Path(name).read_text(encoding="utf-8")
        content = json.loads(text)
    except FileNotFoundError:
        why = reason("no_profile", language, names=", ".join(names()))
        raise Trouble("bad_file", language, path=name, why=why) from None
    except (OSError, ValueError) as error:
        raise Trouble("bad_file", language, path=name, why=error) from None
    fault = _fault(content)
    if fault:
        key, facts = fault
        raise Trouble("bad_file", language, path=name, why=reason(key, language, **facts))
    return Profile(content, language)


def _fault(content: Any) -> tuple[str, dict[str, Any]] | None:
    # What is wrong with a profile, a row of REASONS with its facts; None for nothing.
    if not isinstance(content, dict) or not isinstance(content.get("lines"), dict):
        return "no_lines", {}
    for key in ("id", "date"):
        if not isinstance(content.get(key), str) or not content[key]:
            return "no_field", {"name": key}
    for key in ("title", "source"):
        if not _text(content.get(key)):
            return "two_texts", {"name": key}
    built_in = json.loads(
        (resources.files("nuanbu.installer") / "profiles" / f"{DEFAULT}.json").read_text("utf-8")
    )["lines"]
    missing = set(built_in) - set(MANUAL) - set(content["lines"])
    if missing:
        return "no_limit", {"names": ", ".join(sorted(missing))}
    for key, line in content["lines"].items():
        if key not in built_in:
            return "no_line", {"name": key}
        if not isinstance(line, dict) or set(line) - _FIELDS or not _text(line.get("source")):
            return "fields", {"name": key, "names": ", ".join(sorted(_FIELDS))}
        if line.get("unit") != built_in[key]["unit"]:
            return "unit", {"name": key, "unit": built_in[key]["unit"]}
        bounds = [line[side] for side in ("min", "max") if side in line]
        if not bounds or not all(type(bound) in (int, float) for bound in bounds):
            return "bounds", {"name": key}
        if ("per_kw" in line) != ("highest" in line) or ("per_kw" in line and "max" not in line):
            return "per_kw", {"name": key}
    return None


def _text(value: Any) -> bool:
    # One text for both languages, or one for each.
    if isinstance(value, list):
        texts = [text for text in value if isinstance(text, str) and text]
        return len(texts) == len(value) == len(LANGUAGES)
    return isinstance(value, str) and value != ""
