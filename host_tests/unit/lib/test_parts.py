"""The drivers on the simulated board's own buses, under MicroPython, with the heap locked."""

import os
import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def test_every_driver_and_its_part(repo, micropython):
    run = subprocess.run(
        [micropython, HERE / "parts_vm.py"],
        env={**os.environ, "MICROPYPATH": f"{repo}/boards/sim:{repo}/lib"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    wanted = (HERE / "parts_vm.py").read_text().count("\ndef test_")
    assert run.stdout.count("passed test_") == wanted, run.stdout + run.stderr
