"""`.tools/umqtt/VERSION/umqtt/simple.py`: the MQTT client that MicroPython images carry.

The Python package index has 1.3.4 only. Stock ESP32 images freeze 1.4.0 to 1.8.0, which are
published in the repository micropython-lib and nowhere else. MICROPYTHON_LIB= may name a clone of
it: `make soak` then takes them out into `.tools/umqtt-later/VERSION`, each at a named commit and
pinned by hash. Without one the tests use what host_tests/system/umqtt_variants.py rebuilds from
the change logs, and say so.
"""

import hashlib
import io
import os
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
# Version: the last commit that changed simple.py under this number, SHA-256 of the file there.
_LATER = {
    "1.4.0": (
        "84ba4521139157d284015de6b530c13a062caf74",
        "ce2a0d06220314a70eae69031eeea780ea2cc05e408a092c58a6f9ebea58bb0d",
    ),
    "1.5.0": (
        "d6faaf847243766c1bca92d8bca603025d3f19ba",
        "204904031a59541440fac2852582157bf12314c40646dfbe4a942145e5eb8386",
    ),
    "1.6.0": (
        "98d0a2b69a24b9b53309be34d7c5aa6aede45c5e",
        "1c1857fe1c3c316fdebfe587126318e3d05afebd92df332e949ef8aeb5096333",
    ),
    "1.7.0": (
        "0d838c3a866138ab044435688fa9e587009e4c25",
        "0792c0bd6d9219c8180a9ee7dae3d7c15fafe53e0605fa30839b1033fa4a189c",
    ),
    "1.8.0": (
        "5e49b1bd41d312d9d2a8e4f19d7bd6a918896abc",
        "3cfd101ef774e0c6f9543425650ddc36168a7bbf4b8b8b71667e27023dfd951f",
    ),
}
_FILE = "micropython/umqtt.simple/umqtt/simple.py"


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


def ensure_later(tools):
    """Take what is missing of the later versions out of the clone MICROPYTHON_LIB names.

    Returns one word on what is there; without a clone that is not an error, since the tests have
    something in their place. Raises Missing for a clone that lacks the commit, and for a file
    with another hash than the one pinned.
    """
    shelf = tools / "umqtt-later"
    clone = os.environ.get("MICROPYTHON_LIB", "")
    for version, (commit, digest) in _LATER.items():
        place = shelf / version / "umqtt/simple.py"
        if place.exists() or not clone:
            continue
        shown = ["git", "-C", clone, "show", f"{commit}:{_FILE}"]
        try:
            source = subprocess.run(shown, check=True, capture_output=True, timeout=60).stdout
        except (OSError, subprocess.SubprocessError):
            raise Missing(
                f"MICROPYTHON_LIB={clone}: no clone of micropython-lib that holds commit {commit}"
            ) from None
        if hashlib.sha256(source).hexdigest() != digest:
            raise Missing(f"umqtt.simple {version} has another hash than the one pinned: not used")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(source)
    there = sorted(path.name for path in shelf.glob("*"))
    return ", ".join(there) or "stand-ins (MICROPYTHON_LIB= names no clone of micropython-lib)"


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
