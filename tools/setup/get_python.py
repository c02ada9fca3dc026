"""`.venv`: the Python tools, every one at the version named in tools/requirements*.txt."""

import hashlib
import subprocess
import sys

from say import Missing, counted, doing

# The Python that runs nuanbu, and what the tests need on top of it.
_LOCKS = {"run": ("requirements.txt",), "test": ("requirements.txt", "requirements-test.txt")}
# Stubs stay out of .venv: their os, time and socket would hide the host's own from pyright.
_STUBS = "requirements-stubs.txt"


def ensure(root, tools, purpose):
    """Bring .venv to the locked versions for `purpose`; returns the Python's version."""
    python = root / ".venv/bin/python"
    _venv(root, python)
    locks = [root / "tools" / name for name in _LOCKS[purpose]]
    stamp = tools / f"stamps/python-{purpose}"
    wanted = _digest(root, *locks, root / "tools/pyproject.toml")
    if _read(stamp) != wanted:
        for lock in locks:
            _pip(python, lock, "-r", lock)
        _pip(python, None, "--no-deps", "--no-build-isolation", "-e", root / "tools")
        _write(stamp, wanted)
    if purpose == "test":
        _stubs(root, tools, python)
    return sys.version.split()[0]


def _venv(root, python):
    works = python.exists() and _version(python) == sys.version.split()[0]
    if works:
        return
    doing("python", f"making .venv with Python {sys.version.split()[0]}")
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", root / ".venv"], capture_output=True, text=True
    )
    if done.returncode:
        short = "{}.{}".format(*sys.version_info[:2])
        raise Missing(
            f"{sys.executable} cannot make a virtual environment: apt-get install "
            f"python3-venv (or python{short}-venv), then run this again"
        )


def _version(python):
    code = "import sys, pip; print(sys.version.split()[0])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=60)
    except OSError:
        return None
    return done.stdout.strip()


def _stubs(root, tools, python):
    lock = root / "tools" / _STUBS
    stamp = tools / "stamps/typings"
    wanted = _digest(root, lock)
    if _read(stamp) == wanted:
        return
    _pip(python, lock, "--no-deps", "--upgrade", "--target", tools / "typings", "-r", lock)
    _write(stamp, wanted)


def _pip(python, lock, *words):
    """pip install, with a line now and then; raises Missing with pip's own reason."""
    total = 0
    if lock:
        total = sum(1 for row in lock.read_text().splitlines() if "==" in row)
        doing("python", f"installing {total} packages of {lock.name}")
    process = subprocess.Popen(
        [python, "-m", "pip", "install", "--progress-bar", "off", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = counted("python", "collected", process.stdout, "Collecting", total)
    if process.wait():
        errors = [line for line in lines if line.startswith("ERROR:")]
        reason = errors[0] if errors else f"code {process.returncode}"
        raise Missing(f"pip could not install {lock.name if lock else 'tools/'}: {reason}")


def _digest(root, *files):
    # The place belongs to it: a checkout that was moved holds a .venv that points elsewhere.
    parts = [str(root), sys.version] + [path.read_text() for path in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _read(stamp):
    return stamp.read_text() if stamp.exists() else ""


def _write(stamp, text):
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(text)
