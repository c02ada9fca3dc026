"""The files that build an image: complete, of one mind, and the flash not overrun."""

import contextlib
import csv
import json
import re

import pytest
from loading import BOARDS, REAL, load

KIB = 1024
# The port alone, without Bluetooth, is some 1.4 MiB; the application may take 256 KiB.
LEAST_SLOT = 1400 * KIB + 256 * KIB
LEAST_RECORDS = 512 * KIB
FIRST_FREE = 0x9000  # boot loader and partition table come before
FLASH_MIB = {"esp32-relay": 4, "esp32s3-ssr": 8, "esp32c3-panel": 4}


def read(name, file):
    return (BOARDS / name / file).read_text()


def partitions(text):
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for label, kind, subtype, offset, size in csv.reader(lines, skipinitialspace=True):
        yield label.strip(), kind.strip(), subtype.strip(), int(offset, 0), int(size, 0)


def flash_faults(table, flash):
    """What is wrong with a partition table for a flash of so many bytes."""
    found = []
    end = FIRST_FREE
    for label, kind, _, offset, size in table:
        if offset < end:
            found.append(f"{label} overlaps what is before it")
        if kind == "app" and offset % 0x10000:
            found.append(f"{label} is not on a 64 KiB boundary")
        if offset % 0x1000 or size % 0x1000:
            found.append(f"{label} cuts a flash block")
        end = offset + size
    if end > flash:
        found.append("the flash ends before the last partition")
    slots = [size for _, kind, _, _, size in table if kind == "app"]
    if len(slots) != 2 or slots[0] != slots[1]:
        found.append("there must be two slots of one size")
    if min(slots, default=0) < LEAST_SLOT:
        found.append("a slot is too small")
    if not any(row[:3] == ("otadata", "data", "ota") and row[4] == 0x2000 for row in table):
        found.append("no place to note which slot is good")
    if sum(row[4] for row in table if row[0] == "vfs") < LEAST_RECORDS:
        found.append("no room for the records")
    return found


@pytest.mark.parametrize("name", REAL)
def test_all_files_are_there(name):
    size = FLASH_MIB[name]
    for file in (
        "board.py board.md board.json manifest.py mpconfigboard.h sdkconfig.board "
        f"partitions-{size}MiB-ota.csv"
    ).split():
        assert (BOARDS / name / file).is_file(), file
    cmake = read(name, "mpconfigboard.cmake")
    assert f"partitions-{size}MiB-ota.csv" in cmake
    assert f'CONFIG_ESPTOOLPY_FLASHSIZE="{size}MB"' in read(name, "sdkconfig.board")
    assert f"CONFIG_ESPTOOLPY_FLASHSIZE_{size}MB=y" in read(name, "sdkconfig.board")


@pytest.mark.parametrize("name", REAL)
def test_every_file_means_the_same_chip(name):
    chip = load(name)["CHIP"]
    assert re.search(r"set\(IDF_TARGET (\w+)\)", read(name, "mpconfigboard.cmake"))[1] == chip
    about = json.loads(read(name, "board.json"))
    assert about["mcu"] == chip
    assert about["deploy_options"]["flash_offset"] == ("0x1000" if chip == "esp32" else "0x0")
    mcu = re.search(r'MCU_NAME +"(.+)"', read(name, "mpconfigboard.h"))[1]
    assert mcu.lower().replace("-", "") == chip
    assert load(name)["NAME"] == name and name in read(name, "mpconfigboard.h")


@pytest.mark.parametrize("name", REAL)
def test_the_flash_holds_two_images_and_the_records(name):
    size = FLASH_MIB[name]
    table = list(partitions(read(name, f"partitions-{size}MiB-ota.csv")))
    assert flash_faults(table, size * KIB * KIB) == []


def moved(table, label, **change):
    names = ("label", "kind", "subtype", "offset", "size")
    return [
        tuple({**dict(zip(names, row)), **(change if row[0] == label else {})}.values())
        for row in table
    ]


@pytest.mark.parametrize(
    ("label", "change", "said"),
    [
        ("ota_1", {"offset": 0x1B0000}, "ota_1 overlaps"),
        ("ota_0", {"offset": 0x11000}, "64 KiB"),
        ("nvs", {"size": 0x3800}, "cuts a flash block"),
        ("vfs", {"size": 0x91000}, "flash ends"),
        ("ota_1", {"size": 0x1A0000}, "two slots of one size"),
        ("otadata", {"subtype": "nvs"}, "which slot is good"),
        ("vfs", {"size": 0x10000}, "no room for the records"),
    ],
)
def test_a_wrong_partition_is_found(label, change, said):
    table = list(partitions(read("esp32-relay", "partitions-4MiB-ota.csv")))
    found = flash_faults(moved(table, label, **change), 4 * KIB * KIB)
    assert any(said in fault for fault in found), found


class Manifest:
    """Runs a manifest as MicroPython's manifestfile.py does, and books what would be frozen."""

    def __init__(self):
        self.modules = set()
        self.required = set()

    def run(self, path):
        here = path.parent

        def where(base):
            return None if base.startswith("$(PORT_DIR)") else (here / base).resolve()

        def module(file, base_path="."):
            base = where(base_path)
            assert base is None or (base / file).is_file(), file
            self.modules.add(file)

        def package(name, base_path="."):
            root = where(base_path)
            files = list((root / name).rglob("*.py"))
            assert files, name
            self.modules |= {str(f.relative_to(root)) for f in files}

        def freeze(folder):
            files = list(where(folder).rglob("*.py"))
            assert files, folder
            self.modules |= {str(f.relative_to(where(folder))) for f in files}

        words = {"module": module, "package": package, "freeze": freeze}
        words["include"] = lambda file: self.run((here / file).resolve())
        words["require"] = self.required.add
        with contextlib.chdir(here):
            exec(compile(path.read_text(), str(path), "exec"), words)


@pytest.mark.parametrize("name", REAL)
def test_the_image_contains_the_whole_application(name, repo):
    manifest = Manifest()
    manifest.run(BOARDS / name / "manifest.py")
    wanted = {str(f.relative_to(repo / "firmware")) for f in (repo / "firmware").rglob("*.py")}
    wanted |= {f.name for f in (repo / "lib").glob("*.py")}
    wanted |= {"board.py", "_boot.py", "flashbdev.py"}
    assert manifest.modules == wanted
    assert manifest.required == {"onewire", "umqtt.simple"}


def test_boot_drives_the_safe_levels_before_it_imports_anything_else():
    for path in (BOARDS / "frozen/_boot.py", BOARDS.parent / "firmware/boot.py"):
        before = path.read_text().split("Pin(_pin, Pin.OUT, value=_level)")[0]
        imports = re.findall(r"^(?:from|import) (\w+)", before, re.MULTILINE)
        assert set(imports) == {"board", "machine"}, path
