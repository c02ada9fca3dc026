"""Runs every scenario in every house and prints one table, worst case first."""

import json
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from nuanbu.bench import scenarios, speed
from nuanbu.bench.heater import FastHeater
from nuanbu.bench.rivals import BangBang, TextbookPid
from nuanbu.bench.vm import VmHeater
from nuanbu.sim import houses

LOADS = (0.2, 0.5, 0.8)
FIRMWARE = "ours, firmware"  # the whole of it in MicroPython, hours of real time for all houses
LEARNED = ("ours", FIRMWARE)  # judged after a day of use

# Figure, unit, target.
FIGURES = (
    ("ssr", "accuracy, solid-state switch", "K", 0.05),
    ("precise", "accuracy, relay, precise profile", "K", 0.20),
    ("default", "accuracy, relay, default profile", "K", 0.35),
    ("cycles_hour", "relay cycles an hour, precise profile", "/h", 6.0),
    ("cycles_day", "relay cycles on a mean winter day, default profile", "/d", 54.0),
    ("step_k", "step 18 to 22: overshoot", "K", 0.10),
    ("step_time", "step 18 to 22: time to 21.8, of full power", "x", 1.15),
    ("cap_k", "overshoot after 3 h at 15 %", "K", 0.10),
    ("window_k", "overshoot after a 20 min open window", "K", 0.10),
)
LAWS = {
    "ours": None,
    "ours, first hours": None,
    FIRMWARE: None,
    "bang-bang +-0.5 K": BangBang,
    "textbook PID": TextbookPid,
}


def measure(name, law, hours, only=None):
    """All figures of one law in one house: key -> value."""

    def heater(modulator, profile="default"):
        kind = LAWS[law]
        if law == FIRMWARE:
            return lambda rated_w: VmHeater(rated_w, modulator, profile)
        return lambda rated_w: FastHeater(rated_w, modulator, profile, kind() if kind else None)

    memory = scenarios.normal_day(name, heater("ssr")) if law in LEARNED else None
    found = {}

    def wanted(key):
        return only is None or key in only

    for key, modulator, profile in (
        ("ssr", "ssr", "default"),
        ("precise", "relay", "precise"),
        ("default", "relay", "default"),
    ):
        if not wanted(key):
            continue
        runs = [
            scenarios.accuracy(name, heater(modulator, profile), load, hours, memory)
            for load in LOADS
        ]
        worst = max(runs, key=lambda run: run.figure_k)
        found[key] = worst.figure_k
        found[key + "_detail"] = [vars(run) for run in runs]
        if key == "precise":
            found["cycles_hour"] = max(run.cycles_day for run in runs) / 24
    ssr = heater("ssr")
    if wanted("cycles_day"):
        found["cycles_day"] = scenarios.winter_day(name, heater("relay"), memory)
    if wanted("step_k"):
        found["step_k"], found["step_time"] = scenarios.step_up(name, ssr, memory)
    if wanted("cap_k"):
        found["cap_k"] = scenarios.after_cap(name, ssr, memory)
    if wanted("window_k"):
        found["window_k"] = scenarios.after_window(name, ssr, memory)
    return found


def run(names=None, hours=48.0, out=Path("build/bench"), laws=tuple(LAWS), only=None):
    """Measure, print the table and write `out`/bench.json. Returns how many targets are missed.

    Law and house make one task; there is one process a core, and a bar on standard error.
    """
    names = list(names or houses.HOUSES)
    for name in names:
        houses.get(name)
    results = {law: {} for law in laws}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar, ProcessPoolExecutor() as pool:
        tasks = {
            pool.submit(measure, name, law, hours, only): (law, name)
            for law in laws
            for name in names
        }
        shown = bar.add_task("houses", total=len(tasks))
        for task in as_completed(tasks):
            law, name = tasks[task]
            results[law][name] = task.result()
            bar.update(shown, advance=1, description=f"{name}, {law}")
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"hours": hours, "results": results}, indent=1)
    part = out / "bench.json.part"
    part.write_text(text, encoding="utf-8")
    part.replace(out / "bench.json")
    return _print(results) + speed.measure()


def _print(results):
    table = Table(title="Worst case over all houses, the same settings in every one")
    table.add_column("figure")
    table.add_column("target", justify="right")
    for law in results:
        table.add_column(law, justify="right")
    missed = 0
    for key, text, unit, target in FIGURES:
        if not any(key in found for by_house in results.values() for found in by_house.values()):
            continue
        cells = []
        for law, by_house in results.items():
            values = {name: found[key] for name, found in by_house.items() if key in found}
            if not values:
                cells.append("-")
                continue
            worst = max(values, key=lambda name: values[name])
            good = values[worst] <= target
            passed = sum(value <= target for value in values.values())
            missed += law == "ours" and not good
            colour = "green" if good else "red"
            word = "pass" if good else "miss"
            cells.append(
                f"[{colour}]{values[worst]:.2f} {word}[/{colour}]"
                f"\n[dim]{worst}, {passed}/{len(values)} houses pass[/dim]"
            )
        table.add_row(text, f"{target:g} {unit}", *cells)
    Console().print(table)
    return missed
