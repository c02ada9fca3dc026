"""mpremote puts the application onto the target over a pseudo-terminal, as onto a board.

The target has the application frozen in already, so what is deployed has to go before that.
"""

import re
import subprocess
import sys

import pytest
import qemu

from nuanbu.flash import steps
from nuanbu.flash.application import LIMIT_BYTES, compiled

# The target's main program has no start-up files: what a board does at a start is done by hand.
MOUNT = "import ramflash; ramflash.mount()"
START = "import _boot, boot; import board, heater.limits.lease as l; "
START += "print(board.NAME, getattr(l, '__file__', 'in the image'))"

# A minute on a quiet machine; the two programs wait for each other a hundred times a file.
TIMEOUT_S = 3600


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


def said(port, *words):
    """What mpremote says, having left what is on the flash."""
    done = subprocess.run(
        [sys.executable, "-m", "mpremote", "connect", port, *words],
        capture_output=True, text=True, timeout=TIMEOUT_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def starts(port):
    """Board and origin of what runs after a restart."""
    return said(port, "soft-reset", "resume", "exec", START).splitlines()[-1].split(" ", 1)


def test_the_application_goes_before_the_frozen_one_once_it_is_there_whole(port, tmp_path):
    sizes = compiled(tmp_path, "esp32-relay")
    assert sum(sizes.values()) <= LIMIT_BYTES
    assert starts(port) == ["sim", "in the image"]
    # The command line of `make deploy`, but cut off before the last file, as by a pulled cable,
    # and without the reset, which would end QEMU.
    line = steps.deploy(port, tmp_path)
    words = line[line.index(port) + 1 :]
    last = len(words) - 1 - words[::-1].index("fs")
    assert words[last - 1 : last] == ["+"] and words[-2:] == ["+", "reset"]
    said(port, "resume", "exec", MOUNT, "+", *words[: last - 1])
    size = said(port, "resume", "exec", "import os; print(os.stat('/heater/app.mpy')[6])")
    assert int(size) == sizes["heater/app.mpy"]
    assert starts(port) == ["sim", "in the image"]
    said(port, "resume", *words[last:-2])
    assert starts(port) == ["esp32-relay", "heater/limits/lease.mpy"]
