"""What may be handed to a simulated heater, and how it is refused."""

from __future__ import annotations

from datetime import datetime
from numbers import Real

from nuanbu.errors import UserError

# Physical inputs of `step`: name -> (lowest, highest, unit)
INPUTS = {
    "room_c": (-60.0, 125.0, "degC"),
    "body_c": (-60.0, 400.0, "degC"),
    "chip_c": (-60.0, 150.0, "degC"),
    "outdoor_c": (-60.0, 60.0, "degC"),
    "mains_v": (0.0, 480.0, "V"),
    "leakage_ma": (0.0, 1000.0, "mA"),
    "tilted": (0, 1, ""),
}


def within(name: str, value: float, low: float, high: float, unit: str) -> None:
    """Raises UserError unless value is a number from low to high, both included."""
    if not (isinstance(value, Real) and low <= value <= high):
        raise UserError(f"{name}={value!r}: must be between {low} and {high} {unit}".rstrip())


def instant(start: str | None) -> int | None:
    """Epoch seconds of an ISO 8601 time; UserError when it is none, or has no offset."""
    if start is None:
        return None
    try:
        when = datetime.fromisoformat(start)
    except ValueError:
        raise UserError(
            f"start={start!r}: not an ISO 8601 time", "write it as 2026-01-20T10:00:00+08:00"
        ) from None
    if when.tzinfo is None:
        raise UserError(f"start={start!r}: the offset is missing, such as +08:00")
    return int(when.timestamp())
