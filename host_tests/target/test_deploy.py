"""mpremote puts the application onto the target over a pseudo-terminal, as onto a board."""

import re
import subprocess

import pytest
import qemu

from nuanbu.flash.application import LIMIT_BYTES, compiled


@pytest.fixture
def port(elf):
    """The pseudo-terminal of a running target."""
    with subprocess.Popen(
        qemu.command(elf, "-serial", "pty"),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as target:  # fmt: skip
        assert target.stdout is not None
        found = re.search(r"/dev/pts/\d+", target.stdout.readline())
        assert found
        yield found[0]
        target.kill()


def test_the_application_arrives_and_loads(repo, port, tmp_path):
    sizes = compiled(tmp_path, "esp32-relay")
    assert sum(sizes.values()) <= LIMIT_BYTES
    check = "import os, sys; sys.path.insert(0, ''); import board, heater.limits.lease as l; "
    check += "print(board.NAME, l.__file__.lstrip('/'), os.stat('/heater/app.mpy')[6])"
    # The target has no start-up file of its own that mounts the flash, so no soft reset here.
    done = subprocess.run(
        [repo / ".venv/bin/mpremote", "connect", port, "resume"]
        + ["exec", "import ramflash; ramflash.mount()"]
        + ["+", "fs", "cp", "-r", *sorted(tmp_path.iterdir()), ":/", "+", "exec", check],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.split()[-3:]
    assert said == ["esp32-relay", "heater/limits/lease.mpy", str(sizes["heater/app.mpy"])]
