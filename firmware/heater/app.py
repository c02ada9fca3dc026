# Composition root and cyclic executive: the only file that knows every room.
#
# One tick of 100 ms:
#   drivers -> Inputs -> protect.check -> plan -> control -> limits.grant -> modulator
#           -> protect.interlock -> Outputs -> drivers
# Plan and room control run every tenth tick. Console bytes, storage and learning are served in
# bounded slices after the tick. The watchdog is fed only here, at the end of a completed tick.

import gc
import sys
import time

import board as the_board
import machine
from micropython import const
from sensor_state import OK

from heater import lasting
from heater.console.door import Door
from heater.control import modulator
from heater.control.room import RoomControl
from heater.hardware import Hardware
from heater.integrity import Integrity
from heater.limits import arbiter
from heater.network import Network
from heater.plan.clock import Clock
from heater.plan.local import LED_LOCKED, Buttons, led
from heater.plan.scheduler import Plan
from heater.protect import monitors
from heater.protect.guard import Guard
from heater.record.books import Books
from heater.signals import FROST_MDEG, MODE_OFF, STAGE_OFF, Inputs, Outputs, Snapshot

TICK_MS = const(100)
_LATE_MS = const(50)  # a tick that begins this much after its deadline counts as late
# Where in the ten ticks of a second the work after the tick is done, one kind a tick.
_PLAN_PHASE = const(0)
_VIEW_PHASE = const(5)
_BOOKS_PHASE = const(2)
_LEARN_PHASE = const(4)
_LASTING_PHASE = const(7)
# An ESP32 does a TLS handshake in about 1 s with the interpreter lock held and erases a flash
# block in 80 ms: the watchdog must outlast both together, and still end a hang long before an
# emitter at full power gets dangerous (minutes; see docs/safety.md).
_WATCHDOG_MS = const(3000)
# Garbage is collected so often: a heater at rest makes 200 bytes a second of it, one that learns
# 3 KB (floats). Not left to gc.threshold, which would collect inside the tick as well: larger
# frames of calls lie on the heap for a moment.
_COLLECT_TICKS = const(600)
_COLLECT_LEARNING_TICKS = const(100)
_RESTART_S = const(3)
_BEEP_MS = const(30)  # a press that was taken
# Codes in the event journal: 1 to 99 belong to the record room, a fault adds its number.
_PROOF_TEST = const(90)  # values: Proof.outcome(), reading of the residual-current sensor
_LINK_STUCK = const(91)  # the link's thread gives no sign of life; no values
_FAULT_CAME = const(100)
_FAULT_WENT = const(200)

running = None  # the one Heater


