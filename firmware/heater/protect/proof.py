# The proof test: at start and once a day each switch and the residual-current sensor show that
# they still work, with the room none the colder: it takes about five seconds.
#
#   quiet    both switches open: no current may flow, the residual-current sensor reads its offset
#   leak     current through the test winding: the sensor must see it
#   leak_off and must come back
#   switch   modulating switch closed, contactor open: any current means a welded contactor;
#            without a meter, and not at start, two minutes in which the body must not warm
# What remains, contactor closed and switch open, is watched all the time (electric.py).

from micropython import const

from heater.protect import monitors as m
from heater.signals import STAGE_FULL

IDLE = const(0)
WAIT_OPEN = const(1)
QUIET = const(2)
LEAK = const(3)
LEAK_OFF = const(4)
SWITCH = const(5)

PASSED = const(1)
FAILED = const(2)
SKIPPED = const(3)  # part not fitted, or not answering
RESULT_NAMES = ("pending", "passed", "failed", "skipped")

_OK = const(0)
_DAY_S = const(86_400)
_LATEST_S = const(93_600)  # 26 h: no quiet moment came by itself
_RETRY_S = const(600)  # after a failure
_METER_TICKS = const(12)  # a meter value is a mean over up to 800 ms, and some slack
_TIMEOUT_TICKS = const(60)
_LEAK_TICKS = const(10)
_OFFSET_MAX_UA = const(2500)
_TEST_MIN_UA = const(8000)  # of the 15 mA the test winding carries
_POWER_MAX_PERMILLE = const(50)
_BODY_TICKS = const(1200)  # a heavy emitter at full power has warmed by 3 K at its body by then
_BODY_RISE_MDEG = const(2000)
_BODY_COOL_MDEG = const(15_000)  # a hotter body cools as fast as a weld would warm it


