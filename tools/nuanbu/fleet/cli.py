"""`nuanbu fleet`: what group control does with many heaters, in figures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nuanbu.errors import UserError

fleet_app = typer.Typer(help="Many simulated heaters under group control.", no_args_is_help=True)


@fleet_app.command("simulate")
def fleet_simulate(
    heaters: Annotated[int, typer.Option(min=50, max=200_000)] = 1000,
    hours: Annotated[float, typer.Option(min=0.5, max=168.0)] = 6.0,
    seed: Annotated[int, typer.Option(help="Of everything that is left to chance.")] = 1,
    loss: Annotated[float, typer.Option(help="Share of messages lost, each way.")] = 0.1,
    offline: Annotated[float, typer.Option(help="Share of heaters out of reach.")] = 0.08,
    relays: Annotated[float, typer.Option(help="Share of relay heaters.")] = 0.0,
    other: Annotated[
        float, typer.Option(help="Other load that only feeder meters see, of firm capacity.")
    ] = 0.0,
    announced: Annotated[bool, typer.Option(help="Limits that change as announced.")] = True,
    cuts: Annotated[bool, typer.Option(help="Cuts of 40 % that nobody announced.")] = True,
    server_down: Annotated[
        list[str] | None, typer.Option(help="begin-end in minutes; the server is killed.")
    ] = None,
    broker_down: Annotated[
        list[str] | None, typer.Option(help="begin-end in minutes; the broker is away.")
    ] = None,
    outage: Annotated[
        list[str] | None, typer.Option(help="begin-end in minutes; the supply of all fails.")
    ] = None,
    report: Annotated[Path, typer.Option(help="Where the report goes, HTML.")] = Path(
        "build/fleet/report.html"
    ),
    lang: Annotated[str, typer.Option(envvar="NUANBU_LANG", help="en or zh.")] = "en",
) -> None:
    """Simulate a district: the server's own code, heaters with the firmware's lease and limits.

    Prints a table on standard output and writes a report with plots. Rooms, weather, losses
    and outages follow from the seed.
    """
    from nuanbu.fleet import show

    shares = {"loss": loss, "offline": offline, "relays": relays, "other": other}
    for name, share in shares.items():
        if not 0.0 <= share <= 1.0:
            raise UserError(f"--{name} {share:g}: must be 0 to 1")
    show.simulate(
        heaters=heaters, hours=hours, seed=seed, loss=loss, offline=offline, relay_share=relays,
        other=other, announced=announced, cuts=cuts, server_down=server_down or [],
        broker_down=broker_down or [], outages=outage or [], report=report, lang=lang,
    )  # fmt: skip


@fleet_app.command("bench")
def fleet_bench(
    heaters: Annotated[int, typer.Option(min=50, max=200_000)] = 10_000,
    hours: Annotated[float, typer.Option(min=2.0, max=168.0)] = 24.0,
    seeds: Annotated[int, typer.Option(min=1, max=1000)] = 1,
    only: Annotated[str, typer.Option(help="many, used, relays, back, load; with commas.")] = "",
) -> None:
    """Measure the figures of group control, one core. 10,000 heaters take minutes an hour."""
    from nuanbu.fleet import show

    show.bench(heaters=heaters, hours=hours, seeds=seeds, only=only)


@fleet_app.command("live")
def fleet_live(
    heaters: Annotated[int, typer.Option(min=1, max=200)] = 8,
    minutes: Annotated[float, typer.Option(min=1.0, max=1440.0, help="Of virtual time.")] = 10.0,
    speed: Annotated[float, typer.Option(min=1.0, max=100.0, help="Times real time.")] = 20.0,
    seed: int = 1,
    virtual: Annotated[
        int, typer.Option(min=0, max=5000, help="So many vectorised heaters hang on it too.")
    ] = 0,
    json: Annotated[Path | None, typer.Option(help="File for the record, as JSON.")] = None,
) -> None:
    """Put real firmware on one feeder, with a broker and the server's process, in scaled time.

    Half-way the feeder loses 40 % without a word, and gets it back after three quarters.
    """
    from nuanbu.fleet import show

    show.live(heaters=heaters, minutes=minutes, speed=speed, seed=seed, virtual=virtual, out=json)


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
