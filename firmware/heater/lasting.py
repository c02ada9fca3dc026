# What outlasts a power cut besides settings and books: latched faults, what room control and
# protection have learned, and overrides of the plan. Each room gives and takes its own state;
# this file only carries it between the rooms and the store.

import json

import machine
from micropython import const

from heater.plan.clock import UNCERTAIN

_GUARD = "guard"
_MODEL = "model"
_PLAN = "plan"
_MODEL_SAVE_S = const(6 * 3600)  # what was learned moves slowly and is worth few writes
_PLAN_SAVE_S = const(600)

# Starts that follow a defect of the firmware rather than a loss of power or a wish.
_ABNORMAL = (machine.WDT_RESET,)


def restore(heater, cause):
    """Give every room its state of before the start. A damaged state costs that state."""
    store = heater.books.store
    data = store.load(_GUARD)
    if data is not None:
        try:
            heater.guard.restore(data)
        except ValueError:
            heater.guard.note_settings(False)
    heater.guard.note_reset(cause in _ABNORMAL)
    _each(store.load(_MODEL), heater.control.restore)
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
    if heater.guard.dirty:
        heater.guard.dirty = 0
        store.save(_GUARD, heater.guard.state(), True)
    uptime_s = heater.inp.uptime_s
    if uptime_s % _MODEL_SAVE_S == _MODEL_SAVE_S - 1:
        _keep(store, _MODEL, heater.control.state())
    if uptime_s % _PLAN_SAVE_S == _PLAN_SAVE_S - 1:
        _keep(store, _PLAN, heater.plan.state())


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
