"""Faults at pins, ADC and buses, singly and in pairs, against the unmodified firmware.

Quick: every fault of the catalogue once and a seeded sample, 300 cases. `make soak`: 10,000.
A failing case prints its seed; `run(Case(seed, pair))` repeats it.
"""

import os

import pytest
from bench import Case, Unsafe, run
from catalogue import FAULTS

QUICK = int(os.environ.get("FAULT_CASES", "300"))
BATCH = 20
SOAK_BATCHES = 200
SOAK_BATCH = 50
FIRST_SEED = 20261123


def sweep(seeds):
    """Run the cases of `seeds`, every other one a pair; all that failed, in one message."""
    wrong = []
    for seed in seeds:
        try:
            run(Case(seed, pair=seed % 2 == 1))
        except Unsafe as error:
            wrong.append(str(error))
    assert not wrong, f"{len(wrong)} of {len(seeds)} unsafe:\n" + "\n".join(wrong)


@pytest.mark.parametrize("batch", range(QUICK // BATCH))
def test_a_sample_of_faults_ends_safe(batch):
    start = FIRST_SEED + batch * BATCH
    sweep(range(start, start + BATCH))


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(SOAK_BATCHES))
def test_ten_thousand_faults_end_safe(batch):
    start = FIRST_SEED + 1_000_000 + batch * SOAK_BATCH
    sweep(range(start, start + SOAK_BATCH))


def test_the_sample_holds_every_fault_singly():
    seen = {Case(seed).faults[0].name for seed in range(FIRST_SEED, FIRST_SEED + QUICK, 2)}
    missing = {f.name for f in FAULTS} - seen
    assert not missing
