"""`nuanbu fleet`: what group control does with many heaters, in figures."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

fleet_app = typer.Typer(help="Many simulated heaters under group control.", no_args_is_help=True)


@fleet_app.callback()
def _root() -> None:
    pass


@fleet_app.command("speed")
def fleet_speed(
    heaters: Annotated[int, typer.Option(min=1, max=5_000_000)] = 100_000,
    seed: int = 1,
) -> None:
    """Time one allocation on a scarce four-level tree, on one processor."""
    from nuanbu.group import speed

    result = speed.measure(heaters, seed)
    sys.stdout.write(
        f"{result.heaters} heaters: {result.seconds:.3f} s of processor time,"
        f" {result.over_w:.6f} W above any capacity\n"
    )
