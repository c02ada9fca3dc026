"""Debian or Ubuntu packages, unpacked under a private root and run through that root's own loader.

apt does the work it is good at (mirror, proxy, signatures, dependencies) with a sources list
and a state folder of our own, so neither root nor a change to the machine is needed. Its idea
of what is installed is empty here: every library down to libc comes along, and the programs
run on any older system.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from say import Missing, doing

# The oldest suites with MicroPython 1.25 or newer, by the ID in /etc/os-release.
_SUITES = {"debian": ("trixie", "main"), "ubuntu": ("resolute", "main universe")}
_KEYRINGS = "/usr/share/keyrings"
_TIMEOUT_S = 600

_asked = []  # the package list was brought up to date by this process

_CONF = """\
Dir::State "{work}/state";
Dir::State::lists "{work}/state/lists";
Dir::State::status "{work}/state/status";
Dir::Cache "{work}/cache";
Dir::Etc::sourcelist "{work}/private.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Debug::NoLocking "true";
#clear APT::Update;
#clear DPkg;
"""


def unpack(tools, part, package):
    """Bring `package` and all it needs into `tools`/roots/`part` and return that root.

    Raises Missing when the machine has no apt, no mirror of its own distribution, or the
    mirror no such package.
    """
    for program in ("apt-get", "dpkg-deb"):
        if not shutil.which(program):
            raise Missing(f"{part}: no {program} on this machine, so {package} cannot be fetched")
    system = _os_release()
    work = tools / "apt"
    _prepare(work, system)
    if not _asked:
        doing(part, "asking the mirror of this machine for its package list")
        _apt(work, part, "update")
        _asked.append(system)
    archives = work / "cache/archives"
    shutil.rmtree(archives, ignore_errors=True)
    (archives / "partial").mkdir(parents=True)
    doing(part, f"fetching {package} and its libraries")
    _apt(work, part, "install", "--download-only", "-y", package)
    root = tools / "roots" / part
    fresh = root.with_name(part + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for deb in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", deb, fresh], check=True)
    shutil.rmtree(archives)
    shutil.rmtree(root, ignore_errors=True)
    fresh.rename(root)
    return root


def source(tools, part, package):
    """Fetch the upstream sources of `package`; returns the tar archive's path.

    Raises Missing as `unpack` does.
    """
    if not shutil.which("apt-get"):
        raise Missing(f"{part}: no apt-get on this machine, so {package} cannot be fetched")
    work = tools / "apt-source"
    _prepare(work, _os_release(), "deb-src")
    doing(part, "asking the mirror of this machine for its list of sources")
    _apt(work, part, "update")
    doing(part, f"fetching the sources of {package}")
    _apt(work, part, "source", "--download-only", package, folder=work)
    return max(work.glob(f"{package}_*.orig.tar.*"), key=lambda path: path.stat().st_mtime)


def wrap(root, program, wrapper):
    """Write `wrapper`, a shell script that runs `root`/`program` with the root's own libraries."""
    loaders = sorted(root.glob("usr/lib*/ld-linux*.so.*")) + sorted(root.glob("lib*/ld-linux*"))
    if not loaders:
        raise Missing(f"{program}: no loader for this processor in the packages fetched")
    folders = sorted({lib.parent for lib in root.glob("usr/lib/*/lib*.so*")})
    path = ":".join(f"$root/{folder.relative_to(root)}" for folder in folders)
    write_script(
        wrapper,
        f'root="${{0%/*}}/../{root.relative_to(wrapper.parent.parent)}"\n'
        f'exec "$root/{loaders[0].relative_to(root)}" --library-path "{path}" '
        f'"$root/{program}" "$@"\n',
    )


def write_script(path, body):
    """Put an executable shell script in place in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text("#!/bin/sh\n" + body)
    fresh.chmod(0o755)
    fresh.rename(path)


def _prepare(work, system, kind="deb"):
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    (work / "state/status").write_text("")
    (work / "apt.conf").write_text(_CONF.format(work=work))
    distribution = system.get("ID", "")
    if distribution not in _SUITES:
        raise Missing(f"this is {distribution or 'no known system'}, not Debian or Ubuntu")
    suite, components = _SUITES[distribution]
    keyring = _keyring(distribution)
    signed_by = f"[signed-by={keyring}] " if keyring else ""
    mirror = _mirror(system.get("VERSION_CODENAME", ""))
    (work / "private.list").write_text(f"{kind} {signed_by}{mirror} {suite} {components}\n")


def _os_release():
    rows = Path("/etc/os-release").read_text().splitlines()
    pairs = (row.split("=", 1) for row in rows if "=" in row)
    return {name: value.strip('"') for name, value in pairs}


def _keyring(distribution):
    # Without one apt falls back on /etc/apt/trusted.gpg.d, and refuses when that fails too.
    for ending in ("gpg", "pgp"):
        path = Path(f"{_KEYRINGS}/{distribution}-archive-keyring.{ending}")
        if path.exists():
            return path
    return None


def _mirror(codename):
    """The machine's own mirror, as apt reads it from whatever format its sources have."""
    listed = subprocess.run(
        ["apt-get", "update", "--print-uris"], capture_output=True, text=True, timeout=60
    ).stdout
    for suite in (codename, "stable", "testing", "oldstable"):
        found = re.search(rf"^'(\S+?)/dists/{re.escape(suite)}/InRelease'", listed, re.M)
        if suite and found:
            return found[1] + "/"
    raise Missing(f"apt's sources name no mirror for {codename}: add one to /etc/apt/sources.list")


def _apt(work, part, *words, folder=None):
    done = subprocess.run(
        ["apt-get", "-c", str(work / "apt.conf"), *words],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
    )
    errors = [line for line in done.stderr.splitlines() if line[:2] in ("E:", "W:", "Er")]
    # apt-get update ends with 0 when an index could not be had or its signature is bad.
    if done.returncode or (words == ("update",) and errors):
        reason = errors[0] if errors else f"apt-get {words[0]} ended with {done.returncode}"
        if "NO_PUBKEY" in done.stderr:
            reason = "the archive keyring is too old: apt-get install --only-upgrade " + (
                "debian-archive-keyring ubuntu-keyring (whichever is installed)"
            )
        raise Missing(f"{part}: {reason}")
