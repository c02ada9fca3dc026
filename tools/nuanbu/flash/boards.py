"""What flashing has to know of a board: its chip, where images go, how large its slots are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from nuanbu.installer.trouble import Trouble

ROOT = Path(__file__).resolve().parents[3]
# First byte of every image, and the chip's number at byte 12 (esptool's documentation, "Firmware
# image format").
_MAGIC = 0xE9
_CHIP_AT = 12
_FROZEN = b"heater/app.py"
CHIP_IDS = {"esp32": 0, "esp32s3": 9, "esp32c3": 5}


@dataclass
class Board:
    """One board that can be flashed. offset: address of an image; partitions: size by name."""

    name: str
    mcu: str
    offset: int
    partitions: dict[str, int]

    @property
    def folder(self) -> Path:
        return ROOT / "boards" / self.name


def names() -> list[str]:
    """Every board with a chip that can be flashed."""
    found = []
    for path in sorted((ROOT / "boards").glob("*/board.json")):
        if json.loads(path.read_text())["mcu"] in CHIP_IDS:
            found.append(path.parent.name)
    return found


def get(name: str, language: str = "en") -> Board:
    """A board by name. Raises Trouble bad_choice that lists them."""
    if name not in names():
        allowed = ", ".join(names())
        raise Trouble("bad_choice", language, option="BOARD", value=name or "-", allowed=allowed)
    folder = ROOT / "boards" / name
    described = json.loads((folder / "board.json").read_text())
    (table,) = folder.glob("partitions-*.csv")
    return Board(
        name,
        described["mcu"],
        int(described["deploy_options"]["flash_offset"], 16),
        partitions(table),
    )


def partitions(path: Path) -> dict[str, int]:
    """{name: bytes} of an ESP-IDF partition table."""
    found = {}
    for line in path.read_text().splitlines():
        row = [cell.strip() for cell in line.split("#")[0].split(",")]
        if len(row) >= 5:
            found[row[0]] = int(row[4], 0)
    return found


def check_image(path: Path, board: Board, language: str = "en") -> None:
    """Trouble bad_image unless the file is an image for this board's chip."""
    try:
        head = path.read_bytes()[: _CHIP_AT + 2]
    except OSError as error:
        raise Trouble("bad_file", language, path=path, why=error) from None
    found = "-"
    if len(head) == _CHIP_AT + 2 and head[0] == _MAGIC:
        chip = int.from_bytes(head[_CHIP_AT:], "little")
        found = {number: mcu for mcu, number in CHIP_IDS.items()}.get(chip, str(chip))
    if found != board.mcu:
        raise Trouble("bad_image", language, path=path, found=found, chip=board.mcu)


def has_application(image: Path) -> bool:
    """Whether the firmware is frozen into an image, whose table of frozen files names it then."""
    return _FROZEN in image.read_bytes()
