"""The dual_*.py tests, which pytest collects under CPython, once more under MicroPython."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DUAL = sorted(HERE.parent.rglob("dual_*.py"))
HEAP = "8m"  # roomy: what fits a device is the matter of the vm and target tests
TIMEOUT_S = 240


def run_dual(micropython, repo, path):
    """(exit code, what was said) of the dual test file at `path` under MicroPython."""
    places = [".frozen", str(path.parent), "firmware", "lib"]
    done = subprocess.run(
        [micropython, "-X", f"heapsize={HEAP}", HERE / "run_dual.py", path.stem],
        cwd=repo,
        env={**os.environ, "MICROPYPATH": ":".join(places)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("path", DUAL, ids=lambda path: str(path.relative_to(HERE.parent)))
def test_under_micropython(micropython, repo, path):
    code, said = run_dual(micropython, repo, path)
    if code:
        pytest.fail(f"{path.relative_to(repo)} under MicroPython:\n{said}", pytrace=False)


def planted(micropython, repo, tmp_path, text):
    path = tmp_path / "dual_planted.py"
    path.write_text(text)
    return run_dual(micropython, repo, path)


def test_a_failing_assert_is_named(micropython, repo, tmp_path):
    text = "def test_good(): pass\ndef test_bad():\n    assert 1 + 1 == 3\n"
    code, said = planted(micropython, repo, tmp_path, text)
    assert code == 1
    assert "FAILED test_bad" in said and "line 3, in test_bad" in said
    assert "1 passed, 1 failed" in said


def test_a_broken_import_fails(micropython, repo, tmp_path):
    code, said = planted(micropython, repo, tmp_path, "import no_such_room\n")
    assert code == 1 and "no_such_room" in said


def test_a_file_without_tests_fails(micropython, repo, tmp_path):
    assert planted(micropython, repo, tmp_path, "x = 1\n")[0] == 1


def test_it_is_micropython_with_the_device_path(micropython, repo, tmp_path):
    text = (
        "import sys\nfrom heater import signals\n"
        "def test_runtime(): assert sys.implementation.name == 'micropython'\n"
        "def test_signals(): assert signals.Inputs\n"
    )
    assert planted(micropython, repo, tmp_path, text) == (0, "2 passed, 0 failed\n")
