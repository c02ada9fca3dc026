"""What the server's process costs: heaters of numpy on a real broker, a database that is
synchronised to the disk, all in real time and at the rate of messages that docs/protocol has."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from nuanbu.fleet.feeder import Feeder
from nuanbu.fleet.leases import LIMITED

SETTLE_S = 120  # the first limits of all, and the rise of what they allow
DAY_S = 86_400
_HELD = 0.9
_LATE_S = 5.0
_BUSY = 0.95
_WAIT_S = 300


@dataclass(frozen=True)
class Load:
    """Of `seconds` of steady life, in the mean of a second: cpu (share of one core that the
    server took), heard and said (messages to the server and from it). held: heaters that hold a
    limit at the end. late_s: the most that the heaters were behind the clock; they are one process
    and take a core too. start_cpu_s: processor time until all had their first limits. all_messages
    since the start took all_cpu_s. rss_mb: memory; disk_mb_day: by what the database grew."""

    heaters: int
    seconds: float
    cpu: float
    heard: float
    said: float
    held: int
    late_s: float
    start_cpu_s: float
    all_messages: int
    all_cpu_s: float
    rss_mb: float
    disk_mb_day: float

    @property
    def holds(self) -> bool:
        """Server and heaters kept up. Else the figures are of heaters that greet in vain."""
        return (
            self.held >= _HELD * self.heaters and self.late_s <= _LATE_S and self.cpu <= _BUSY
        )

    @property
    def able(self) -> float:
        """Messages a second, both ways, that one core has time for: by what all of them took,
        cycles, journal and database included."""
        return self.all_messages / self.all_cpu_s


def measure(heaters: int, seconds: float, seed: int = 1) -> Load:
    """Run a server with so many heaters until they have settled, and then for `seconds`."""
    import psutil

    with Feeder(0, 1.0, seed, heaters) as feeder:
        server, bridge = feeder.server(), feeder.bridge()
        process = psutil.Process(server.pid)
        life = _Life(feeder)
        life.live(_WAIT_S, lambda: _held(feeder) >= _HELD * heaters)
        life.live(SETTLE_S)
        start, said, heard = process.cpu_times(), bridge.received, bridge.sent
        size, began = _size(feeder.folder), time.monotonic()
        life.late_s = 0.0
        life.live(seconds)
        end, lasted_s = process.cpu_times(), time.monotonic() - began
        cpu_s = end.user + end.system - start.user - start.system
        grown = max(0, _size(feeder.folder) - size)
        return Load(
            heaters, lasted_s, cpu_s / lasted_s, (bridge.sent - heard) / lasted_s,
            (bridge.received - said) / lasted_s, _held(feeder), life.late_s,
            start.user + start.system, bridge.sent + bridge.received, end.user + end.system,
            process.memory_info().rss / 1e6, grown / lasted_s * DAY_S / 1e6,
        )  # fmt: skip


class _Life:
    """The heaters' seconds, kept in step with the clock."""

    def __init__(self, feeder: Feeder):
        self._bridge, self._clock = feeder.bridge(), feeder.clock
        self._next_s = feeder.clock.now_s()
        self.late_s = 0.0

    def live(self, seconds: float, until=lambda: False) -> None:
        end_s = self._clock.now() + seconds
        while self._clock.now() < end_s and not until():
            self._bridge.second(self._next_s)
            self._next_s += 1
            ahead_s = self._next_s - self._clock.now()
            self.late_s = max(self.late_s, -ahead_s)
            time.sleep(max(0.0, ahead_s))


def _held(feeder: Feeder) -> int:
    return int((feeder.bridge().heaters.leases.state == LIMITED).sum())


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("group.db*"))
