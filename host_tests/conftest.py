"""What every test has at hand: the device's modules on the path, MicroPython, the checkout."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

REPO = Path(__file__).resolve().parents[1]
HINT = "no .tools/bin/micropython: run `make setup`, or name one with MICROPYTHON="

# The path of the device, behind the stand-in for what only MicroPython has.
sys.path[:0] = [str(REPO / place) for place in ("host_tests/shims", "firmware", "lib")]

# No deadline for one example: what it would measure is how busy the machine is. A submission
# is judged by the same examples every time; at the desk they differ from run to run.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def repo():
    """The root of the checkout."""
    return REPO


@pytest.fixture(scope="session")
def micropython(repo):
    """The path of the MicroPython that set-up made ready; a test fails where there is none."""
    path = repo / ".tools/bin/micropython"
    if not path.exists():
        pytest.fail(HINT, pytrace=False)
    return path


@pytest.fixture
def figure(record_property):
    """figure(name, value, target, met=True): a measured figure, told at the end of the run."""

    def tell(name, value, target, met=True):
        record_property("figure", [name, str(value), str(target), bool(met)])

    return tell


def pytest_terminal_summary(terminalreporter):
    """What tests have measured, each figure with its target; and the tally of faults tried."""
    told = [
        told
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
        if report.when == "call"
        for told in report.user_properties
    ]
    _tell_figures(terminalreporter, [value for name, value in told if name == "figure"])
    _tell_tally(terminalreporter, [value for name, value in told if name == "tally"])


def _tell_figures(terminalreporter, figures):
    if figures:
        terminalreporter.section("figures")
    for name, value, target, met in figures:
        terminalreporter.line(f"{'met   ' if met else 'MISSED'} {name}: {value} ({target})")


def _tell_tally(terminalreporter, tallies):
    """What the tests of faults/ have tried, by what was tried, and how much of it was wanted."""
    wanted, total = {}, {}
    for title, number, tally in tallies:
        wanted[title] = number
        before = total.setdefault(title, {})
        for name, (cases, failures) in tally.items():
            earlier = before.get(name, (0, 0))
            before[name] = (earlier[0] + cases, earlier[1] + failures)
    for title, rows in total.items():
        terminalreporter.section(title)
        cases, failures = rows.pop("cases")
        met = "met   " if cases >= wanted[title] and not failures else "MISSED"
        terminalreporter.line(f"{met} cases: {cases} ({wanted[title]}), failures: {failures} (0)")
        for name, (cases, failures) in rows.items():
            terminalreporter.line(f"{name:20}{cases:7} cases{failures:5} failures")


def pytest_collection_modifyitems(config, items):
    """Leave the soak tests to `make soak`, unless -m asks for something of its own."""
    if config.option.markexpr:
        return
    soak = [item for item in items if item.get_closest_marker("soak")]
    items[:] = [item for item in items if not item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=soak)
