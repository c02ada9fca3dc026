"""A whole trial on one computer: broker, server process, simulated heaters, a database."""

from __future__ import annotations

import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from nuanbu.errors import UserError
from nuanbu.group import database
from nuanbu.group.broker import Broker
from nuanbu.group.population import Population, VirtualHeater
from nuanbu.group.service import zone_key
from nuanbu.group.store import Places
from nuanbu.group.tree import LEVELS, Heater, Node
from nuanbu.group.trial_clock import Clock
from nuanbu.sim.find import repository

DISTRICT, COMPANY = "east", "trial"
_RATED_W = 2000
_FAILSAFE_W = 500
_FLOOR_W = 100


def town(heaters: int, share: float, seed: int) -> tuple[list[Node], list[Heater]]:
    """A district in which every heater wants its rated power and the feeders carry `share` of it:
    buildings of 20 households in units of 10, one heater each."""
    rng = random.Random(seed)
    firm = max(share, 0.3)
    nodes = [Node(DISTRICT, "district", "", round(heaters * _RATED_W * firm))]
    made = []
    for i in range(heaters):
        building, unit = f"b{i // 20}", f"u{i // 10}"
        if i % 20 == 0:
            nodes.append(Node(building, "building", DISTRICT, round(20 * _RATED_W * firm * 1.1)))
        if i % 10 == 0:
            nodes.append(Node(unit, "unit", building, 10 * _RATED_W))
        nodes.append(Node(f"h{i}", "household", unit, 2 * _RATED_W))
        weight = 2.0 if rng.random() < 0.1 else 1.0
        made.append(Heater(f"d{i}", f"h{i}", _RATED_W, _FAILSAFE_W, _FLOOR_W, weight))
    return nodes, made


class Mosquitto:
    """A real broker on a free port, which can be killed and started again."""

    def __init__(self, folder: Path):
        own = repository() / ".tools/bin/mosquitto"
        found = str(own) if own.exists() else shutil.which("mosquitto")
        if not found:
            raise UserError("no mosquitto on this computer", "run `make setup`")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        config = folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", "allow_anonymous true"]
        lines += ["max_queued_messages 0", "max_inflight_messages 0", "log_type error"]
        if os.getuid() == 0:
            lines.append("user root")
        config.write_text("\n".join(lines) + "\n")
        self._command = [found, "-c", str(config)]
        self._log = folder / "mosquitto.log"
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise UserError(f"mosquitto does not start: {self._log.read_text()[-300:]}")

    def kill(self) -> None:
        """End it at once, with everything it had in its memory."""
        self._process.kill()
        self._process.wait()


class Trial:
    """Use as a context. clock: the time that all of it lives in. db: URL, or "" for an SQLite
    file in the folder."""

    def __init__(
        self, folder: Path, heaters: int, share: float, seed: int, speed: float, db: str = ""
    ):
        self.clock = Clock(time.time(), speed)
        self.folder, self.rng = folder, random.Random(seed)
        self.url = db or f"sqlite:///{folder}/group.db"
        self.engine = database.connect(self.url)
        self.places = Places(self.engine)
        nodes, made = town(heaters, share, seed)
        self.tree = self.places.replace_nodes(nodes)
        keys = {one.id: secrets.token_bytes(32) for one in made}
        self.tree = self.places.add_heaters(made, keys)
        self.limit_w = {node.id: node.firm_w for node in nodes}
        top = f"nuanbu/1/{COMPANY}"
        bases = {
            one.id: "/".join([top, *self.tree.segments(one.household), one.id]) for one in made
        }
        self.broker = Mosquitto(folder)
        now_s = self.clock.now_s()
        rooms = [VirtualHeater(one, self.rng, self._room_mdeg(), now_s) for one in made]
        zone = (f"{top}/{DISTRICT}", zone_key(self.places, DISTRICT))
        self.population = Population(
            rooms, bases, keys, zone, Broker("127.0.0.1", self.broker.port), self.clock.now_s
        )
        self.servers: list[subprocess.Popen] = []
        self._under: dict[str, list[VirtualHeater]] = {node: [] for node in self.tree.nodes}
        for room in rooms:
            for node in self.tree.path(room.heater.household):
                self._under[node].append(room)

    def __enter__(self) -> Trial:
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.servers:
            if server.poll() is None:
                server.kill()
            server.wait()
        self.population.close()
        self.broker.kill()
        self.engine.dispose()

    def serve(self) -> subprocess.Popen:
        """Start a server process."""
        command = [sys.executable, "-c", "from nuanbu.cli import main; main()", "group", "serve"]
        command += [DISTRICT, "--company", COMPANY, "--db", self.url]
        command += ["--port", str(self.broker.port), "--clock", str(self.clock)]
        with (self.folder / f"server{len(self.servers)}.log").open("wb") as log:
            server = subprocess.Popen(
                command, stderr=log, stdout=log, env=_unseen(dict(os.environ))
            )
        self.servers.append(server)
        return server

    def said(self, server: subprocess.Popen) -> str:
        """What a server process has printed."""
        return (self.folder / f"server{self.servers.index(server)}.log").read_text()

    def alive(self) -> list[subprocess.Popen]:
        """Server processes that run."""
        return [server for server in self.servers if server.poll() is None]

    def limit(self, node: str, watts: int, ahead_s: int) -> None:
        """Announce a limit."""
        self.places.set_limit(node, watts, self.clock.now_s() + ahead_s)

    def taken_w(self, node: str) -> int:
        """What the heaters below a node take at this moment."""
        return sum(heater.takes_w for heater in self._under[node])

    def can_be_given_w(self) -> int:
        """What the district's heaters can take together within all limits in force."""
        most: dict[str, int] = {}
        for level in LEVELS:
            for node in self.tree.nodes.values():
                if node.level != level:
                    continue
                if level == LEVELS[0]:
                    below_w = sum(room.heater.rated_w for room in self._under[node.id])
                else:
                    below_w = most.get(node.id, 0)
                given_w = min(below_w, self.limit_w[node.id])
                most[node.parent] = most.get(node.parent, 0) + given_w
        return most[""]

    def _room_mdeg(self) -> int:
        return self.rng.randrange(15_000, 21_500)


def stop(server: subprocess.Popen) -> None:
    """kill -9."""
    server.send_signal(signal.SIGKILL)
    server.wait()


def _unseen(env: dict[str, str]) -> dict[str, str]:
    env.pop("NUANBU_DB", None)
    return env
