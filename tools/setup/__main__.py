"""Set-up: `python3 tools/setup run` for a run, `python3 tools/setup test` for the tests as well;
on top of that `soak` brings the later versions of umqtt.simple, `target` the 32-bit image under
QEMU.

Does nothing, in a fraction of a second, when all is in place. Everything goes into .venv and
.tools of the checkout; nothing of the machine is changed.
"""

import fcntl
import subprocess
import sys
from pathlib import Path

import say

# Before the parts are imported: they need its syntax.
if sys.version_info < (3, 11):  # noqa: UP036
    say.stop(
        f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: "
        "apt-get install python3 python3-venv, or name another with make PYTHON=python3.12"
    )

import get_micropython
import get_mosquitto
import get_python
import get_umqtt
import target

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"


def main(purpose):
    TOOLS.mkdir(exist_ok=True)
    python_for = "run" if purpose == "run" else "test"
    with open(TOOLS / "lock", "w") as lock:
        # Two makes in one checkout take turns instead of unpacking over one another.
        fcntl.flock(lock, fcntl.LOCK_EX)
        parts = [
            f"Python tools in .venv ({get_python.ensure(ROOT, TOOLS, python_for)})",
            f"MicroPython {get_micropython.ensure(TOOLS)}",
            f"umqtt.simple {get_umqtt.ensure(TOOLS)}",
            f"mosquitto {get_mosquitto.ensure(TOOLS)}",
        ]
        if purpose == "soak":
            parts.append(f"later umqtt.simple {get_umqtt.ensure_later(TOOLS)}")
        if purpose == "target":
            parts.append(f"32-bit target {target.ensure(ROOT, TOOLS)}")
    say.doing("ready", ", ".join(parts))


if __name__ == "__main__":
    if sys.argv[1:] not in (["run"], ["test"], ["soak"], ["target"]):
        say.stop("usage: python3 tools/setup run|test|soak|target")
    try:
        main(sys.argv[1])
    except say.Missing as missing:
        say.stop(str(missing))
    except subprocess.TimeoutExpired as late:
        say.stop(f"{late.cmd[0]} gave no answer in {late.timeout:.0f} s: is the network there?")
    except OSError as error:
        say.stop(str(error))
