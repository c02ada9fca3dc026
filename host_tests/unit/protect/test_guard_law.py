"""Laws of the guard under whatever inputs come, and its cost on MicroPython."""

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st
from rig import Bare, Board, Rig, Settings

from heater.protect import memory as keep
from heater.protect import monitors
from heater.protect.guard import Guard
from heater.protect.interlock import Interlock
from heater.signals import Inputs, Outputs

STATES = st.integers(0, 7)
BIT = st.integers(0, 1)
WIDE = st.sampled_from((-300_000, -40_000, 0, 1, 20_000, 99_999, 116_000, 500_000, 0x3FFFFFFF))

READING = st.fixed_dictionaries(
    {
        "room_mdeg": WIDE,
        "room_state": STATES,
        "room_age_ms": st.sampled_from((0, 1_000, 60_000)),
        "remote_mdeg": WIDE,
        "remote_state": STATES,
        "body_mdeg": WIDE,
        "body_state": STATES,
        "chip_mdeg": WIDE,
        "chip_state": STATES,
        "mains_mv": st.sampled_from((0, 100_000, 198_000, 220_000, 242_000, 400_000)),
        "current_ma": st.sampled_from((0, 20, 9_000, 50_000)),
        "power_w": st.sampled_from((0, 5, 600, 2_000, 4_000)),
        "meter_state": STATES,
        "meter_age_ms": st.sampled_from((0, 100, 900, 5_000)),
        "leak_ua": st.sampled_from((0, 300, 9_999, 10_001, 60_000)),
        "leak_state": STATES,
        "leak_trip": st.integers(0, 1),
        "tilted": st.integers(0, 1),
    }
)
WISH = st.fixed_dictionaries(
    {
        "stage": st.integers(0, 3),
        "mode": st.integers(0, 2),
        "ticks": st.integers(1, 40),
        "late": st.booleans(),
        "exception": st.booleans(),
    }
)


def allowed(guard, out):
    """What must hold of the outputs of every tick, in terms of the faults in force."""
    reactions = [f["reaction"] for f in guard.faults()]
    strongest = max(reactions, default=-1)
    heating = out.contactor and out.stage
    assert not (heating and strongest >= monitors.OFF), guard.faults()
    assert not (strongest == monitors.TRIP and (out.contactor or out.stage))
    assert not (out.leak_test and heating)
    assert 0 <= guard.ceiling_permille <= 1000


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(READING, WISH), min_size=1, max_size=12), st.booleans())
def test_no_heat_while_any_blocking_fault_is_in_force(story, bare):
    guard = Guard()
    guard.configure(Settings(), Bare if bare else Board)
    inp, out = Inputs(), Outputs()
    for reading, wish in story:
        for name, value in reading.items():
            setattr(inp, name, value)
        if wish["late"]:
            guard.note_late()
        if wish["exception"]:
            out.safe()
            guard.note_exception()
        for _ in range(wish["ticks"]):
            inp.tick += 1
            inp.uptime_s = inp.tick // 10
            guard.check(inp, out, wish["mode"])
            out.stage = wish["stage"]  # control that asks for heat whatever it is told
            guard.interlock(inp, out)
            allowed(guard, out)
            if inp.tick % 10 == 0:
                guard.slow_step(inp, out)
        keep.restore(Guard(), keep.state(guard))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(BIT, BIT, st.integers(0, 3), BIT), min_size=1, max_size=200))
def test_the_contactor_never_moves_under_load(story):
    lock, out = Interlock(), Outputs()
    switch_off_for = 99
    for heat_ok, contactor_ok, stage, wanted in story:
        for _ in range(3):
            before = out.contactor
            out.stage = stage
            lock.step(out, heat_ok, contactor_ok, 0, wanted)
            if out.contactor != before:
                # Making: the switch is open. Breaking: it has been open for two ticks at least.
                assert out.stage == 0
                assert out.contactor or switch_off_for >= 2
            switch_off_for = 0 if out.stage else switch_off_for + 1
            assert out.contactor or not out.stage


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_break_restore(data):
    try:
        keep.restore(Guard(), data)
    except ValueError:
        pass


