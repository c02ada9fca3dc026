"""Killed at any instant: server processes and broker end by SIGKILL at random moments, come back
after random times, sometimes two at once; and at every moment what all heaters may take is
compared with every limit. The figure "server or broker killed at any instant"."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from nuanbu.group import audit
from nuanbu.group.trial import DISTRICT, Trial, stop

_ALLOWED = 1.02
_BACK = 0.95
_WARM_UP_S = 150  # virtual: all heaters have greeted and been raised
_START_S = 120.0  # real: two processes start
_TAKEN_OVER_S = 60  # virtual: a server writes every 10 s at the latest, and finds out
_LEASE_OUT_S = 210  # a server gone for longer finds every heater at its fail-safe limit


@dataclass
class Crashes:
    """Figures of a run. Times in seconds of the trial.

    over_s: node-seconds above 102 % of a limit. back_s: after each return, until 95 % of the
    allocation was taken again (0: it never was less); from the broker's start, or from when the
    new server process guards.
    """

    seconds: float = 0.0
    servers_killed: int = 0
    brokers_killed: int = 0
    pairs: int = 0
    second_acted: int = 0  # pairs of which not exactly one was left
    over_s: float = 0.0
    worst: float = 0.0  # highest part of a limit taken
    back_s: list[float] = field(default_factory=list)
    start_s: list[float] = field(default_factory=list)  # real, of server processes
    found: audit.Findings | None = None


def run(
    trial: Trial, kills: int, broker_part: float, seed: int, say: Callable[[str], None]
) -> Crashes:
    """Kill `kills` times; broker_part: how many of them the broker. seed: of when and what."""
    result = Crashes()
    watcher = _Watcher(trial, result, seed)
    trial.serve()
    full_w = round(_BACK * trial.limit_w[DISTRICT])
    watcher.until(lambda: trial.taken_w(DISTRICT) >= full_w, 5 * _WARM_UP_S)
    for number in range(kills):
        watcher.live(watcher.fate.expovariate(1 / 40))
        if watcher.fate.random() < 0.3:
            watcher.announce()
        broker = watcher.fate.random() < broker_part
        if broker:
            trial.broker.kill()
            result.brokers_killed += 1
        else:
            for server in trial.alive():
                stop(server)
            result.servers_killed += 1
        # Mostly a supervisor starts it anew at once; now and then every lease runs out first.
        long = watcher.fate.random() < 0.25
        watcher.live(_LEASE_OUT_S if long else watcher.fate.uniform(0, 20))
        if broker:
            trial.broker.start()
        elif watcher.fate.random() < 0.3:
            _two(trial, watcher, result)
        else:
            watcher.guards(trial.serve(), result)
        result.back_s.append(watcher.back())
        say(
            f"{number + 1}/{kills}: {'broker' if broker else 'server'} gone"
            f"{' until all leases had run out' if long else ''},"
            f" back after {result.back_s[-1]:.0f} s, {result.over_s:.1f} s above"
        )
    for server in trial.alive():
        stop(server)
    result.found = audit.audit(trial.engine, DISTRICT)
    return result


def lines(result: Crashes) -> list[str]:
    """Figures with their targets."""
    found = result.found
    assert found is not None
    back_s = max(result.back_s, default=0.0)
    missed_back = "" if back_s <= 60 else "  MISSED"
    missed_over = "" if result.over_s == 0 else "  MISSED"
    return [
        f"server killed {result.servers_killed} times, broker {result.brokers_killed} times, in"
        f" {result.seconds:.0f} s",
        f"above 102 % of a limit: {result.over_s:.1f} s, target 0 s{missed_over}"
        f" (highest {100 * result.worst:.1f} %)",
        f"95 % of the allocation back after: {back_s:.0f} s at most, target 60 s{missed_back}"
        f" (a server process took {max(result.start_s, default=0):.1f} s at most to start)",
        f"two servers started at once: {result.pairs} times, both or none left:"
        f" {result.second_acted}, target 0",
        f"audit: {found.cycles} cycles and {found.orders} limits worked out anew,"
        f" {found.different} differences, target 0;"
        f" {found.unexplained} answers unexplained; {found.over} s more possible than a limit",
        *found.broken,
        *found.differences,
    ]


class _Watcher:
    """Lets the trial live, second by second, and looks."""

    def __init__(self, trial: Trial, result: Crashes, seed: int):
        self.trial, self.result = trial, result
        self.changes: list[tuple[int, str, int]] = []
        self.full_w = trial.limit_w[DISTRICT]
        self.turned_s = trial.clock.now_s()
        # Of its own, so that a seed stands for the same kills whatever the heaters draw.
        self.fate = random.Random(seed)

    def step(self) -> None:
        trial, result = self.trial, self.result
        now_s = trial.clock.now_s()
        if now_s == self.turned_s:
            trial.population.deliver()
            time.sleep(0.02 / trial.clock.speed)
            return
        seconds, self.turned_s = now_s - self.turned_s, now_s
        for change in [one for one in self.changes if one[0] <= now_s]:
            self.changes.remove(change)
            trial.limit_w[change[1]] = change[2]
        trial.population.turn()
        result.seconds += seconds
        for node, limit_w in trial.limit_w.items():
            part = trial.taken_w(node) / limit_w
            result.worst = max(result.worst, part)
            if part > _ALLOWED:
                result.over_s += seconds

    def live(self, seconds: float) -> None:
        end_s = self.trial.clock.now() + seconds
        while self.trial.clock.now() < end_s:
            self.step()

    def until(self, condition: Callable[[], bool], most_s: float) -> float:
        began_s = self.trial.clock.now()
        while not condition() and self.trial.clock.now() - began_s < most_s:
            self.step()
        return self.trial.clock.now() - began_s

    def back(self) -> float:
        """Until 95 % of what can be given is taken."""
        trial = self.trial

        def there() -> bool:
            return trial.taken_w(DISTRICT) >= _BACK * trial.can_be_given_w()

        return 0.0 if there() else self.until(there, 600)

    def guards(self, server: subprocess.Popen, result: Crashes) -> None:
        """Until a server process has started; how long that takes is the computer's affair."""
        began = time.time()
        self.until(
            lambda: "guarding" in self.trial.said(server), _START_S * self.trial.clock.speed
        )
        result.start_s.append(time.time() - began)

    def announce(self) -> None:
        """Another limit of the district or a building, known two minutes ahead."""
        trial = self.trial
        node = self.fate.choice([DISTRICT, "b0"])
        base_w = trial.tree.sums(lambda heater: heater.base_w)[node]
        firm_w = trial.tree.nodes[node].firm_w
        watts = self.fate.randrange(base_w, firm_w)
        trial.limit(node, watts, 120)
        self.changes.append((trial.clock.now_s() + 120, node, watts))


def _two(trial: Trial, watcher: _Watcher, result: Crashes) -> None:
    pair = [trial.serve(), trial.serve()]
    result.pairs += 1

    def guarding() -> bool:
        # Both have taken the district, one after the other; a slow computer takes its time.
        return all("guarding" in trial.said(server) for server in pair)

    watcher.until(guarding, _START_S * trial.clock.speed)
    watcher.until(lambda: sum(server.poll() is None for server in pair) == 1, _TAKEN_OVER_S)
    left = [server for server in pair if server.poll() is None]
    gone = [server for server in pair if server.poll() is not None]
    told = all("another server has taken over" in trial.said(server) for server in gone)
    if len(left) != 1 or not told:
        result.second_acted += 1
