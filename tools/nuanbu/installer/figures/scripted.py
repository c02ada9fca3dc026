"""An installer whose answers are written down, at a cable in virtual time."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from nuanbu.installer.client import Client
from nuanbu.installer.desk import Desk
from nuanbu.sim.cable import HeldDevice, VirtualPort

_THINK_S = (2.0, 6.0)  # from reading a question to the last key of its answer


@dataclass
class ScriptedDesk(Desk):
    """A Desk that answers by label key from `answers`, and counts the questions.

    port_: the cable. think: random source of the time each answer takes, None: none.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    port_: VirtualPort | None = None
    think: random.Random | None = None

    def __post_init__(self) -> None:
        self.lang = "en"
        self.asked: list[str] = []
        self.notes = Console(file=io.StringIO())

    def connect(self, **options: Any) -> Client:
        assert self.port_
        return Client("virtual", self.lang, port=self.port_, **options)

    def yes_no(self, key: str) -> bool:
        return bool(self._answer(key))

    def ask(self, key: str, default: str = "") -> str:
        answer = self._answer(key)
        return default if answer is None else str(answer)

    def number(self, key: str) -> float | None:
        return self._answer(key)

    def clock(self) -> float:
        assert self.port_
        return self.port_.clock()

    def pause(self, seconds: float) -> None:
        assert self.port_
        self.port_.pause(seconds)

    def rows(self, *_: Any) -> None:
        """Nobody looks."""

    def facts(self, *_: Any) -> None:
        """Nobody looks."""

    def _answer(self, key: str) -> Any:
        self.asked.append(key)
        if self.think:
            self.pause(self.think.uniform(*_THINK_S))
        return self.answers[key]


def good_heater(rng: random.Random, serial: str = "") -> tuple[HeldDevice, dict[str, Any]]:
    """A heater without a fault in a room as there are many, and the answers that fit it."""
    rated_w = rng.choice((800, 1000, 1500, 2000, 2500))
    settings: dict[str, Any] = {"heater.rated_w": rated_w}
    if serial:
        settings["heater.serial"] = serial
    device = HeldDevice(settings=settings, seed=rng.randrange(1 << 20))
    room_c = rng.uniform(8.0, 23.0)
    device.plant.room_c = device.plant.body_c = device.physical.room_c = room_c
    device.physical.body_c = room_c
    device.plant.outdoor_c = rng.uniform(-35.0, 5.0)
    device.plant.body_tau_s = rng.uniform(200.0, 600.0)
    device.plant.body_rise_k = rng.uniform(45.0, 70.0)
    device.physical.mains_v = mains_v = rng.uniform(200.0, 238.0)
    device.physical.leakage_ma = rng.uniform(0.0, 0.7)
    # Elements differ from their plates by what is allowed for less than the limits are.
    device.world(element_rated_w=round(rated_w * rng.uniform(0.94, 1.03)))
    answers = {
        "ask_isolated": True,
        "ask_serial": serial or f"NB{rng.randrange(10**6):06d}",
        "ask_rated": rated_w,
        "ask_place": f"{rng.randrange(1, 30)}/{rng.randrange(1, 6)}/{rng.randrange(101, 3306)}",
        "ask_operator": "Zhang",
        "ask_reference": round(room_c + rng.uniform(-0.15, 0.15), 1),
        "mains_v": round(mains_v * rng.uniform(0.995, 1.005), 1),
    }
    return device, answers
