"""What a test finds: lines with limit, reading, verdict and source, and the curves behind them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from nuanbu.installer.profile import Limit

PASS, FAIL, SKIP = "pass", "fail", "skip"


@dataclass
class Line:
    """One line of the record. limit, reading: as shown, with unit; verdict: pass, fail, skip."""

    key: str
    limit: str
    reading: str
    verdict: str
    source: str


@dataclass
class Outcome:
    """Everything a test found. series: [uptime s, power W, body degC, room degC] each."""

    lines: list[Line] = field(default_factory=list)
    series: list[list[float]] = field(default_factory=list)
    faults: list[dict] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failed(self) -> list[str]:
        return [line.key for line in self.lines if line.verdict == FAIL]

    def judge(self, key: str, good: bool | None, reading: str, limit: str, source: str) -> None:
        """Add a line; good None: it could not be measured."""
        verdict = SKIP if good is None else PASS if good else FAIL
        self.lines.append(Line(key, limit, reading, verdict, source))

    def measure(self, key: str, limit: Limit, value: float | None, shown: str = "") -> None:
        """Add a line whose reading is a number in the limit's unit; None: not measured.

        shown: how the reading is written, when not just the number and its unit.
        """
        good = None if value is None else limit.holds(value)
        reading = shown or ("–" if value is None else f"{value:g} {limit.unit}")
        self.judge(key, good, reading, str(limit), limit.source)

    def note(self, now: dict) -> None:
        """Keep what `meas` told, for the curves."""
        if not self.series or now["t"] > self.series[-1][0]:
            self.series.append(
                [now["t"], now["meter"][2], now["body"][0] / 1000, now["room"][0] / 1000]
            )

    def told(self) -> dict[str, Any]:
        return asdict(self)
