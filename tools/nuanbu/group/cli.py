"""`nuanbu group`: the server of a district, and what an operator tells it."""

from __future__ import annotations

import contextlib
import time
from typing import Annotated

import typer

from nuanbu.errors import UserError
from nuanbu.group import cli_show
from nuanbu.group.cli_ledger import ledger_app, retention
from nuanbu.group.cli_places import device_app, tree_app
from nuanbu.group.cli_trial import trial_app
from nuanbu.group.options import DEFAULT_DB, Database, engine_of, moment, places_of, say

app = typer.Typer(help="Share what feeders carry among many heaters.", no_args_is_help=True)
app.add_typer(tree_app, name="tree")
app.add_typer(device_app, name="device")
app.add_typer(ledger_app, name="ledger")
app.add_typer(trial_app, name="trial")
app.command("retention")(retention)
for command in (cli_show.status, cli_show.watch, cli_show.report, cli_show.audit):
    app.command()(command)


@app.command("serve")
def serve(
    district: Annotated[str, typer.Argument(help="Id of the district this server guards.")],
    company: Annotated[str, typer.Option(help="Company, as in the topics of its heaters.")],
    db: Database = DEFAULT_DB,
    host: Annotated[str, typer.Option(help="Broker.")] = "127.0.0.1",
    port: int = 1883,
    user: str = "",
    password: Annotated[
        str, typer.Option(envvar="NUANBU_MQTT_PASSWORD", show_envvar=True, hidden=True)
    ] = "",
    ca: Annotated[str, typer.Option(help="Certificate authority of the broker; sets TLS.")] = "",
    embedded: Annotated[
        bool, typer.Option(help="Start a broker of its own on --host and --port, for trials.")
    ] = False,
    clock: Annotated[str, typer.Option(hidden=True, help="ORIGIN:SPEED of a trial.")] = "",
) -> None:
    """Guard a district until interrupted, or until a later server takes it over."""
    from nuanbu.group import service
    from nuanbu.group.broker import Broker
    from nuanbu.group.trial_clock import Clock

    ticking = Clock.of(clock)
    engine = engine_of(db)
    with contextlib.ExitStack() as stack:
        if embedded:
            from nuanbu.group.embedded import EmbeddedBroker

            stack.enter_context(EmbeddedBroker(host, port))
            say(f"broker for trials at {host}:{port}, without passwords or TLS")
        broker = Broker(host, port, user, password, ca)
        one = service.Service(engine, company, district, broker, ticking.now_s())
        say(f"guarding {district}, epoch {one.guard.epoch}, heaters: {len(one.guard.index)}")
        service.run(one, say, ticking.now_s, ticking.pause_s)


# Without this a negative number would be taken for an option; so it is refused with its bounds.
@app.command("limit", context_settings={"ignore_unknown_options": True})
def limit(
    node: str,
    watts: int,
    at: Annotated[
        str, typer.Option(help="When it begins, ISO 8601 with zone; left out: now.")
    ] = "",
    db: Database = DEFAULT_DB,
) -> None:
    """Limit what the heaters below a node take together. A known change is sent ahead."""
    now_s = int(time.time())
    begin_s = now_s if not at else moment(at)
    if begin_s < now_s:
        raise UserError(f"{at} is past", "leave out --at for a limit that begins now")
    warning = places_of(db).set_limit(node, watts, begin_s)
    if warning:
        say(f"warning: {warning}")
