"""One heater, one or two faults, and a judge that knows physics and the safety case only."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from catalogue import BY_NAME, FAULTS, Fault
from compiled import compiled

from nuanbu.sim import Device

RATED_W = 2000.0
ONE_TICK_W = RATED_W * 0.1 / 10.0  # a window of the modulator is whole ticks
HAZARD_BODY_C = 135.0  # an accessible part at that temperature is a hazard in itself
BOOT_S = 10.0  # power-up to heat
RECOVERY_S = 60.0
NEVER_TOGETHER = {
    # Two faults on one quantity are one fault; and what stops the heat hides what needs heat.
    frozenset({"leak_small", "leak_large"}),
    frozenset({"mains_high", "mains_low"}),
    frozenset({"body_open", "body_short"}),
}
WELD = "switch_welded"
# A weld shows by its current; what interrupts the same circuit leaves none, and no heat.
INTERRUPTS = {"switch_open", "contactor_open", "element_open"}
# Length of a relay's cycle at the share of a heater without a room temperature, by its profile.
CYCLE_S = {"default": 2030.0, "precise": 762.0}


@dataclass
class Case:
    """One injection, wholly determined by its seed."""

    seed: int
    pair: bool = False
    room_c: float = field(init=False)
    mode: str = field(init=False)
    modulator: str = field(init=False)
    profile: str = field(init=False)
    quiet_s: float = field(init=False)
    gap_s: float = field(init=False)
    faults: list[Fault] = field(init=False)

    def __post_init__(self):
        random = Random(self.seed)
        self.random = random
        self.mode = random.choice(("heat", "heat", "heat", "off"))
        # Far below, just below and above the set-point: all duties from full to none.
        self.room_c = random.choice((-20.0, 5.5, 16.0, 21.0, 21.6, 21.9, 23.0))
        self.quiet_s = round(random.uniform(0.0, 40.0), 1)
        self.gap_s = round(random.uniform(0.0, 6.0), 1)
        self.modulator = random.choice(("ssr", "ssr", "ssr", "relay", "stages"))
        while True:
            self.faults = random.sample(FAULTS, 2 if self.pair else 1)
            if frozenset(f.name for f in self.faults) not in NEVER_TOGETHER:
                break
        self.profile = random.choice(("default", *("precise",) * 9))  # of short cycles

    def __str__(self):
        names = "+".join(f.name for f in self.faults)
        where = f"mode {self.mode}, {self.modulator}, room {self.room_c} degC"
        return f"seed {self.seed}: {names} in {where}"


class Unsafe(AssertionError):
    """The heater did what it must not, or did not say what it must."""


class Bench:
    def __init__(self, case: Case, device: Device):
        self.case = case
        self.device = device
        self.held = {"room_c": case.room_c}
        self.reply = None

    def step(self, seconds):
        self.reply = self.device.step(seconds, **self.held)
        if self.device.plant.body_c > HAZARD_BODY_C and "body_c" not in self.held:
            self.fail(f"body at {self.device.plant.body_c:.0f} degC")
        return self.reply

    def codes(self):
        return {f["code"] for f in self.reply.faults}

    def fail(self, what):
        raise Unsafe(f"{self.case}: {what}; faults {sorted(self.codes())}")

    def wait_for(self, names, limit_s):
        """Step until one of `names` is reported; fails after `limit_s`."""
        waited = 0.0
        while not self.codes() & set(names):
            if waited >= limit_s:
                self.fail(f"none of {'/'.join(names)} named within {limit_s:g} s")
            self.step(0.5)
            waited += 0.5

    def must_be_off(self, seconds, why):
        reply = self.step(seconds)
        if reply.power_w > 1.0:
            self.fail(f"{reply.power_w:.0f} W within {seconds:g} s {why}")


def run(case: Case) -> None:
    """Run `case`; raises Unsafe with all that is needed to run it again."""
    with compiled(), tempfile.TemporaryDirectory(prefix="nuanbu-fault-") as folder:
        flash = Path(folder) / "flash.bin"
        flash.write_bytes(_provisioned(case.modulator, case.profile))
        with Device(board="sim", seed=case.seed, flash=flash) as device:
            device.world(modulator=case.modulator)  # what is soldered, beside what is set
            device.plant.room_c = case.room_c
            _live(case, device)


@cache
def _provisioned(modulator, profile):
    """The flash of a heater as the installer leaves it, made once: half of a case's cost."""
    settings = {"heater.modulator": modulator, "control.relay_profile": profile}
    with tempfile.TemporaryDirectory(prefix="nuanbu-fault-") as folder:
        flash = Path(folder) / "flash.bin"
        with Device(board="sim", settings=settings, flash=flash) as device:
            device.close()
            return flash.read_bytes()


def _live(case, device):
    bench = Bench(case, device)
    bench.step(BOOT_S)
    if bench.codes():
        bench.fail("a healthy heater reports a fault")
    if case.mode != "heat":
        device.set({"control.mode": case.mode})
    bench.step(max(case.quiet_s, 0.1))
    _inject(bench, case.faults[0])
    if case.pair:
        _pair(bench)
    else:
        _single(bench, case.faults[0])


def _inject(bench, fault):
    fault.inject(bench, bench.case.random)


