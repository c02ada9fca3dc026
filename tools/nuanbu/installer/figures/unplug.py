"""The cable pulled, or the tool killed, at every step of the protocol: what is left, what follows.

The whole wizard is run once; then again and again, each time cut at the next of its requests, in
three manners. The heater loses its power as well when the tool is killed. After every cut it must
have the old settings or the new ones; the wizard repeated must end byte for byte where the
undisturbed one did, without a question asked twice.
"""

from __future__ import annotations

import json
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nuanbu.installer import settings, wizard
from nuanbu.installer.client import Client
from nuanbu.installer.figures.commissioning import OPTIONS
from nuanbu.installer.figures.scripted import ScriptedDesk
from nuanbu.installer.trouble import Trouble
from nuanbu.sim.cable import HeldDevice, VirtualPort

MANNERS = ("killed before", "killed after", "unplugged")
# Asked again and again while a test waits: cut at a few of them.
_POLLS = (b'"meas"', b'"test.state"')
_EVERY_POLL = 25
_OUT_S = 5.0  # of the port
_WAIT_S = 1.0
_ANSWERS = {
    "ask_isolated": True, "ask_serial": "N42", "ask_rated": 1500, "ask_place": "7/2/301",
    "ask_operator": "Zhang", "ask_reference": 20.0,
}  # fmt: skip


class Killed(BaseException):
    """The tool ended here, without a chance to tidy up."""


class CutPort(VirtualPort):
    """A cable that is cut at request number `at`; counts them in `requests`."""

    def __init__(self, device: HeldDevice, at: int = -1, manner: str = ""):
        super().__init__(device)
        self.requests: list[bytes] = []
        self._at = at
        self._manner = manner
        self._back_s = 0.0
        self.cut = False

    def write(self, data: bytes) -> int:
        if data == b"\n":
            return super().write(data)
        number = len(self.requests)
        self.requests.append(data)
        if number == self._at and not self.cut:
            self.cut = True
            if self._manner == "killed before":
                raise Killed
            super().write(data)
            if self._manner == "killed after":
                self.pause(_WAIT_S)
                raise Killed
            self.unplugged = True
            self._back_s = self.clock() + _OUT_S
        return super().write(data)

    def _check(self) -> None:
        if self.unplugged and self.clock() >= self._back_s:
            self.unplugged = False
            self._from_device = b""
        super()._check()


@dataclass
class Cuts:
    """cuts: how many. mixed: cuts that left neither old nor new settings. different: runs that
    ended elsewhere than the undisturbed one. asked_twice: questions repeated."""

    cuts: int = 0
    mixed: int = 0
    different: int = 0
    asked_twice: int = 0
    steps: int = 0


def measure(every: int = 1, at: bytes = b"", most: int = 1 << 20) -> Cuts:
    """Cut at every `every`-th step in each of MANNERS; at: only at requests that contain this;
    most: at so many steps only."""
    with _heater() as device:
        old = _settings(device)
        port = CutPort(device)
        with tempfile.TemporaryDirectory() as folder:
            _wizard(port, Path(folder), [])
        new = _settings(device)
    found = Cuts()
    points = [number for number in _points(port.requests) if at in port.requests[number]]
    found.steps = len(points)
    for point in points[::every][:most]:
        for manner in MANNERS:
            _one(point, manner, old, new, found)
    return found


def _points(requests: list[bytes]) -> list[int]:
    polls = 0
    points = []
    for number, request in enumerate(requests):
        if any(name in request for name in _POLLS):
            polls += 1
            if polls % _EVERY_POLL:
                continue
        points.append(number)
    return points


def _one(at: int, manner: str, old: bytes, new: bytes, found: Cuts) -> None:
    with _heater() as device, tempfile.TemporaryDirectory() as folder:
        port = CutPort(device, at, manner)
        asked: list[str] = []
        try:
            _wizard(port, Path(folder), asked)
        except (Killed, Trouble) as end:
            # A trouble that the wizard does not wait out itself, such as nobody there at all.
            if isinstance(end, Killed):
                device.power_cycle(1.0)
            found.mixed += _settings(device) not in (old, new)
            _wizard(CutPort(device), Path(folder), asked)
        found.cuts += 1
        found.asked_twice += len(asked) - len(set(asked))
        found.different += _settings(device) != new or len(list(Path(folder).glob("*.html"))) < 1


def _wizard(port: CutPort, folder: Path, asked: list[str]) -> None:
    desk = ScriptedDesk(answers=_ANSWERS, port_=port)
    desk.asked = asked  # also of a wizard that is killed
    wizard.commission(desk, folder, OPTIONS, set())


def _heater() -> HeldDevice:
    device = HeldDevice(seed=random.Random(0).randrange(1 << 20))
    device.world(element_rated_w=1500)
    return device


def _settings(device: HeldDevice) -> bytes:
    with Client("virtual", port=VirtualPort(device)) as client:
        return json.dumps(settings.read(client), sort_keys=True, ensure_ascii=False).encode()
