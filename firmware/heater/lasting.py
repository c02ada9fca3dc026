# What outlasts a power cut besides settings and books: latched faults, what room control and
# protection have learned, and overrides of the plan. Each room gives and takes its own state;
# this file only carries it between the rooms and the store.

import json

import machine
from micropython import const

from heater.plan.clock import UNCERTAIN
from heater.signals import MODE_NAMES

_RESIDENT = "resident"
_GUARD = "guard"
_LEARNED = "learned"
_MODEL = "model"
_PLAN = "plan"
_LEARNED_SAVE_S = const(6 * 3600)
_SAVE_S = const(600)  # what was learned moves slowly; at most one write each in ten minutes

_AGAIN_S = const(60)  # after the flash refused: a full one may get room, a worn one must rest


def restore_latches(heater, cause):
    """Latched faults first, before the settings are handed out. cause: machine.reset_cause().

    Latches that cannot be read count as damaged settings: no heat until somebody has looked. So
    does a damaged copy of them, even where an older one is sound: it may lack the last latch.
    """
    damaged = heater.books.store.damaged
    data = heater.books.store.load(_GUARD)
    sound = heater.settings.sound and heater.books.store.damaged == damaged
    if data is not None:
        try:
            heater.guard.restore(data)
        except ValueError:
            sound = False
    heater.guard.note_settings(sound)
    # A brown-out looks like power-on to the port, a crash of the interpreter like machine.reset.
    heater.guard.note_reset(cause == machine.WDT_RESET, cause == machine.HARD_RESET)


def restore(heater):
    """Give the rooms their state of before the start, after `configure`. A damaged state costs
    that state."""
    store = heater.books.store
    _each(store.load(_MODEL), heater.control.restore)
    _each(store.load(_LEARNED), heater.guard.restore_learned)
    _each(store.load(_PLAN), heater.plan.restore)
    last_s = heater.books.last_t_s
    if last_s:
        try:
            heater.clock.set(last_s, UNCERTAIN, 0)
        except ValueError:
            pass  # a time that cannot be: stay without a clock


def poll(heater):
    """Save what has changed; once a second in slow code. Latches are saved at once."""
    store = heater.books.store
    uptime_s = heater.inp.uptime_s
    if heater.guard.dirty and uptime_s >= heater.latches_due_s:
        if not save_latches(heater):
            heater.latches_due_s = uptime_s + _AGAIN_S
    _keep_buttons(heater)
    if uptime_s % _LEARNED_SAVE_S == _LEARNED_SAVE_S - 1:
        _keep(store, _LEARNED, heater.guard.learned())
    if uptime_s % _SAVE_S == _SAVE_S - 1:
        _keep(store, _PLAN, heater.plan.state())
        if heater.model_changed:
            heater.model_changed = False
            _keep(store, _MODEL, heater.control.state())


def save_latches(heater):
    """Write them now. False when the flash refused; they are then still to be written."""
    guard = heater.guard
    guard.dirty = 0
    if heater.books.store.save(_GUARD, guard.state(), True):
        return True
    guard.dirty = 1
    return False


def _keep_buttons(heater):
    # What was pressed becomes a setting once the finger has rested for the display's ten seconds.
    plan = heater.plan
    if not plan.unsaved or heater.buttons.awake:
        return
    plan.unsaved = 0
    settings = heater.settings
    settings.discard(_RESIDENT)
    settings.stage("control.mode", MODE_NAMES[plan.mode], _RESIDENT)
    settings.stage("control.setpoint_mdeg", plan.base_mdeg, _RESIDENT)
    settings.stage("plan.child_lock", bool(plan.child_lock), _RESIDENT)
    settings.commit(_RESIDENT)


def _keep(store, name, state):
    data = json.dumps(state).encode()
    if data != store.load(name):
        store.save_soon(name, data)


def _each(data, take):
    if data is not None:
        try:
            take(json.loads(data))
        except ValueError:
            pass  # not ours: begin to learn anew
