"""`.tools/bin/mosquitto`: the MQTT broker of this machine, or one fetched for the tests."""

import re
import shutil
import subprocess

import debs
from say import Missing, doing

_HINT = "apt-get install mosquitto (2.0 or newer)"
_PLACES = "/usr/sbin:/usr/local/sbin"  # where Debian puts it, not on a user's PATH


def ensure(tools):
    """Put a broker of version 2 or newer at `tools`/bin/mosquitto; returns its version."""
    wrapper = tools / "bin/mosquitto"
    version = _version(wrapper)
    if version:
        return version
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path=_PLACES)
    version = _version(program) if program else None
    if version:
        debs.write_script(wrapper, f'exec "{program}" "$@"\n')
        return version
    try:
        root = debs.unpack(tools, "mosquitto", "mosquitto")
    except Missing as missing:
        raise Missing(f"{missing}; or {_HINT}") from None
    debs.wrap(root, "usr/sbin/mosquitto", wrapper)
    version = _version(wrapper)
    if not version:
        raise Missing(f"the packaged mosquitto does not start here; {_HINT}")
    doing("mosquitto", f"{version} unpacked into .tools/roots")
    return version


def _version(program):
    """The version as text, None when it does not run or is older than 2."""
    try:
        done = subprocess.run([program, "-h"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"mosquitto version (\d+)(\.[\d.]+)", done.stdout)
    return found[1] + found[2] if found and int(found[1]) >= 2 else None
