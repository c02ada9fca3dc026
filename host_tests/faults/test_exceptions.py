"""An exception at any call of the firmware, and no memory left within any call.

Each case is one run of the unmodified firmware in its own MicroPython: heating, the exception at
a call chosen by chance among all of four seconds, everything off before the tick ends, and heat
again within a minute without any help.

Quick: a sample of 60. `make soak`: 2,000.
"""

import subprocess
from pathlib import Path
from random import Random

import pytest
from compiled import tree

KINDS = ("MemoryError", "OSError", "ValueError", "RuntimeError", "KeyError", "heap")
QUICK = 60
SOAK = 2000
SOAK_BATCH = 100
RAISING = Path(__file__).with_name("raising.py")


def strike(micropython, folder, kind, call):
    flash = folder / f"{kind}-{call}.bin"
    device = tree()
    done = subprocess.run(
        [
            micropython, "-X", "heapsize=1M", RAISING,
            device / "boards/sim", device / "firmware", device / "lib", flash, kind, str(call),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    flash.unlink(missing_ok=True)
    return done.stdout.strip().splitlines()


@pytest.fixture(scope="module")
def cases(micropython, tmp_path_factory):
    """Every kind at every call of those four seconds."""
    said = strike(micropython, tmp_path_factory.mktemp("count"), "count", 0)
    assert said and said[-1].startswith("calls "), said
    number = int(said[-1].split()[1])
    assert number > 1000  # forty ticks of a whole firmware
    return [(kind, call) for kind in KINDS for call in range(1, number)]


def sweep(micropython, folder, chosen, wanted, record_property):
    wrong = []
    tally = {"cases": [len(chosen), 0], **{kind: [0, 0] for kind in KINDS}}
    for kind, call in chosen:
        said = strike(micropython, folder, kind, call)
        failed = not said or said[-1] != "fine"
        tally[kind][0] += 1
        tally[kind][1] += failed
        tally["cases"][1] += failed
        if failed:
            wrong.append(f"{kind} at call {call}: {said[-3:]}")
    record_property("tally", ["exceptions", wanted, tally])
    assert not wrong, "\n".join(wrong)


def test_any_call_may_raise(micropython, tmp_path, cases, record_property):
    sweep(micropython, tmp_path, Random(3).sample(cases, QUICK), QUICK, record_property)


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(SOAK // SOAK_BATCH))
def test_any_call_may_raise_many(micropython, tmp_path, cases, batch, record_property):
    chosen = Random(1000).sample(cases, SOAK)[batch * SOAK_BATCH :][:SOAK_BATCH]
    sweep(micropython, tmp_path, chosen, SOAK, record_property)
