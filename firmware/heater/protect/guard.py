# Protection as the application sees it: `check` before control, `interlock` after it, in every
# tick; `slow_step` once a second outside the tick. The work is done by the modules beside it:
# monitors (data), book (faults), interlock (two switches), electric, leakage, room, thermal
# (estimators), proof (self-test). What the monitors that learn are told is learning.py's, and what
# outlasts a loss of power memory.py's.

from micropython import const

from heater.protect import learning
from heater.protect import monitors as m
from heater.protect.book import WHO, Book
from heater.protect.derating import Derating
from heater.protect.drift import Drift
from heater.protect.electric import Electric
from heater.protect.health import Health
from heater.protect.interlock import OPEN, Interlock
from heater.protect.leakage import Leakage
from heater.protect.proof import FAILED, IDLE, LEAK, LEAK_OFF, Proof
from heater.protect.rest import Rest
from heater.protect.room import Room
from heater.protect.thermal import Thermal
from heater.protect.trips import Trips
from heater.protect.weld import LOOK, Weld
from heater.signals import MODE_OFF, NOT_FITTED

_OK = const(0)
_STARTING = const(7)
_START_S = const(5)  # a sensor that has not answered by then is lost
_TICK_MS = const(100)
_SECOND_MS = const(1000)
_FROST_ON_MDEG = const(5000)
_FROST_OFF_MDEG = const(7000)  # the room is heated up to here in every mode


