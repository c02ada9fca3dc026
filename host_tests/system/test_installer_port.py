"""The simulated heater on a pseudo-terminal, talked to the way any serial program would."""

import json
import time

import pytest
import serial

from nuanbu.errors import UserError
from nuanbu.sim import pty
from nuanbu.sim.pty import SerialHeater


@pytest.fixture(scope="module")
def heater():
    with SerialHeater(speed=20.0) as heater:
        yield heater


def ask(port, line):
    port.write(line)
    return json.loads(port.readline())


def test_the_firmware_answers_on_a_serial_port(heater):
    with serial.Serial(heater.port, 115200, timeout=10) as port:
        answer = ask(port, b'{"id":5,"m":"hello"}\n')
    assert answer["id"] == 5
    assert answer["r"]["product"] == "nuanbu"


def test_the_heater_runs_on_while_nobody_listens(heater):
    before_ms = heater.call(lambda device: device.elapsed_ms)
    time.sleep(0.3)
    assert heater.call(lambda device: device.elapsed_ms) - before_ms > 1000


def test_the_simulated_hardware_can_be_broken_meanwhile(heater):
    heater.call(lambda device: device.inject("room_open"))
    with serial.Serial(heater.port, 115200, timeout=10) as port:
        for _ in range(50):
            if ask(port, b'{"id":1,"m":"status"}\n')["r"]["faults"]:
                return
            time.sleep(0.05)
    pytest.fail("the open room sensor was never reported")


def test_an_error_inside_a_call_comes_back(heater):
    with pytest.raises(UserError, match="knob"):
        heater.call(lambda device: device.press("knob"))


def test_a_speed_that_cannot_be():
    with pytest.raises(UserError, match="speed=0"):
        SerialHeater(speed=0)


def test_the_command_prints_the_port_and_runs_until_it_is_stopped(monkeypatch, capsys):
    class Notes:
        def print(self, text):
            pass

    looks = []

    def look(seconds):
        looks.append(seconds)
        if len(looks) > 2:
            raise KeyboardInterrupt

    # The time module of pty only: the heater's own thread keeps its pace.
    monkeypatch.setattr(pty, "_LOOK_S", -1.0)
    monkeypatch.setattr(
        pty.time, "sleep", lambda s, sleep=time.sleep: look(s) if s < 0 else sleep(s)
    )
    with pytest.raises(KeyboardInterrupt):
        pty.run(speed=20.0, flash=None, notes=Notes())
    assert capsys.readouterr().out.startswith("/dev/")
