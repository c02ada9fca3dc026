"""A table of a hundred heaters over sixteen ports: how long, and whether any got another's row."""

from __future__ import annotations

from dataclasses import dataclass

from nuanbu.installer import batch
from nuanbu.installer.client import Client
from nuanbu.installer.trouble import Trouble
from nuanbu.sim.cable import HeldDevice, VirtualPort

SWAP_S = 20.0  # to unplug one heater and plug in the next
_WAIT_S = 60.0
_STRANGERS = 3  # heaters at the ports that stand in no table


@dataclass
class Batched:
    """seconds: of the slowest port, heaters changed by hand included. wrong: settings in heaters
    whose row has others, or none. again: settings written by a second run; dry: by a dry run
    before the first."""

    rows: int
    ports: int
    seconds: float
    written: int
    wrong: int
    again: int
    dry: int


class Bay:
    """One port and the heaters that are plugged in there, one after the other."""

    def __init__(self, heaters: list[HeldDevice]):
        self._heaters = heaters
        self.at = 0
        self.port = VirtualPort(heaters[0])
        self._until_s = 0.0
        self._served = False
        self.clock_s = 0.0

    def connect(self, language: str) -> Client:
        """The heater that is plugged in now; Trouble while there is none."""
        if self.clock_s < self._until_s:
            raise Trouble("port_unusable", language, port="bay", why="empty")
        before_s = self.port.clock()
        client = Client("bay", language, port=self.port)
        self._served = True
        self._before_s = before_s
        return client

    def pause(self, seconds: float) -> None:
        """Somebody changes the heater as soon as it is served."""
        if self._served:
            self._served = False
            self.clock_s += self.port.clock() - self._before_s
            if self.at + 1 < len(self._heaters):
                self.at += 1
                self.port = VirtualPort(self._heaters[self.at])
                self._until_s = self.clock_s + SWAP_S
        self.clock_s += seconds


def measure(count: int, ports: int) -> Batched:
    """`count` heaters with a row each, and three that have none, in random-looking order."""
    rows = [
        batch.Row(
            f"N{number:03d}",
            {"control.setpoint_mdeg": str(18_000 + 10 * number), "link.household": str(number),
             "plan.child_lock": "true" if number % 2 else "false"},
        )
        for number in range(count)
    ]  # fmt: skip
    serials = [row.serial for row in rows] + [f"X{number}" for number in range(_STRANGERS)]
    devices = {serial: HeldDevice(settings={"heater.serial": serial}) for serial in serials}
    try:
        order = sorted(serials, key=hash_of)
        before = {serial: _revision(devices[serial]) for serial in serials}
        _run(rows, order, devices, ports, dry_run=True)
        dry = _writes(devices, before)
        first, seconds = _run(rows, order, devices, ports)
        written = sum(row.result == batch.WRITTEN for row in first)
        wrong = sum(_wrong(row, devices[row.serial]) for row in first)
        wrong += sum(
            _revision(devices[serial]) != before[serial] for serial in serials if serial[0] == "X"
        )
        after = {serial: _revision(devices[serial]) for serial in serials}
        _run(rows, order[::-1], devices, ports)
        return Batched(count, ports, seconds, written, wrong, _writes(devices, after), dry)
    finally:
        for device in devices.values():
            device.close()


def hash_of(serial: str) -> int:
    """An order that has nothing to do with the table's."""
    return int.from_bytes(serial.encode(), "big") * 2_654_435_761 % (1 << 32)


def _run(
    rows: list[batch.Row], order: list[str], devices: dict, ports: int, dry_run: bool = False
) -> tuple[list[batch.Row], float]:
    table = [batch.Row(row.serial, dict(row.wanted)) for row in rows]
    bays = {
        f"bay{number}": Bay([devices[serial] for serial in order[number::ports]])
        for number in range(ports)
    }
    batch.run(
        table, list(bays), "en", dry_run=dry_run, wait_s=_WAIT_S,
        connect=lambda port, language: bays[port].connect(language),
        pause=lambda port, seconds: bays[port].pause(seconds),
    )  # fmt: skip
    # What a port waits in vain at the end, when others are not done yet, is nobody's work.
    return table, max(bay.clock_s for bay in bays.values())


def _revision(device: HeldDevice) -> int:
    return device.request("cfg.hash")["rev"]


def _writes(devices: dict[str, HeldDevice], before: dict[str, int]) -> int:
    return sum(_revision(device) - before[serial] for serial, device in devices.items())


def _wrong(row: batch.Row, device: HeldDevice) -> bool:
    # Read by the device's own interface, apart from the tool.
    present = {name: device.get(name) for name in row.wanted}
    return any(
        str(present[name]).lower() != value.lower() for name, value in row.wanted.items()
    ) or device.get("heater.serial") != row.serial
