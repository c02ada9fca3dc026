"""An exception at any call of the firmware, and no memory left within any call.

Each case is one run of the unmodified firmware in its own MicroPython: heating, the exception at
a call chosen by chance among all of four seconds, everything off before the tick ends, and heat
again within a minute without any help.
"""

import subprocess
from random import Random

import pytest

KINDS = ("MemoryError", "OSError", "ValueError", "RuntimeError", "KeyError", "heap")
QUICK = 60
SOAK_BATCHES, SOAK_BATCH = 20, 100


def strike(micropython, repo, folder, kind, call):
    done = subprocess.run(
        [
            micropython, "-X", "heapsize=1M", repo / "host_tests/faults/raising.py",
            repo / "boards/sim", repo / "firmware", repo / "lib", folder / f"{kind}-{call}.bin",
            kind, str(call),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    (folder / f"{kind}-{call}.bin").unlink(missing_ok=True)
    return done.stdout.strip().splitlines()


@pytest.fixture(scope="module")
def calls(micropython, repo, tmp_path_factory):
    said = strike(micropython, repo, tmp_path_factory.mktemp("count"), "count", 0)
    assert said and said[-1].startswith("calls "), said
    number = int(said[-1].split()[1])
    assert number > 1000  # forty ticks of a whole firmware
    return number


def sweep(micropython, repo, folder, calls, random, number):
    wrong = []
    for _ in range(number):
        kind, call = random.choice(KINDS), random.randrange(1, calls)
        said = strike(micropython, repo, folder, kind, call)
        if not said or said[-1] != "fine":
            wrong.append(f"{kind} at call {call}: {said[-3:]}")
    assert not wrong, "\n".join(wrong)


def test_any_call_may_raise(micropython, repo, tmp_path, calls):
    sweep(micropython, repo, tmp_path, calls, Random(3), QUICK)


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(SOAK_BATCHES))
def test_any_call_may_raise_many(micropython, repo, tmp_path, calls, batch):
    sweep(micropython, repo, tmp_path, calls, Random(1000 + batch), SOAK_BATCH)
