"""`nuanbu sim serve`: the co-simulation interface for any language, as JSON lines.

One request a line on standard input, one answer a line on standard output:

    {"do": "open", "board": "sim", "settings": {...}, "start": "2026-01-20T10:00:00+08:00"}
    {"do": "step", "seconds": 10.0, "room_c": 18.3}
    {"do": "set", "settings": {"control.setpoint_mdeg": 21000}}
    {"do": "get", "name": "heater.rated_w"}
    {"do": "press", "button": "button"}      {"do": "inject", "fault": "room_open", "value": 1}
    {"do": "power_cycle", "off_s": 10}       {"do": "close"}

Answers: {"ok": true, ...result} or {"ok": false, "error": "...", "hint": "..."}. An error changes
nothing; the next request is served as if the bad one had not been sent.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import TextIO

from nuanbu.errors import UserError
from nuanbu.sim.device import Device
from nuanbu.sim.process import DeviceDied


class Server:
    """Serves one heater at a time."""

    def __init__(self):
        self._device: Device | None = None

    def close(self) -> None:
        """Stop the heater, if one is open."""
        if self._device:
            self._device.close()
            self._device = None

    def answer(self, line: str) -> dict:
        """The answer to one request line."""
        try:
            request = json.loads(line)
            if not isinstance(request, dict) or not isinstance(request.get("do"), str):
                raise UserError('a request is an object with "do"')
            do = request.pop("do")
            handler = getattr(self, f"_do_{do}", None)
            if handler is None:
                names = (n[4:] for n in dir(self) if n.startswith("_do_"))
                raise UserError(f"cannot do {do!r}; there are: {', '.join(names)}")
            return {"ok": True, **(handler(**request) or {})}
        except UserError as e:
            return {"ok": False, "error": str(e), "hint": e.hint}
        except (TypeError, ValueError) as e:
            return {"ok": False, "error": f"bad request: {e}", "hint": "see docs/cosim.md"}
        except DeviceDied as e:
            self.close()
            return {"ok": False, "error": str(e), "hint": "open again"}

    def _heater(self) -> Device:
        if self._device is None:
            raise UserError("no heater is open", 'send {"do": "open"} first')
        return self._device

    def _do_open(self, **options):
        fresh = Device(**options)
        self.close()
        self._device = fresh

    def _do_step(self, seconds: float = 1.0, **inputs):
        return dataclasses.asdict(self._heater().step(seconds, **inputs))

    def _do_set(self, settings: dict):
        self._heater().set(settings)

    def _do_get(self, name: str):
        return {"value": self._heater().get(name)}

    def _do_press(self, button: str = "button", seconds: float = 0.3):
        self._heater().press(button, seconds)

    def _do_inject(self, fault: str, value: int = 1):
        self._heater().inject(fault, value)

    def _do_power_cycle(self, off_s: float = 10.0):
        self._heater().power_cycle(off_s)

    def _do_close(self):
        self.close()


def serve(lines: Iterable[str], out: TextIO) -> None:
    """Serve requests until the input ends."""
    server = Server()
    try:
        for line in lines:
            if line.strip():
                print(json.dumps(server.answer(line)), file=out, flush=True)
    finally:
        server.close()