class Heater:
    """One heater: every room, wired together. `tick()` is the whole of its regular work."""

    def __init__(self, board, cause):
        """board: the board module; cause: machine.reset_cause() of this start."""
        self.board = board
        self.inp = Inputs()
        self.out = Outputs()
        self.snapshot = Snapshot()
        self.hardware = Hardware(board)
        self.books = Books(board.DATA_DIR)
        self.books.open(cause)
        self.settings = self.books.settings
        self.settings.judge_by(_refusal)
        self.guard = Guard()
        self.integrity = Integrity(self.guard, self.settings)
        self.clock = Clock()
        self.plan = Plan()
        self.buttons = Buttons()
        self.control = RoomControl()
        self.arbiter = arbiter.Arbiter()
        kind = self.settings.get("heater.modulator")
        kind = board.MODULATOR if kind == "board" else kind
        self.modulator = modulator.make(kind, board.STAGE_PERMILLE[0])
        self.hardware.fit_element(kind, board.STAGE_PERMILLE)
        self.network = Network(self, cause == machine.PWRON_RESET)
        lasting.restore_latches(self, cause)
        self.configure()
        lasting.restore(self, cause)
        self.console = Door(self.hardware.console_port(), self._admit)
        self.demand_w = 0
        self.setpoint_mdeg = 0
        self.grant_w = 0
        self._switched_off = True  # no pulse of a relay outlasts a "no"; frost may say otherwise
        self.available_w = 0  # power of the whole element at the present mains voltage
        self._delivered_w = 0  # sum over the ticks of this second
        self.achieved_w = 0  # mean of the last second
        self._phase = 0
        self._ms = 0
        self._event = 0  # of the buttons, in this tick
        self.late_ticks = 0
        self.identify_s = 0  # seconds for which the LED says "it is this one"
        self._restart_s = _RESTART_S
        self.latches_due_s = 0  # uptime from which changed latches may be written
        self.acts_due_s = 0  # and what was changed at the buttons
        self.service_due = False  # somebody was let into the REPL: the loop ends
        self._proofs = 0  # proof tests that are in the journal
        self.model_changed = False  # room control has learned something that is not saved yet

    def _admit(self, lines):
        # Lazily: much memory for what most heaters never hear again after their first day.
        from heater import services

        self.console = services.console(self, lines)
        return self.console

    def configure(self):
        """Hand the settings to every room; after a start and after every commit."""
        cfg = self.settings
        self._revision = cfg.revision
        self.rated_w = cfg.get("heater.rated_w")
        self.rated_mv = cfg.get("heater.rated_mv")
        self.hardware.calibrate(cfg)
        self.guard.configure(cfg, self.board)
        self.clock.configure(cfg)
        self.plan.configure(cfg)
        self.control.configure(cfg)
        self._fit_profile()
        self.arbiter.configure(cfg)
        self.books.configure(cfg)
        self.network.configure(cfg)

    def _fit_profile(self):
        # In quiet hours a relay clicks as seldom as the room allows. Slow code.
        self._calm = self.plan.calm
        profile = "quiet" if self._calm else str(self.settings.get("control.relay_profile"))
        self.modulator.set_profile(*modulator.PROFILES[profile])
        self.control.attach(self.modulator)

    # --- the tick

    def tick(self, now_ms, elapsed_ms, late):
        """One tick. Allocates nothing. Any exception leaves it to `run` to switch off."""
        inp = self.inp
        out = self.out
        guard = self.guard
        inp.now_ms = now_ms
        inp.tick += 1
        self._ms += elapsed_ms
        while self._ms >= 1000:
            self._ms -= 1000
            inp.uptime_s += 1
        self.hardware.read(inp)
        if late:
            guard.note_late()
        guard.check(inp, out, self.plan.mode)
        phase = self._phase
        if phase == _PLAN_PHASE:
            self._second(inp)
        elif phase == _VIEW_PHASE:
            self._view(inp, out)
            self.books.second(self.snapshot, self._withholding())
        self._phase = phase + 1 if phase < 9 else 0
        if inp.buttons or self.buttons.awake:
            self._event = self.buttons.step(inp.buttons)

        limits = self.arbiter
        self.grant_w = limits.grant(self.demand_w, guard.frost_demand)
        if limits.fallen:
            self.modulator.cut(limits.limit_w)
        if guard.heat_ok and not self._switched_off:
            out.stage = self.modulator.step(self.grant_w, self.available_w)
        else:
            self.modulator.hold_off()
            out.stage = STAGE_OFF
        guard.interlock(inp, out)
        self.hardware.write(out)
        delivered_w = self.hardware.delivered_w(out, self.available_w)
        self._delivered_w += delivered_w
        self.books.energy.step(delivered_w, out.stage, out.contactor, elapsed_ms)

    def _second(self, inp):
        self.achieved_w = self._delivered_w // 10
        self._delivered_w = 0
        guard = self.guard
        plan = self.plan
        limits = self.arbiter
        self.clock.step(inp.uptime_s)
        control = self.control
        limited = limits.limit_w < control.want_w or not guard.heat_ok
        window = plan.window
        regulating = control.want_w and not limited
        window.note(control.hold_w, control.lag_s, regulating, control.cyclic_w)
        aired = window.open
        plan.step(
            inp.uptime_s, self.clock, guard.room_mdeg, guard.room_ok, self.achieved_w, limited
        )
        if aired and not window.open:
            control.resume(window.before_w)
        self.network.second(inp, limits, self.modulator, self.rated_w)
        self.available_w = self.hardware.available_w(inp, self.rated_w, self.rated_mv)
        self._limit_by_guard(limits, guard)
        setpoint_mdeg = plan.setpoint_mdeg
        if guard.frost_demand and setpoint_mdeg < FROST_MDEG:
            setpoint_mdeg = FROST_MDEG
        self._switched_off = plan.mode == MODE_OFF and not guard.frost_demand
        self.setpoint_mdeg = setpoint_mdeg
        if guard.room_ok:
            if inp.body_state == OK:
                self.control.note_body(inp.body_mdeg, guard.room_mdeg)
            self.control.step(
                guard.room_mdeg, setpoint_mdeg, self.achieved_w, limits.limit_w, guard.heat_ok
            )
            self.demand_w = self.control.want_w
        else:
            # No room temperature from anywhere: all the little that degraded operation allows.
            self.demand_w = self.rated_w if plan.mode != MODE_OFF else 0

    def _limit_by_guard(self, limits, guard):
        ceiling_w = arbiter.NONE
        if guard.ceiling_permille < 1000:
            ceiling_w = self.rated_w * guard.ceiling_permille // 1000
        if guard.room_ok:
            limits.set(arbiter.DEGRADED, arbiter.NONE, arbiter.DEGRADED)
            limits.set(arbiter.PROTECTION, ceiling_w, arbiter.PROTECTION)
        else:
            limits.set(arbiter.PROTECTION, arbiter.NONE, arbiter.PROTECTION)
            limits.set(arbiter.DEGRADED, ceiling_w, arbiter.DEGRADED)

    def _view(self, inp, out):
        view = self.snapshot
        guard = self.guard
        plan = self.plan
        view.uptime_s = inp.uptime_s
        view.mode = plan.mode
        view.setpoint_mdeg = self.setpoint_mdeg
        view.room_mdeg = guard.room_mdeg
        view.room_state = inp.room_state
        view.room_source = guard.room_source
        view.body_mdeg = inp.body_mdeg
        view.body_state = inp.body_state
        view.chip_mdeg = inp.chip_mdeg
        view.mains_mv = inp.mains_mv
        view.power_w = self.achieved_w
        view.demand_w = self.demand_w
        view.limit_w = self.arbiter.limit_w
        view.limit_cause = self.arbiter.cause
        view.grant_w = self.grant_w
        view.contactor = out.contactor
        view.stage = out.stage
        view.leak_ua = inp.leak_ua
        energy = self.books.energy
        view.energy_wh = energy.energy_wh
        view.booked_wh = energy.booked_wh
        view.switchings = energy.switchings[0] + energy.switchings[1]
        view.contactor_switchings = energy.switchings[2]
        view.fault_count = guard.fault_count
        view.window_open = plan.window.open
        view.late_ticks = self.late_ticks
        if self.identify_s:
            self.identify_s -= 1
            out.led = LED_LOCKED
        else:
            out.led = led(plan, self.buttons, guard.fault_count, 1 if out.stage else 0)

    def _withholding(self):
        """Number of a fault that withholds heat now, 0 for none."""
        if self.guard.heat_ok:
            return 0
        book = self.guard.book
        for i in range(len(monitors.ROWS)):
            if book.active[i] and book.reaction(i) >= monitors.OFF:
                return monitors.ROWS[i][0]
        return 0

    # --- after the tick

    def slices(self):
        """Work that may allocate and wait a little: one bounded piece a tick."""
        inp = self.inp
        if self._event:
            if self.plan.press(self._event) and not self.plan.quiet:
                self.out.beep_ms = _BEEP_MS
            self._event = 0
        if self.out.beep_ms or self.hardware.buzzer.on:
            self.hardware.beep(inp.now_ms, self.out)
        self.console.poll()
        if self.network.link is not None and self.network.poll(
            inp, self.snapshot, self.modulator
        ):
            self.books.journal.add(_LINK_STUCK, 0, 0, urgent=True)
        if self.settings.revision != self._revision:
            self.configure()
        elif self.plan.calm != self._calm:
            self._fit_profile()
        phase = self._phase
        if phase == _BOOKS_PHASE:
            clock = self.clock
            known = clock.quality != 0
            self.books.clock(clock.epoch_s() if known else inp.uptime_s, clock.quality)
            self.books.poll(inp.uptime_s)
            self._note_faults()
        elif phase == _LEARN_PHASE:
            if self.plan.early.due:
                self.plan.early.learn_due()
            if self.plan.window.pulses.due:
                self.plan.window.learn_due()
            if self.control.learn_step():
                self.model_changed = True
        elif phase == _LASTING_PHASE:
            self.guard.slow_step(inp, self.out)
            lasting.poll(self)
            if self.network.restart_due:
                self._restart_s -= 1  # the answer to whoever asked goes out first
                if not self._restart_s:
                    self.restart()
        elif inp.uptime_s >= self.integrity.due_s:
            self.integrity.step(inp.uptime_s)
        if inp.tick % _COLLECT_LEARNING_TICKS == 0:
            if inp.tick % _COLLECT_TICKS == 0 or self.control.learner.active:
                gc.collect()

    def _note_faults(self):
        # One change of the book of faults a second into the journal: came, or went.
        guard = self.guard
        book = guard.book
        if guard.proof.count != self._proofs:
            self._proofs = guard.proof.count
            self.books.journal.add(_PROOF_TEST, guard.proof.outcome(), guard.proof.reading_ua)
        change = book.next_event()
        if change < 0:
            return
        i = change >> 1
        code = monitors.ROWS[i][0] + (_FAULT_CAME if change & 1 else _FAULT_WENT)
        self.books.journal.add(code, book.measured[i], book.expected[i], urgent=True)

    def restart(self):
        """Switch off, save everything, and start anew: at the end of this tick's slices."""
        self.out.safe()
        self.hardware.off()
        self.guard.announce_restart()
        lasting.save_latches(self)
        self.books.close()
        machine.reset()

    def fault_list(self):
        """Faults in force as dicts, newest last."""
        return self.guard.faults()

    def loop(self, watchdog):
        """The cyclic executive. Returns only for service at the REPL, locked off."""
        out = self.out
        hardware = self.hardware
        due_ms = last_ms = time.ticks_ms()
        while not self.service_due:
            now_ms = time.ticks_ms()
            late = time.ticks_diff(now_ms, due_ms) > _LATE_MS
            if late:
                self.late_ticks += 1
            try:
                self.tick(now_ms, time.ticks_diff(now_ms, last_ms), late)
                watchdog.feed()
                self.slices()
            except Exception as e:
                # Whatever it was, the heater is off before anything is told about it. Without
                # a completed tick the watchdog ends a lasting defect.
                out.safe()
                hardware.off()
                self.guard.note_exception()
                sys.print_exception(e)
            last_ms = now_ms
            due_ms = time.ticks_add(due_ms, TICK_MS)
            left_ms = time.ticks_diff(due_ms, time.ticks_ms())
            if left_ms > 0:
                time.sleep_ms(left_ms)
            else:
                due_ms = time.ticks_ms()  # no burst of ticks to catch up


def _refusal(name, value):
    # Lazily: needed only when somebody changes a setting.
    from heater.plan import check

    return check.refusal(name, value)


def run():
    """Build the heater of this board and run it. Returns only for service: main.py ends then,
    and the port is the REPL's."""
    global running
    watchdog = machine.WDT(timeout=_WATCHDOG_MS)
    running = Heater(the_board, machine.reset_cause())
    running.network.open()
    gc.threshold(-1)  # of main.py
    running.loop(watchdog)
    from heater import services

    services.hand_over(running)
