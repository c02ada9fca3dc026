"""The dependency arrows hold, and the check that says so can fail."""

import sys

import pytest
from arrows import BUILT_IN, violations


def test_arrows_of_the_house(repo):
    assert violations(repo) == []


def test_lib_hides_no_built_in_module(repo):
    names = {path.stem for path in (repo / "lib").iterdir()}
    # Both runtimes put lib ahead of or beside their own modules.
    assert not names & (BUILT_IN | set(sys.stdlib_module_names))


LEGAL = {
    "firmware/boot.py": "from machine import Pin\nimport board\n",
    "firmware/main.py": "from heater import app\napp.run()\n",
    "firmware/heater/app.py": "import time, board\nfrom heater.plan import week\n",
    "firmware/heater/hardware.py": "import machine, board, meter\nfrom heater.signals import A\n",
    "firmware/heater/signals.py": "from micropython import const\n",
    "firmware/heater/plan/week.py": "import ticks\nfrom heater.plan.civil import DAY_S\n",
    "firmware/heater/plan/civil.py": "from heater.signals import MODE\nfrom . import week\n",
    "firmware/heater/link/net.py": "import _thread, socket\nfrom umqtt.simple import MQTTClient\n",
    "lib/ticks.py": "from time import ticks_diff\n",
    "lib/meter.py": "import machine, ticks\n",
    "boards/sim/board.py": "from micropython import const\n",
    "boards/sim/machine.py": "import board, world\n",
    "tools/nuanbu/cli.py": "import typer\nfrom heater.record import table\n",
}


def plant(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_a_legal_house_passes(tmp_path):
    plant(tmp_path, LEGAL)
    assert violations(tmp_path) == []


@pytest.mark.parametrize(
    ("file", "line", "named"),
    [
        ("firmware/boot.py", "import heater", "heater"),
        ("firmware/heater/plan/week.py", "from heater.control import pid", "heater.control.pid"),
        ("firmware/heater/plan/week.py", "from heater import control", "heater.control"),
        ("firmware/heater/plan/week.py", "from ..control import pid", "heater.control.pid"),
        ("firmware/heater/plan/week.py", "import heater.app", "heater.app"),
        ("firmware/heater/plan/week.py", "def f():\n    import time", "time"),
        ("firmware/heater/plan/week.py", "import os", "os"),
        ("firmware/heater/plan/week.py", "import meter", "meter"),
        ("firmware/heater/plan/week.py", "x = __import__('machine')", "machine"),
        ("firmware/heater/plan/week.py", "x = __import__('mach' + 'ine')", "?"),
        ("firmware/heater/plan/week.py", "import board", "board"),
        ("firmware/heater/link/net.py", "from heater.record import journal", "record.journal"),
        ("firmware/heater/link/net.py", "import asyncio", "asyncio"),
        ("firmware/heater/link/net.py", "from nuanbu.sim import Device", "nuanbu"),
        ("firmware/heater/hardware.py", "from heater.protect import guard", "heater.protect"),
        ("firmware/heater/signals.py", "from heater.plan import week", "heater.plan.week"),
        ("lib/meter.py", "from heater import signals", "heater.signals"),
        ("lib/meter.py", "import board", "board"),
        ("boards/sim/board.py", "import machine", "machine"),
        ("boards/sim/machine.py", "from nuanbu import sim", "nuanbu.sim"),
        ("tools/nuanbu/cli.py", "from host_tests import conftest", "host_tests"),
    ],
)
def test_a_planted_violation_is_found(tmp_path, file, line, named):
    plant(tmp_path, {**LEGAL, file: LEGAL[file] + line + "\n"})
    found = violations(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(f"{file} imports ")
    assert named in found[0]
