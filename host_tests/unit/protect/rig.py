# Test bench for the guard: a heater reduced to its physics, read through drivers reduced to their
# states. Knows nothing of the firmware's inside. Runs on CPython and MicroPython.

from heater.protect import memory as keep
from heater.protect.guard import Guard
from heater.record.table import ROWS
from heater.signals import MODE_HEAT, NOT_FITTED, OK, STAGE_FULL, STAGE_OFF, Inputs, Outputs


class Board:
    HAS_METER = True
    HAS_LEAK = True
    HAS_TILT = True
    HAS_CHIP_TEMP = True
    STAGE_PERMILLE = (400, 600)


class Bare(Board):
    """The cheapest board: no meter, no residual-current sensor, no tilt switch."""

    HAS_METER = False
    HAS_LEAK = False
    HAS_TILT = False
    HAS_CHIP_TEMP = False


class Settings:
    def __init__(self, changes=None):
        self.values = {row[0]: row[5] for row in ROWS}
        self.values.update(changes or {})

    def get(self, name):
        return self.values[name]


class Rig:
    """`duty` permille of a 10 s window is asked for; physics follow in 100 ms steps."""

    def __init__(self, board=Board, settings=None, memory=None, by_software=False):
        self.board = board
        self.guard = Guard()
        if memory is not None:
            keep.restore(self.guard, memory)
        self.guard.note_reset(False, by_software)
        self.guard.configure(Settings(settings), board)
        self.inp = Inputs()
        self.out = Outputs()
        self.mode = MODE_HEAT
        self.duty = 500
        self.ticks = 0
        # physics
        self.room = 18_000.0
        self.room_true = self.room
        self.body = 20_000.0
        self.chip = 30_000
        self.body_held = None
        self.rise = 55_000.0  # excess of the body at rated power
        self.tau_s = 300.0
        self.mains_mv = 220_000
        self.loop_mohm = 400
        self.element = 1.0
        self.switch_welded = self.contactor_welded = False
        self.leak_ua = 200
        self.comparator = 0
        self.test_ua = 15_000
        self.tilted = 0
        self.room_state = OK
        self.body_state = OK
        self.meter_state = OK
        self.leak_state = OK
        self.noise = 0  # flicker of the last bit of the room sensor
        self.remote = None
        self.room_reads = None  # what the sensor says instead of the truth
        self.power_w = 0.0
        self.amps = 0.0
        self.energy_ws = 0.0
        self.contactor_moves = self.load_breaks = 0
        self._recent = [0.0] * 8
        self._meter_w = 0.0
        self._was = 0

    # --- one tick of everything

    def tick(self):
        inp = self.inp
        self._physics()
        self.ticks += 1
        inp.tick += 1
        inp.now_ms = (self.ticks * 100) & 0x3FFFFFFF
        inp.uptime_s = self.ticks // 10
        self._drivers(inp)
        guard = self.guard
        guard.check(inp, self.out, self.mode)
        on = guard.heat_ok and (self.ticks % 100) * 10 < self.duty
        on = on and (self.ticks % 100) * 10 < guard.ceiling_permille
        self.out.stage = STAGE_FULL if on else STAGE_OFF
        loaded = self.power_w > 100
        guard.interlock(inp, self.out)
        if self.ticks % 10 == 0:
            guard.slow_step(inp, self.out)
        if self.out.contactor != self._was:
            self._was = self.out.contactor
            self.contactor_moves += 1
            if loaded:
                self.load_breaks += 1

    def _physics(self):
        out = self.out
        contact = out.contactor or self.contactor_welded
        switch = out.stage or self.switch_welded
        # The branch takes its share of the voltage: 24.2 Ohm at 220 V and 2 kW.
        ohm = 24.2 / self.element if self.element and contact and switch else 1e9
        self.amps = self.mains_mv / 1000 / (ohm + self.loop_mohm / 1000)
        self.power_w = ohm * self.amps * self.amps if ohm < 1e9 else 0.0
        self.energy_ws += self.power_w / 10
        if self.body_held is None:
            target = self.room_true + self.rise * (self.power_w / 2000)
            self.body += (target - self.body) * 0.1 / self.tau_s
        else:
            self.body = self.body_held
        self._recent[self.ticks % 8] = self.power_w

    def _drivers(self, inp):
        inp.room_mdeg = int(self.room if self.room_reads is None else self.room_reads)
        inp.room_mdeg += self.noise if self.ticks // 70 % 2 else 0
        inp.room_state = self.room_state
        inp.body_mdeg = int(self.body)
        inp.body_state = self.body_state
        if self.board.HAS_CHIP_TEMP:
            inp.chip_mdeg = self.chip
            inp.chip_state = OK
        if self.board.HAS_METER:
            inp.meter_state = self.meter_state
            inp.meter_age_ms += 100
            if self.ticks % 10 == 3:
                inp.meter_age_ms = 0
                inp.power_w = int(sum(self._recent) / 8)
                inp.current_ma = int(self.amps * 1000) if self.power_w else 0
                inp.mains_mv = self.mains_mv - inp.current_ma * self.loop_mohm // 1000
        inp.leak_state = self.leak_state if self.board.HAS_LEAK else NOT_FITTED
        inp.leak_ua = self.leak_ua + (self.test_ua if self.out.leak_test else 0)
        inp.leak_trip = self.comparator
        inp.tilted = self.tilted
        if self.remote is not None:
            inp.remote_state = OK
            inp.remote_mdeg = self.remote
            inp.remote_age_ms = 0

    # --- what a test asks

    def run(self, seconds, until=None):
        """Run; stops as soon as fault `until` is in force. Returns the seconds that passed."""
        start = self.ticks
        for _ in range(int(seconds * 10)):
            self.tick()
            if until and self.has(until):
                break
        return (self.ticks - start) / 10

    def warm(self, seconds=20):
        """Up and heating, proof test done."""
        self.run(seconds)
        assert self.out.contactor, self.codes()
        assert not self.codes(), self.codes()
        return self

    def skip(self, seconds):
        """Let uptime pass without anything happening."""
        self.ticks += int(seconds * 10)

    def codes(self):
        return [f["code"] for f in self.guard.faults()]

    def has(self, code):
        return code in self.codes()

    def fault(self, code):
        for f in self.guard.faults():
            if f["code"] == code:
                return f
        raise AssertionError(code + " is not in force, but " + str(self.codes()))

    def seconds_to_off(self, limit_s):
        """Seconds until both the power is off and stays off, or None."""
        last = None
        for i in range(int(limit_s * 10)):
            self.tick()
            if self.out.contactor and self.out.stage:
                last = i
        return 0.0 if last is None else (last + 1) / 10


def off_within(rig, limit_s):
    """Both the named time and the fact: no heat after `limit_s`, as long as we look."""
    rig.run(limit_s)
    for _ in range(50):
        rig.tick()
        assert rig.power_w == 0, rig.codes()


def reset_only_by(rig, code, who):
    """Neither time nor anybody below `who` ends the fault; `who` does."""
    for below in ("remote", "local", "service"):
        if below == who:
            break
        refused = rig.guard.clear(code, below)
        assert refused in ("local_only", "service_only"), refused
        assert rig.has(code)
    assert rig.guard.clear(code, who) is None
    assert not rig.has(code)
