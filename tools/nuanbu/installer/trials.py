"""Settings that a heater has for a test's sake only, and the measurements meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from nuanbu.installer.client import Client
from nuanbu.installer.trouble import Trouble

_TRIAL_S = 600  # the heater takes test settings back by itself after this time
FULL_MDEG = 30_000  # the highest set-point: full power in any room below it
WARMEST_MDEG = 25_000  # in a warmer room the regulator may ask for less than full power
FULL_HEAT = {"control.mode": "heat", "control.setpoint_mdeg": FULL_MDEG}


@contextmanager
def trial(client: Client, wanted: dict[str, Any], seconds: int = _TRIAL_S) -> Iterator[None]:
    """Settings that the heater has only meanwhile, and takes back by itself after `seconds`."""
    client.request("cfg.drop")
    for name, value in wanted.items():
        client.request("cfg.set", k=name, v=value)
    client.writes += 1
    client.request("cfg.commit", confirm_s=seconds)
    try:
        yield
    except BaseException:
        # Nobody may be there any more; the heater helps itself then.
        with suppress(Trouble):
            give_back(client)
        raise
    give_back(client)


def give_back(client: Client) -> None:
    """End a trial, if one is still going on."""
    if client.request("cfg.hash")["trial_s"]:
        client.request("test.abort")


def measuring(client: Client, seconds: float, *, closely: bool = False) -> Iterator[dict]:
    """Measurements until so many seconds of the heater's own time have passed.

    closely: as fast as the console answers. A solid-state switch gives its mean in windows of
    10 s, and a pulse of 1.5 s seen every 0.6 s is told with an error of a sixth.
    """
    now = client.request("meas")
    until = now["t"] + seconds
    while now["t"] < until:
        yield now
        if not closely:
            client.pause(client.poll_s)
        now = client.request("meas")


def shown(value: float, unit: str, state: int) -> str:
    """A reading for people, or the state of a sensor that has none."""
    return f"{value:.1f} {unit}" if state == 0 else f"state {state}"
