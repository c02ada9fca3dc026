"""Thirty days in one process: the heap is at their end what it was in their middle."""

import json
import os
import subprocess
from pathlib import Path

import pytest

DAYS = int(os.environ.get("DAYS", "30"))


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
def test_thirty_days_leave_the_heap_as_it_was(micropython, repo, tmp_path, figure):
    places = ":".join(str(repo / place) for place in ("boards/sim", "firmware", "lib"))
    done = subprocess.run(
        [micropython, "-X", "heapsize=2M", Path(__file__).with_name("days.py")]
        + [tmp_path / "flash.bin", str(DAYS)],
        env={**os.environ, "MICROPYPATH": places},
        capture_output=True,
        text=True,
        check=False,
    )
    days = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(days) == DAYS, done.stdout + done.stderr
    third = DAYS // 3
    least = [day["heap_b"] for day in days]
    drift = min(least[-third:]) - min(least[third:-third])
    figure(f"heap drift over {DAYS} virtual days, bytes", drift, 0, drift <= 0)
    assert [day["bad"] for day in days] == [0] * DAYS
    assert drift <= 0
