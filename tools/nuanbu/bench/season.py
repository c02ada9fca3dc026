"""A heating season without any network: is 22 degC held, the plan kept, and nothing used up?

    python -m nuanbu.bench.season [--days 183] [--house corner-convector] [--seed 1]

The unmodified firmware in the MicroPython virtual machine, on the flash of a heater that has been
in service for years (both rings of records full), in a lived-in home. It is told the time once, by
an installer at the start, and then left alone. One line a day; figures and targets at the end, or
when it is stopped by Ctrl-C. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from nuanbu.sim import climate, find, houses
from nuanbu.sim.device import Device
from nuanbu.sim.house import House
from nuanbu.sim.lockstep import LockStep
from nuanbu.sim.weather import HOME_YEAR, HOME_ZONE, Weather

DAY_S = 86_400
WARM_MDEG, NIGHT_MDEG = 22_000, 19_000
WARM_FROM_S, WARM_TO_S = 6 * 3600, 22 * 3600 + 1800  # the plan a heater is delivered with
JUDGED_FROM_S = 9 * 3600  # by then the morning's rise is over
SETTLE_DAYS = 1  # the room's first day is for learning it
RECOVER_S = 2 * 3600  # after an airing at -20 degC, at full power
BLOCK_BYTES = 4096
# What may be in use of the partition, for the rest is needed to level the wear (docs/storage.md).
SPACE_SHARE = 0.8
ERRORS = 2.33  # standard errors that one slope in a hundred exceeds by chance
SOON_S = 2  # the plan is computed once a second, and a second is one step here

# Figure, unit, target; each must be at most its target.
FIGURES = (
    ("deviation_k", "mean of the room from 22, hours planned as comfort", "K", 0.05),
    ("p95_k", "95 % of its minutes within", "K", 0.5),
    ("late_changes", "changes of the plan not made within 2 s", "", 0),
    ("off_plan", "minutes with another set-point than the plan's", "", 0),
    ("false_window", "minutes without heat for a window that was shut", "", 0),
    ("resets", "restarts", "", 0),
    ("late_ticks", "ticks that began late", "", 0),
    ("faults", "minutes with a fault", "", 0),
    ("heap_b_day", "heap in use after a collection, growth a day", "B", 8),
    ("blocks", "flash blocks in use at most, of those that may be", "%", 100),
    ("blocks_day", "flash blocks in use, growth a day beyond chance", "", 0),
    ("writes_day", "file writes a day", "", 200),
)


@dataclass
class Season:
    """What was seen. Lists have one entry a day, `off_k` one a judged minute. `all_blocks` are
    those of the partition."""

    off_k: list[float] = field(default_factory=list)
    heap_b: list[int] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)
    erases: list[int] = field(default_factory=list)
    all_blocks: int = 0
    changes: int = 0
    late_changes: int = 0
    apart_minutes: int = 0  # a window open or just shut
    off_plan_minutes: int = 0
    false_window_minutes: int = 0
    aired_s: int = -DAY_S  # when a window was last open
    fault_minutes: int = 0
    faults: set[str] = field(default_factory=set)  # in force
    late_ticks: int = 0


def run(name: str, days: int, seed: int) -> tuple[Season, LockStep]:
    """Let `days` of the coldest part of the season pass in house `name`."""
    spec = houses.get(name)
    weather = climate.season(days, seed)
    house = House(spec, weather, seed=seed)
    house.reset()
    seen = Season()
    with tempfile.TemporaryDirectory(prefix="nuanbu-season-") as folder:
        flash = Path(folder) / "flash.bin"
        root = find.repository()
        parts = [root / "boards/sim/aged.py", root / "firmware", root / "lib", flash]
        subprocess.run([find.micropython(), *parts], check=True)
        seen.all_blocks = flash.stat().st_size // BLOCK_BYTES
        settings = {"heater.rated_w": int(spec.rated_w), "control.mode": "plan"}
        with Device(settings=settings, start=_start(weather), seed=seed, flash=flash) as device:
            pair = LockStep(device, house)
            began = time.monotonic()
            try:
                for day in range(days):
                    _day(pair, seen, judged=day >= SETTLE_DAYS or days == 1)
                    _tell(day, pair, seen, time.monotonic() - began)
            except KeyboardInterrupt:
                if not seen.off_k:
                    raise
                print("stopped: figures of the days so far", flush=True)
    return seen, pair


def _start(weather: Weather) -> str:
    # A season begins in one year and ends in the next.
    month, day, _ = weather.start
    year = HOME_YEAR if month >= climate.SEASON_START[0] else HOME_YEAR + 1
    return f"{year}-{month:02}-{day:02}T00:00:00{HOME_ZONE}"


def _day(pair: LockStep, seen: Season, *, judged: bool) -> None:
    for second in range(DAY_S):
        change = _change_near(second)
        census = second == DAY_S - 1
        if census:
            pair.device.world(census=1)
        view = pair.step(probe=second % 60 == 59 or change != 0 or census).probe
        if view is None:
            continue
        if change:
            _look_at_change(view, change, seen)
        elif census:
            pair.device.world(census=0)
            _look_inside(view, seen)
        else:
            _minute(pair, view, second, seen, judged)


def _look_inside(view: dict, seen: Season) -> None:
    seen.heap_b.append(view["heap_b"])
    seen.blocks.append(view["blocks"])
    seen.writes.append(view["writes"])
    seen.erases.append(view["erases"])
    seen.late_ticks = view["late_ticks"]


def _change_near(second: int) -> int:
    """The set-point that must be in force SOON_S after a change of the plan, else 0."""
    return {WARM_FROM_S + SOON_S: WARM_MDEG, WARM_TO_S + SOON_S: NIGHT_MDEG}.get(second, 0)


def _look_at_change(view: dict, wanted_mdeg: int, seen: Season) -> None:
    seen.changes += 1
    if not view["window_open"] and view["setpoint_mdeg"] != wanted_mdeg:
        seen.late_changes += 1


def _minute(pair: LockStep, view: dict, second: int, seen: Season, judged: bool) -> None:
    seen.fault_minutes += bool(view["faults"])
    now = {fault["code"] for fault in view["faults"]}
    for fault in view["faults"]:
        if fault["code"] not in seen.faults:
            print(f"  second {pair.totals.seconds}: {fault}", flush=True)
    seen.faults = now
    if pair.house.window_open:
        seen.aired_s = pair.totals.seconds
    if not judged or not JUDGED_FROM_S <= second < WARM_TO_S:
        return
    aired = pair.totals.seconds - seen.aired_s < RECOVER_S
    if aired:
        seen.apart_minutes += 1
    elif view["window_open"]:
        seen.false_window_minutes += 1
    elif view["setpoint_mdeg"] != WARM_MDEG:
        seen.off_plan_minutes += 1
    else:
        seen.off_k.append(pair.house.room_c - WARM_MDEG / 1000)


def _tell(day: int, pair: LockStep, seen: Season, wall_s: float) -> None:
    today = sorted(abs(off) for off in seen.off_k[-(WARM_TO_S - JUDGED_FROM_S) // 60 :])
    p95_k = today[len(today) * 95 // 100] if today else 0.0
    print(
        f"day {day + 1:3d}  outside {pair.house.outdoor_c:+6.1f} degC  95 % within {p95_k:.2f} K"
        f"  room now {pair.house.room_c:.2f} degC"
        f"  heap {seen.heap_b[-1]} B  blocks {seen.blocks[-1]}  writes {seen.writes[-1]}"
        f"  erases {seen.erases[-1]}  restarts {len(pair.totals.resets)}"
        f"  {(day + 1) * DAY_S / wall_s:.0f} x",
        flush=True,
    )


def figures(seen: Season, resets: int) -> dict[str, float]:
    """The figures by the keys of FIGURES."""
    off = sorted(abs(k) for k in seen.off_k)
    # What is made once, such as tables and the first file of each kind, comes in the first half.
    heap = seen.heap_b[len(seen.heap_b) // 2 :]
    blocks = seen.blocks[len(seen.blocks) // 2 :]
    return {
        "deviation_k": abs(sum(seen.off_k) / len(seen.off_k)),
        "p95_k": off[len(off) * 95 // 100],
        "late_changes": seen.late_changes,
        "off_plan": seen.off_plan_minutes,
        "false_window": seen.false_window_minutes,
        "resets": resets,
        "late_ticks": seen.late_ticks,
        "faults": seen.fault_minutes,
        "heap_b_day": max(0.0, _slope(heap)[0]),
        "blocks": 100 * max(seen.blocks) / (SPACE_SHARE * seen.all_blocks),
        "blocks_day": _growth(blocks),
        "writes_day": max(b - a for a, b in zip([0, *seen.writes], seen.writes)),
    }


def _slope(values: list[int]) -> tuple[float, float]:
    """Least-squares growth from one value to the next, and its standard error."""
    n = len(values)
    if n < 2:
        return 0.0, math.inf
    mean_x, mean_y = (n - 1) / 2, sum(values) / n
    square = sum((x - mean_x) ** 2 for x in range(n))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in enumerate(values)) / square
    rest = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in enumerate(values))
    return slope, (rest / (n - 2) / square) ** 0.5 if n > 2 else math.inf


def _growth(values: list[int]) -> float:
    """Growth from one value to the next as far as chance does not explain it."""
    slope, error = _slope(values)
    return max(0.0, slope - ERRORS * error)


def main(argv: list[str] | None = None) -> int:
    text = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog="nuanbu.bench.season", description=text)
    parser.add_argument("--days", type=int, default=climate.SEASON_DAYS, help="the coldest")
    parser.add_argument("--house", default="corner-convector")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    if not 1 <= args.days <= climate.SEASON_DAYS:
        parser.error(f"--days {args.days}: must be 1 to {climate.SEASON_DAYS}")
    houses.get(args.house)
    seen, pair = run(args.house, args.days, args.seed)
    found = figures(seen, len(pair.totals.resets))
    missed = 0
    days = len(seen.heap_b)
    print(f"\n{days} days in {args.house}, simulated; {seen.changes} changes of the plan, "
          f"{seen.apart_minutes} minutes apart (a window in the last two hours)")  # fmt: skip
    for key, text, unit, target in FIGURES:
        missed += found[key] > target
        verdict = "MISSED" if found[key] > target else "ok"
        print(f"{verdict:7s}{text:55s} {found[key]:8.3g} {unit} (target {target:g})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
