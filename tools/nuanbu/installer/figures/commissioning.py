"""Commissioning by a scripted installer: how long beside the self-test, and how many questions."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nuanbu.installer import profile, wizard
from nuanbu.installer.figures.scripted import ScriptedDesk, good_heater
from nuanbu.sim.cable import VirtualPort

OPTIONS = {"limits": profile.load(profile.DEFAULT), "parts": (), "typed": {}, "key_file": None}


@dataclass
class Commissioned:
    """Seconds of each run beside its self-test, those of the self-tests, the most questions asked,
    and runs that did not end with a certificate of passed lines."""

    seconds: list[float]
    tests: list[float]
    questions: int
    failed: int

    @property
    def p95(self) -> float:
        """The 95th percentile: the smallest time that 95 % of the runs keep within."""
        return sorted(self.seconds)[-(-len(self.seconds) * 95 // 100) - 1]


def measure(runs: int) -> Commissioned:
    """Heaters with and without a serial number, an installer who takes 2 to 6 s an answer."""
    found = Commissioned([], [], 0, 0)
    for number in range(runs):
        rng = random.Random(number)
        device, answers = good_heater(rng, serial=f"N{number}" if number % 2 else "")
        with device, tempfile.TemporaryDirectory() as folder:
            port = VirtualPort(device)
            desk = ScriptedDesk(answers=answers, port_=port, think=rng)
            _, outcome = wizard.commission(desk, Path(folder), OPTIONS, set())
            assert outcome
            found.seconds.append(port.clock() - outcome.seconds)
            found.tests.append(outcome.seconds)
            found.questions = max(found.questions, len(desk.asked))
            found.failed += bool(outcome.failed) or not list(Path(folder).glob("*.html"))
    return found
