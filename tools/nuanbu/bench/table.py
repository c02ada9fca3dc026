"""Runs every scenario in every house and prints one table, worst case first."""

import json
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from nuanbu.bench import plants, plot, speed
from nuanbu.bench.figures import FIGURES, LAWS, ORACLE, OURS, PLANTS, measure, missed, reason
from nuanbu.sim import houses

_FILE_WIDTH = 160


def run(names=None, hours=48.0, out=Path("build/bench"), laws=tuple(LAWS), only=None):
    """Measure, print the table and write `out`/bench.json. Returns how many targets are missed.

    Law and house make one task; there is one process a core, and a bar on standard error.
    """
    strange = [] if names else [f"random {i + 1}" for i in range(PLANTS)]
    names = list(names or houses.HOUSES)
    for name in names:
        houses.get(name)
    jobs = [(law, name) for law in (*laws, ORACLE) for name in names]
    jobs += [(law, name) for law in laws if law in OURS[::2] for name in strange]
    results = {law: {} for law in (*laws, ORACLE)}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar, ProcessPoolExecutor() as pool:
        tasks = {pool.submit(measure, name, law, hours, only): (law, name) for law, name in jobs}
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
    plot.write(results, out / "bench.png")
    missed_count = _print(results, hours)
    Console().print(f"every house: {out / 'bench.json'}, as a picture: {out / 'bench.png'}")
    return missed_count + speed.measure()


def _print(results, hours):
    table = Table(
        title=f"Simulated. Worst of all houses, the same settings in every one, {hours:g} h",
        caption="Accuracy: deviation of the mean plus standard deviation of the true room "
        "temperature; EN 15500's own formula is not public. Possible: the best switching pattern "
        "of so many cycles, everything known. Rivals and random plants are judged over 12 h.",
    )
    table.add_column("figure")
    table.add_column("target", justify="right")
    for law in results:
        table.add_column(law, justify="right")
    count = 0
    reasons = []
    for strange in (False, True):
        for key, text, unit, target in FIGURES:
            part = {
                law: {
                    name: found
                    for name, found in by_house.items()
                    if key in found and plants.is_random(name) == strange
                }
                for law, by_house in results.items()
            }
            if not any(part.values()):
                continue
            text = f"random plants: {text}" if strange else text
            table.add_row(
                text, f"{target:g} {unit}", *(_cell(by, key, target) for by in part.values())
            )
            ours = part.get("ours", {})
            if missed(ours, key, target):
                count += not strange
                why = reason(key, target, ours, part[ORACLE])
                reasons.append(f"missed, {text}: {why}")
    console = Console()
    if not console.is_terminal:
        console = Console(width=_FILE_WIDTH)
    console.print(table)
    for line in reasons:
        console.print(line, highlight=False)
    return count


def _cell(by_house, key, target):
    if not by_house:
        return "-"
    worst = max(by_house, key=lambda name: by_house[name][key])
    value = by_house[worst][key]
    passed = len(by_house) - len(missed(by_house, key, target))
    colour, word = ("green", "pass") if value <= target else ("red", "miss")
    return (
        f"[{colour}]{value:.2f} {word}[/{colour}]"
        f"\n[dim]{worst}, {passed}/{len(by_house)} pass[/dim]"
    )
