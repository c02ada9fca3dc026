"""Flashing as far as it goes without a board: images, command lines, package.json, make image."""

import json
import re
import sys
from pathlib import Path

import pytest
from mpremote import mip

from nuanbu.errors import UserError
from nuanbu.flash import application, boards, image, package, steps
from nuanbu.installer.trouble import Trouble


def image_of(tmp_path, chip, first=0xE9):
    path = tmp_path / "image.bin"
    path.write_bytes(bytes([first]) + bytes(11) + chip.to_bytes(2, "little") + bytes(100))
    return path


def test_an_image_has_to_be_for_the_chip(tmp_path):
    relay = boards.get("esp32-relay")
    boards.check_image(image_of(tmp_path, 0), relay)
    boards.check_image(image_of(tmp_path, 9), boards.get("esp32s3-ssr"))
    boards.check_image(image_of(tmp_path, 5), boards.get("esp32c3-panel"))
    for path in (image_of(tmp_path, 9), image_of(tmp_path, 0, first=0x7F)):
        with pytest.raises(Trouble) as caught:
            boards.check_image(path, relay)
        assert caught.value.trouble == "bad_image"
    (tmp_path / "short").write_bytes(b"\xe9")
    with pytest.raises(Trouble):
        boards.check_image(tmp_path / "short", relay)
    with pytest.raises(Trouble) as caught:
        boards.check_image(tmp_path / "none", relay)
    assert caught.value.trouble == "bad_file"


def test_a_board_that_is_none_is_answered_with_those_that_are():
    for name in ("", "sim", "esp9"):
        with pytest.raises(Trouble) as caught:
            boards.get(name)
        assert caught.value.trouble == "bad_choice" and "esp32-relay" in caught.value.hint


def test_images_go_where_the_chips_boot_loader_looks(tmp_path):
    """Offsets of esptool's documentation: the ESP32 alone has its boot loader at 0x1000."""
    path = image_of(tmp_path, 0)
    for name, mcu, offset in (
        ("esp32-relay", "esp32", "0x1000"),
        ("esp32s3-ssr", "esp32s3", "0x0"),
        ("esp32c3-panel", "esp32c3", "0x0"),
    ):
        line = steps.write("COM7", boards.get(name), path)
        assert line[1:3] == ["-m", "esptool"]
        assert line[line.index("--chip") + 1] == mcu
        assert line[line.index("--port") + 1] == "COM7"
        assert line[-3:] == ["write-flash", offset, str(path)]
        assert steps.erase("COM7", boards.get(name))[-1] == "erase-flash"


def test_esptool_takes_the_lines_and_stops_at_the_port_that_is_not_there(tmp_path, capfd):
    relay = boards.get("esp32-relay")
    none = str(tmp_path / "none")
    with pytest.raises(Trouble) as caught:
        steps.run(steps.write(none, relay, image_of(tmp_path, 0)))
    assert caught.value.trouble == "tool_failed"
    said = "".join(capfd.readouterr())
    assert none in said and "Usage" not in said  # not a word about the arguments


def test_mpremote_takes_the_line_and_stops_at_the_port_that_is_not_there(tmp_path, capfd):
    (tmp_path / "main.py").write_text("")
    with pytest.raises(Trouble):
        steps.run(steps.deploy(str(tmp_path / "none"), tmp_path))
    said = "".join(capfd.readouterr())
    assert "usage" not in said.lower() and "none" in said


def test_a_tool_that_succeeds_raises_nothing(capfd):
    steps.run([sys.executable, "-m", "esptool", "version"])
    out, err = capfd.readouterr()
    assert out == "" and err  # standard output is for data


# --- package.json


def sources(repo):
    found = {}
    for base in ("firmware", "lib"):
        for path in (repo / base).rglob("*.py"):
            found[str(path.relative_to(repo / base))] = path.read_bytes()
    return found


def test_the_packages_are_up_to_date(repo):
    assert package.stale(repo) == []


class Files:
    """mpremote's transport, as a dict of files."""

    def __init__(self):
        self.files = {}
        self.folders = set()

    def fs_exists(self, path):
        return path in self.folders

    def fs_mkdir(self, path):
        self.folders.add(path)

    def fs_writefile(self, path, data, progress_callback=None):
        folder = path.rpartition("/")[0]
        assert not folder.strip("/") or folder in self.folders, folder
        self.files[path.strip("/")] = data


def test_mip_puts_every_file_of_the_application_in_its_place(repo, monkeypatch):
    """By mpremote's own installer, from the package.json in the repository."""
    wanted = []
    monkeypatch.setattr(mip, "_install_package", lambda *args: wanted.append(args[1]))
    device = Files()
    for path in (repo / "package.json", repo / "boards/esp32-relay/package.json"):
        mip._install_json(device, str(path), "", "", None, False)
    board = device.files.pop("board.py")
    assert board == (repo / "boards/esp32-relay/board.py").read_bytes()
    assert device.files == sources(repo)
    assert wanted == ["umqtt.simple"]


