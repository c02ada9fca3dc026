# Buttons, tilt switches and other contacts: several pins read as bits, freed of bounce.


class Contacts:
    """The contacts at `pins` as one number, bit n for pin n.

    `active` is the level of a closed contact (0 where it closes to ground against a pull-up). A
    change counts once all pins have kept still for `ticks` polls in a row.
    """

    def __init__(self, pins, active=0, ticks=2):
        self._pins = pins
        self._invert = 0 if active else (1 << len(pins)) - 1
        self._ticks = ticks
        self._last = 0
        self._still = 0
        self.bits = 0

    def poll(self):
        """Read the pins once; returns `bits`, the contacts that are closed."""
        now = 0
        bit = 1
        for pin in self._pins:
            if pin.value():
                now |= bit
            bit <<= 1
        now ^= self._invert
        if now != self._last:
            self._last = now
            self._still = 1
        elif self._still < self._ticks:
            self._still += 1
        if self._still >= self._ticks:
            self.bits = now
        return self.bits
