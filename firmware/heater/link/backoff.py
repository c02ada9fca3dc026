# How long to wait before the next try: doubling, bounded, and never the same for two heaters.

import os

from micropython import const

_FIRST_MS = const(1000)
_LAST_MS = const(120_000)


class Backoff:
    """Call `next_ms()` after a failure, `reset()` after a success that lasted."""

    def __init__(self):
        self._ms = _FIRST_MS

    def next_ms(self):
        """Half to the whole of a time that doubles from 1 s to 2 min."""
        half_ms = self._ms // 2
        self._ms = min(self._ms * 2, _LAST_MS)
        return half_ms + int.from_bytes(os.urandom(2), "little") * half_ms // 65535

    def reset(self):
        self._ms = _FIRST_MS
