"""Hostile bytes and hostile messages against the link, in MicroPython."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "system"))
import guard as side

REPO = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
UMQTTS = sorted((REPO / ".tools/umqtt").glob("*"))


def attack(micropython, script, count, seed, wait_s):
    command = [micropython, HERE / script, REPO / "firmware", UMQTTS[-1], str(count), str(seed)]
    out = subprocess.run(command, capture_output=True, text=True, timeout=wait_s)
    assert out.returncode == 0, f"{' '.join(map(str, command))}: {out.stderr[-2000:]}"
    *sent, told = out.stdout.splitlines()
    for line in sent:
        _, kind, message = line.split(" ", 2)
        side.validate(kind, dict(json.loads(message), sig="0" * 64))
    return told


def test_mutated_streams(micropython):
    told = attack(micropython, "link_streams.py", 10_000, 1, 250)
    assert int(told.split()[1]) > 10_000  # enough got through to be compared


def test_hostile_messages(micropython):
    told = attack(micropython, "link_messages.py", 10_000, 1, 250)
    for reason in ("forged", "json", "type", "range", "replayed", "expired", "future", "nonce"):
        assert f"'{reason}'" in told


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize("script", ["link_streams.py", "link_messages.py"])
def test_a_million(micropython, figure, script, seed):
    told = attack(micropython, script, 100_000, seed, 3600)
    figure(f"{script[:-3]}, a tenth of 10^6", told, "no difference, none applied")