def test_interlock_is_safe_without_a_completed_check():
    rig = Rig().warm()
    rig.out.stage = 3
    rig.guard.interlock(rig.inp, rig.out)  # as after an exception within check
    assert (rig.out.contactor, rig.out.stage) == (0, 0)


PROBE = """
import micropython
from rig import Rig

rig = Rig()
rig.run(30)


def trouble_or_not(guard, inp, out, trouble):
    inp.leak_ua = 20_000 * trouble
    inp.room_state = trouble
    inp.body_mdeg = 30_000 + 90_000 * trouble
    inp.tilted = trouble
    micropython.heap_lock()
    for _ in range(700):
        inp.tick += 1
        inp.uptime_s = inp.tick // 10
        inp.meter_age_ms = inp.tick % 10 * 100
        inp.power_w = 2000 if out.stage and out.contactor else 0
        guard.check(inp, out, 1)
        out.stage = 3
        guard.interlock(inp, out)
        if inp.tick % 10 == 0:
            guard.slow_step(inp, out)
    micropython.heap_unlock()


for trouble in (0, 1, 0, 1):
    trouble_or_not(rig.guard, rig.inp, rig.out, trouble)
print("no allocation")
"""


def test_no_allocation_with_and_without_faults(micropython, repo):
    places = ".frozen:host_tests/unit/protect:firmware:lib"
    done = subprocess.run(
        [micropython, "-c", PROBE],
        cwd=repo, env={"MICROPYPATH": places}, text=True, timeout=60,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "no allocation", done.stdout


BALANCE = """
import micropython
from dual_thermal import Convector, Oil
from heater.protect.weld import Weld

heater = Convector()
body, power = [], []
for seconds, permille, weld in ((3600, 1000, 0), (3600, 0, 0), (3600, 700, 0), (900, 0, 1.0)):
    for _ in range(seconds):
        heater.second(permille, weld)
        body.append(heater.inp.body_mdeg)
        power.append(permille)
weld = Weld()


def lived_again(weld, body, power):
    held = most = 0
    micropython.heap_lock()
    for i in range(len(body)):
        weld.second(body[i], 20_000, power[i], 1000, not weld.hold, True, True)
        held += weld.hold
        most = max(most, weld.verdict)
    micropython.heap_unlock()
    return held, most


held, most = lived_again(weld, body, power)
print(weld.known(), held > 0, most > 1000)

# And under a blanket, for which heat is withheld to look.
heater = Oil()
body, power = [], []
hours = ((3600, 1000, 1.0), (3600, 0, 1.0), (5400, 500, 1.0), (900, 500, 0.2))
for seconds, permille, cover in hours:
    heater.cover = cover
    for _ in range(seconds):
        heater.second(permille)
        body.append(heater.inp.body_mdeg)
        power.append(0 if heater.weld.hold else permille)
weld = Weld()
held, most = lived_again(weld, body, power)
print(held > 0, weld.covered(False) > 0)
"""


def test_no_allocation_while_a_weld_is_learned_judged_and_tried(micropython, repo):
    places = ".frozen:host_tests/unit/protect:firmware:lib"
    done = subprocess.run(
        [micropython, "-X", "heapsize=4M", "-c", BALANCE],
        cwd=repo, env={"MICROPYPATH": places}, text=True, timeout=60,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "True True True\nTrue True", done.stdout


HOURS = """
import micropython
from dual_drift import lived
from heater.protect.monitors import R_ROOM_DRIFT


def look(home, drift, signal):
    most = 0
    micropython.heap_lock()
    for power, body, room in ((300, 37_000, 20_000), (700, 60_000, 20_000), (0, 20_000, 20_000)):
        for _ in range(3 * 360):
            drift.step(body, room, power, home, True, signal)
            most = max(most, signal[R_ROOM_DRIFT])
    drift.forget(signal)
    micropython.heap_unlock()
    return most


home = lived()
most = look(home, home.drift, home.signal)
print(most != 0)
"""


def test_no_allocation_while_a_drift_is_looked_for(micropython, repo):
    places = ".frozen:host_tests/unit/protect:firmware:lib"
    done = subprocess.run(
        [micropython, "-X", "heapsize=4M", "-c", HOURS],
        cwd=repo, env={"MICROPYPATH": places}, text=True, timeout=60,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "True", done.stdout
