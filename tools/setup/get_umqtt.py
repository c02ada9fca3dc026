"""`.tools/umqtt/VERSION/umqtt/simple.py`: the MQTT client that MicroPython images carry.

Stock ESP32 images freeze 1.4.0 to 1.8.0. Those are not on the Python package index; to test
one of them too, lay its simple.py at .tools/umqtt/VERSION/umqtt/simple.py by hand: every test
of the link runs against each VERSION found there.
"""

import hashlib
import io
import re
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request

from say import Missing, doing

VERSION = "1.3.4"
_PROJECT = "micropython-umqtt.simple"
_SHA256 = "b6a2520239e3992c63a7de9370ee9b3d9d27819a90359c521f1c0f7ccab8d12f"
_LIMIT_BYTES = 1 << 20


def ensure(tools):
    """Fetch and unpack the pinned version; returns the versions that are there."""
    shelf = tools / "umqtt"
    if not (shelf / VERSION / "umqtt/simple.py").exists():
        doing("umqtt", f"fetching {_PROJECT} {VERSION}")
        archive = _download(tools.parent / ".venv/bin/python")
        if hashlib.sha256(archive).hexdigest() != _SHA256:
            raise Missing(f"{_PROJECT} {VERSION} has another hash than the one pinned: not used")
        _unpack(archive, shelf / VERSION)
    return ", ".join(sorted(path.name for path in shelf.iterdir()))


def _download(python):
    """The bytes of the sdist. pip finds the file in whatever index this machine uses.

    pip cannot unpack it (the sdist is older than setup.py was required), but says where it is.
    """
    with tempfile.TemporaryDirectory() as scratch:
        said = subprocess.run(
            [python, "-m", "pip", "download", "-vv", "--no-deps", "--no-binary", ":all:"]
            + ["--dest", scratch, f"{_PROJECT}=={VERSION}"],
            capture_output=True,
            text=True,
            timeout=300,
        ).stdout
    found = re.search(rf"Found link (\S+/{re.escape(_PROJECT)}-{re.escape(VERSION)}\.\S+)", said)
    if not found:
        raise Missing(f"pip finds no {_PROJECT} {VERSION} in its package index: is it reachable?")
    try:
        with urllib.request.urlopen(found[1], timeout=60) as reply:
            return reply.read(_LIMIT_BYTES)
    except urllib.error.URLError as error:
        raise Missing(f"{_PROJECT} could not be fetched: {error.reason}") from None


def _unpack(archive, folder):
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        member = tar.extractfile(f"{_PROJECT}-{VERSION}/umqtt/simple.py")
        assert member is not None  # a plain file in the archive whose hash was checked
        source = member.read()
    (folder / "umqtt").mkdir(parents=True, exist_ok=True)
    (folder / "umqtt/simple.py").write_bytes(source)
