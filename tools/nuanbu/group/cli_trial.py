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


@trial_app.command("foresight")
def foresight(
    heaters: Annotated[int, typer.Option(min=10, max=500)] = 40,
    hours: Annotated[int, typer.Option(min=6, max=120)] = 48,
    seed: Seed = 1,
) -> None:
    """Compare the coldest room with the best that perfect foresight could do (HiGHS)."""
    from nuanbu.group import foresight as looking

    worst, alike = 0.0, 0.0
    for case in looking.cases(heaters, hours, seed):
        one = looking.compare(case)
        worst, alike = max(worst, one.ratio), max(alike, one.alike_k / one.best_k)
        print(
            f"{one.name}: coldest {one.ours_k:.2f} K below, best possible {one.best_k:.2f} K,"
            f" ratio {one.ratio:.3f}; alike at every moment {one.alike_k / one.best_k:.3f};"
            f" with preheating by 1 K {one.preheated_k:.2f} K"
        )
    print(f"worst ratio {worst:.3f}, target 1.10{'' if worst <= 1.1 else '  MISSED'}")
    if worst > 1.1:
        print(
            f"because: all rooms alike at every moment, with the rooms known exactly and no lag,"
            f" but without the weather to come, reaches {alike:.3f}; the programme knows when the"
            " cold ends and lets one room after the other cool before the rest, and it heats with"
            " the floor of every heater, which here stays free for one that takes nothing"
        )
