# What people do at the heater, or from afar, beside settings: mode, presets, overrides, buttons.

from micropython import const

from heater.plan import local, presets, week
from heater.plan.civil import DAY_S, UNIX_2020_S
from heater.plan.override import Override
from heater.plan.preferences import Preferences
from heater.plan.program import Program
from heater.plan.window import Window
from heater.signals import MODE_HEAT, MODE_NAMES, MODE_OFF, MODE_PLAN

_STEP_MDEG = const(500)
_QUIET_S = const(28800)  # as asked for at the buttons: a night
_TAUGHT_MIN = const(5)  # a taught change begins at full five minutes: nobody means 17:03
_UNDO_S = const(600)  # after it was taught, forgetting takes all of that back
_AROUND = const(4)  # presets that the button goes round: comfort, eco, sleep, away


class Acts:
    """The part of a Plan that people change. Acts may allocate; none happens every tick.

    Attributes:
      mode            signals.MODE_*
      base_mdeg       the constant set-point of mode heat
      override        override.Override
      child_lock      1: the buttons are locked
      window          window.Window; `window.open` is 1 while a window is taken for open
      unsaved         1: mode, constant set-point or lock were changed at the buttons; the app
                      saves them as settings and clears this
      week_unsaved    1: the weekly plan was changed at the buttons; likewise
      acted           1: somebody has done something that `Plan.state` must keep; the app clears it
      quiet           1 in quiet hours: no beep, display dark
      answer          local.LED_*: what the LED says to the last press, 0 for nothing special
    """

    def __init__(self):
        self.mode = MODE_HEAT
        self.base_mdeg = 22000
        self.override = Override()
        self.child_lock = 0
        self.window = Window()
        self.unsaved = 0
        self.week_unsaved = 0
        self.acted = 0
        self.quiet = 0
        self.answer = local.LED_DARK
        self._by_hand_s = 0  # uptime until which somebody has said whether it is quiet
        self._program = Program()
        self._prefer = Preferences()
        self._wanted_mdeg = 22000  # before window, early start, working time and bounds
        self._early_s = 0  # the change of the plan for which heating has begun
        self._not_early_s = 0  # the one for which somebody has stopped it
        self._touched_s = 0  # uptime of the last act of somebody, or change of the plan
        self._uptime_s = 0
        self._trusted = 0
        self._t_s = 0
        self._local_s = 0
        self._before = b""  # the week before it was taught, until the undo of that has lapsed
        self._undo_until_s = 0

    def set_mode(self, mode):
        """Change the mode (signals.MODE_*) and end any override. The app saves it."""
        self.mode = mode
        self.override.clear()
        self._touch()
        self.unsaved = 1

    def _touch(self):
        # Somebody is there: no working time has passed, they know about the window, and what
        # they want now counts more than being warm later.
        self.acted = 1
        self._touched_s = self._uptime_s
        self.window.clear()
        if self._early_s:
            self._not_early_s = self._early_s

    def override_until_next(self, mdeg, preset=None):
        """Hold `mdeg` until the plan's next change. Raises ValueError outside the bounds.

        preset: what it stands for, here and below; None: a set-point somebody chose.
        """
        self._prefer.check(mdeg)
        self.override.until_next(mdeg, _code(preset), self._program.next_s if self._trusted else 0)
        self._touch()

    def override_until(self, mdeg, epoch_s, preset=None):
        """Hold `mdeg` until Unix time `epoch_s`.

        Raises ValueError outside the bounds, without a trusted clock, or for a time gone by.
        """
        self._prefer.check(mdeg)
        if not self._trusted:
            raise ValueError("override until a time: no trusted clock")
        if epoch_s - UNIX_2020_S <= self._t_s:
            raise ValueError("override until {}: already past".format(epoch_s))
        self.override.until_time(mdeg, _code(preset), epoch_s - UNIX_2020_S)
        self._touch()

    def override_for(self, mdeg, duration_s, preset=None):
        """Hold `mdeg` for `duration_s` (1 to 7 days). Raises ValueError outside the bounds."""
        self._prefer.check(mdeg)
        if not 1 <= duration_s <= 7 * DAY_S:
            raise ValueError("override for {} s: must be 1 to 604800".format(duration_s))
        self.override.for_duration(mdeg, _code(preset), self._uptime_s + duration_s)
        self._touch()

    def set_preset(self, preset):
        """Ask for a preset (presets.COMFORT to BOOST) with its own end.

        Boost ends after its time. Away and frost hold until somebody ends them, for who leaves
        does not know the plan's next change; so does any preset in mode heat, where there is
        none. The others hold until the next change of the plan.
        """
        mdeg = self._prefer.preset_mdeg[preset]
        self._touch()
        if preset == presets.BOOST:
            self.override.for_duration(mdeg, _code(preset), self._uptime_s + self._prefer.boost_s)
        elif self.mode != MODE_PLAN or preset == presets.AWAY or preset == presets.FROST:
            self.override.until_ended(mdeg, preset)
        else:
            next_s = self._program.next_s if self._trusted else 0
            self.override.until_next(mdeg, preset, next_s)

    def preset_mdeg(self, preset):
        """Temperature of a preset (presets.COMFORT to BOOST) in millidegrees."""
        return self._prefer.preset_mdeg[preset]

    def clear_override(self):
        """Back to the plan, or to the constant set-point."""
        self.override.clear()
        self._touch()

    def press(self, event):
        """A press at the heater (local.UP ... local.LOCK).

        Returns 1 if it was taken, 0 if there was nothing to do or the child lock refused it.
        """
        if event == local.NO_EVENT:
            return 0
        self.answer = local.LED_DARK
        if event == local.LOCK:
            self.child_lock = 1 - self.child_lock
            self.unsaved = 1
            return 1
        if self.child_lock:
            return 0
        if event == local.QUIET:
            self._toggle_quiet()
            return 1
        if event == local.MODE:
            self.set_mode((self.mode + 1) % len(MODE_NAMES))
            self.answer = self._mode_led()
            return 1
        if self.mode == MODE_OFF:
            return 0
        if event == local.TEACH or event == local.FORGET:
            return self._change_week(event)
        self._touch()
        if event == local.PRESET:
            self._next_preset()
        elif event != local.BOOST:
            self._nudge(_STEP_MDEG if event == local.UP else -_STEP_MDEG)
        elif self.override.kind and self.override.preset == presets.BOOST:
            self.override.clear()
        else:
            self.set_preset(presets.BOOST)
        return 1

    def _next_preset(self):
        # Round the presets and back to the plan, or to the constant set-point.
        override = self.override
        preset = override.preset + 1 if override.kind and override.preset < _AROUND else 0
        if preset < _AROUND:
            self.set_preset(preset)
            self.answer = local.LED_PRESETS + preset
        else:
            override.clear()
            self.answer = self._mode_led()

    def week_text(self):
        """The weekly plan in force, as the setting `plan.week` has it."""
        return week.render(self._program.week)

    def _change_week(self, event):
        # The weekly plan is changed at the hour at which something is to change, for the heater
        # has nothing to show hours with.
        program = self._program
        if self.mode != MODE_PLAN or not self._trusted or program.by_period:
            return 0
        day = program.weekday(self._local_s // DAY_S)
        minute = self._local_s % DAY_S // 60
        try:
            if event == local.TEACH:
                if not self.override.kind:
                    return 0  # nobody has asked for anything that could begin now
                minute -= minute % _TAUGHT_MIN
                taught = week.taught(program.week, day, minute, self._asked_preset())
                self._before, program.week = program.week, taught
                self._undo_until_s = self._uptime_s + _UNDO_S
                self.answer = local.LED_TAUGHT
            else:
                undone = self._uptime_s < self._undo_until_s
                program.week = (
                    self._before if undone else week.forgotten(program.week, day, minute)
                )
                self._undo_until_s = 0
                self.answer = local.LED_FORGOTTEN
        except ValueError:
            return 0  # too many changes in a day, or none left
        program.stale = 1
        self.week_unsaved = 1
        self.clear_override()
        return 1

    def _asked_preset(self):
        # The one asked for at the button; for boost and a turned set-point the nearest.
        preset = self.override.preset
        if preset < _AROUND:
            return preset
        best = presets.COMFORT
        for other in range(_AROUND):
            mdeg = self._prefer.preset_mdeg[other]
            if abs(mdeg - self.override.mdeg) < abs(
                self._prefer.preset_mdeg[best] - self.override.mdeg
            ):
                best = other
        return best

    def _toggle_quiet(self):
        # Quiet for a night, or not quiet for as long; the same again goes back to the hours set.
        self._by_hand_s = 0 if self._by_hand_s else self._uptime_s + _QUIET_S
        self.quiet = 1 - self.quiet
        self.answer = local.LED_QUIET if self.quiet else local.LED_NOT_QUIET

    def _mode_led(self):
        if self.mode == MODE_PLAN:
            return local.LED_MODE_PLAN
        return local.LED_MODE_HEAT if self.mode == MODE_HEAT else local.LED_OFF

    def _nudge(self, step_mdeg):
        # to the next half degree from what is in force
        mdeg = (self._wanted_mdeg // _STEP_MDEG) * _STEP_MDEG + step_mdeg
        if step_mdeg < 0 and self._wanted_mdeg % _STEP_MDEG:
            mdeg += _STEP_MDEG
        mdeg = self._prefer.bound(mdeg)
        if self.mode == MODE_PLAN:
            next_s = self._program.next_s if self._trusted else 0
            self.override.until_next(mdeg, presets.MANUAL, next_s)
        else:
            self.override.clear()
            self.base_mdeg = mdeg
            self.unsaved = 1
        self._wanted_mdeg = mdeg


def _code(preset):
    # Not as the default itself: a class with a computed one is not made in the image.
    return presets.MANUAL if preset is None else preset
