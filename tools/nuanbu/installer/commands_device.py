"""ports, info, status, logs, unlock, reset: who is there, how it is, and who may change it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from nuanbu.installer import access, transport, words
from nuanbu.installer.client import Client
from nuanbu.installer.desk import Desk, command


def register(app: typer.Typer) -> None:
    command(app, "ports")(ports)
    command(app, "info")(info)
    command(app, "status")(status)
    command(app, "logs")(logs)
    command(app, "unlock")(unlock)
    command(app, "reset")(reset)


def ports(desk: Desk) -> None:
    """List the serial ports of this computer."""
    found = transport.ports()
    columns = ["port", "usb", "serial", "text"]
    desk.rows(found, columns, [[port[column] for column in columns] for port in found])


def info(desk: Desk) -> None:
    """Say which heater is at the port, and who may change it."""
    with desk.connect() as client:
        state = client.request("cfg.hash")
        login = client.request("auth.begin")
        about = client.about
    data = {key: about[key] for key in ("serial", "uid", "board", "firmware", "python")}
    data |= {"rev": state["rev"], "sha256": state["sha256"], "role": login["role"],
             "locked": login["locked"]}  # fmt: skip
    shown = data | {"locked": ", ".join(login["locked"]) or words.label("none", desk.lang)}
    desk.facts(data, shown)


def status(desk: Desk) -> None:
    """Say how the heater is: temperatures, power, faults with cause and next step."""
    with desk.connect() as client:
        state = client.request("status")
        now = client.request("meas")
        faults = read_faults(client)
    shown = {
        "mode": words.label(state["mode"], desk.lang),
        "room": f"{state['room_mdeg'] / 1000:.1f} °C",
        "setpoint": f"{state['setpoint_mdeg'] / 1000:.1f} °C",
        "body": f"{now['body'][0] / 1000:.1f} °C",
        "power": f"{state['power_w']} W",
        "limit": f"{state['limit_w']} W",
        "mains": f"{now['meter'][0] / 1000:.0f} V",
        "leak": f"{now['leak'][0] / 1000:.1f} mA",
        "uptime": f"{state['uptime_s']} s",
        "faults": len(faults),
    }
    for number, fault in enumerate(faults, 1):
        shown[str(number)] = "  ".join(words.fault(fault, desk.lang))
    desk.facts({**state, "measured": now, "faults": faults}, shown)


def read_faults(client: Client) -> list[dict[str, Any]]:
    """Every fault in force, as the firmware describes it."""
    found = []
    while True:
        answer = client.request("faults.list", at=len(found))
        if answer["fault"] is None:
            return found
        found.append(answer["fault"])


def logs(
    desk: Desk,
    since: Annotated[int, typer.Option(help="First event number wanted.")] = 0,
    last: Annotated[int, typer.Option(help="Only so many of the newest, 0: all.")] = 0,
) -> None:
    """Read the event journal."""
    with desk.connect() as client:
        found = read_log(client, since, last)
    rows = [[event[0], _when(event[1], event[2]), *event[3:]] for event in found]
    keys = ("number", "t_s", "quality", "code", "value", "value_2")
    data = [dict(zip(keys, event)) for event in found]
    desk.rows(data, ["number", "time", "event", "value", ""], rows)


def read_log(client: Client, since: int = 0, last: int = 0) -> list[list[int]]:
    """Events [number, t_s, quality, code, value, value_2] on the heater's flash from `since`."""
    first = client.request("log.get", at=since)
    at = max(since, first["first"], first["of"] - last if last else 0)
    found: list[list[int]] = []
    while at < first["of"]:
        answer = client.request("log.get", at=at)
        found += answer["ev"]
        at = answer["next"]
    return found


def unlock(
    desk: Desk,
    role: Annotated[str, typer.Option(help="installer or factory.")] = "installer",
    set_password: Annotated[bool, typer.Option(help="Set a new password after it.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Lock again now.")] = False,
) -> None:
    """Log in, so that settings can be changed until the heater was idle for ten minutes.

    The password is asked for, or read from standard input, one line each.
    """
    with desk.connect() as client:
        if off:
            client.request("auth.logout")
            desk.say("locked_again")
            return
        if role in client.request("auth.begin")["locked"]:
            access.login(client, desk.secret("password"), role)
        if set_password and not desk.dry_run:
            access.lock(client, desk.secret("new_password", again=True), role)
        state = client.request("auth.begin")
    desk.say("unlocked")
    desk.facts({"role": state["role"], "locked": state["locked"]})


def reset(desk: Desk) -> None:
    """Put back the factory settings and forget what was learned."""
    with desk.connect() as client:
        if desk.dry_run:
            desk.say("would")
            return
        desk.sure("ask_reset")
        client.writes += 1
        answer = client.request("sys.reset", sure=True)
        client.request("sys.restart")
    desk.say("reset_done")
    desk.facts(answer)


def _when(t_s: int, quality: int) -> str:
    # Without a clock the heater counts from its start.
    if not quality:
        return f"+{t_s} s"
    return datetime.fromtimestamp(t_s).strftime("%Y-%m-%d %H:%M:%S")
