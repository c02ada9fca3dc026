"""`nuanbu group trial`: the figures of the server, measured on this computer. All simulated."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from nuanbu.group.options import say

trial_app = typer.Typer(
    help="Figures of the server, measured here with simulated heaters.", no_args_is_help=True
)

Heaters = Annotated[int, typer.Option(min=1, max=20_000)]
Seed = Annotated[int, typer.Option()]


@trial_app.command("crash")
def crash(
    heaters: Heaters = 40,
    kills: Annotated[int, typer.Option(min=1)] = 20,
    broker_part: Annotated[float, typer.Option(help="Part of the kills that hit it.")] = 0.3,
    speed: Annotated[float, typer.Option(help="Times real time.", min=1, max=20)] = 4.0,
    seed: Seed = 1,
    db: Annotated[str, typer.Option(help="Database by URL; left out: an SQLite file.")] = "",
) -> None:
    """Kill server and broker at random instants, and see whether a limit is ever exceeded."""
    from nuanbu.group import trial_crash
    from nuanbu.group.trial import Trial

    with (
        tempfile.TemporaryDirectory(prefix="nuanbu-") as folder,
        Trial(Path(folder), heaters, 0.6, seed, speed, db) as trial,
    ):
        result = trial_crash.run(trial, kills, broker_part, seed, say)
    for line in trial_crash.lines(result):
        print(line)


@trial_app.command("load")
def load(
    heaters: Heaters = 1000,
    seconds: Annotated[int, typer.Option(min=10)] = 120,
    seed: Seed = 1,
) -> None:
    """Measure the server's processor time for many heaters, in real time."""
    from nuanbu.group import trial_load
    from nuanbu.group.trial import Trial

    with (
        tempfile.TemporaryDirectory(prefix="nuanbu-") as folder,
        Trial(Path(folder), heaters, 0.6, seed, 1.0) as trial,
    ):
        one = trial_load.measure(trial, seconds)
    print(
        f"{one.heaters} heaters: {1000 * one.cpu_s / one.seconds:.1f} ms of processor time a"
        f" second ({one.messages / one.seconds:.1f} messages a second in,"
        f" {one.answers / one.seconds:.1f} out),"
        f" {one.start_cpu_s:.1f} s to start and reach all, {one.rss_mb:.0f} MB;"
        f" {one.reached} of {one.heaters} hold a limit;"
        f" one core has time for {one.served_s:.0f} messages a second"
    )
    if not one.settled:
        print("the heaters did not keep up with their time: none of this counts")


@trial_app.command("foresight")
def foresight(
    heaters: Annotated[int, typer.Option(min=10, max=500)] = 40,
    hours: Annotated[int, typer.Option(min=6, max=120)] = 48,
    seed: Seed = 1,
) -> None:
    """Compare the coldest room with the best that perfect foresight could do (HiGHS)."""
    from nuanbu.group import foresight as looking

    worst = 0.0
    for case in looking.cases(heaters, hours, seed):
        one = looking.compare(case)
        worst = max(worst, one.ratio)
        print(
            f"{one.name}: coldest {one.ours_k:.2f} K below, best possible {one.best_k:.2f} K,"
            f" ratio {one.ratio:.3f}; with preheating by 1 K {one.preheated_k:.2f} K"
        )
    print(f"worst ratio {worst:.3f}, target 1.10{'' if worst <= 1.1 else '  MISSED'}")
    if worst > 1.1:
        print(
            "because: the programme knows when the cold ends; it lets heavy rooms cool first and"
            " empties light ones in the last hours, where the server keeps all alike at all times"
        )
