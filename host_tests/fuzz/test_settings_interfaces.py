"""Random settings from every interface: none outside its bounds takes effect, none is refused
without name, value and what is allowed. 10^5 each in the soak test."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "system"))
from witness import validate

HERE = Path(__file__).parent
FILES = ("profile", "batch", "words", "cosim")  # ways that settings_files.py knows


def judged(command, ways, least):
    done = subprocess.run(command, capture_output=True, text=True, timeout=7000, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for line in done.stdout.splitlines():
        if line.startswith("SENT "):
            _, kind, message = line.split(" ", 2)
            validate(kind, dict(json.loads(message), sig="0" * 64))
    for way in ways:
        found = re.search(way + r" asked (\d+) wrong (\d+) unnamed (\d+)$", done.stdout, re.M)
        assert found, done.stdout[-3000:]
        assert int(found[1]) >= least
        assert found[2] == found[3] == "0", done.stdout[:3000]


def both(micropython, repo, count, seed):
    script = HERE / "settings_interfaces.py"
    command = [micropython, "-X", "heapsize=64m", script, repo, str(count), str(seed)]
    judged(command, ("console", "mqtt"), count)
    command = [sys.executable, HERE / "settings_files.py", str(count // 10), str(seed)]
    judged(command, FILES, count // 10)


def test_none_outside_its_bounds_takes_effect(micropython, repo):
    both(micropython, repo, 3000, 7)


@pytest.mark.soak
def test_a_hundred_thousand(micropython, repo):
    both(micropython, repo, 100_000, 8)
    command = [sys.executable, HERE / "settings_files.py", "100000", "8"]
    judged(command, FILES, 100_000)