class Guard:
    """All protection of one heater. Every attribute below is read by the application.

    heat_ok           1: the modulating switch may close
    contactor_ok      1: the contactor may be closed
    ceiling_permille  0..1000: most power, share of rated, that may be granted (derating)
    room_ok           1: `room_mdeg` is a measurement; 0: none, heat at `ceiling_permille` at most
    room_mdeg         room temperature to control by, the last known one when room_ok is 0
    room_source       0 own sensor, 1 collector, 2 none
    frost_demand      1: heat to 7 degC whatever the mode
    fault_count       faults in force
    has_meter         1: the board has one
    dirty             1: memory.state is to be stored soon; the application sets it back to 0
    """

    def __init__(self):
        self.heat_ok = 0
        self.contactor_ok = 0
        self.ceiling_permille = 0
        self.room_ok = 0
        self.room_mdeg = 0
        self.room_source = 2
        self.frost_demand = 0
        self.fault_count = 0
        self.dirty = 0
        self.book = Book()
        self.interlock_state = Interlock()
        self.electric = Electric()
        self.leakage = Leakage()
        self.proof = Proof()
        self.room = Room()
        self.thermal = Thermal()
        self.drift = Drift()
        self.weld = Weld()
        self.rest = Rest()
        self.trips = Trips()
        self.derating = Derating()
        self.health = Health()
        self._checked = 0  # 1: `check` ran to its end in this tick
        self._mode = MODE_OFF
        self._idle_s = 0
        self._ready = 0
        self._fast_busy = 1
        self._leak_ua = 10_000
        self._leak_fine = _OK
        self._body_mdeg = 115_000
        self._idle_max_s = 1800
        self._has_leak = 1
        self.has_meter = 1
        self._changes = -1

    def configure(self, cfg, board):
        """Take settings (`cfg.get(name)`) and the fitted parts. At start and after each commit.

        Never ends a fault. Raises KeyError for a missing setting.
        """
        self._has_leak = 1 if board.HAS_LEAK else 0
        self.has_meter = 1 if board.HAS_METER else 0
        self._leak_fine = _OK if board.HAS_LEAK else NOT_FITTED
        self._leak_ua = cfg.get("protect.leak_trip_ua")
        self._body_mdeg = cfg.get("protect.body_trip_mdeg")
        self.derating.configure(cfg)
        self._idle_max_s = cfg.get("protect.contactor_idle_s")
        self.electric.configure(cfg, board)
        self.proof.configure(board)
        self.room.configure(cfg)
        self.book.configure(cfg, board)

    # --- every tick

    def check(self, inp, out, mode):
        """First step of a tick. inp: this tick's Inputs; out: Outputs as last written; mode: in
        force. Sets the attributes above.
        """
        book = self.book
        self._checked = 0
        self._mode = mode
        self.electric.tick(out)
        phase = inp.tick % 10
        if (
            inp.leak_ua > self._leak_ua
            or inp.leak_trip
            or inp.tilted
            or self._fast_busy
            or (phase & 1 and self._unwell(inp))
        ):
            self._judge_fast(inp)
        signal = book.signal
        gate = book.gate
        for i in book.slots[phase]:
            if signal[i] > gate[i]:
                book.judge(i, inp.uptime_s, _SECOND_MS)
        # A room that can be measured again, or for the first time, is used at once.
        if phase == 0 or (not self.room_ok and inp.room_state == _OK):
            self._choose_room(inp)
        if phase == 2:
            self.electric.mean()
            if self.has_meter:
                self.electric.second(inp, signal)
        elif phase == 4:
            self._look_around(inp, signal)
        elif phase == 6:
            self.derating.second(inp, book.active, self.room_source == 2)
            self.ceiling_permille = self.derating.permille
        elif phase == 8:
            self._housekeeping(inp, out)
        if book.changed != self._changes:
            self._settle_book(inp)
        self._checked = 1

    def interlock(self, inp, out):
        """Last step of a tick: the last word on `out`, whose stage holds what control asks for.

        Decides the contactor. Outputs are safe when `check` did not complete in this tick.
        """
        book = self.book
        if not self._checked:
            out.safe()
        self._checked = 0
        lock = self.interlock_state
        proof = self.proof
        if proof.step != IDLE:
            if book.trip:
                proof.abort()
                out.leak_test = 0
            else:
                lock.step(out, 0, 0, 0, 0)
                proof.drive(
                    inp, out, lock.state == OPEN, book.open, self.electric.full_w, book.signal
                )
                self._close_proof(inp)
                return
        if out.stage:
            self.rest.withdraw = 0
        wanted = self._idle_s < self._idle_max_s and not self.rest.withdraw
        lock.step(out, self.heat_ok, self.contactor_ok, book.trip, wanted)

    def _close_proof(self, inp):
        # A welded contactor shows only while the test lasts: no waiting for a second sample.
        book = self.book
        if self.proof.step == IDLE:
            self.proof.sensors = self.rest.take(inp)
        if self.proof.step == IDLE and self.proof.contactor == FAILED:
            i = m.R_CONTACTOR_WELDED
            if not book.active[i]:
                # By the meter, or by a body that full power warms.
                full_w = self.electric.full_w
                power_w = self.proof.power_w if self.has_meter else full_w
                book.raise_(i, inp.uptime_s, power_w * 1000 // full_w if full_w else 0, 200)
        self._permit()

    def _unwell(self, inp):
        # What may take half a second is looked at every other tick.
        return (
            inp.body_mdeg > self._body_mdeg
            or inp.body_state
            or inp.room_state
            or inp.leak_state != self._leak_fine
        )

    def _judge_fast(self, inp):
        book = self.book
        signal = book.signal
        testing = LEAK <= self.proof.step <= LEAK_OFF
        young = inp.uptime_s < _START_S
        state = inp.leak_state if self._has_leak else _OK
        signal[m.R_LEAK_SENSOR] = 0 if young and state == _STARTING else state
        signal[m.R_LEAK_HIGH] = 0 if testing or state else inp.leak_ua
        signal[m.R_LEAK_COMPARATOR] = 0 if testing else inp.leak_trip
        state = inp.body_state
        signal[m.R_BODY_SENSOR] = 0 if young and state == _STARTING else state
        signal[m.R_BODY_HOT] = 0 if state else inp.body_mdeg
        state = inp.room_state
        signal[m.R_ROOM_SENSOR] = 0 if young and state == _STARTING else state
        signal[m.R_TILTED] = inp.tilted
        signal[m.R_EXCEPTION] = self.health.exception
        self.health.exception = 0
        self._fast_busy = book.judge_fast(inp.uptime_s, _TICK_MS)
        self._ready = 1 if inp.body_state == _OK and inp.leak_state == self._leak_fine else 0

    # --- once a second, each in its own tick

    def _choose_room(self, inp):
        book = self.book
        room = self.room
        room.choose(inp, book.lost, book.doubt)
        self.room_source = room.source
        self.room_ok = 1 if room.source != 2 else 0
        self.room_mdeg = room.mdeg
        book.signal[m.R_ROOM_NONE] = 0 if self.room_ok or inp.uptime_s < _START_S else 1
        book.signal[m.R_ROOM_HOT] = room.mdeg if self.room_ok else 0
        if not self.room_ok or book.active[m.R_SERVICE_LOCK] or room.mdeg >= _FROST_OFF_MDEG:
            self.frost_demand = 0
        elif room.mdeg < _FROST_ON_MDEG:
            self.frost_demand = 1
        self._permit()

    def _look_around(self, inp, signal):
        if inp.body_state == _OK:
            signal[m.R_BODY_WARM] = inp.body_mdeg
            self.thermal.rise(inp.body_mdeg, signal)
        if inp.chip_state == _OK:
            signal[m.R_CHIP_HOT] = inp.chip_mdeg
        if self._has_leak:
            quiet = self.proof.step == IDLE and inp.leak_state == _OK
            self.leakage.second(inp.leak_ua, quiet, signal)
        if self.health.second(signal, inp.uptime_s):
            self.dirty = 1

    def _housekeeping(self, inp, out):
        if self._mode == MODE_OFF and not self.frost_demand and not out.stage:
            self._idle_s += 1
        else:
            self._idle_s = 0
        if not self.book.trip:
            self.proof.poll(inp, out.stage)
        self.trips.second(inp.uptime_s)
        self.book.signal[m.R_BODY_HOT_REPEATED] = self.trips.count

    def _permit(self):
        book = self.book
        blind = self.room_source == 2 and book.active[m.R_METER_LOST]
        hold = self.weld.hold
        may = self._ready and not book.open and self.proof.passed
        self.contactor_ok = 1 if may and (not hold or hold == LOOK) else 0
        self.heat_ok = 1 if may and not hold and not book.off and not blind else 0

    def _settle_book(self, inp):
        # Something came or went: follow it in the same tick.
        book = self.book
        self._changes = book.changed
        self.fault_count = book.count
        if self.trips.follow(book.trips[m.R_BODY_HOT], book.trips[m.R_COVERED], inp.uptime_s):
            self.dirty = 1
        if book.dirty:
            book.dirty = 0
            self.dirty = 1
        self._permit()

    # --- what the application reports

    def note_late(self):
        """A tick began after its deadline."""
        self.health.late()

    def note_exception(self):
        """The executive caught an exception and has written safe outputs."""
        self.health.exception = 1
        self._fast_busy = 1

    def note_program(self, sound):
        """Result of hashing the program: True when it is what was installed."""
        self._flag(m.R_PROGRAM_DAMAGED, 0 if sound else 1)

    def note_settings(self, sound):
        """False when the stored settings were damaged and defaults are in force."""
        self._flag(m.R_SETTINGS_DAMAGED, 0 if sound else 1)

    def note_reset(self, watchdog, by_software):
        """Once at start, after `restore`. watchdog: it caused this start; by_software: software
        did, which is a crash unless a restart was announced before.
        """
        announced = self.health.announced
        if announced:
            self.health.announced = 0
            self.dirty = 1
        if watchdog or (by_software and not announced):
            self.health.resets += 1
            self.dirty = 1
        self._flag(m.R_SAFE_HOLD, self.health.resets)

    def announce_restart(self):
        """The next start is wanted: memory.state is to be stored before it."""
        self.health.announced = 1

    def lock_for_service(self, locked):
        """A technician forbids all heat, frost protection included, or ends that again. Outlasts
        a loss of power; nothing but this call ends it."""
        i = m.R_SERVICE_LOCK
        self._flag(i, 1 if locked else 0)
        if not locked and self.book.active[i]:
            self.book.release(i)

    def locked_for_service(self):
        """1 while the lock is in force, 0 otherwise."""
        return self.book.active[m.R_SERVICE_LOCK]

    def _flag(self, i, value):
        self.book.signal[i] = value
        self._fast_busy = 1

    # --- people

    def faults(self):
        """Faults in force, a list of dicts (see Book.fault). Allocates: not for the tick."""
        return self.book.faults()

    def clear(self, which, who):
        """Clear fault `which` (its code, or "all") for `who`: "remote", "local" or "service".

        None when done, else a word: "unknown", "present" (condition still there), "local_only",
        "service_only".
        """
        book = self.book
        if which in ("safe_hold", "all") and who in WHO:
            if self.health.resets:
                self.health.resets = 0
                self.dirty = 1
            self._flag(m.R_SAFE_HOLD, 0)
            book.gone[m.R_SAFE_HOLD] = book.active[m.R_SAFE_HOLD]
        if which in ("body_hot_repeated", "all") and who in ("local", "service"):
            if self.trips.count:
                self.trips.forget()
                self.dirty = 1
            book.gone[m.R_BODY_HOT_REPEATED] = book.active[m.R_BODY_HOT_REPEATED]
        return book.clear(which, who)

    # --- outside the tick

    def slow_step(self, inp, out):
        """Once a second, outside the tick: monitors that learn. Allocates nothing either."""
        learning.second(self, inp, out.contactor)
