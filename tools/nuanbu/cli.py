"""The `nuanbu` command. Data goes to standard output, progress to standard error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nuanbu.errors import UserError
from nuanbu.fleet.cli import fleet_app
from nuanbu.group.cli import app as group
from nuanbu.installer.cli import register
from nuanbu.installer.help_words import asked_language, translate
from nuanbu.installer.trouble import INTERRUPTED
from nuanbu.installer.words import label
from nuanbu.sim import find

app = typer.Typer(
    help="Nuanbu: simulate, measure and set up supplementary heaters.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
sim = typer.Typer(help="The real firmware on simulated hardware.", no_args_is_help=True)
register(app)
app.add_typer(sim, name="sim")
app.add_typer(group, name="group")
app.add_typer(fleet_app, name="fleet")
notes = Console(stderr=True)


@sim.command("run")
def sim_run(
    house: Annotated[str, typer.Option(help="A simulated house; see `nuanbu sim houses`.")] = "",
    days: Annotated[str, typer.Option(help="Length in days, 0.04 to 366.")] = "1",
    weather: Annotated[
        str, typer.Option(help="EnergyPlus .epw file, or a CSV like the one supplied.")
    ] = "",
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="name=value, a setting of the firmware.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the report.")] = Path("build/run"),
    seed: Annotated[int, typer.Option(help="Seed of noise, occupants and windows.")] = 1,
    speed: Annotated[
        float | None, typer.Option(help="Times real time; left out: as fast as possible.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the report: en or zh.")] = "en",
    group: Annotated[
        int, typer.Option(min=0, max=50, help="So many heaters share a feeder meanwhile.")
    ] = 0,
) -> None:
    """Hold 22 degC in a simulated room through real weather, and write a report."""
    from nuanbu.sim import show

    show.run(
        house=house, days=days, weather=weather, settings=setting or [], out=out, seed=seed,
        speed=speed, lang=lang, notes=notes, group=group,
    )  # fmt: skip


@sim.command("houses")
def sim_houses() -> None:
    """List the simulated houses."""
    from nuanbu.sim import show

    show.houses()


@sim.command("faults")
def sim_faults() -> None:
    """List the parts of the simulated board that a co-simulation can break."""
    from nuanbu.sim import faults

    sys.stdout.write(faults.table())


@sim.command("serve")
def sim_serve() -> None:
    """Serve one heater to another program: JSON lines on standard input and output.

    Requests: open, step, set, get, press, inject, power_cycle, close; see docs/cosim.md.
    """
    from nuanbu.sim.serve import serve

    serve(sys.stdin, sys.stdout)


@app.command(
    "bench",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def bench(context: typer.Context) -> None:
    """Measure the room control in every simulated house, beside two rivals; `bench installer`
    measures the figures of the installer's tool, `bench life` those of plan, time, settings and
    records, `bench season --days N` a heating season offline."""
    if context.args[:1] == ["life"]:
        script = find.repository() / "host_tests" / "bench" / "local_life.py"
        raise typer.Exit(subprocess.call([sys.executable, script, *context.args[1:]]))
    if context.args[:1] == ["season"]:
        from nuanbu.bench.season import main as run_season

        raise typer.Exit(run_season(context.args[1:]))
    if context.args[:1] == ["installer"]:
        from nuanbu.installer.figures.__main__ import main as run_installer

        run_installer(context.args[1:])
        return
    from nuanbu.bench.__main__ import main as run_bench

    run_bench(context.args)


@sim.command("pty")
def sim_pty(
    speed: Annotated[float, typer.Option(help="Times real time.")] = 1.0,
    flash: Annotated[str, typer.Option(help="File that keeps the heater's memory.")] = "",
) -> None:
    """Put a simulated heater on a pseudo-terminal, for the installer's commands to meet."""
    from nuanbu.sim import pty

    pty.run(speed=speed, flash=flash or None, notes=notes)


def main() -> None:
    """Run the command line; every UserError becomes one clear line and an exit code."""
    try:
        root = typer.main.get_command(app)
        translate(root, sys.argv[1:])
        root()
    except UserError as e:
        language = getattr(e, "language", "en")
        error = f"[bold red]{label('error', language)}[/]"
        notes.print(f"{error} {e}", highlight=False, soft_wrap=True)
        if e.hint:
            notes.print(f"  {label('next', language)} {e.hint}", highlight=False, soft_wrap=True)
        sys.exit(e.code)
    except KeyboardInterrupt:
        notes.print(label("interrupted", asked_language(sys.argv[1:])))
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
