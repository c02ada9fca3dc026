"""A simulated heater on a pseudo-terminal, so that real serial tools meet the real firmware.

    with SerialHeater(speed=20.0) as heater:
        print(heater.port)             # such as /dev/pts/7: open it like any serial port
        heater.call(lambda device: device.inject("room_open"))

The firmware runs in lock-step, one tick an exchange, in real or scaled time. What the port is
sent between two ticks reaches the firmware's ring of 260 bytes; what does not fit is lost there,
as on the ESP32.
"""

from __future__ import annotations

import os
import queue
import select
import threading
import time
from collections.abc import Callable
from typing import Any

from nuanbu.errors import UserError
from nuanbu.sim.cable import TICK_MS as _TICK_MS
from nuanbu.sim.cable import HeldDevice

_RING_BYTES = 260
_LATE_TICKS = 20  # so far behind, the wall clock is given up on instead of caught up with
_CALL_S = 60.0
_LOOK_S = 0.2


class SerialHeater:
    """One heater whose console is a serial port of this computer.

    speed  times real time (1.0: real time). Other arguments as for `Device`.

    The firmware runs from `start` (or entering) to `close`, whether anybody has opened the port
    or not. Raises UserError where the system has no pseudo-terminals (Windows).
    """

    def __init__(self, *, speed: float = 1.0, **device: Any):
        if not speed > 0:
            raise UserError(f"speed={speed}: must be above 0")
        self._speed = speed
        self._device = HeldDevice(**device)
        self._calls: queue.Queue = queue.Queue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heater", daemon=True)
        self.error: BaseException | None = None
        self.port = ""
        self._master = self._slave = -1

    def start(self) -> SerialHeater:
        """Open the pseudo-terminal and let the firmware run."""
        try:
            import pty
            import tty
        except ImportError:
            raise UserError("no pseudo-terminals on this system", "use Linux or macOS") from None
        # The slave stays open here: the port does not vanish when a tool closes it.
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        self._thread.start()
        return self

    def __enter__(self) -> SerialHeater:
        return self.start()

    def __exit__(self, *_) -> None:
        self.close()

    def call(self, action: Callable[[HeldDevice], Any]) -> Any:
        """Run `action` with the Device between two ticks and return its result."""
        done: queue.Queue = queue.Queue()
        self._calls.put((action, done))
        if self._stop.is_set():  # the firmware has ended: nobody else would answer
            self._serve_calls()
        ok, result = done.get(timeout=_CALL_S)
        if not ok:
            raise result
        return result

    def close(self) -> None:
        """Stop the firmware and take the port away."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._device.close()
        for fd in (self._master, self._slave):
            if fd >= 0:
                os.close(fd)
        self._master = self._slave = -1

    # --- the thread of the firmware

    def _run(self) -> None:
        try:
            due_s = time.monotonic()
            while not self._stop.is_set():
                self._serve_calls()
                self._write(self._device.tick(self._read()))
                due_s += _TICK_MS / 1000 / self._speed
                left_s = due_s - time.monotonic()
                if left_s > 0:
                    time.sleep(left_s)
                elif -left_s > _LATE_TICKS * _TICK_MS / 1000:
                    due_s = time.monotonic()
        except BaseException as error:
            self.error = error
            self._stop.set()
            self._serve_calls()

    def _serve_calls(self) -> None:
        while not self._calls.empty():
            action, done = self._calls.get()
            try:
                if self.error:
                    raise self.error
                done.put((True, action(self._device)))
            except Exception as error:
                done.put((False, error))

    def _read(self) -> bytes:
        if not select.select([self._master], [], [], 0)[0]:
            return b""
        return os.read(self._master, _RING_BYTES)

    def _write(self, data: bytes) -> None:
        # A real port has no flow control either: what nobody reads is lost.
        try:
            os.write(self._master, data)
        except BlockingIOError:
            pass


def run(*, speed: float, flash: str | None, notes: Any) -> None:
    """`nuanbu sim pty`: print the port, then run until Ctrl-C. notes: a rich console for remarks.

    Raises UserError as `SerialHeater` does, and DeviceDied when the firmware ends.
    """
    with SerialHeater(speed=speed, flash=flash) as heater:
        print(heater.port, flush=True)
        notes.print("the heater runs; Ctrl-C ends it")
        while heater.error is None:
            time.sleep(_LOOK_S)
        raise heater.error
