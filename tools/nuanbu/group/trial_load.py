"""What a cycle of the server costs with many heaters: processor time of the server process, with
a real broker and a database that is synchronised to the disk."""

from __future__ import annotations

import time
from dataclasses import dataclass

from nuanbu.group.trial import DISTRICT, Trial

_SETTLED = 0.9


@dataclass(frozen=True)
class Load:
    """cpu_s: processor time of the server over `seconds`; start_cpu_s: until all heaters were
    reached. reached: heaters with an acknowledged limit at the end. messages, answers: to the
    server and from it in `seconds`, and in all since its start: all_messages, with all_cpu_s."""

    heaters: int
    seconds: float
    cpu_s: float
    start_cpu_s: float
    start_s: float
    reached: int
    messages: int
    answers: int
    all_messages: int
    all_cpu_s: float
    rss_mb: float

    @property
    def settled(self) -> bool:
        """Nearly all were reached. Else the computer had no time for the simulated heaters, and
        the figures are of heaters that greet in vain."""
        return self.reached >= _SETTLED * self.heaters

    @property
    def served_s(self) -> float:
        """Messages a second, both ways, that one core has time for: by what all of them took,
        cycles, journal and database included."""
        return self.all_messages / self.all_cpu_s


def measure(trial: Trial, seconds: float) -> Load:
    """Run a server for some seconds of steady life."""
    import psutil

    server = trial.serve()
    process = psutil.Process(server.pid)
    began = time.time()
    n = len(trial.population.heaters)
    full_w = 0.95 * trial.limit_w[DISTRICT]
    while trial.taken_w(DISTRICT) < full_w and time.time() - began < 300:
        _live(trial, 1)
    _live(trial, 60)
    start_s = time.time() - began
    start = process.cpu_times()
    people = trial.population
    sent, received, began = people.sent, people.received, time.time()
    _live(trial, seconds)
    end = process.cpu_times()
    cpu_s = end.user + end.system - start.user - start.system
    held = sum(heater.lease.state == heater.machine.LIMITED for heater in _heaters(trial))
    return Load(
        n, time.time() - began, cpu_s, start.user + start.system, start_s, held,
        people.sent - sent, people.received - received, people.sent + people.received,
        end.user + end.system, process.memory_info().rss / 1e6,
    )  # fmt: skip


def _heaters(trial: Trial) -> list:
    return list(trial.population.heaters.values())


def _live(trial: Trial, seconds: float) -> None:
    end = time.time() + seconds
    turned_s = 0
    while time.time() < end:
        now_s = trial.clock.now_s()
        if now_s != turned_s:
            turned_s = now_s
            trial.population.turn()
        else:
            trial.population.deliver()
            time.sleep(0.02)
