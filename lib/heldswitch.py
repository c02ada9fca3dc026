# An output that stays on only while it is told so in every tick: the ESP32's remote-control
# peripheral (RMT) sends one pulse of about a tick, and the next tick sends the next. When Python
# stops, for whatever reason, the pulse runs out in hardware and the pin falls to its idle level
# within one tick. LEDC, the other timer with an output, would go on for ever.
#
# A new pulse waits for the end of the one before. So the first is a little longer than the tick,
# the following ones a little shorter, and the overlap shrinks until a pulse is over before its
# tick; then a long one makes it up. That costs a gap of 0.15 ms about once in 1.5 s, which a
# zero-crossing switch sees only when it falls on a zero crossing.

from micropython import const

_CLOCK_DIV = const(255)  # of 80 MHz, so that a pulse of 15 bits can last 104 ms
_STEPS_PER_S = const(313_725)

RMT_SETTINGS = {"clock_div": _CLOCK_DIV, "idle_level": 0}  # for esp32.RMT(id, pin=..., **...)


class HeldSwitch:
    """Like outputs.Switch, on an `rmt` made with RMT_SETTINGS; active high only.

    `set` must be called once every `tick_ms` (10..100); it waits 1.5 ms at the most.
    """

    def __init__(self, rmt, tick_ms=100):
        if not 10 <= tick_ms <= 100:
            raise ValueError("tick_ms: 10..100")
        self._rmt = rmt
        self._long = ((tick_ms * 10 + 15) * _STEPS_PER_S // 10_000,)
        self._short = ((tick_ms * 10 - 1) * _STEPS_PER_S // 10_000,)
        self.on = 0
        self.operations = 0

    def set(self, on):
        """Hold on for one more tick (1), or let the pulse run out (0)."""
        on = 1 if on else 0
        if on:
            rmt = self._rmt
            rmt.write_pulses(self._long if rmt.wait_done() else self._short, 1)
        if on != self.on:
            self.on = on
            self.operations += 1

    def off(self):
        """Send no further pulse: off within the rest of the present one. Cannot fail."""
        self.set(0)
