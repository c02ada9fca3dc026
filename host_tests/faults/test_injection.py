"""Faults at pins, ADC and buses, singly and in pairs, against the unmodified firmware.

Quick: every fault of the catalogue once and a seeded sample, 300 cases. `make soak`: 10,000.
A failing case prints its seed; `run(Case(seed, pair))` repeats it.
"""

import os

import pytest
from bench import INTERRUPTS, WELD, Case, Unsafe, run
from catalogue import BY_NAME, FAULTS

from nuanbu.sim.process import DeviceDied

QUICK = int(os.environ.get("FAULT_CASES", "300"))
BATCH = 20
SOAK = 10_000
SOAK_BATCH = 50
FIRST_SEED = 20261123


def sweep(seeds, wanted, record_property):
    """Run the cases of `seeds`, every other one a pair; all that failed, in one message.

    The tally [cases, failures] by fault, of `wanted` cases in all, is handed to the summary at
    the end of the run.
    """
    wrong = []
    tally = {}
    for seed in seeds:
        case = Case(seed, pair=seed % 2 == 1)
        failed = 0
        try:
            run(case)
        except (Unsafe, DeviceDied) as error:
            failed = 1
            wrong.append(f"{case}: {error}")
        for fault in case.faults:
            count = tally.setdefault(fault.name, [0, 0])
            count[0] += 1
            count[1] += failed
    tally["cases"] = [len(seeds), len(wrong)]
    record_property("tally", ["injected faults", wanted, tally])
    assert not wrong, f"{len(wrong)} of {len(seeds)} unsafe:\n" + "\n".join(wrong)


@pytest.mark.parametrize("batch", range(QUICK // BATCH))
def test_a_sample_of_faults_ends_safe(batch, record_property):
    start = FIRST_SEED + batch * BATCH
    sweep(range(start, start + BATCH), QUICK, record_property)


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(SOAK // SOAK_BATCH))
def test_ten_thousand_faults_end_safe(batch, record_property):
    start = FIRST_SEED + 1_000_000 + batch * SOAK_BATCH
    sweep(range(start, start + SOAK_BATCH), SOAK, record_property)


def test_the_sample_holds_every_fault_singly():
    seen = {Case(seed).faults[0].name for seed in range(FIRST_SEED, FIRST_SEED + QUICK, 2)}
    missing = {f.name for f in FAULTS} - seen
    assert not missing


@pytest.mark.parametrize("other", sorted(INTERRUPTS))
@pytest.mark.parametrize("weld_first", [True, False])
def test_a_weld_in_an_interrupted_circuit_is_found_when_it_is_whole_again(other, weld_first):
    case = Case(FIRST_SEED, pair=True)
    case.faults = [BY_NAME[WELD], BY_NAME[other]]
    if not weld_first:
        case.faults.reverse()
    run(case)
