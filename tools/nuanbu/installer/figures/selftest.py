"""The self-test: every injected fault is to be found, and a good heater is never to fail."""

from __future__ import annotations

import os
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from nuanbu.installer import acceptance
from nuanbu.installer.client import Client
from nuanbu.installer.figures.scripted import good_heater
from nuanbu.sim.cable import VirtualPort

# (part to break in boards/sim, value), or a setting that makes a calibration wrong.
FAULTS: dict[str, tuple[str, int]] = {
    "room sensor open": ("room_open", 1),
    "room sensor short": ("room_short", 1),
    "body sensor open": ("body_open", 1),
    "body sensor short": ("body_short", 1),
    "sensors swapped": ("swapped", 1),
    "switch open": ("switch_open", 1),
    "switch welded": ("switch_welded", 1),
    "contactor open": ("contactor_open", 1),
    "contactor welded": ("contactor_welded", 1),
    "element open": ("element_open", 1),
    "element weak by 15 %": ("element_weak_permille", 150),
    "element weak by 30 %": ("element_weak_permille", 300),
    "residual-current sensor dead": ("leak_sensor_dead", 1),
    "meter silent": ("meter_silent", 1),
    "room calibration +1.0 K": ("calibration.room_mdeg", 1_000),
    "room calibration -1.0 K": ("calibration.room_mdeg", -1_000),
    "voltage calibration +4 %": ("calibration.mains_ppm", 1_040_000),
    "current calibration -5 %": ("calibration.current_ppm", 950_000),
    "power calibration +5 %": ("calibration.power_ppm", 1_050_000),
    "rated power of another model": ("heater.rated_w", 1_200),
}


@dataclass
class Found:
    """faults: injected; missed: names of those that no line named; good: runs of good heaters;
    false: (seed, lines) of good ones that failed; seconds: of the longest good self-test."""

    faults: int
    missed: list[str]
    good: int
    false: list[tuple[int, list[str]]]
    seconds: float


def measure(good: int, rounds: int, jobs: int) -> Found:
    """Every fault in `rounds` different heaters, and `good` heaters without one."""
    broken = [(name, seed) for name in FAULTS for seed in range(rounds)]
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        missed = [
            f"{name} (heater {seed})"
            for (name, seed), failed in zip(broken, pool.map(_broken, broken, chunksize=4))
            if not failed
        ]
        results = list(pool.map(_good, range(good), chunksize=8))
    false = [(seed, failed) for seed, (failed, _) in enumerate(results) if failed]
    longest = max((seconds for _, seconds in results), default=0.0)
    return Found(len(broken), missed, good, false, longest)


def _good(seed: int) -> tuple[list[str], float]:
    return _test(None, random.Random(seed))


def _broken(what: tuple[str, int]) -> list[str]:
    name, seed = what
    return _test(FAULTS[name], random.Random(seed))[0]


def _test(fault: tuple[str, int] | None, rng: random.Random) -> tuple[list[str], float]:
    device, answers = good_heater(rng, serial="N1")
    with device:
        if fault:
            name, value = fault
            if name == "swapped":
                device.swapped = True
            elif "." in name:
                device.request("cfg.set", k=name, v=value)
                device.request("cfg.commit")
            else:
                device.inject(name, value)
        with Client("virtual", port=VirtualPort(device)) as client:
            outcome = acceptance.run(
                client, reference_c=answers["ask_reference"], mains_v=answers["mains_v"]
            )
    return outcome.failed, outcome.seconds


def jobs() -> int:
    """As many as there are cores."""
    return os.cpu_count() or 1
