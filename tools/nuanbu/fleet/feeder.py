"""One feeder with real parts: firmware in MicroPython, a broker, and the server as a process.

Time is scaled. The heaters live in lock-step with a clock that the server shares; broker, sockets
and the link's own time-outs stay in real time, which is what bounds the speed: a hello must be
welcomed within 30 s of the heater's time, and the link sends one message in 0.15 s of ours.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nuanbu.errors import UserError
from nuanbu.fleet.bridge import Bridge
from nuanbu.fleet.heaters import Heaters
from nuanbu.fleet.leases import LIMITED
from nuanbu.fleet.rooms import KINDS_USED, Rooms
from nuanbu.group import database
from nuanbu.group.broker import Broker
from nuanbu.group.service import zone_key
from nuanbu.group.store import Places
from nuanbu.group.tree import Heater, Node
from nuanbu.group.trial import Mosquitto
from nuanbu.group.trial_clock import Clock
from nuanbu.report.feeder import MEAN_S, FeederRecord
from nuanbu.sim import houses
from nuanbu.sim.device import Device
from nuanbu.sim.house import House
from nuanbu.sim.weather import Weather

DISTRICT, BUILDING, UNIT, COMPANY = "east", "b7", "u1", "nuanbu"
FIRM, FAILSAFE = 0.6, 0.25  # of the rated sum
CUT = 0.4
OBEYED_S = 30  # after a cut that nobody announced, before what is taken is judged
MINUTE_S = 60
START_S = 120  # to connect and to rise by 3 % a second
TOLERANCE = 1.02
FOUND_C, _SET_C = 16.0, 22.0
_LOOK_S = 5
_A_UNIT = 10  # heaters of numpy below one unit
_HOMES = tuple(name for name, spec in houses.HOUSES.items() if not spec.found_frozen)


class Feeder:
    """Use as a context: broker, server and heaters run while it lasts. virtual: so many heaters
    of numpy hang on the same feeder, beside the real ones and on the same broker."""

    def __init__(self, heaters: int, speed: float, seed: int = 1, virtual: int = 0):
        self._stack = tempfile.TemporaryDirectory(prefix="nuanbu-")
        self.folder = Path(self._stack.name)
        self._url = f"sqlite:///{self.folder}/group.db"
        self._server: subprocess.Popen | None = None
        self.devices: list[Device] = []
        self._houses: list[House] = []
        self._views: list[dict] = []
        self._bridge: Bridge | None = None
        self.broker = Mosquitto(self.folder)
        try:
            self._furnish(heaters, speed, seed, virtual)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Feeder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every process."""
        if self._server:
            self._server.kill()
            self._server.wait()
        for device in self.devices:
            device.close()
        if self._bridge:
            self._bridge.close()
        self.broker.kill()
        self._stack.cleanup()

    def _furnish(self, heaters: int, speed: float, seed: int, virtual: int) -> None:
        rng = np.random.default_rng(seed)
        kind = rng.integers(0, len(KINDS_USED), virtual)
        more_w = [int(houses.HOUSES[KINDS_USED[k]].rated_w) for k in kind]
        specs = [houses.HOUSES[_HOMES[i % len(_HOMES)]] for i in range(heaters)]
        rated_w = [int(spec.rated_w) for spec in specs]
        total_w = sum(rated_w) + sum(more_w)
        self.rated_w, self.firm_w = total_w, int(FIRM * total_w)
        self.failsafe_w = sum(int(FAILSAFE * watts) for watts in rated_w + more_w)
        nodes = [Node(DISTRICT, "district", "", 2 * total_w)]
        nodes.append(Node(BUILDING, "building", DISTRICT, self.firm_w))
        nodes.append(Node(UNIT, "unit", BUILDING, 2 * total_w))
        made = []
        for i, watts in enumerate(rated_w):
            nodes.append(Node(f"h{i}", "household", UNIT, 2 * watts))
            made.append(Heater(f"d{i}", f"h{i}", watts, int(FAILSAFE * watts), 0))
        others = []
        for i, watts in enumerate(more_w):
            unit = f"v{i // _A_UNIT}"
            if i % _A_UNIT == 0:
                nodes.append(Node(unit, "unit", BUILDING, 2 * total_w))
            nodes.append(Node(f"vh{i}", "household", unit, 2 * watts))
            others.append(Heater(f"v{i}", f"vh{i}", watts, int(FAILSAFE * watts), 0))
        self.engine = database.connect(self._url)
        self.places = Places(self.engine)
        self.places.replace_nodes(nodes)
        keys = {one.id: secrets.token_bytes(32) for one in made + others}
        tree = self.places.add_heaters(made + others, keys)
        zone = zone_key(self.places, DISTRICT).hex()
        weather = Weather.cold_week().coldest(6 * 3600)
        for i, (one, spec) in enumerate(zip(made, specs)):
            house = House(spec, weather, seed=seed + i)
            house.reset(FOUND_C)
            self._houses.append(house)
            self._provision(one, keys[one.id].hex(), zone, seed + i)
            _feel(self.devices[-1], house)
            self.devices[-1].start()
            self.devices[-1].begin(1000)
        for device in self.devices:
            device.finish(1000)
        # The clock begins when all have booted, so that nobody starts behind it.
        self.clock = Clock(time.time(), speed)
        if others:
            rooms = Rooms(kind, weather, rng)
            bases = {o.id: "/".join([*tree.segments(o.household), o.id]) for o in others}
            self._bridge = self._bridged(others, rooms, bases, keys, rng)
        self._serve()

    def _bridged(
        self, others: list[Heater], rooms: Rooms, places: dict[str, str], keys: dict[str, bytes],
        rng: np.random.Generator,
    ) -> Bridge:  # fmt: skip
        n = len(others)
        rated_w, failsafe_w, floor_w = (
            np.array([getattr(one, name) for one in others], np.int64)
            for name in ("rated_w", "failsafe_w", "floor_w")
        )
        relay, setpoint_c, room_c = np.zeros(n, bool), np.full(n, _SET_C), np.full(n, FOUND_C)
        group = Heaters(
            rated_w, failsafe_w, floor_w, rooms, relay, setpoint_c, room_c, self.clock.now_s(), rng
        )
        top = f"nuanbu/1/{COMPANY}"
        bases = [f"{top}/{places[one.id]}" for one in others]
        zone = (f"{top}/{DISTRICT}", zone_key(self.places, DISTRICT))
        broker = Broker("127.0.0.1", self.broker.port)
        return Bridge(group, others, bases, [keys[one.id] for one in others], zone, broker)

    def _provision(self, one: Heater, key: str, zone: str, seed: int) -> None:
        device = Device(seed=seed)
        self.devices.append(device)
        device.physical.body_c = device.physical.room_c = FOUND_C
        device.request("key.put", k="device", v=key)
        device.request("key.put", k="zone.district", v=zone)
        device.set(
            {
                "heater.rated_w": one.rated_w, "heater.serial": one.id, "link.enabled": True,
                "link.host": "127.0.0.1", "link.port": self.broker.port, "link.tls": False,
                "link.company": COMPANY, "link.district": DISTRICT, "link.building": BUILDING,
                "link.unit": UNIT, "link.household": one.household,
                "limits.failsafe_w": one.failsafe_w, "limits.frost_floor_w": 0,
                # Returns after a power cut are not waited for: a minute here is seconds.
                "limits.spread_s": 0,
            }
        )  # fmt: skip
        device.power_cycle(1.0)

    def _serve(self) -> None:
        command = [sys.executable, "-c", "from nuanbu.cli import main; main()", "group", "serve"]
        command += [DISTRICT, "--company", COMPANY, "--db", self._url]
        command += ["--port", str(self.broker.port), "--clock", str(self.clock)]
        with (self.folder / "server.log").open("wb") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log)

    def server(self) -> subprocess.Popen:
        """The server's process."""
        assert self._server
        return self._server

    def bridge(self) -> Bridge:
        """The heaters of numpy, of which there are some."""
        assert self._bridge
        return self._bridge

    def limit(self, watts: int) -> None:
        """What the building may take, from now on, unannounced."""
        self.places.set_limit(BUILDING, watts, self.clock.now_s())

    def run(
        self, seconds: int, cut: tuple[int, int] | None,
        progress: Callable[[float], None] | None = None,
    ) -> FeederRecord:  # fmt: skip
        """Let them live for this many virtual seconds. cut: (begin, end) of the time in which
        the building may take 40 % less."""
        bridge = self._bridge
        count = len(self.devices) + (len(bridge.heaters.rated_w) if bridge else 0)
        record = FeederRecord(count, self.clock.speed, self.rated_w, self.failsafe_w)
        judge = Judge(record)
        began, worked_s = time.monotonic(), 0.0
        limit_w = self.firm_w
        begin_s = self.clock.now()
        for t in range(seconds):
            if cut and t in cut:
                limit_w = int((1 - CUT) * self.firm_w) if t == cut[0] else self.firm_w
                self.limit(limit_w)
                if t == cut[0]:
                    judge.cut(t)
            if self._server and self._server.poll() is not None:
                said = (self.folder / "server.log").read_text()[-500:]
                raise UserError(f"the group server ended after {t} s: {said}")
            second_s = time.monotonic()
            self._second(record, judge, int(begin_s), t, limit_w)
            worked_s += time.monotonic() - second_s
            record.able = (t + 1) / worked_s
            late_s = self.clock.now() - begin_s - (t + 1)
            record.lag_s = max(record.lag_s, late_s)
            time.sleep(max(0.0, -late_s / self.clock.speed))
            if progress:
                progress((t + 1) / seconds)
        record.real_s = time.monotonic() - began
        judge.finish()
        return record

    def _second(
        self, record: FeederRecord, judge: Judge, begin_s: int, t: int, limit_w: int
    ) -> None:
        look = t % _LOOK_S == 0  # a look inside costs more than the second itself
        for device in self.devices:
            device.begin(1000, probe=look)
        bridge = self._bridge
        if bridge:
            bridge.second(begin_s + t)
        reports = [device.finish(1000) for device in self.devices]
        for device, house, report in zip(self.devices, self._houses, reports):
            house.step(1.0, report.energy_j)
            _feel(device, house)
        if look:
            self._views = [report.probe or {} for report in reports]
        views = self._views
        power_w = sum(report.energy_j for report in reports)
        wanted_w = sum(view.get("demand_w", 0) for view in views)
        granted_w = sum(view.get("limit_w", 0) for view in views)
        ordered = sum(view.get("limit_cause", 0) in _ORDERED for view in views)
        if bridge:
            group = bridge.heaters
            power_w += float(group.power_w.sum())
            wanted_w += int(group.demand_w.sum())
            granted_w += int(group.leases.limit_w[group.awake].sum())
            ordered += int((group.leases.state == LIMITED)[group.awake].sum())
        judge.second(t, power_w, limit_w)
        record.wanted_w.append(wanted_w)
        record.granted_w.append(granted_w)
        record.ordered.append(ordered)


