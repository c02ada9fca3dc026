"""The order in which the lines of a port move. A board is in reset while DTR is off and RTS on."""

import os
import pty
import socket
import threading
import time

import pytest
import serial
from serial.rfc2217 import (
    COM_PORT_OPTION,
    SET_CONTROL,
    SET_CONTROL_DTR_OFF,
    SET_CONTROL_DTR_ON,
    SET_CONTROL_RTS_OFF,
    SET_CONTROL_RTS_ON,
    PortManager,
)

from nuanbu.installer import transport
from nuanbu.installer.trouble import Trouble


class Lines:
    """The two lines of a port, moved the way pyserial does on POSIX: open() sets DTR, then RTS.

    Before opening both are off. `states` holds every combination they have been in.
    """

    def __init__(self, name="", do_not_open=False):
        self.is_open = False
        self._wanted = {"dtr": True, "rts": True}
        self.now = {"dtr": False, "rts": False}
        self.states = []

    def _move(self, line, level):
        self.now[line] = level
        self.states.append((self.now["dtr"], self.now["rts"]))

    def _set(self, line, level):
        self._wanted[line] = level
        if self.is_open:
            self._move(line, level)

    dtr = property(lambda self: self._wanted["dtr"], lambda self, v: self._set("dtr", v))
    rts = property(lambda self: self._wanted["rts"], lambda self, v: self._set("rts", v))

    def open(self):
        self.is_open = True
        self._move("dtr", True)  # the kernel raises both by itself
        self._move("rts", True)
        self._move("dtr", self._wanted["dtr"])
        self._move("rts", self._wanted["rts"])

    def close(self):
        self.is_open = False


IN_RESET = (False, True)


def test_neither_open_nor_close_resets_the_board():
    port = transport.open_port("/dev/ttyUSB0", make=Lines)
    assert port.states[-1] == (True, True)
    transport.close_port(port)
    assert not port.is_open
    assert port.states[-2:] == [(True, False), (False, False)]
    assert IN_RESET not in port.states


def test_the_model_of_the_lines_knows_a_reset():
    port = Lines()
    port.dtr = port.rts = False
    port.open()
    assert IN_RESET in port.states


def test_the_system_is_told_not_to_drop_the_lines_by_itself():
    import termios

    master, slave = pty.openpty()
    try:
        port = transport.open_port(os.ttyname(slave))
        assert not termios.tcgetattr(port.fd)[2] & termios.HUPCL
        transport.close_port(port)
    finally:
        os.close(master)
        os.close(slave)


def test_a_port_that_is_not_there_is_named():
    with pytest.raises(Trouble, match="/dev/none") as caught:
        transport.open_port("/dev/none")
    assert caught.value.code == 3


def test_a_port_in_use_is_refused():
    master, slave = pty.openpty()
    try:
        first = transport.open_port(os.ttyname(slave))
        with pytest.raises(Trouble) as caught:
            transport.open_port(os.ttyname(slave))
        assert caught.value.trouble == "port_unusable"
        transport.close_port(first)
    finally:
        os.close(master)
        os.close(slave)


class Listed:
    def __init__(self, device, vid):
        self.device, self.vid, self.pid = device, vid, 1
        self.description, self.serial_number = "", None

    def __lt__(self, other):
        return self.device < other.device


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ([], "no_device"),
        ([Listed("ttyS0", None)], "no_device"),
        ([Listed("ttyS0", None), Listed("ttyUSB0", 2)], "ttyUSB0"),
        ([Listed("ttyUSB0", 2), Listed("ttyUSB1", 2)], "several_ports"),
    ],
)
def test_the_port_is_found_when_there_is_one(monkeypatch, found, outcome):
    monkeypatch.delenv(transport.ENV, raising=False)
    monkeypatch.setattr(transport.list_ports, "comports", lambda: found)
    try:
        assert transport.choose("", "en") == outcome
    except Trouble as trouble:
        assert trouble.trouble == outcome


def test_a_named_port_comes_first(monkeypatch):
    monkeypatch.setenv(transport.ENV, "socket://box:5000")
    assert transport.choose("", "en") == "socket://box:5000"
    assert transport.choose("COM7", "en") == "COM7"


def test_a_closed_port_that_is_gone_raises_nothing():
    class Gone(Lines):
        def close(self):
            raise serial.SerialException("gone")

    transport.close_port(Gone())


class Bridge(threading.Thread):
    """One connection from the network, echoed; the bytes that RFC 2217 adds are answered."""

    def __init__(self, rfc2217):
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._rfc2217 = rfc2217
        self.port = self._listener.getsockname()[1]
        self.lines = []

    def run(self):
        with self._listener:
            connection, _ = self._listener.accept()
        with connection:
            self.write = connection.sendall
            manager = None
            if self._rfc2217:
                loop = serial.serial_for_url("loop://", timeout=0)
                lines = self.lines

                class Watched(PortManager):
                    def _telnet_process_subnegotiation(self, suboption):
                        if suboption[0:2] == COM_PORT_OPTION + SET_CONTROL:
                            lines.append(suboption[2:3])
                        super()._telnet_process_subnegotiation(suboption)

                manager = Watched(loop, self)
            while data := connection.recv(1024):
                if manager:
                    data = b"".join(manager.filter(data))
                    data = b"".join(manager.escape(data))
                if data:
                    connection.sendall(data)


# pyserial names its thread, and makes it a daemon, in an old way.
@pytest.mark.filterwarnings("ignore:set:DeprecationWarning")
@pytest.mark.parametrize("scheme", ["socket", "rfc2217"])
def test_a_port_at_the_other_end_of_a_network(scheme):
    bridge = Bridge(scheme == "rfc2217")
    bridge.start()
    port = transport.open_port(f"{scheme}://127.0.0.1:{bridge.port}")
    port.write(b"hello\n")
    said = b""
    for _ in range(200):
        said += port.read(100)
        if said == b"hello\n":
            break
        time.sleep(0.02)
    transport.close_port(port)
    assert said == b"hello\n"
    if scheme == "rfc2217":
        # As at a port of one's own: both lines on, at the end RTS off first.
        on_dtr, off_dtr, on_rts, off_rts = (
            SET_CONTROL_DTR_ON, SET_CONTROL_DTR_OFF, SET_CONTROL_RTS_ON, SET_CONTROL_RTS_OFF,
        )  # fmt: skip
        moved = [line for line in bridge.lines if line in (on_dtr, off_dtr, on_rts, off_rts)]
        assert moved[:2] == [on_dtr, on_rts] and moved[-2:] == [off_rts, off_dtr]


@pytest.mark.parametrize("name", ["hwgrep://no-such-adapter", "socket://127.0.0.1:1", "nonsense://x"])
def test_an_address_with_nothing_behind_it_is_named(name):
    with pytest.raises(Trouble) as caught:
        transport.open_port(name)
    assert caught.value.trouble == "port_unusable"


def test_a_port_is_found_by_its_description(monkeypatch):
    master, slave = pty.openpty()
    name = os.ttyname(slave)
    found = [(name, "CP2102 USB to UART", "USB VID:PID=10C4:EA60 SER=7")]
    monkeypatch.setattr("serial.tools.list_ports.grep", lambda regexp, **_: iter(found))
    try:
        port = transport.open_port("hwgrep://SER=7")
        assert port.port == name
        transport.close_port(port)
    finally:
        os.close(master)
        os.close(slave)
