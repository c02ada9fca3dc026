"""The figures of plan, time, settings and records, each beside its target.

    python host_tests/bench/local_life.py [powercut] [wear] [year] [settings] [early] [window]

Without names: the first four, some minutes. `early` and `window` live through weeks in all the
simulated homes, an hour on two cores. The heating season is `python -m nuanbu.bench.season`.
Exit code 1 when a target is missed. Everything is simulated.
"""

import re
import subprocess
import sys
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
TESTS = REPO / "host_tests"
sys.path[:0] = [str(TESTS / "powercut"), str(REPO / "tools")]

from test_powercut import MANNERS, SCENARIOS  # noqa: E402

from nuanbu.sim import find  # noqa: E402

LIMIT_S = 7200
FILES = (
    ("profile", "a profile file"),
    ("batch", "a batch file"),
    ("words", "the command line"),
    ("cosim", "the co-simulation"),
)


def micropython(script, *words):
    """Output of a script under MicroPython with a large heap."""
    command = [find.micropython(), "-X", "heapsize=64m", TESTS / script, *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=LIMIT_S, check=True
    ).stdout


def python(*words):
    """Output of this Python; what it says on standard error is passed on."""
    done = subprocess.run(
        [sys.executable, *map(str, words)], stdout=subprocess.PIPE, text=True, timeout=LIMIT_S,
        check=False,
    )  # fmt: skip
    return done.stdout, done.returncode


def number(pattern, text):
    """The numbers that `pattern` finds in `text`."""
    found = re.search(pattern, text)
    if not found:
        sys.exit(f"unexpected output:\n{text[-2000:]}")
    return [float(group) for group in found.groups()]


def powercut():
    """Every flash operation of every scenario, cut in every manner."""
    cuts = failures = 0
    for scenario in SCENARIOS:
        for manner in MANNERS:
            out = micropython("powercut/cut.py", REPO, scenario, manner)
            made, failed = number(r"cuts (\d+) failures (\d+)", out)
            cuts, failures = cuts + made, failures + failed
    flips, lost, wrong = number(
        r"flips (\d+) unmounted (\d+) failures (\d+)", micropython("powercut/rot.py", REPO, 1000)
    )
    yield f"power cuts, {len(SCENARIOS)} kinds of save in {len(MANNERS)} manners", cuts, "", None
    yield "... of them neither old nor new, or not starting", failures, "", 0
    yield "single bits turned over in the flash", flips, "", None
    yield "... of them not starting, or mixed", lost + wrong, "", 0


def wear():
    """Two days of writes on LittleFS with both rings full."""
    for load, text in (("normal", "normal life"), ("worst", "the hardest load")):
        days, writes, erases, block = number(
            r"days (\d+) writes (\d+) erases (\d+) worst_block (\d+)",
            micropython("powercut/wear.py", REPO, 2, load),
        )
        yield f"file writes a day, {text}", writes / days, "", 200
        yield f"... blocks erased a day, {text}", erases / days, "", None
        years = 100_000 * days / block / 365
        yield f"... years until the busiest block has 100 000 erases, {text}", years, "a", -15


def year():
    """A year of plans in every zone against zoneinfo."""
    began = time.monotonic()
    out, code = python("-m", "pytest", "-q", "-n", "0", TESTS / "unit/plan/test_year.py")
    seconds = time.monotonic() - began
    (passed,) = number(r"(\d+) passed", out)
    failed = re.search(r"(\d+) failed", out)
    yield "runs of 365 days, clock jumps, boots without a clock", passed, "", None
    yield "... of them with a change not to the second", int(failed[1]) if failed else code, "", 0
    yield "... wall time", seconds, "s", 120


def settings():
    """Random settings by way of every interface."""
    out = micropython("fuzz/settings_interfaces.py", REPO, 100_000, 1)
    for way in ("console", "mqtt"):
        asked, wrong, unnamed = number(way + r" asked (\d+) wrong (\d+) unnamed (\d+)", out)
        yield f"random settings by way of {way}", asked, "", None
        yield "... took effect outside bounds, or should have", wrong, "", 0
        yield "... refused without name, value and bounds", unnamed, "", 0
    out, code = python(TESTS / "fuzz/settings_files.py", 100_000, 1)
    for way, text in FILES:
        asked, wrong, unnamed = number(way + r" asked (\d+) wrong (\d+) unnamed (\d+)", out)
        yield f"random settings by way of {text}", asked, "", None
        yield "... took effect outside bounds, or should have", wrong + code, "", 0
        yield "... refused without name, value and bounds", unnamed, "", 0


def early():
    """Mornings after seven days, in every home."""
    out, _ = python(TESTS / "unit/plan/evaluate_early_start.py", "--mornings", 14)
    sys.stderr.write(out)
    good, all_ = number(r"by the sensor: (\d+) of (\d+)", out)
    yield "mornings warm within 5 min of the time asked", 100 * good / all_, "%", -95


def window():
    """Openings at three outdoor temperatures, and a lived-in week, in every home."""
    out, _ = python(TESTS / "unit/plan/evaluate_window.py", "openings")
    sys.stderr.write(out)
    good, all_, highest = number(r"noticed within \d+ s: (\d+) of (\d+); highest (\S+) K", out)
    yield "openings noticed within 5 min", 100 * good / all_, "%", -100
    yield "... highest over the set-point after shutting", highest, "K", 0.1
    out, _ = python(TESTS / "unit/plan/evaluate_window.py", "life", 4)
    sys.stderr.write(out)
    yield "false alarms in 13 homes, 3 days each", number(r"(\d+) false alarms", out)[0], "", 0


SECTIONS = {
    f.__name__: f for f in (powercut, wear, year, settings, early, window)
}  # in the order of the table
USUAL = ("powercut", "wear", "year", "settings")


def main(names):
    """Print figure and target of each section named; how many targets are missed."""
    missed = 0
    for name in names or USUAL:
        if name not in SECTIONS:
            sys.exit(f"{name}: no such figures (there are: {', '.join(SECTIONS)})")
        for text, value, unit, target in SECTIONS[name]():
            # A target below zero is a least, any other a most.
            bad = target is not None and (value > target if target >= 0 else value < -target)
            missed += bad
            sign = "" if target is None else ("<=" if target >= 0 else ">=")
            told = f"(target {sign} {abs(target)})" if sign else ""
            mark = "MISSED" if bad else ""
            print(f"{mark:7s}{text:62s}{value:9.7g} {unit:2s} {told}", flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
