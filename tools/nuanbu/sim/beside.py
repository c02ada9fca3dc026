"""A group of heaters on one feeder, run beside `nuanbu sim run` in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from nuanbu.errors import UserError
from nuanbu.report.feeder import FeederRecord

MINUTES, SPEED = 10, 20
_PATIENCE_S = 120.0  # beyond the time it is to take


class Group:
    """Use as a context: `nuanbu fleet live` runs while it lasts. folder: where its record and
    what it says are kept."""

    def __init__(self, folder: Path, heaters: int, seed: int):
        self._record = folder / "group.json"
        self._record.unlink(missing_ok=True)
        self._log = folder / "group.log"
        words = ["fleet", "live", "--heaters", str(heaters), "--minutes", str(MINUTES)]
        words += ["--speed", str(SPEED), "--seed", str(seed), "--json", str(self._record)]
        command = [sys.executable, "-c", "from nuanbu.cli import main; main()", *words]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)

    def __enter__(self) -> Group:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()

    def result(self) -> FeederRecord:
        """Wait for it. UserError with its last words when it failed."""
        try:
            code = self._process.wait(60 * MINUTES / SPEED + _PATIENCE_S)
            if code == 0:
                return FeederRecord.load(self._record)
            why = f"exit code {code}"
        except (subprocess.TimeoutExpired, OSError, ValueError, TypeError) as e:
            why = str(e)
        said = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise UserError(
            f"the group on one feeder failed ({why}): {said[-1] if said else ''}",
            f"see {self._log}; the report was written without it",
        )