def _heating(bench):
    # Whether physics and mode leave no doubt that heat is asked for.
    case = bench.case
    welded = any(f.name == "switch_welded" for f in case.faults)
    # A relay near the set-point rests for minutes.
    doubtless_c = 21.5 if case.modulator == "ssr" else 17.0
    return case.mode == "heat" and case.room_c < doubtless_c and not welded


def _single(bench, fault):
    elapsed = 0.0
    if fault.off_s is not None:
        bench.step(fault.off_s)
        elapsed = fault.off_s
        bench.must_be_off(5.0, f"more than {fault.off_s:g} s after the fault")
        elapsed += 5.0
    if not fault.names:
        _harmless(bench, fault)
    elif _heating(bench) or not fault.needs_heat:
        bench.step(0.1)
        bench.wait_for(fault.names, max(0.0, fault.named_s - elapsed))
    if fault.cap is not None:
        _capped(bench, fault)
    if fault.off_s is not None:
        bench.must_be_off(20.0, "while the fault stands")
    if fault.latched:
        _latched(bench, fault)


def _capped(bench, fault):
    bench.step(fault.cap_s)
    # Relays give their mean over cycles of many minutes, a solid-state switch over ten seconds.
    slow = bench.case.modulator != "ssr"
    reply = bench.step(2 * CYCLE_S[bench.case.profile] if slow else 60.0)
    if reply.power_w > RATED_W * fault.cap * (1.1 if slow else 1.0) + ONE_TICK_W:
        bench.fail(f"{reply.power_w:.0f} W without a room temperature")


def _harmless(bench, fault):
    # A stall, a hang, a lost network: the heater is as before within a minute.
    bench.step(RECOVERY_S)
    reply = bench.step(10.0)
    if reply.faults:
        bench.fail("still at fault a minute after a passing disturbance")
    if _heating(bench) and reply.power_w < 100.0:
        bench.fail("does not heat a minute after a passing disturbance")


def _latched(bench, fault):
    # Even with the cause mended, neither a loss of power nor the company may start the heat.
    device = bench.device
    bench.step(5.0)
    for name in ("switch_welded", "contactor_welded"):
        device.inject(name, 0)
    bench.held.pop("leakage_ma", None)
    device.physical.leakage_ma = 0.0
    device.power_cycle(5.0)
    bench.must_be_off(25.0, "after a power cut that must not clear a latch")
    if not bench.codes() & set(fault.names):
        bench.fail("latch lost in a power cut")


def _pair(bench):
    first, second = bench.case.faults
    if bench.case.gap_s:
        bench.step(max(0.1, bench.case.gap_s))
    if {first.name, second.name} & INTERRUPTS and WELD in (first.name, second.name):
        _interrupted_weld(bench, first, second)
        return
    _inject(bench, second)
    limits = [
        f.off_s for f in (first, second) if f.off_s is not None and not _hidden(f, first, second)
    ]
    # A hang may keep the controller from seeing the other fault until the watchdog bites.
    delay = 12.0 if {"hang", "stall_long", "stall_short"} & {first.name, second.name} else 0.0
    if limits:
        bench.step(max(limits) + delay)
        bench.must_be_off(10.0, "after two faults")
    for fault in (first, second):
        if _visible(fault, first, second):
            bench.wait_for(fault.names, fault.named_s + delay)
    if any(f.cap is not None for f in (first, second)) and not limits:
        _capped(bench, BY_NAME["room_open"])
    if limits:
        bench.must_be_off(20.0, "while two faults stand")


def _interrupted_weld(bench, first, second):
    """A weld without a circuit: no heat and nothing to name, until the circuit is whole again."""
    weld, other = (first, second) if first.name == WELD else (second, first)
    known = WELD in bench.codes()  # it conducted for a while, and was named
    _inject(bench, second)
    bench.step(5.0)  # the heater was switched off with the weld: what still heated ends
    bench.must_be_off(15.0, "in an interrupted circuit")
    if weld is second and WELD in bench.codes():
        bench.fail("names what left no sign")
    bench.device.inject(other.name, 0)
    if not known:
        bench.wait_for(weld.names, weld.named_s)
    bench.must_be_off(20.0, "with a weld in a circuit made whole")
    _latched(bench, weld)


# What one fault hides from every monitor is not asked to be named.
_HIDES = {
    "hang": {"room_offset"},  # the first reading after a reset has none before it
    "meter_silent": {"mains_high", "mains_low", "switch_welded", "meter_garbage"},
    "meter_garbage": {"mains_high", "mains_low", "switch_welded", "meter_silent"},
    "room_open": {"room_hot", "room_offset"},
    "room_short": {"room_hot", "room_offset"},
    "room_crc": {"room_hot", "room_offset"},
    "room_silent": {"room_hot", "room_offset"},
    "body_open": {"body_hot"},
    "body_short": {"body_hot"},
    "leak_sensor_dead": {"leak_small", "leak_large"},
    "mains_low": {"switch_welded"},
}


def _hidden(fault, first, second):
    other = second if fault is first else first
    return fault.name in _HIDES.get(other.name, ())


def _visible(fault, first, second):
    other = second if fault is first else first
    if not fault.names or fault.needs_heat or _hidden(fault, first, second):
        return False
    # A switch that welds after the contactor has opened conducts nothing.
    return not (fault.name == "switch_welded" and other.off_s is not None)
