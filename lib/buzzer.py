# A buzzer with its own oscillator: the pin only switches it.

from ticks import ticks_diff


class Buzzer:
    """Beeps without waiting: `beep` begins, `poll` ends; `on` is 1 in between."""

    def __init__(self, pin, active=1):
        self._pin = pin
        self._active = active
        self._begun_ms = 0
        self._for_ms = 0
        self.on = 0
        pin.value(1 - active)

    def beep(self, now_ms, for_ms):
        """Sound for `for_ms` from now; 0 or less is silence at once."""
        self.on = 1 if for_ms > 0 else 0
        self._begun_ms = now_ms
        self._for_ms = for_ms
        self._pin.value(self._active if self.on else 1 - self._active)

    def poll(self, now_ms):
        """End a beep whose time is over."""
        if self.on and ticks_diff(now_ms, self._begun_ms) >= self._for_ms:
            self.beep(now_ms, 0)