_ORDERED = (5, 6, 7, 8)  # causes of a limit: a server's order, of any level (limits/arbiter.py)


class Judge:
    """Fills in what a record is judged by, second by second."""

    def __init__(self, record: FeederRecord):
        self._record = record
        self._raw_w: list[float] = []
        self._limited_s = 0  # since when the limit is what it is
        self._cut_s: int | None = None
        self._used_w = self._short_w = 0.0

    def cut(self, t: int) -> None:
        """From second t on the limit is lower, and nobody had said so."""
        self._cut_s = t

    def second(self, t: int, power_w: float, limit_w: int) -> None:
        """The mean power of second t, and the limit."""
        record = self._record
        if record.limit_w and limit_w != record.limit_w[-1]:
            self._limited_s = t
        self._raw_w.append(power_w)
        mean_w = self._mean_w(MEAN_S)
        record.power_w.append(mean_w)
        record.limit_w.append(float(limit_w))
        if self._cut_s is not None and t - self._cut_s < OBEYED_S + MINUTE_S:
            if mean_w > TOLERANCE * limit_w and t - self._cut_s < OBEYED_S + MEAN_S:
                record.after_cut_s = t - self._cut_s + 1
            return
        record.peak = max(record.peak, mean_w / limit_w)
        if t - self._limited_s >= MINUTE_S and self._mean_w(MINUTE_S) > TOLERANCE * limit_w:
            record.over_s += 1

    def finish(self) -> None:
        """The share of the limit that was used, without the time of the start."""
        record = self._record
        for t in range(START_S, len(record.power_w)):
            if record.wanted_w[t] > record.limit_w[t]:
                self._used_w += record.power_w[t]
                self._short_w += record.limit_w[t]
        record.used = self._used_w / self._short_w if self._short_w else 0.0

    def _mean_w(self, seconds: int) -> float:
        window = self._raw_w[-seconds:]
        return sum(window) / len(window)


def _feel(device: Device, house: House) -> None:
    physical = device.physical
    physical.room_c, physical.body_c = house.sensor_c, house.body_c
    physical.chip_c, physical.mains_v = house.chip_c, house.mains_v

