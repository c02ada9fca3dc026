"""One running firmware: a MicroPython process in lock-step with its host.

The wire is described in `boards/sim/world.py`. Nothing here knows of houses or rooms.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import struct
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from nuanbu.errors import UserError
from nuanbu.sim import find

_TO_DEVICE = struct.Struct("<IiiiiiHHHB")
_FROM_DEVICE = struct.Struct("<QQIIBBHHI")
_TRACE = struct.Struct("<IHH")
_FLAG_CONTACTOR, _FLAG_SWITCH, _FLAG_RESET = 1, 2, 4
_RESET_EXIT = 3
_RX_BYTES_A_FRAME = 260  # what the device's console ring holds

POWER_ON, HARD_RESET, WATCHDOG = 1, 2, 3  # machine.reset_cause() of the ESP32 port


class DeviceDied(RuntimeError):
    """The firmware process ended or hung; the text holds its last words."""


@dataclass
class Physical:
    """Physical inputs held during one exchange. Temperatures are those at the sensors."""

    room_c: float = 20.0
    body_c: float = 20.0
    chip_c: float = 25.0
    mains_v: float = 220.0
    leakage_ma: float = 0.0
    tilted: bool = False
    buttons: int = 0


@dataclass
class Report:
    """What the heater did during one exchange."""

    now_ms: int
    energy_j: float
    switchings: int
    contactor_switchings: int
    contactor: bool
    reset_cause: int | None = None
    console: bytes = b""
    trace: list[tuple[int, int, int]] = field(default_factory=list)
    probe: dict | None = None


def simulated_board(name: str) -> Path:
    """Folder of a board that can be simulated; UserError that lists them for any other name."""
    boards = {p.parent.name: p.parent for p in find.repository().glob("boards/*/launch.py")}
    if name not in boards:
        names = ", ".join(sorted(boards))
        raise UserError(f"board {name!r} cannot be simulated (allowed: {names})")
    return boards[name]


class DeviceProcess:
    """Starts MicroPython on the unmodified firmware, exchanges frames with it, stops it.

    `flash` is the file that holds its flash; it outlives the process. `board` names a folder
    under `boards/`. Every exchange must be answered within `timeout_s` of wall time, or the
    device is taken for hung and `DeviceDied` is raised.
    """

    def __init__(
        self,
        flash: Path,
        *,
        board: str = "sim",
        heap: str = "1M",
        log: Path | None = None,
        timeout_s: float = 60.0,
    ):
        root = find.repository()
        board_dir = simulated_board(board)
        self._timeout_s = timeout_s
        self._log = open(log, "ab") if log else tempfile.TemporaryFile()  # noqa: SIM115
        to_device_r, self._to_device = os.pipe()
        self._from_device, from_device_w = os.pipe()
        command = [
            find.micropython(), "-X", f"heapsize={heap}", str(board_dir / "launch.py"),
            str(root / "firmware"), str(root / "lib"), str(flash),
            str(to_device_r), str(from_device_w), *find.umqtt(),
        ]  # fmt: skip
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            pass_fds=(to_device_r, from_device_w),
            env={**os.environ, "MICROPYPATH": ".frozen"},
        )
        os.close(to_device_r)
        os.close(from_device_w)
        self._last = (0, 0, 0)  # energy_uj, switchings, contactor switchings

    def exchange(
        self,
        period_ms: int,
        physical: Physical,
        *,
        console: bytes = b"",
        commands: list[dict] | None = None,
        probe: bool = False,
    ) -> Report:
        """Let the firmware run for `period_ms` of virtual time with the inputs held.

        Raises DeviceDied when the process has ended, or gave no answer in time.
        """
        self.send(period_ms, physical, console=console, commands=commands, probe=probe)
        return self.receive()

    def send(self, period_ms, physical, *, console=b"", commands=None, probe=False) -> None:
        """First half of an exchange; `receive` is the second."""
        orders = b"\n".join(json.dumps(c).encode() for c in commands or ())
        frame = _TO_DEVICE.pack(
            period_ms,
            round(physical.room_c * 1000),
            round(physical.body_c * 1000),
            round(physical.chip_c * 1000),
            round(physical.mains_v * 1000),
            round(physical.leakage_ma * 1000),
            int(physical.tilted) | physical.buttons << 8,
            len(console),
            len(orders),
            probe,
        )
        try:
            os.write(self._to_device, frame + console + orders)
        except BrokenPipeError:
            # A restart loses what is begun after it; its own report is still to be read.
            if self._process.wait() != _RESET_EXIT:
                raise self._died() from None

    def receive(self) -> Report:
        """Wait for the firmware to have run; see `exchange`."""
        head = self._read(_FROM_DEVICE.size)
        (now_ms, energy_uj, switchings, contactors, flags, spare, n_console, n_trace, n_probe) = (
            _FROM_DEVICE.unpack(head)
        )
        body = self._read(n_console + n_trace + n_probe)
        report = Report(
            now_ms=now_ms,
            energy_j=(energy_uj - self._last[0]) / 1e6,
            switchings=switchings - self._last[1],
            contactor_switchings=contactors - self._last[2],
            contactor=bool(flags & _FLAG_CONTACTOR),
            reset_cause=spare if flags & _FLAG_RESET else None,
            console=body[:n_console],
            trace=list(_TRACE.iter_unpack(body[n_console : n_console + n_trace])),
            probe=json.loads(body[n_console + n_trace :]) if n_probe else None,
        )
        self._last = (energy_uj, switchings, contactors)
        return report

    def _read(self, n: int) -> bytes:
        if not n:
            return b""
        data = b""
        while len(data) < n:
            if not select.select([self._from_device], [], [], self._timeout_s)[0]:
                self._process.kill()
                raise DeviceDied(f"the firmware gave no answer for {self._timeout_s:g} s")
            more = os.read(self._from_device, n - len(data))
            if not more:
                raise self._died()
            data += more
        return data

    def _died(self) -> DeviceDied:
        code = self._process.wait()
        return DeviceDied(f"the firmware ended with exit code {code}:\n{self.log_tail()}")

    def processor_s(self) -> float:
        """Processor time used so far, in s; counted by the kernel in steps of 10 ms."""
        after_name = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        user, system = after_name[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def log_tail(self, size: int = 2000) -> str:
        """The last `size` bytes that the firmware printed."""
        self._log.flush()
        with open(f"/proc/self/fd/{self._log.fileno()}", "rb") as f:
            f.seek(max(0, f.seek(0, os.SEEK_END) - size))
            return f.read().decode(errors="replace").strip()

    def close(self) -> None:
        """Cut the power: the process is killed, its flash stays as it is."""
        self._process.kill()
        self._process.wait()
        for fd in (self._to_device, self._from_device):
            with contextlib.suppress(OSError):
                os.close(fd)
        self._log.close()
