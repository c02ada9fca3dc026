"""`nuanbu flash` without the tools that touch a board: what is asked of whom, in what order."""

import json

import pytest
from installer_run import nuanbu

from nuanbu.flash import application, boards
from nuanbu.installer import commands_flash
from nuanbu.installer.desk import Desk
from nuanbu.installer.trouble import Trouble
from nuanbu.sim.pty import SerialHeater


@pytest.fixture
def board(monkeypatch):
    """The simulated board as one that can be flashed, its application compiled in no time."""

    def compiled(out, name):
        out.mkdir(parents=True)
        (out / "main.py").write_text("")
        return {"main.py": 0}

    monkeypatch.setattr(application, "compiled", compiled)
    board = boards.Board("sim", "esp32", 0x1000, {"vfs": 1 << 21, "ota_0": 1 << 21})
    monkeypatch.setattr(boards, "get", lambda name, language="en": board)
    return board


@pytest.fixture
def profile(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"control.setpoint_mdeg": 20_500, "link.building": "7"}))
    return path


class Runner:
    """Runs the command lines in the heater's stead: mpremote's reset starts it again."""

    def __init__(self, heater, fails=None, restarts=False):
        self.ran = []
        self._restarts = restarts
        self.at_the_repl = False
        self._heater = heater
        self._fails = fails

    def __call__(self, line, language):
        assert str(self._heater.port) in line
        self.ran.append((line[2], line[-3] if line[2] == "esptool" else line[-1]))
        if line[2] == self._fails:
            raise Trouble("tool_failed", language, tool=line[2], code=2)
        if "write-flash" in line and self._restarts:
            self._heater.call(lambda device: device.power_cycle(1))  # esptool's reset at the end
        if line[2] == "mpremote":
            said = self._heater.call(lambda device: device.tick(b"6*7\r\n") + device.tick())
            self.at_the_repl = b"42" in said
            self._heater.call(lambda device: device.power_cycle(1))


def desk(heater, **options):
    return Desk(port=heater.port, lang="en", yes=True, **options).settle()


def test_a_running_heater_is_asked_for_its_port_and_comes_back_with_its_settings(board, profile):
    with SerialHeater(speed=20.0) as heater:
        runner = Runner(heater)
        commands_flash.flash_with(desk(heater), "sim", None, profile, runner)
        assert runner.ran == [("mpremote", "reset")] and runner.at_the_repl
        values = heater.call(
            lambda device: [device.get("control.setpoint_mdeg"), device.get("link.building")]
        )
        assert values == [20_500, "7"]
        locked = heater.call(lambda device: device.request("faults.list"))
        assert locked["fault"] is None  # the service lock is off again


def test_with_an_image_the_chip_is_erased_and_written_first(board, tmp_path):
    path = tmp_path / "image.bin"
    path.write_bytes(b"\xe9" + bytes(64))
    with SerialHeater(speed=20.0) as heater:
        runner = Runner(heater)
        commands_flash.flash_with(desk(heater), "sim", path, None, runner)
    assert [step[0] for step in runner.ran] == ["esptool", "esptool", "mpremote"]


def test_an_image_with_the_application_in_it_is_all_that_is_put_there(board, tmp_path, profile):
    path = tmp_path / "image.bin"
    path.write_bytes(b"\xe9" + bytes(64) + b"heater/limits/lease.py\0heater/app.py\0")
    with SerialHeater(speed=20.0) as heater:
        runner = Runner(heater, restarts=True)
        commands_flash.flash_with(desk(heater), "sim", path, profile, runner)
        assert [step[0] for step in runner.ran] == ["esptool", "esptool"]
        assert heater.call(lambda device: device.get("link.building")) == "7"


def test_a_tool_that_fails_ends_it_and_nothing_else_is_done(board, tmp_path, profile):
    path = tmp_path / "image.bin"
    path.write_bytes(b"\xe9" + bytes(64))
    with SerialHeater(speed=20.0) as heater:
        runner = Runner(heater, fails="esptool")
        with pytest.raises(Trouble) as caught:
            commands_flash.flash_with(desk(heater), "sim", path, profile, runner)
        assert caught.value.trouble == "tool_failed" and len(runner.ran) == 1
        assert heater.call(lambda device: device.get("link.building")) == "building"


def test_a_heater_with_a_serial_number_needs_the_works_password(board, profile):
    with SerialHeater(speed=20.0, settings={"heater.serial": "N1"}) as heater:
        runner = Runner(heater)
        with pytest.raises(Trouble) as caught:
            commands_flash.flash_with(desk(heater), "sim", None, profile, runner)
        assert caught.value.trouble == "login_needed" and runner.ran == []


def test_a_dry_run_and_bad_arguments_touch_nothing(tmp_path, board, profile):
    with SerialHeater(speed=20.0) as heater:
        runner = Runner(heater)
        commands_flash.flash_with(desk(heater, dry_run=True), "sim", None, profile, runner)
        bad = tmp_path / "bad.bin"
        bad.write_bytes(b"ELF")
        with pytest.raises(Trouble):
            commands_flash.flash_with(desk(heater), "sim", bad, None, runner)
        with pytest.raises(Trouble):
            commands_flash.flash_with(desk(heater), "sim", None, tmp_path / "none.json", runner)
        assert runner.ran == []
        assert heater.call(lambda device: device.request("cfg.hash")["rev"]) == 0


def test_it_asks_whether_the_mains_is_off(board, tmp_path):
    said = nuanbu(str(tmp_path / "none"), "flash", "esp32-relay", "--lang", "en")
    assert said.code == 4 and "confirmed" in said.notes


def test_a_board_that_is_none(tmp_path):
    assert nuanbu(str(tmp_path / "none"), "flash", "esp9").code == 2
