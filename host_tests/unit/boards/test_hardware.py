"""The firmware's own hardware.py on every real board's pins, under MicroPython."""

import os
import subprocess
from pathlib import Path

import pytest
from loading import REAL


@pytest.mark.parametrize("name", REAL)
def test_every_part_of_the_board_works(name, repo, micropython):
    places = [f"boards/{name}", "boards/sim", "firmware", "lib"]
    run = subprocess.run(
        [micropython, Path(__file__).with_name("hardware_vm.py")],
        env={**os.environ, "MICROPYPATH": ":".join(str(repo / place) for place in places)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.stdout == f"well: {name}\n", run.stdout + run.stderr
