# One LED that tells states apart by its rhythm.

from micropython import const

_SLOTS = const(16)


class Led:
    """An LED on `pin` that repeats one of `patterns`.

    A pattern is 16 bits, bit 0 first, each shown for one call of `show` (1.6 s a round at a 100 ms
    tick); 0 is dark and 0xFFFF steady.
    """

    def __init__(self, pin, patterns, active=1):
        self._pin = pin
        self._patterns = patterns
        self._active = active
        self._index = -1
        self._pattern = 0
        self._slot = 0
        self._lit = 0
        pin.value(1 - active)

    def show(self, index):
        """Show the next slot of pattern `index`; a new pattern begins at its start. An index that
        is not there is dark."""
        if index != self._index:
            self._index = index
            self._slot = 0
            self._pattern = self._patterns[index] if 0 <= index < len(self._patterns) else 0
        lit = self._pattern >> self._slot & 1
        if lit != self._lit:
            self._lit = lit
            self._pin.value(lit if self._active else 1 - lit)
        self._slot = self._slot + 1 & _SLOTS - 1
