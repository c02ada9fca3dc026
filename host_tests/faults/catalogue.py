"""The faults that are injected, and what physics and the safety case demand of each.

Nothing here is read from the firmware: names and times are those of docs/safety.md, written out
again, so that a change of the firmware cannot move the goal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from nuanbu.sim.process import DeviceDied

# A fault falls between two ticks, and drivers sample a sensor at their own period.
TICK_S = 0.1
ROOM_PERIOD_S = 1.5
BODY_FILTER_S = 0.5  # median of the body driver
LEAK_FILTER_S = 0.4  # boxcar of the residual-current driver
METER_PERIOD_S = 1.0


@dataclass(frozen=True)
class Fault:
    """One way to break a heater.

    inject    does it: (bench, random) -> None
    names     fault codes of which one must be given; empty: nothing may be reported
    named_s   within which time, counted only while `needs_heat` holds
    off_s     no power at the element after this time; None: heating may go on
    cap       share of rated that the mean power may not exceed from `cap_s` on
    latched   survives a loss of power and a remote reset
    needs_heat  can be seen only while the heater is asked to heat
    """

    name: str
    inject: Callable
    names: tuple[str, ...] = ()
    named_s: float = 5.0
    off_s: float | None = None
    cap: float | None = None
    cap_s: float = 20.0  # the modulator's window in which the sensor failed is over
    latched: bool = False
    needs_heat: bool = False


def part(fault: str, value: int = 1) -> Callable:
    """Break a part of the simulated board."""
    return lambda bench, random: bench.device.inject(fault, value)


def hold(name: str, low: float, high: float) -> Callable:
    """Hold a physical quantity at a random value from low to high."""

    def inject(bench, random: Random) -> None:
        bench.held[name] = round(random.uniform(low, high), 2)

    return inject


def both(*injections: Callable) -> Callable:
    def inject(bench, random: Random) -> None:
        for one in injections:
            one(bench, random)

    return inject


def stall(low_ms: int, high_ms: int) -> Callable:
    """Something holds the interpreter: a TLS handshake, a flash erase, an endless loop."""
    return lambda bench, random: bench.device.world(hang_ms=random.randint(low_ms, high_ms))


def weld(bench, random: Random) -> None:
    """The switch welds, and nobody wants heat: a weld shows only when the switch ought to open."""
    bench.held["room_c"] = max(bench.held["room_c"], 16.0)
    switch_off(bench.device)
    bench.device.inject("switch_welded")


def switch_off(device) -> None:
    """Switch the heater off; one that hangs at the moment is asked again."""
    for _ in range(5):
        try:
            return device.set({"control.mode": "off"})
        except DeviceDied:
            continue  # the request fell into the hang, or into the reset after it
    raise AssertionError("no answer to the request to switch off")


SENSOR = ("room_sensor",)
WELDED = ("switch_welded",)
NO_CURRENT = ("element_open",)

FAULTS = (
    Fault("room_open", part("room_open"), SENSOR, 1 + ROOM_PERIOD_S * 2, cap=0.15),
    Fault("room_short", part("room_short"), SENSOR, 1 + ROOM_PERIOD_S * 2, cap=0.15),
    Fault("room_crc", part("room_crc"), SENSOR, 1 + ROOM_PERIOD_S * 2, cap=0.15),
    Fault("room_silent", part("room_silent"), SENSOR, 1 + ROOM_PERIOD_S * 2, cap=0.15),
    Fault("room_offset", part("room_offset_mdeg", 3000), ("room_jump",), 8),
    Fault("body_open", part("body_open"), ("body_sensor",), 2, off_s=1 + BODY_FILTER_S),
    Fault("body_short", part("body_short"), ("body_sensor",), 2, off_s=1 + BODY_FILTER_S),
    Fault("body_hot", hold("body_c", 117, 150), ("body_hot", "body_rise"), 3,
          off_s=1 + BODY_FILTER_S),
    Fault("leak_small", hold("leakage_ma", 11, 20), ("leak_high", "leak_comparator"), 1,
          off_s=2 * TICK_S + LEAK_FILTER_S, latched=True),
    Fault("leak_large", hold("leakage_ma", 41, 300), ("leak_high", "leak_comparator"), 1,
          off_s=2 * TICK_S, latched=True),
    Fault("leak_sensor_dead", part("leak_sensor_dead"), ("leak_sensor",), 2,
          off_s=1 + LEAK_FILTER_S),
    Fault("tilted", hold("tilted", 1, 1), ("tilted",), 1, off_s=0.5 + TICK_S),
    Fault("mains_high", hold("mains_v", 262, 300), ("mains_high",), 8, off_s=6),
    Fault("mains_low", hold("mains_v", 90, 168), ("mains_low",), 8, off_s=6),
    Fault("chip_hot", hold("chip_c", 98, 125), ("chip_hot",), 8, off_s=7),
    Fault("room_hot", hold("room_c", 40, 60), ("room_hot", "room_jump"), 12, off_s=12),
    Fault("meter_silent", part("meter_silent"), ("meter_lost",), 20),
    Fault("meter_garbage", part("meter_garbage"), ("meter_lost",), 20),
    Fault("switch_welded", weld, WELDED, 12, off_s=12, latched=True),
    Fault("element_open", part("element_open"), NO_CURRENT, 60, needs_heat=True),
    # One of two stages that stays open is missing power, not no power.
    Fault("switch_open", part("switch_open"), (*NO_CURRENT, "element_weak"), 60,
          needs_heat=True),
    Fault("contactor_open", part("contactor_open"), NO_CURRENT, 60, needs_heat=True),
    Fault("element_weak", part("element_weak_permille", 300), ("element_weak",), 60,
          needs_heat=True),
    Fault("stall_short", stall(60, 1200)),
    Fault("stall_long", stall(1300, 2800)),
    Fault("hang", stall(6000, 20_000)),
    Fault("wifi_down", part("wifi_down")),
)  # fmt: skip
BY_NAME = {fault.name: fault for fault in FAULTS}