class Proof:
    """State machine; drives the outputs only while both switches would be off anyway."""

    def __init__(self):
        self.step = IDLE
        self.passed = 0  # 1: done since start and not running, so heat may flow
        self.time_s = 0  # uptime when last completed
        self.contactor = 0  # results
        self.quiet = 0
        self.leak = 0
        self.sensors = 0  # set by the guard when a test ends (rest.py)
        self.offset_ua = 0
        self.reading_ua = 0
        self.power_w = 0
        self.switch_w = 0  # with the modulating switch closed and the contactor open
        self._least_mdeg = 0
        self.body_less_room_mdeg = 0
        self.count = 0
        self._ticks = 0
        self._due_s = 0
        self._has_leak = 1
        self._has_meter = 1
        self._requested = 1

    def configure(self, board):
        self._has_leak = board.HAS_LEAK
        self._has_meter = board.HAS_METER

    def request(self):
        """Ask for a proof test at the next opportunity."""
        self._requested = 1

    def withdraw(self):
        """Take a request back. Not the test that has to pass before any heat flows."""
        if self.passed:
            self._requested = 0

    def poll(self, inp, stage):
        """Begin a test when one is due. Once a second. stage: what is switched on."""
        if self.step != IDLE:
            return
        age_s = inp.uptime_s - self._due_s
        if self._requested or age_s >= _LATEST_S or (age_s >= _DAY_S and stage == 0):
            self._requested = 0
            self.passed = 0
            self._go(WAIT_OPEN)

    def abort(self):
        """Give up a running test; it is begun again when nothing is tripped any more."""
        self.step = IDLE
        self._requested = 1

    def _go(self, step):
        self.step = step
        self._ticks = 0

    def drive(self, inp, out, is_open, blocked, full_w, signal):
        """One tick of a running test: overwrites `out`.

        is_open: the interlock holds the contactor open. blocked: the switch must not be closed.
        """
        self._ticks += 1
        step = self.step
        out.leak_test = 0
        if step == WAIT_OPEN:
            out.stage = 0
            if is_open and self._ready(inp):
                self._go(QUIET)
            return
        out.contactor = 0
        out.stage = 0
        if step == QUIET:
            self._do_quiet(inp, full_w, signal)
        elif step == LEAK:
            out.leak_test = 1
            self._do_leak(inp, signal)
        elif step == LEAK_OFF:
            self._do_leak_off(inp, signal)
        elif blocked:
            self.contactor = SKIPPED
            self._finish(inp)
        else:
            out.stage = STAGE_FULL
            self._do_switch(inp, out, full_w)

    def _ready(self, inp):
        # Parts need a moment after power-up; a part that stays silent is named by its own monitor.
        if self._ticks > _TIMEOUT_TICKS:
            return True
        if self._has_leak and inp.leak_state != _OK:
            return False
        return not self._has_meter or inp.meter_state == _OK

    def _metered(self, inp):
        # 1: the meter value was wholly measured within this step.
        return inp.meter_state == _OK and inp.meter_age_ms // 100 + _METER_TICKS <= self._ticks

    def _do_quiet(self, inp, full_w, signal):
        if self._has_meter and not self._metered(inp) and self._ticks < _TIMEOUT_TICKS:
            return
        if not self._has_meter or not self._metered(inp):
            self.quiet = SKIPPED
        else:
            self.power_w = inp.power_w
            over = inp.power_w * 1000 > full_w * _POWER_MAX_PERMILLE
            self.quiet = FAILED if over else PASSED
        if not self._has_leak:
            self.leak = SKIPPED
            self._go(SWITCH)
        elif inp.leak_state != _OK:
            self._leak_failed(signal)
        else:
            self.offset_ua = inp.leak_ua
            if inp.leak_ua > _OFFSET_MAX_UA:
                self._leak_failed(signal)
            else:
                self._go(LEAK)

    def _do_leak(self, inp, signal):
        self.reading_ua = inp.leak_ua
        if inp.leak_ua > self.offset_ua + _TEST_MIN_UA:
            self._go(LEAK_OFF)
        elif self._ticks > _LEAK_TICKS:
            self._leak_failed(signal)

    def _do_leak_off(self, inp, signal):
        if not inp.leak_trip and inp.leak_ua <= _OFFSET_MAX_UA:
            self.leak = PASSED
            signal[m.R_LEAK_TEST] = 0
            self._go(SWITCH)
        elif self._ticks > _LEAK_TICKS:
            self._leak_failed(signal)

    def _leak_failed(self, signal):
        self.leak = FAILED
        signal[m.R_LEAK_TEST] = 1
        self._go(SWITCH)

    def _do_by_body(self, inp, out):
        # The first test after a start must not keep a cold room waiting.
        body = inp.body_mdeg
        if self._ticks == 1:
            self._least_mdeg = body
        self._least_mdeg = least = min(body, self._least_mdeg)
        hot = inp.room_state == _OK and body - inp.room_mdeg > _BODY_COOL_MDEG
        if self.count == 0 or inp.body_state != _OK or (hot and self._ticks == 1):
            self.contactor = SKIPPED
        elif body - least > _BODY_RISE_MDEG:
            self.contactor = FAILED
        elif self._ticks >= _BODY_TICKS:
            self.contactor = PASSED
        else:
            return
        out.stage = 0
        self._finish(inp)

    def _do_switch(self, inp, out, full_w):
        if not self._has_meter:
            self._do_by_body(inp, out)
            return
        if not self._metered(inp) and self._ticks < _TIMEOUT_TICKS:
            return
        out.stage = 0
        self.switch_w = inp.power_w
        if not self._metered(inp):
            self.contactor = SKIPPED
        elif inp.power_w * 1000 > full_w * _POWER_MAX_PERMILLE:
            self.power_w = inp.power_w
            self.contactor = FAILED
        else:
            self.contactor = PASSED
        self._finish(inp)

    def _finish(self, inp):
        self.step = IDLE
        self.passed = 1
        self.count += 1
        self.time_s = inp.uptime_s
        self.body_less_room_mdeg = inp.body_mdeg - inp.room_mdeg
        # A failed self-test is tried again soon: until then there is no heat.
        failed = self.leak == FAILED
        self._due_s = inp.uptime_s - _LATEST_S + _RETRY_S if failed else inp.uptime_s

    def outcome(self):
        """The last completed test in one number for the journal: contactor + 10 leak + 100 quiet
        + 1000 sensors, each an index into RESULT_NAMES."""
        return self.contactor + 10 * self.leak + 100 * self.quiet + 1000 * self.sensors

    def result(self):
        """The last completed test as a dict of words and integers, for the record."""
        return {
            "time_s": self.time_s,
            "quiet": RESULT_NAMES[self.quiet],
            "leak": RESULT_NAMES[self.leak],
            "contactor": RESULT_NAMES[self.contactor],
            "sensors": RESULT_NAMES[self.sensors],
            "offset_ua": self.offset_ua,
            "reading_ua": self.reading_ua,
            "power_w": self.power_w,
            "switch_w": self.switch_w,
            "body_less_room_mdeg": self.body_less_room_mdeg,
            "count": self.count,
        }
