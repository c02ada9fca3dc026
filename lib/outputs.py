# Switching outputs with a known safe level: contactor, relay, solid-state switch.


class Switch:
    """One output pin that switches something on or off.

    `pin` is a machine.Pin already configured as an output at its safe level; `active` is the level
    that switches on. `on` is what was last written, `operations` counts closings and openings
    (one cycle of a relay is two).
    """

    def __init__(self, pin, active=1):
        self._pin = pin
        self._active = active
        self.on = 0
        self.operations = 0
        pin.value(1 - active)

    def set(self, on):
        """Switch on (1) or off (0). Writing the pin again each time repairs a disturbed level."""
        on = 1 if on else 0
        self._pin.value(self._active if on else 1 - self._active)
        if on != self.on:
            self.on = on
            self.operations += 1

    def off(self):
        """Switch off, first of all on the pin. Cannot fail."""
        self._pin.value(1 - self._active)
        if self.on:
            self.on = 0
            self.operations += 1


class Stages:
    """A two-stage element on two Switches; a one-stage element leaves `second` out.

    Stage 0 is off, 1 the first element alone, 2 the second alone, 3 both. Without a second switch
    every stage above 0 is the first.
    """

    def __init__(self, first, second=None):
        self._first = first
        self._second = second

    def set(self, stage):
        """Switch to `stage` (0..3); anything else is off."""
        if not 0 <= stage <= 3:
            stage = 0
        if self._second is None:
            self._first.set(stage != 0)
            return
        # Off before on: the elements are never both on on the way from one to the other.
        if not stage & 1:
            self._first.off()
        if not stage & 2:
            self._second.off()
        if stage & 1:
            self._first.set(1)
        if stage & 2:
            self._second.set(1)

    @property
    def operations(self):
        """Closings and openings of all switches together."""
        n = self._first.operations
        return n if self._second is None else n + self._second.operations

    def off(self):
        """All elements off. Cannot fail."""
        self._first.off()
        if self._second is not None:
            self._second.off()
