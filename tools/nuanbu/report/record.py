"""What a run leaves behind: samples a minute, events, and who ran what where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Columns of RunRecord.samples, one value a minute. Temperatures are degC and, like `switchings`,
# the value at the end of the minute; powers are means over it.
COLUMNS = (
    "room_c",  # the truth: air at the occupied zone
    "sensor_c",  # what the firmware reads
    "setpoint_c",
    "outdoor_c",
    "body_c",
    "power_w",  # at the element
    "grant_w",  # the limit in force; the rated power where none is
    "contactor",  # share of the minute the safety contactor was closed, 0..1
    "mains_v",
)
# The same, but counted from the start of the run.
COUNTERS = (
    "switchings",  # closings of the modulating switch
    "contactor_switchings",
)
EVENT_KINDS = ("fault", "window", "mode", "limit", "info")


@dataclass
class Event:
    """Something that happened. kind: one of EVENT_KINDS; text: one line in the user's language.

    end_s: when it was over, None for a moment or while it lasts.
    """

    t_s: float
    kind: str
    text: str
    end_s: float | None = None


@dataclass
class Meta:
    """The circumstances of a run."""

    house: str  # name, a key of sim.houses.HOUSES
    house_text: str  # its one line, in the user's language
    weather: str  # name of the file or of the constants
    start_iso: str  # local time of t = 0, ISO 8601
    rated_w: float
    seed: int = 1
    wall_s: float = 0.0  # real time the run took
    firmware: str = ""  # version as the device says it
    settings: dict[str, Any] = field(default_factory=dict)  # changed from their defaults
    settle_s: float = 0.0  # shown, but left out of the deviation


class RunRecord:
    """Samples by column, events and meta of one run.

    samples[name] is a list with one value a minute; the first is that of t = 60 s.
    """

    def __init__(self, meta: Meta):
        self.meta = meta
        self.samples: dict[str, list[float]] = {name: [] for name in COLUMNS + COUNTERS}
        self.events: list[Event] = []

    def add(self, **values: float) -> None:
        """Append one minute. ValueError unless exactly the columns and counters are given."""
        if values.keys() != self.samples.keys():
            wrong = sorted(values.keys() ^ self.samples.keys())
            raise ValueError(f"one minute: missing or unknown columns {', '.join(wrong)}")
        for name, value in values.items():
            self.samples[name].append(value)

    def event(self, t_s: float, kind: str, text: str, end_s: float | None = None) -> Event:
        """Note an event and return it, so that its end can be filled in."""
        if kind not in EVENT_KINDS:
            raise ValueError(f"event kind {kind!r} (allowed: {', '.join(EVENT_KINDS)})")
        self.events.append(Event(t_s, kind, text, end_s))
        return self.events[-1]

    @property
    def minutes(self) -> int:
        return len(self.samples["room_c"])

    @property
    def duration_s(self) -> float:
        return self.minutes * 60.0
