"""The dual tests on 31-bit small integers, 32-bit floats and a heap of 256 KB."""

from pathlib import Path

import pytest
import qemu

UNIT = Path(__file__).parents[1] / "unit"
DUAL = sorted(UNIT.rglob("dual_*.py"))
TIMEOUT_S = 600  # of a processor
# What these need, the port does not have; the VM tests run them on a 64-bit host.
WITHOUT = {
    "dual_session": "os.urandom",
    "dual_wire": "os.urandom",
    "dual_link": "_thread",
    "dual_net": "_thread",
    "dual_ntp": "time.gmtime",
    "dual_check": "heap for its settings of 400 kB",
}
SLOW = ("dual_room", "dual_modulators", "dual_early", "dual_room_sensor")

RUN = """
import sys
name = {name!r}
module = __import__(name)
tests = [word for word in sorted(dir(module)) if word.startswith("test_")]
failed = 0
for word in tests:
    try:
        getattr(module, word)()
    except Exception as error:
        failed += 1
        print("FAILED", word)
        sys.print_exception(error)
print(len(tests), "run,", failed, "failed")
"""


def _case(path):
    marks = []
    if path.stem in WITHOUT:
        marks.append(pytest.mark.skip(f"the port has no {WITHOUT[path.stem]}"))
    elif path.stem in SLOW:  # days of simulated time, minutes of an emulated processor
        marks.append(pytest.mark.soak)
    return pytest.param(path, id=str(path.relative_to(UNIT)), marks=marks)


@pytest.mark.parametrize("path", [_case(path) for path in DUAL])
def test_on_32_bits(elf, image, path):
    limit_s = TIMEOUT_S * 5 if path.stem in SLOW else TIMEOUT_S
    text = path.read_text()
    helpers = [p for p in path.parent.glob("*.py") if f"from {p.stem} import" in text]
    said = qemu.run(elf, image(path, *helpers), RUN.format(name=path.stem), limit_s)
    assert said.endswith("run, 0 failed") and not said.startswith("0 run"), said


def test_a_failure_is_seen(elf, image, tmp_path):
    path = tmp_path / "dual_planted.py"
    path.write_text("def test_bad():\n    assert (1 << 30) + 1 == 1 << 30\n")
    said = qemu.run(elf, image(path), RUN.format(name=path.stem), TIMEOUT_S)
    assert "FAILED test_bad" in said and said.endswith("1 run, 1 failed")
