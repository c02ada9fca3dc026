# What outlasts a power cut besides settings and books: latched faults, what room control and
# protection have learned, and overrides of the plan; and the time, which outlasts a restart.
# Each room gives and takes its own state; this file only carries it between the rooms and the
# store.

import binascii
import json
import struct

import machine
from micropython import const

from heater.plan.clock import KEPT, UNCERTAIN
from heater.protect import memory
from heater.signals import MODE_NAMES

_RESIDENT = const("resident")
_GUARD = const("guard")
_LEARNED = const("learned")
_MODEL = const("model")
_PLAN = const("plan")
_LEARNED_SAVE_S = const(6 * 3600)
_SAVE_S = const(600)  # what was learned moves slowly; at most one write each in ten minutes
_AGAIN_S = const(60)  # after the flash refused: a full one may get room, a worn one must rest

# RTC memory keeps its content as long as there is power (RTC_NOINIT_ATTR in the ESP32 port), so it
# tells the time after a watchdog or a wanted restart. After a loss of power it holds anything.
_TIME = const("<4sI")  # mark, UTC seconds since 1970; then a CRC-32
_TIME_MARK = const(b"time")
_TIME_LENGTH = const(12)
_RESTART_S = const(5)  # a hang until the watchdog bites, 3 s, and the start


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
            memory.restore(heater.guard, data)
        except ValueError:
            sound = False
    heater.guard.note_settings(sound)
    # A brown-out looks like power-on to the port, a crash of the interpreter like machine.reset.
    heater.guard.note_reset(cause == machine.WDT_RESET, cause == machine.HARD_RESET)


def restore(heater, cause):
    """Give the rooms their state of before the start, after `configure`. A damaged state costs
    that state. cause: machine.reset_cause()."""
    store = heater.books.store
    _each(store.load(_MODEL), heater.control.restore)
    _each(store.load(_LEARNED), lambda data: memory.restore_learned(heater.guard, data))
    _each(store.load(_PLAN), heater.plan.restore)
    kept_s = 0 if cause == machine.PWRON_RESET else _kept_time()
    _tell(heater.clock, heater.books.last_t_s, UNCERTAIN)
    _tell(heater.clock, kept_s, KEPT)


def _tell(clock, epoch_s, quality):
    if epoch_s:
        try:
            clock.set(epoch_s, quality, 0)
        except ValueError:
            pass  # a time that cannot be: stay without


def _kept_time():
    # UTC seconds since 1970 at this start, by RTC memory; 0: it does not know
    data = machine.RTC().memory()
    if len(data) == _TIME_LENGTH:
        mark, epoch_s = struct.unpack(_TIME, data)
        if mark == _TIME_MARK and data == _packed_time(epoch_s):
            return epoch_s + _RESTART_S
    return 0


def _packed_time(epoch_s):
    data = struct.pack(_TIME, _TIME_MARK, epoch_s)
    return data + struct.pack("<I", binascii.crc32(data))


def _keep_time(clock):
    # An uncertain time must not come back as a better one.
    known = clock.trusted
    machine.RTC().memory(_packed_time(clock.epoch_s()) if known else b"")


def poll(heater):
    """Save what has changed; once a second in slow code. Latches are saved at once."""
    store = heater.books.store
    uptime_s = heater.inp.uptime_s
    if heater.guard.dirty and uptime_s >= heater.latches_due_s:
        if not save_latches(heater):
            heater.latches_due_s = uptime_s + _AGAIN_S
    _keep_acts(heater)
    _keep_time(heater.clock)
    if uptime_s % _LEARNED_SAVE_S == _LEARNED_SAVE_S - 1:
        _keep(store, _LEARNED, memory.learned(heater.guard))
    if uptime_s % _SAVE_S == _SAVE_S - 1:
        _keep(store, _PLAN, heater.plan.state())
        if heater.model_changed:
            heater.model_changed = False
            _keep(store, _MODEL, heater.control.state())


def save_latches(heater):
    """Write them now. False when the flash refused; they are then still to be written."""
    guard = heater.guard
    guard.dirty = 0
    if heater.books.store.save(_GUARD, memory.state(guard), True):
        return True
    guard.dirty = 1
    return False


def _keep_acts(heater):
    # What was pressed is kept once the finger has rested for the display's ten seconds: overrides
    # with the plan's state, mode, set-point and lock as settings.
    plan = heater.plan
    if heater.buttons.awake:
        return
    if plan.acted:
        plan.acted = 0
        _keep(heater.books.store, _PLAN, plan.state())
    uptime_s = heater.inp.uptime_s
    if not (plan.unsaved or plan.week_unsaved) or uptime_s < heater.acts_due_s:
        return
    settings = heater.settings
    settings.discard(_RESIDENT)
    if plan.unsaved:
        settings.stage("control.mode", MODE_NAMES[plan.mode], _RESIDENT)
        settings.stage("control.setpoint_mdeg", plan.base_mdeg, _RESIDENT)
        settings.stage("plan.child_lock", bool(plan.child_lock), _RESIDENT)
    if plan.week_unsaved:
        settings.stage("plan.week", plan.week_text(), _RESIDENT)
    if isinstance(settings.commit(_RESIDENT), dict):
        heater.acts_due_s = uptime_s + _AGAIN_S  # the flash refused; it is in force all the same
        return
    plan.unsaved = plan.week_unsaved = 0


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