def test_a_file_that_is_new_makes_the_package_stale(repo, tmp_path):
    (tmp_path / "firmware/heater").mkdir(parents=True)
    (tmp_path / "lib").mkdir()
    (tmp_path / "firmware/heater/__init__.py").write_text('VERSION = "1.2.3"\n')
    for path, content in package.packages(tmp_path).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(package.text(content))
    assert package.stale(tmp_path) == []
    assert json.loads((tmp_path / "package.json").read_text())["version"] == "1.2.3"
    (tmp_path / "lib/new.py").write_text("")
    assert package.stale(tmp_path) == ["package.json"]


# --- make image


def mpy_tree(root, minor=25):
    for name in ("ports/esp32/Makefile", "mpy-cross/build/mpy-cross"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    (root / "lib/micropython-lib/micropython").mkdir(parents=True)
    (root / "py").mkdir()
    (root / "py/mpconfig.h").write_text(
        f"#define MICROPY_VERSION_MAJOR 1\n#define MICROPY_VERSION_MINOR {minor}\n"
    )
    return root


def idf_tree(root):
    for name in ("tools/idf.py", "export.sh"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return root


def test_everything_that_is_missing_is_named_at_once_with_where_it_comes_from(tmp_path):
    with pytest.raises(UserError) as caught:
        image.build("esp32-relay", None, tmp_path)
    assert "ESP-IDF" in str(caught.value) and "ports/esp32/Makefile" in str(caught.value)
    assert "espressif/esp-idf" in caught.value.hint and "IDF=" in caught.value.hint
    assert "micropython/micropython" in caught.value.hint and "MPY=" in caught.value.hint


def test_what_is_missing_is_told_in_chinese_too(tmp_path):
    with pytest.raises(UserError) as caught:
        image.build("esp32-relay", None, tmp_path, "zh")
    assert "MicroPython 源码" in str(caught.value) and "未指定目录" in str(caught.value)
    assert "IDF=<目录>" in caught.value.hint and "MPY=<目录>" in caught.value.hint
    for pair in image._TEXTS.values():  # one language tells the same facts as the other
        facts = [sorted(re.findall(r"\{\w+\}", text)) for text in pair]
        assert len(facts) == 2 and facts[0] == facts[1], pair


def test_nothing_is_missing_where_everything_is(tmp_path):
    mpy, idf = mpy_tree(tmp_path / "mpy"), idf_tree(tmp_path / "idf")
    assert image.missing(idf, mpy) == []
    (mpy / "mpy-cross/build/mpy-cross").unlink()
    (mpy / "lib/micropython-lib/micropython").rmdir()
    told = [step for _, step in image.missing(idf, mpy)]
    assert told == [f"make -C {mpy}/ports/esp32 submodules", f"make -C {mpy}/mpy-cross"]


def test_sources_that_are_too_old_are_refused(tmp_path):
    found = image.missing(idf_tree(tmp_path / "idf"), mpy_tree(tmp_path / "mpy", minor=24))
    assert ["1.24" in what for what, _ in found] == [True]


def test_the_ports_own_build_runs_with_this_board(tmp_path, monkeypatch, capfd):
    """A Makefile in the place of the port's writes down what it was asked for."""
    mpy, idf = mpy_tree(tmp_path / "my mpy"), idf_tree(tmp_path / "idf")
    (idf / "export.sh").write_text("export IDF_SEEN=yes\n")
    (mpy / "ports/esp32/Makefile").write_text(
        "all:\n\t@mkdir -p $(BUILD)\n"
        "\t@echo $(IDF_SEEN) $(BOARD) $(BOARD_DIR) > $(BUILD)/asked\n"
        "\t@head -c $(SIZE) /dev/zero > $(BUILD)/micropython.bin\n"
    )
    monkeypatch.setattr(image, "ROOT", tmp_path)
    monkeypatch.setenv("SIZE", "1500000")
    built = image.build("esp32-relay", idf, mpy)
    folder = boards.get("esp32-relay").folder
    assert (built.parent / "asked").read_text().split() == ["yes", "esp32-relay", str(folder)]
    slot = boards.get("esp32-relay").partitions["ota_0"]
    assert f"margin {slot - 1_500_000}" in capfd.readouterr().out
    monkeypatch.setenv("SIZE", str(slot + 1))
    with pytest.raises(UserError, match="1 bytes larger"):
        image.build("esp32-relay", idf, mpy)


def test_sizes_of_files_are_counted_in_blocks():
    assert application.taken({"a": 1, "b": 4096, "c": 4097, "d": 0}) == 4 * 4096


def test_partitions_are_read_from_the_boards_own_table(repo):
    for name in boards.names():
        parts = boards.get(name).partitions
        assert parts["ota_0"] == parts["ota_1"] > 1_500_000
        assert Path(boards.get(name).folder / "board.py").exists()
