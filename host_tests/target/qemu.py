"""Runs scripts on the 32-bit target: QEMU, the frozen image, and a file system made here."""

from __future__ import annotations

import io
import resource
import signal
import subprocess
from pathlib import Path

from littlefs import LittleFS

BLOCK_BYTES, BLOCKS = 4096, 512  # as in boards/qemu/ramflash.py
_FLASH_ADDRESS = 0x8100_0000
_BEGIN, _END = b"\x02\x02", b"\x03\x03"
_QEMU = (
    "qemu-system-riscv32", "-machine", "virt", "-cpu", "rv32", "-bios", "none", "-nographic",
    "-monitor", "none", "-semihosting",
)  # fmt: skip


def command(elf: Path, *more: str) -> list[str]:
    """QEMU's command line for the image `elf`."""
    return [*_QEMU, "-kernel", str(elf), *more]


def compiled(mpy_cross: Path, source: Path) -> bytes:
    """The .mpy of a source file, as the device would be given it."""
    done = subprocess.run(
        [mpy_cross, source, "-s", source.name, "-o", "-"], capture_output=True, timeout=60
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return done.stdout


def flash(files: dict[str, bytes]) -> bytes:
    """A LittleFS image with these files, by their paths."""
    fs = LittleFS(block_size=BLOCK_BYTES, block_count=BLOCKS)
    for name, content in files.items():
        if "/" in name:
            fs.makedirs(name.rpartition("/")[0], exist_ok=True)
        with fs.open(name, "wb") as f:
            f.write(content)
    return bytes(fs.context.buffer)


_BUSIEST = 20  # so much longer than its processor time may a run take

# The peripherals' classes stay in RAM, where tests can change them; then as _boot.py does it.
_START = "import machine, onewire, romcode, ramflash\nramflash.mount()"


def run(
    elf: Path, image: Path, script: str, timeout_s: float, *more: str, start: str = _START
) -> str:
    """What `script` prints on a freshly started target whose flash holds `image`.

    A script that raises ends with the traceback in the output. start: what comes before it.
    timeout_s: of a processor, which a target that hangs takes whole, however busy the machine is.
    Raises TimeoutError.
    """
    text = (
        f"print({_BEGIN.decode()!r})\n"
        f"try:\n  exec({start!r})\n  exec({script!r})\n"
        "except BaseException as e:\n  import sys\n  sys.print_exception(e)\n"
        f"print({_END.decode()!r})\nimport umachine\numachine.reset()\n"
    )
    done = subprocess.run(
        command(
            elf, "-serial", "stdio",
            "-device", f"loader,file={image},addr={_FLASH_ADDRESS:#x},force-raw=on", *more,
        ),
        input=b"\x01" + text.encode() + b"\x04",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (int(timeout_s),) * 2),
        timeout=timeout_s * _BUSIEST,
    )
    said = io.BytesIO(done.stdout).read()
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise TimeoutError(f"{timeout_s} s of a processor were not enough: {said[-2000:]!r}")
    if _BEGIN not in said:
        raise RuntimeError(f"the target did not start: {said[-2000:]!r}")
    body = said.split(_BEGIN, 1)[1].split(_END, 1)[0]
    return body.replace(b"\r\n", b"\n").decode(errors="replace").strip()
