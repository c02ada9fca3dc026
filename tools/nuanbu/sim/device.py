"""A heater to experiment with: the real firmware in MicroPython on simulated hardware.

    from nuanbu.sim import Device

    with Device(board="sim", settings={"control.setpoint_mdeg": 21000}) as dev:
        reply = dev.step(seconds=10.0, room_c=18.3)
        print(reply.power_w, reply.mode, reply.faults)

Any plant model can stand behind it: give `step` the temperatures, take the power.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Self

from nuanbu.errors import UserError
from nuanbu.sim import faults
from nuanbu.sim.answers import Step, Sum, result
from nuanbu.sim.inputs import INPUTS, instant, within
from nuanbu.sim.plant import SimplePlant
from nuanbu.sim.process import (
    POWER_ON,
    DeviceDied,
    DeviceProcess,
    Physical,
    Report,
    simulated_board,
)

BUTTONS = {"button": 1, "main": 1, "up": 2, "down": 4}
MODES = ("off", "heat", "plan")  # as heater.signals.MODE_NAMES
_SLICE_MS = 5000  # the built-in model moves at least so often; its fastest lag is 300 s
_CONSOLE_MS = 100  # one tick: the firmware serves its console after every tick
_REQUEST_TICKS = 50
_FRAME_BYTES = 240
_PART_CHARS = 25  # of a text that goes in parts: as JSON six bytes each at most
_RESETS_A_STEP = 100


class Device:
    """One heater in virtual time.

    board     folder under `boards/` that can be simulated
    settings  setting name -> value, committed before the first step
    start     ISO 8601 local time with offset, told to the firmware as its wall clock; None
              leaves it without a clock, as after a power cut
    seed      of the chip: its unique_id, and the start of its tick counter, so that wraps fall
              anywhere
    flash     file that holds the flash; None uses a temporary one
    speed     None: as fast as possible; 1.0: real time; k: k times real time

    Raises UserError for an impossible argument, Refused for a setting the firmware refuses,
    DeviceDied when the firmware ends.
    """

    def __init__(
        self,
        board: str = "sim",
        settings: dict | None = None,
        start: str | None = None,
        *,
        seed: int = 0,
        flash: str | Path | None = None,
        speed: float | None = None,
        log: str | Path | None = None,
    ):
        if speed is not None and not speed > 0:
            raise UserError(f"speed={speed}: must be above 0, or None for as fast as possible")
        self._start = instant(start)
        simulated_board(board)
        self._board = board
        self._seed = seed
        self._log = Path(log) if log else None
        self._speed = speed
        self._temp = None
        if flash is None:
            self._temp = tempfile.TemporaryDirectory(prefix="nuanbu-")
            flash = Path(self._temp.name) / "flash.bin"
        self._flash = Path(flash)
        self._world: dict = {}
        self._faults: dict[str, int] = {}
        self.plant = SimplePlant()
        self.physical = Physical()
        self.elapsed_ms = 0  # virtual time since the device was made
        self._ahead_ms = 0  # used by console requests, taken off the next step
        self._pending = Sum()
        self._press_ms = 0
        self._pressed = 0
        self._request_id = 0
        self._process: DeviceProcess | None = None
        self._fresh = True
        try:
            if settings:
                self._provision(settings)
        except BaseException:
            self.close()
            raise

    # --- life

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Stop the firmware and remove a temporary flash."""
        self._stop()
        if self._temp:
            self._temp.cleanup()
            self._temp = None

    def _stop(self) -> None:
        if self._process:
            self._process.close()
            self._process = None

    def _boot(self, cause: int = POWER_ON) -> None:
        self._stop()
        self._process = DeviceProcess(self._flash, board=self._board, log=self._log)
        # Two bits of the seed decide how far the tick counter is from its wrap.
        world = {"reset_cause": cause, "epoch_ms": (self._seed * 0x9E3779B1) & 0x3FFFFFFF}
        world["number"] = self._seed & 0xFFFF
        self._commands: list[dict] = [{"set": {**world, **self._world}}]
        self._commands += [{"fault": k, "value": v} for k, v in self._faults.items()]

    def _provision(self, settings: dict) -> None:
        """Commit settings on a first boot, then start afresh, as an installer leaves it."""
        self.physical.body_c = self.physical.room_c
        self.set(settings)
        self._stop()
        self._fresh = True  # the heater is told the time at its first start in its home
        self.elapsed_ms = self._ahead_ms = 0
        self._pending = Sum()

    def power_cycle(self, off_s: float = 10.0) -> None:
        """Cut the power for `off_s` of virtual time, then boot from the same flash."""
        self._stop()
        for _ in range(max(1, round(off_s))):
            self.plant.step(off_s / max(1, round(off_s)), 0.0)
        self.elapsed_ms += round(off_s * 1000)
        self._fresh = False  # the wall clock is gone

    # --- physics

    def step(self, seconds: float = 1.0, **inputs) -> Step:
        """Run the firmware for `seconds` of virtual time with the given inputs held.

        Inputs, each optional: room_c (at the room sensor), body_c, chip_c, outdoor_c (degC),
        mains_v (V), leakage_ma (mA), tilted (0 or 1). What is not given comes from the simple
        model in `plant`. `seconds` is a multiple of 0.1 between 0.1 and 86400.
        Raises UserError outside these ranges.
        """
        within("seconds", seconds, 0.1, 86_400, "")
        self._take(inputs)
        if self._process is None:
            self._boot_clocked()
        left_ms = round(seconds * 1000) - self._ahead_ms
        self._ahead_ms = 0
        slice_ms = left_ms if inputs.get("body_c") is not None else _SLICE_MS
        if "room_c" not in inputs:
            slice_ms = min(slice_ms, _SLICE_MS)
        probe = None
        while left_ms > 0 or probe is None:
            span_ms = max(_CONSOLE_MS, min(slice_ms, left_ms))
            if self._press_ms:
                span_ms = min(span_ms, self._press_ms)
            report = self._advance(span_ms, inputs, probe=left_ms <= span_ms)
            left_ms -= span_ms
            probe = report.probe or probe
            if left_ms <= 0 and probe is None and len(self._pending.resets) > _RESETS_A_STEP:
                raise DeviceDied("the firmware resets again and again without a single tick")
        self._ahead_ms = -left_ms
        total, self._pending = self._pending, Sum()
        return Step(
            seconds=seconds,
            power_w=total.energy_j / (total.ms / 1000),
            contactor=report.contactor,
            switchings=total.switchings,
            contactor_switchings=total.contactor_switchings,
            mode=MODES[probe.get("mode", 0)],
            faults=probe.get("faults", []),
            snapshot={k: v for k, v in probe.items() if k != "faults"},
            trace=total.trace,
            resets=total.resets,
        )

    def press(self, button: str = "button", seconds: float = 0.3) -> None:
        """Press a button from the beginning of the next step on, for `seconds`."""
        if button not in BUTTONS:
            raise UserError(f"button {button!r}: choose one of {', '.join(sorted(BUTTONS))}")
        self._pressed = BUTTONS[button]
        self._press_ms = max(_CONSOLE_MS, round(seconds * 10) * 100)

    def inject(self, fault: str, value: int = 1) -> None:
        """Break (or with value=0 mend) a part of the simulated hardware; see nuanbu.sim.faults.

        Raises UserError for a part that is not there and for a value outside its range.
        """
        faults.check(fault, value)
        if value:
            self._faults[fault] = value
        else:
            self._faults.pop(fault, None)
        if self._process:
            self._commands.append({"fault": fault, "value": value})

    def world(self, **values) -> None:
        """Set globals of boards/sim/world.py, for example hang_ms or noise_mdeg."""
        if "hang_ms" not in values:
            self._world.update(values)
        if self._process:
            self._commands.append({"set": values})

    # --- console

    def set(self, settings: dict) -> None:
        """Change settings the way a console command does: all of them, or none.

        Raises Refused with the firmware's own reason.
        """
        try:
            for name, value in settings.items():
                self._stage(name, value)
        except UserError:
            self.request("cfg.drop")
            raise
        answer = self.request("cfg.commit")
        hardware = {"heater.rated_w": "element_rated_w", "heater.rated_mv": "element_rated_mv",
                    "heater.modulator": "modulator"}  # fmt: skip
        self.world(**{hardware[k]: v for k, v in settings.items() if k in hardware})
        if "heater.rated_w" in settings:
            self.plant.rated_w = settings["heater.rated_w"]
        if answer.get("restart"):
            self._restart()

    def _restart(self) -> None:
        # In good order: what the firmware has not written yet would be lost with the power.
        self.request("sys.restart")
        for _ in range(_REQUEST_TICKS):
            self._ahead_ms += _CONSOLE_MS
            if self._advance(_CONSOLE_MS, {}).reset_cause is not None:
                self._pending.resets.pop()  # asked for here: it falls into no step
                return
        raise DeviceDied(f"no restart within {_REQUEST_TICKS * _CONSOLE_MS} ms of being asked")

    def _stage(self, name: str, value) -> None:
        # A long text, such as a weekly plan, does not fit one line of the console.
        if not isinstance(value, str) or len(value) <= _PART_CHARS:
            self.request("cfg.set", k=name, v=value)
            return
        for at in range(0, len(value), _PART_CHARS):
            end = at + _PART_CHARS >= len(value)
            self.request("cfg.part", k=name, at=at, v=value[at : at + _PART_CHARS], end=end)

    def get(self, name: str):
        """Value of a setting in force."""
        return self.request("cfg.get", k=name)["v"]

    def request(self, method: str, **params):
        """Send one console request and return the result; raises Refused on an error answer."""
        if self._process is None:
            self._boot_clocked()
        self._request_id += 1
        request_id = self._request_id
        line = json.dumps({"id": request_id, "m": method, "p": params}).encode() + b"\n"
        if len(line) > _FRAME_BYTES:
            raise UserError(f"request of {len(line)} bytes: the console takes {_FRAME_BYTES}")
        received = b""
        report = self._advance(_CONSOLE_MS, {}, console=line)
        for _ in range(_REQUEST_TICKS):
            self._ahead_ms += _CONSOLE_MS
            received += report.console
            for text in received.split(b"\n")[:-1]:
                answer = result(text, request_id)
                if answer is not None:
                    return answer
            report = self._advance(_CONSOLE_MS, {})
        raise DeviceDied(f"no answer to {method} within {_REQUEST_TICKS * _CONSOLE_MS} ms")

    # --- half steps, for a plant that moves at the same time (lockstep.py)

    def start(self) -> None:
        """Boot with the present `physical` inputs, unless running already."""
        if self._process is None:
            self.plant.room_c, self.plant.body_c = self.physical.room_c, self.physical.body_c
            self._boot_clocked()

    def begin(self, span_ms: int, *, probe: bool = False) -> None:
        """Let the firmware run for `span_ms` with `physical` held, when it is done with what was
        begun before."""
        commands, self._commands = self._commands, []
        assert self._process
        self._process.send(span_ms, self.physical, commands=commands, probe=probe)

    def finish(self, span_ms: int) -> Report:
        """Wait for the first of what `begin` began. A restart loses what was begun after it."""
        assert self._process
        report = self._process.receive()
        self.elapsed_ms += span_ms
        if report.reset_cause is not None:
            self._boot(report.reset_cause)
        return report

    def processor_s(self) -> float:
        """Processor time that the running firmware has used so far, in s."""
        return self._process.processor_s() if self._process else 0.0

    def second(self, sensor_c: float, mains_v: float) -> Report:
        """One second without the checks and the probe of `step`, for long runs."""
        self.plant.room_c = sensor_c
        self.physical.mains_v = mains_v
        if self._process is None:
            self.plant.body_c = sensor_c
            self._boot_clocked()
        return self._advance(1000, {"room_c": sensor_c})

    # --- inside

    def _boot_clocked(self) -> None:
        self._boot()
        if self._start is not None and self._fresh:
            self._fresh = False
            self.request("time.set", epoch_s=self._start + self.elapsed_ms // 1000)

    def _take(self, inputs: dict) -> None:
        for name, value in inputs.items():
            if name not in INPUTS:
                raise UserError(f"no input {name!r}; there are: {', '.join(INPUTS)}")
            if value is None:
                continue
            within(name, value, *INPUTS[name])
        if inputs.get("room_c") is not None:
            self.plant.room_c = inputs["room_c"]
        if inputs.get("body_c") is not None:
            self.plant.body_c = inputs["body_c"]
        elif self.elapsed_ms == 0:
            self.plant.body_c = self.plant.room_c
        if inputs.get("outdoor_c") is not None:
            self.plant.outdoor_c = inputs["outdoor_c"]

    def _advance(self, span_ms: int, inputs: dict, *, console=b"", probe=False) -> Report:
        p = self.physical
        p.room_c = self.plant.room_c
        p.body_c = self.plant.body_c
        p.chip_c = self.plant.chip_c if inputs.get("chip_c") is None else inputs["chip_c"]
        for name in ("mains_v", "leakage_ma"):
            if inputs.get(name) is not None:
                setattr(p, name, inputs[name])
        if inputs.get("tilted") is not None:
            p.tilted = bool(inputs["tilted"])
        p.buttons = self._pressed if self._press_ms else 0
        began = time.monotonic()
        commands, self._commands = self._commands, []
        assert self._process
        report = self._process.exchange(
            span_ms, p, console=console, commands=commands, probe=probe
        )
        self._press_ms = max(0, self._press_ms - span_ms)
        self.elapsed_ms += span_ms
        self._pending.add(span_ms, report)
        mean_w = report.energy_j / (span_ms / 1000)
        held = self.plant.room_c, self.plant.body_c
        self.plant.step(span_ms / 1000, mean_w)
        if inputs.get("room_c") is not None:
            self.plant.room_c = held[0]
        if inputs.get("body_c") is not None:
            self.plant.body_c = held[1]
        if report.reset_cause is not None:
            self._boot(report.reset_cause)
        if self._speed:
            time.sleep(max(0.0, span_ms / 1000 / self._speed - (time.monotonic() - began)))
        return report
