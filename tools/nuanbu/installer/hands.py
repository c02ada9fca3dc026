"""Somebody who pulls plugs, opens windows and switches breakers when the tool asks."""

from __future__ import annotations

from typing import Protocol

# What can be asked for, in the order of the acceptance test. The words stand in words.LABELS.
STEPS = (
    "open_window", "close_window", "pull_sensor", "plug_sensor",
    "wifi_off", "wifi_on", "server_off", "server_on", "power_cycle",
)  # fmt: skip


class Hands(Protocol):
    """Does one of STEPS; False when it is not to be done, and its line stays open."""

    def do(self, step: str) -> bool: ...
