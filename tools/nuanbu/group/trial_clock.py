"""Time of a server: the wall clock, or in trials a faster one that several processes share."""

from __future__ import annotations

import time
from dataclasses import dataclass

from nuanbu.errors import UserError

_TURN_S = 1.0
_SPEED_MAX = 100.0


@dataclass(frozen=True)
class Clock:
    """From origin_s (Unix seconds) on, time passes `speed` times as fast."""

    origin_s: float = 0.0
    speed: float = 1.0

    @classmethod
    def of(cls, text: str) -> Clock:
        """ORIGIN:SPEED, or nothing for the wall clock. Speed 1 to 100."""
        if not text:
            return cls()
        try:
            origin, speed = (float(part) for part in text.split(":"))
        except ValueError as e:
            raise UserError(f"clock {text!r}: ORIGIN:SPEED is expected") from e
        if not 1 <= speed <= _SPEED_MAX:
            raise UserError(f"clock {text!r}: the speed must be 1 to {_SPEED_MAX:.0f}")
        return cls(origin, speed)

    def now(self) -> float:
        """Unix seconds, with fractions."""
        return self.origin_s + (time.time() - self.origin_s) * self.speed

    def now_s(self) -> int:
        """Unix seconds."""
        return int(self.now())

    @property
    def pause_s(self) -> float:
        """Real seconds between two turns."""
        return _TURN_S / self.speed

    def __str__(self) -> str:
        return f"{self.origin_s!r}:{self.speed!r}"
