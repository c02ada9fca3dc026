# The heater's own buttons: a main button with up and down, or one knob whose detents arrive as up
# and down and whose push is main. Presses become events; what they mean is the scheduler's affair.
#
# Time is counted in ticks of 100 ms, so there is nothing that wraps.

from micropython import const

from heater.plan.reasons import BY_BOOST, BY_NO_CLOCK, BY_OFF, BY_UNCERTAIN_CLOCK
from heater.signals import BUTTON_DOWN, BUTTON_MAIN, BUTTON_UP

NO_EVENT = const(0)
UP = const(1)
DOWN = const(2)
BOOST = const(3)  # main, short
MODE = const(4)  # main, held 1 s to 5 s
LOCK = const(5)  # main, held 5 s: child lock on or off
PRESET = const(6)  # main, twice within a second: the next preset
QUIET = const(7)  # main, three times: quiet from now, or no longer
TEACH = const(8)  # main, four times: what was asked for begins at this time of day from now on
FORGET = const(9)  # main, five times: the change of the plan that holds now is no more

_LONG_TICKS = const(10)
_LOCK_TICKS = const(50)
_REPEAT_AFTER_TICKS = const(8)
_REPEAT_EVERY_TICKS = const(4)
_AGAIN_TICKS = const(5)  # from letting go to the next press of the same gesture
_AWAKE_TICKS = const(100)  # the display answers for 10 s after a press, even in quiet hours

# Index of what the LED shows (Outputs.led). The board turns it into a pattern.
LED_DARK = const(0)
LED_FAULT = const(1)
LED_STANDBY = const(2)  # on, nothing to heat
LED_HEATING = const(3)
LED_BOOST = const(4)
LED_WINDOW = const(5)
LED_NO_CLOCK = const(6)  # following the last set-point, because the plan needs a clock
LED_LOCKED = const(7)  # a press that the child lock refuses
LED_OFF = const(8)  # off, frost protection watches
# Answers to a press, for as long as the display is awake.
LED_PRESETS = const(9)  # to 12: comfort, eco, sleep, away
LED_MODE_HEAT = const(13)
LED_MODE_PLAN = const(14)
LED_QUIET = const(15)
LED_NOT_QUIET = const(16)
LED_TAUGHT = const(17)
LED_FORGOTTEN = const(18)

_SHORT = (NO_EVENT, BOOST, PRESET, QUIET, TEACH, FORGET)  # by the number of short presses


class Buttons:
    """Turns the level of the buttons into events, one call a tick."""

    def __init__(self):
        # Ticks for which the display still answers a press; above 0 while a button is held.
        self.awake = 0
        self._held = 0  # the one button that counts; the others wait until it is let go
        self._ticks = 0
        self._pause = 0  # ticks left for another press of main
        self._presses = 0  # short ones of main, so far

    def step(self, buttons):
        """Take the pressed buttons (bits BUTTON_*) of this tick; returns an event or NO_EVENT.

        Up and down act at once and repeat while held. Main acts when let go, so that a long
        press is not first taken for a short one, except for the lock, which acts after 5 s; short
        presses wait another half second, in case one more follows.
        """
        if self.awake:
            self.awake -= 1
        held = self._held
        if not held:
            if self._pause:
                self._pause -= 1
                if buttons & BUTTON_MAIN:
                    self._pause = 0
                elif buttons or not self._pause:
                    return self._short()  # another button is taken with the next tick
            if not buttons:
                return NO_EVENT
            self._press(buttons)
            held = self._held
            return NO_EVENT if held == BUTTON_MAIN else (UP if held == BUTTON_UP else DOWN)
        self.awake = _AWAKE_TICKS
        if not buttons & held:
            self._held = 0
            if held != BUTTON_MAIN or self._ticks >= _LOCK_TICKS:
                self._presses = 0
                return NO_EVENT
            return self._let_go()
        ticks = self._ticks + 1
        if held == BUTTON_MAIN:
            if ticks <= _LOCK_TICKS:
                self._ticks = ticks
                if ticks == _LOCK_TICKS:
                    return LOCK
            return NO_EVENT
        if ticks == _REPEAT_AFTER_TICKS:
            self._ticks = ticks - _REPEAT_EVERY_TICKS
            return UP if held == BUTTON_UP else DOWN
        self._ticks = ticks
        return NO_EVENT

    def _let_go(self):
        if self._ticks >= _LONG_TICKS:
            self._presses = 0
            return MODE
        self._presses += 1
        if self._presses == len(_SHORT) - 1:
            return self._short()
        self._pause = _AGAIN_TICKS
        return NO_EVENT

    def _short(self):
        presses = self._presses
        self._pause = self._presses = 0
        return _SHORT[presses]

    def _press(self, buttons):
        if buttons & BUTTON_MAIN:
            self._held = BUTTON_MAIN
        elif buttons & BUTTON_UP:
            self._held = BUTTON_UP
        else:
            self._held = BUTTON_DOWN
        self._ticks = 0
        self.awake = _AWAKE_TICKS


def led(plan, buttons, fault_count, heating):
    """What the LED shows: LED_*, by a Plan, its Buttons, faults and 1 while the element heats.

    In quiet hours it is dark, except for 10 s after a press and for a fault: somebody who looks
    at a heater that gives no heat must see why.
    """
    if fault_count:
        return LED_FAULT
    if plan.quiet and not buttons.awake:
        return LED_DARK
    if plan.child_lock and buttons.awake:
        return LED_LOCKED
    if plan.answer and buttons.awake:
        return plan.answer
    if plan.reason == BY_OFF:
        return LED_OFF
    if plan.window.open:
        return LED_WINDOW
    if plan.reason == BY_BOOST:
        return LED_BOOST
    if plan.reason == BY_NO_CLOCK or plan.reason == BY_UNCERTAIN_CLOCK:
        return LED_NO_CLOCK
    return LED_HEATING if heating else LED_STANDBY
