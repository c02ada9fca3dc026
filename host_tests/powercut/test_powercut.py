"""The power fails at every flash operation of every kind of save, on LittleFS in MicroPython.

Afterwards the device must come up with all of a change or nothing of it, with everything it was
told to be safe, and with a file system that still takes writes.
"""

import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LIMIT_S = 180

# Scenario -> (least number of flash operations, so that an empty run cannot pass; try every n-th)
SCENARIOS = {
    "first_save": (5, 1),
    "small_save": (3, 1),
    "large_save": (40, 1),
    "remove": (2, 1),
    "commit": (4, 1),
    "trial_and_confirm": (8, 1),
    "revert_at_start": (3, 1),
    "revert_in_time": (6, 1),
    "migration": (6, 1),
    "factory_reset": (6, 1),
    "journal_append": (100, 1),
    "journal_rotation": (80, 1),
    "ring_flush": (10, 1),
    "winter_day": (120, 1),
}
MANNERS = ("none", "whole", "torn", "flipped")


def run(micropython, repo, script, *arguments):
    """Output of a script of this folder under MicroPython."""
    done = subprocess.run(
        [micropython, "-X", "heapsize=64m", HERE / script, repo, *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_old_or_new_never_mixed_never_lost(micropython, repo, scenario, manner):
    least, every = SCENARIOS[scenario]
    output = run(micropython, repo, "cut.py", scenario, manner, str(every))
    found = re.search(r"operations (\d+) erases \d+ cuts (\d+) failures (\d+)\n$", output)
    assert found, output[-3000:]
    operations, cuts, failures = map(int, found.groups())
    assert operations >= least
    assert cuts == -(-operations // every)
    assert failures == 0, output[:3000]


def test_a_bit_that_goes_wrong_costs_no_start_and_mixes_nothing(micropython, repo):
    count = 300
    output = run(micropython, repo, "rot.py", str(count))
    assert output.endswith(f"flips {count} unmounted 0 failures 0\n"), output[:3000]


def test_a_full_flash_refuses_and_loses_nothing(micropython, repo):
    refused = int(run(micropython, repo, "full.py").split()[-1])
    assert refused > 10, "the flash was never full"
