# What the resident wants now: mode, plan, overrides and bounds become one set-point, with the
# reason for it.

from micropython import const

from heater.plan import clock as clocks
from heater.plan import presets
from heater.plan.acts import Acts
from heater.plan.early import EarlyStart
from heater.plan.exceptions import Exceptions
from heater.plan.override import NO_OVERRIDE, UNTIL_NEXT
from heater.plan.reasons import (
    BY_BOOST,
    BY_EARLY_START,
    BY_HEAT,
    BY_NO_CLOCK,
    BY_OFF,
    BY_OVERRIDE,
    BY_PERIOD,
    BY_PLAN,
    BY_UNCERTAIN_CLOCK,
    BY_WINDOW,
    BY_WORK_TIME,
)
from heater.plan.week import parse as parse_week
from heater.signals import MODE_HEAT, MODE_NAMES, MODE_OFF, MODE_PLAN

_STATE_VERSION = const(1)
_STATE_LENGTH = const(16)
_HELD_LOWEST_MDEG = const(5000)  # a saved set-point outside is not one
_HELD_HIGHEST_MDEG = const(30000)


class Plan(Acts):
    """The set-point in force, by mode, weekly plan, overrides, open window and bounds.

    Attributes after `step`, for room control, display and records, beside those of Acts:
      setpoint_mdeg   what the room is to have, within the bounds
      preset          presets.* the set-point stands for
      reason          reasons.BY_*
      bounded         1 if the bounds of installer or company changed what was asked for
      next_change_s   seconds to the next change of the plan, -1 if there is none or no clock
      next_preset     asked for by that change
      calm            1 in quiet hours that a trusted clock or a press tells of: fewest
                      switchings as well
      early           early.EarlyStart, what it has learned of this room
      refusal         why a setting of the plan could not be followed, "" if all could
    """

    def __init__(self):
        Acts.__init__(self)  # super() would keep all methods of this class on the heap
        self.setpoint_mdeg = 22000
        self.preset = presets.MANUAL
        self.reason = BY_HEAT
        self.bounded = 0
        self.next_change_s = -1
        self.next_preset = presets.COMFORT
        self.calm = 0
        self.refusal = ""
        self.early = EarlyStart()
        self._week_text = self._exceptions_text = None
        self._cfg_mode = self._cfg_base_mdeg = self._cfg_child_lock = None
        self._held_mdeg = 0  # the last set-point of mode plan; 0: none known
        self._generation = -1  # of the clock, when the program was last computed

    def configure(self, cfg):
        """Read the settings `plan.*`, `control.mode` and `control.setpoint_mdeg`.

        Called at start and after every change of settings. Never raises: a weekly plan or
        exceptions that cannot be read leave the former ones in force and set `refusal`.
        """
        self._prefer.read(cfg)
        self.window.enabled = 1 if cfg.get("plan.window") else 0
        self.window.rated_w = cfg.get("heater.rated_w")
        self.early.enabled = 1 if cfg.get("plan.early_start") else 0
        self.early.rated_w = cfg.get("heater.rated_w")
        self._configure_program(cfg)
        # Settings that the buttons change too: only a change of the setting counts, or another
        # setting's commit would undo a press that is not saved yet.
        child_lock = 1 if cfg.get("plan.child_lock") else 0
        if child_lock != self._cfg_child_lock:
            self.child_lock = self._cfg_child_lock = child_lock
        base_mdeg = cfg.get("control.setpoint_mdeg")
        if base_mdeg != self._cfg_base_mdeg:
            self.base_mdeg = self._cfg_base_mdeg = base_mdeg
            self._touched_s = self._uptime_s
        mode = MODE_NAMES.index(cfg.get("control.mode"))
        if mode != self._cfg_mode:
            self._cfg_mode = mode
            if mode != self.mode:
                self.set_mode(mode)
                self.unsaved = 0

    def _configure_program(self, cfg):
        self.refusal = ""
        try:
            text = cfg.get("plan.week")
            if text != self._week_text:
                packed = parse_week(text)
                if packed != self._program.week:  # not what was taught here and is saved now
                    self._undo_until_s = 0
                    self._program.week = packed
                    self._program.stale = 1
                self._week_text = text
            text = cfg.get("plan.exceptions")
            if text != self._exceptions_text:
                self._program.exceptions = Exceptions(text)
                self._exceptions_text = text
                self._program.stale = 1
        except ValueError as refusal:
            self.refusal = str(refusal)

    # Every second. Allocates nothing.

    def step(self, uptime_s, clock, room_mdeg, room_ok, power_w, limited):
        """Advance one second and set the attributes.

        uptime_s   seconds since boot
        clock      a Clock that has been stepped to `uptime_s`
        room_mdeg  room temperature that control uses, valid if room_ok is 1
        power_w    mean power of the element over the last second
        limited    1 while a limit grants less than control asks for
        """
        self._uptime_s = uptime_s
        self._trusted = clock.trusted
        self._t_s = clock.t_s
        self._local_s = clock.local_s
        self._follow(clock)
        self.override.step(uptime_s, clock.trusted, clock.t_s)
        self._want(clock)
        if room_ok and self.next_change_s >= 0:
            self._start_early(room_mdeg)
        self._apply(uptime_s)
        self.window.step(room_mdeg, room_ok, power_w, self.setpoint_mdeg)
        undisturbed = room_ok and not limited and not self.window.open
        self.early.step(uptime_s, room_mdeg, self.setpoint_mdeg, power_w, undisturbed)
        if self.window.open and self.setpoint_mdeg > presets.FROST_MDEG:
            self.setpoint_mdeg = presets.FROST_MDEG
            self.reason = BY_WINDOW
        if uptime_s < self._by_hand_s:
            self.calm = self.quiet
        else:
            self._by_hand_s = 0
            self.quiet = self._prefer.quiet(clock.trusted, clock.local_s)
            self.calm = self.quiet if clock.trusted else 0

    def _follow(self, clock):
        # Find the plan's place when time has reached its next change, or was set.
        self.next_change_s = -1
        if clock.quality == clocks.NONE:
            return
        program = self._program
        due = clock.t_s >= program.next_s
        if due or program.stale or clock.generation != self._generation:
            self.override.step(self._uptime_s, clock.trusted, clock.t_s)
            program.find(clock.t_s, clock.zone)
            self._generation = clock.generation
            if clock.trusted:
                self.override.replanned(program.next_s)
            if due and self.mode == MODE_PLAN:
                self._touched_s = self._uptime_s
        if clock.trusted and self.mode == MODE_PLAN:
            self.next_change_s = program.next_s - clock.t_s
            self.next_preset = program.next_preset

    def _want(self, clock):
        override = self.override
        if self.mode == MODE_OFF:
            self._wanted_mdeg = presets.FROST_MDEG
            self.preset = presets.FROST
            self.reason = BY_OFF
        elif override.kind != NO_OVERRIDE:
            self._wanted_mdeg = override.mdeg
            self.preset = override.preset
            self.reason = BY_BOOST if override.preset == presets.BOOST else BY_OVERRIDE
            if override.kind == UNTIL_NEXT:
                self._held_mdeg = override.mdeg
        elif self.mode == MODE_HEAT:
            self._wanted_mdeg = self.base_mdeg
            self.preset = presets.MANUAL
            self.reason = BY_HEAT
        else:
            self._want_plan(clock)

    def _want_plan(self, clock):
        # A trusted clock is followed. An uncertain one runs late by the length of a power cut,
        # so it may raise the set-point, which then comes late, but never lower it: that could
        # fall into the day. Without any clock the last set-point stays.
        planned_mdeg = self._prefer.preset_mdeg[self._program.preset]
        if clock.trusted:
            self.reason = BY_PERIOD if self._program.by_period else BY_PLAN
            self.preset = self._program.preset
            self._held_mdeg = planned_mdeg
        else:
            if not self._held_mdeg:
                self._held_mdeg = self.base_mdeg
            self.reason = BY_NO_CLOCK
            self.preset = presets.MANUAL
            if clock.quality == clocks.UNCERTAIN:
                self.reason = BY_UNCERTAIN_CLOCK
                if planned_mdeg > self._held_mdeg:
                    self._held_mdeg = planned_mdeg
        self._wanted_mdeg = self._held_mdeg

    def _start_early(self, room_mdeg):
        # Once begun it is kept up to the change, or the set-point would swing about the estimate.
        next_s = self._program.next_s
        target_mdeg = self._prefer.bound(self._prefer.preset_mdeg[self.next_preset])
        kind = self.override.kind
        if (
            target_mdeg <= self._wanted_mdeg
            or next_s == self._not_early_s
            or not (kind == NO_OVERRIDE or kind == UNTIL_NEXT)
        ):
            return
        if next_s != self._early_s:
            if self.early.lead_s(room_mdeg, target_mdeg) < self.next_change_s:
                return
            self._early_s = next_s
        self._wanted_mdeg = target_mdeg
        self.preset = self.next_preset
        self.reason = BY_EARLY_START

    def _apply(self, uptime_s):
        # Bounds, and the working time. Off and its frost protection stand below the bounds.
        mdeg = self._wanted_mdeg
        self.bounded = 0
        if self.mode != MODE_OFF:
            work_s = self._prefer.work_s
            if work_s and uptime_s - self._touched_s >= work_s:
                mdeg = presets.FROST_MDEG
                self.preset = presets.FROST
                self.reason = BY_WORK_TIME
            else:
                mdeg = self._prefer.bound(mdeg)
                self.bounded = 1 if mdeg != self._wanted_mdeg else 0
        self.setpoint_mdeg = mdeg

    # Over a power cut.

    def state(self):
        """What to keep over a power cut, as a list of integers. Slow."""
        override = self.override.state(self._uptime_s, self._trusted, self._t_s)
        return [_STATE_VERSION, self._held_mdeg] + override + self.early.state()

    def restore(self, state):
        """Take back what `state` gave before the power cut, after `configure`.

        Returns False if it is not such a state; what has been learned is then not taken back.
        """
        if not isinstance(state, list) or not all(isinstance(value, int) for value in state):
            return False
        if len(state) != _STATE_LENGTH or state[0] != _STATE_VERSION:
            return False
        if state[1] and not _HELD_LOWEST_MDEG <= state[1] <= _HELD_HIGHEST_MDEG:
            return False
        try:
            self.override.restore(state[2:6])
        except ValueError:
            return False
        self._held_mdeg = state[1]
        return self.early.restore(state[6:])
