# Instructions by stage of the tick: each stage's method is replaced on its object by one that
# reads the counter before and after, less what the reading itself and nested stages cost. What
# stands in for the port's C drivers (pins, ADC, one-wire, UART) is a stage of its own.

import icount
import machine
import onewire

_MASK = 0x3FFFFFFF


class Meter:
    """Sums of the ticks since `clear`."""

    def __init__(self):
        self.names = []
        self.sums = []
        self._inner = 0  # instructions of nested stages and their reading
        self._own = self._around = 0
        self._calibrate()
        self.sums[0] = 0

    def _calibrate(self):
        def nothing():
            return None

        measured = self.wrap("reading", nothing)
        for _ in range(3):
            self.sums[0] = self._inner = 0
            measured()
        own = self.sums[0]  # what the reading counts into the stage
        began = icount.now()
        icount.now()
        empty = icount.now() - began & _MASK
        began = icount.now()
        measured()
        measured_whole = icount.now() - began & _MASK
        began = icount.now()
        nothing()
        plain = icount.now() - began & _MASK
        self._own = own - (plain - empty // 2) if own > plain else 0
        self._around = measured_whole - plain - self._own

    def wrap(self, name, function):
        """A function of the same positional arguments whose cost is booked under `name`."""
        at = len(self.names)
        self.names.append(name)
        self.sums.append(0)

        def measured(*arguments):
            outer = self._inner
            self._inner = 0
            began = icount.now()
            result = function(*arguments)
            took = icount.now() - began & _MASK
            took -= self._own
            self.sums[at] += took - self._inner
            self._inner = outer + took + self._own + self._around
            return result

        return measured

    def on(self, name, thing, method):
        setattr(thing, method, self.wrap(name, getattr(thing, method)))


def fit(heater):
    """Measure every stage of `heater`; returns the Meter."""
    meter = Meter()
    for cls, methods in (
        (machine.Pin, ("value", "__call__")),
        (machine.ADC, ("read_u16", "read_uv")),
        (machine.UART, ("any", "readinto", "read", "write")),
        (onewire.OneWire, ("reset", "readinto", "readbyte", "writebyte", "write")),
    ):
        for method in methods:
            meter.on("(peripherals, simulated)", cls, method)
    for name, thing, method in (
        ("drivers in", heater.hardware, "read"),
        ("protect.check", heater.guard, "check"),
        ("plan", heater.plan, "step"),
        ("network", heater.network, "second"),
        ("control", heater.control, "step"),
        ("limits.grant", heater.arbiter, "grant"),
        ("modulator", heater.modulator, "step"),
        ("protect.interlock", heater.guard, "interlock"),
        ("drivers out", heater.hardware, "write"),
        ("view", heater, "_view"),
        ("record.second", heater.books, "second"),
        ("record.tick", heater.books.energy, "step"),
        ("tick itself", heater, "tick"),
    ):
        meter.on(name, thing, method)
    return meter
