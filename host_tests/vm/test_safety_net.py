"""What the executive itself guarantees, whatever the rooms do: off on any doubt."""

import subprocess

import pytest

from nuanbu.sim import Device
from nuanbu.sim.process import WATCHDOG

HEATING_S = 120.0


@pytest.fixture
def heating():
    """A heater at full power in a cold room."""
    with Device(settings={"heater.rated_w": 2000}) as dev:
        dev.step(HEATING_S, room_c=16.0)
        assert dev.step(10.0, room_c=16.0).power_w == pytest.approx(2000, rel=0.02)
        yield dev


def test_power_up_with_everything_at_its_safe_level():
    with Device() as dev:
        reply = dev.step(0.1, room_c=16.0)
        assert not reply.contactor
        assert all(not level for _, _, level in reply.trace)


@pytest.mark.parametrize("fault", ["body_open", "body_short"])
def test_a_lost_body_sensor_opens_the_contactor_within_a_second(heating, fault):
    heating.inject(fault)
    reply = heating.step(1.0, room_c=16.0, body_c=60.0)
    assert not reply.contactor
    assert reply.faults
    assert heating.step(60.0, room_c=16.0).power_w == 0


def test_a_body_too_hot_is_off_within_a_second(heating):
    heating.step(1.0, room_c=16.0, body_c=130.0)
    reply = heating.step(1.0, room_c=16.0, body_c=130.0)
    assert reply.power_w == 0
    assert not reply.contactor


@pytest.mark.parametrize("fault", ["room_open", "room_short"])
def test_a_lost_room_sensor_leaves_little_heat(heating, fault):
    heating.inject(fault)
    heating.step(30.0, room_c=16.0)
    reply = heating.step(600.0, room_c=16.0)
    assert reply.power_w <= 0.15 * 2000 * 1.01
    assert reply.faults


def test_a_room_too_hot_gets_nothing(heating):
    heating.step(30.0, room_c=45.0)
    assert heating.step(60.0, room_c=45.0).power_w == 0


def test_a_hang_ends_in_a_watchdog_reset_with_the_heater_off(heating):
    heating.world(hang_ms=60_000)
    reply = heating.step(10.0, room_c=16.0)
    assert WATCHDOG in reply.resets
    # The hang was noticed within the watchdog's three seconds, and the heater is back since.
    back = heating.step(60.0, room_c=16.0)
    assert back.snapshot["uptime_s"] < 80
    assert back.contactor


def test_a_late_tick_is_counted(heating):
    before = heating.step(1.0, room_c=16.0).snapshot["late_ticks"]
    heating.world(hang_ms=700)
    after = heating.step(2.0, room_c=16.0).snapshot["late_ticks"]
    assert after == before + 1


def test_console_garbage_costs_nothing(heating):
    garbage = bytes(range(256)) * 4 + b"\x03\x03{}\n" + b'{"id":1,"m":"cfg.set","p":[1]}\n'
    for at in range(0, len(garbage), 200):
        heating._advance(100, {}, console=garbage[at : at + 200])
    reply = heating.step(5.0, room_c=16.0)
    assert reply.power_w == pytest.approx(2000, rel=0.05)
    assert heating.request("status")["mode"] == "heat"


SCRIPT = """
import sys
sys.path[:] = [{board!r}, {firmware!r}, {lib!r}, ".frozen"]
import flash, world, board, micropython
flash.mount({flash!r}, board.DATA_DIR)
world._deadline_ms = 1 << 50
import time
from heater import app
heater = app.Heater(board, 1)
world.room_mdeg, world.body_mdeg = 18_000, 30_000
{before}
bad = 0
for i in range({ticks}):
    world.advance(100)
    now = time.ticks_ms()
    # The house, as seen by the sensors: everything moves, so that no branch sleeps.
    world.room_mdeg = 15_000 + i * 7 % 9_000
    world.body_mdeg = 20_000 + i * 13 % 60_000
    world.mains_mv = 198_000 + i * 31 % 44_000
    micropython.heap_lock()
    try:
        heater.tick(now, 100, False)
    except MemoryError:
        bad += 1
    micropython.heap_unlock()
    heater.slices()
print("allocating ticks:", bad)
"""


def run_ticks(repo, micropython, tmp_path, before="", ticks=20_000):
    script = tmp_path / "ticks.py"
    script.write_text(
        SCRIPT.format(
            board=str(repo / "boards/sim"),
            firmware=str(repo / "firmware"),
            lib=str(repo / "lib"),
            flash=str(tmp_path / "flash.bin"),
            before=before,
            ticks=ticks,
        )
    )
    out = subprocess.run(
        [str(micropython), "-X", "heapsize=2M", str(script)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert out.returncode == 0, out.stderr
    return int(out.stdout.split("allocating ticks:")[1])


def test_the_tick_allocates_nothing(repo, micropython, tmp_path):
    assert run_ticks(repo, micropython, tmp_path) == 0


def test_the_check_for_allocation_can_fail(repo, micropython, tmp_path):
    # A driver that builds a list in the tick must be caught.
    planted = "heater.arbiter.grant = lambda w, frost: 0 * len([w, frost])"
    assert run_ticks(repo, micropython, tmp_path, planted, ticks=50) == 50


EXPLODING = """
class Bomb:
    def __init__(self, real):
        self.real = real
        self.fuse = 50
    def step(self, *a):
        self.fuse -= 1
        if self.fuse == 0:
            raise {error}
        return self.real.step(*a)
"""


@pytest.mark.parametrize("error", ["MemoryError()", "ValueError('x')", "ZeroDivisionError()"])
def test_an_exception_in_the_tick_switches_off_and_recovers(repo, micropython, tmp_path, error):
    script = tmp_path / "bomb.py"
    script.write_text(
        SCRIPT.format(
            board=str(repo / "boards/sim"),
            firmware=str(repo / "firmware"),
            lib=str(repo / "lib"),
            flash=str(tmp_path / "flash.bin"),
            before="",
            ticks=0,
        )
        + EXPLODING.format(error=error)
        + """
class Dog:
    def feed(self): pass
class Stop(BaseException): pass
seen = []
real_advance = world.advance
def advance(ms):
    real_advance(ms)
    seen.append((world.get_pin(board.PIN_CONTACTOR), world.get_pin(board.PIN_SWITCH)))
    if len(seen) == 1200:
        raise Stop
world.advance = advance
real = heater.modulator
bomb = Bomb(real)
class Shim:
    cycle_s = real.cycle_s
    owed_ws = 0
    def step(self, g, a): return bomb.step(g, a)
    def hold_off(self): real.hold_off()
    def place(self, *a): real.place(*a)
heater.modulator = Shim()
try:
    heater.loop(Dog())
except Stop:
    pass
hot = [i for i, s in enumerate(seen) if s == (1, 1)]
first_off = next(i for i in range(hot[0], len(seen)) if seen[i] == (0, 0))
print("off at", first_off, "hot again", (1, 1) in seen[first_off:])
"""
    )
    out = subprocess.run(
        [str(micropython), "-X", "heapsize=2M", str(script)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "hot again True" in out.stdout, out.stdout + out.stderr


