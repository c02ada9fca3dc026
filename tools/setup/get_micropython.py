"""`.tools/bin/micropython`: the MicroPython of this machine, or one fetched for it."""

import os
import shutil
import subprocess

import debs
from say import Missing, doing

_HINT = "set MICROPYTHON= to a MicroPython 1.25 or newer (unix port)"

# What the firmware and its tests build on; an interpreter without one of these is refused.
_PROBE = """
import sys, _thread, tls, vfs
assert sys.implementation.name == 'micropython', 'this is not MicroPython'
assert sys.implementation.version[:2] >= (1, 25), 'older than 1.25'
vfs.VfsLfs2; tls.CERT_REQUIRED
print('.'.join(str(n) for n in sys.implementation.version[:3]))
"""


def ensure(tools):
    """Put a checked interpreter at `tools`/bin/micropython; returns its version.

    Order: MICROPYTHON= of the environment, what is there already, PATH, the packages.
    Raises Missing with one line on what to do.
    """
    wrapper = tools / "bin/micropython"
    chosen = os.environ.get("MICROPYTHON", "")
    if chosen:
        program = shutil.which(chosen)
        if not program:
            raise Missing(f"MICROPYTHON={chosen} is not a program that can be run; {_HINT}")
        version, reason = _probe(program)
        if not version:
            raise Missing(f"MICROPYTHON={chosen} cannot be used ({reason}); {_HINT}")
        if os.path.realpath(program) != os.path.realpath(wrapper):
            debs.write_script(wrapper, f'exec "{os.path.abspath(program)}" "$@"\n')
        return version
    version, _ = _probe(wrapper)
    if version:
        return version
    program = shutil.which("micropython")
    version = _probe(program)[0] if program else None
    if version:
        debs.write_script(wrapper, f'exec "{program}" "$@"\n')
        return version
    try:
        root = debs.unpack(tools, "micropython", "micropython")
    except Missing as missing:
        raise Missing(f"{missing}; or {_HINT}") from None
    debs.wrap(root, "usr/bin/micropython", wrapper)
    version, reason = _probe(wrapper)
    if not version:
        raise Missing(f"the packaged MicroPython cannot be used ({reason}); {_HINT}")
    doing("micropython", f"{version} unpacked into .tools/roots")
    return version


def _probe(program):
    """(version, None) of a usable interpreter, else (None, reason)."""
    try:
        done = subprocess.run(
            [program, "-X", "heapsize=1m", "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    if done.returncode or not done.stdout.strip():
        return None, (done.stderr.strip().splitlines() or ["it is no MicroPython"])[-1]
    return done.stdout.strip(), None
