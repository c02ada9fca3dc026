"""Serial ports, opened and closed without resetting the board behind them.

On ESP32 boards DTR and RTS drive boot mode and reset through two transistors: the chip is in reset
while DTR is off and RTS is on (esptool's documentation of the automatic bootloader circuit).
So neither opening nor closing may pass through that state.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

import serial
from serial.tools import list_ports

from nuanbu.installer.trouble import Trouble

BAUD = 115_200
ENV = "NUANBU_PORT"


def ports() -> list[dict]:
    """The serial ports of this computer: device, description, serial number, usb (vid:pid)."""
    found = []
    for port in sorted(list_ports.comports()):
        usb = f"{port.vid:04x}:{port.pid:04x}" if port.vid is not None else ""
        found.append(
            {
                "port": port.device,
                "text": port.description or "",
                "usb": usb,
                "serial": port.serial_number or "",
            }
        )
    return found


def choose(named: str, language: str) -> str:
    """The port to use: named, of the environment, or the only USB port there is.

    Raises Trouble no_device or several_ports.
    """
    if named or os.environ.get(ENV):
        return named or os.environ[ENV]
    found = [port["port"] for port in ports() if port["usb"]]
    if not found:
        raise Trouble("no_device", language)
    if len(found) > 1:
        raise Trouble("several_ports", language, ports=", ".join(found))
    return found[0]


def open_port(name: str, language: str = "en", *, make: Any = None) -> Any:
    """Open `name`, a device path, socket://, rfc2217:// or hwgrep:// address, for reading without
    waiting. Raises Trouble port_unusable.

    make: stands in for serial.serial_for_url, in tests.
    """
    try:
        port = (make or serial.serial_for_url)(name, do_not_open=True)
        port.baudrate = BAUD
        port.timeout = 0
        if not name.startswith("rfc2217://"):  # which knows none, and says so by an exception
            port.write_timeout = 5
        if os.name == "posix" and "://" not in name:
            port.exclusive = True
        # pyserial raises DTR, then RTS while it opens. With both on, no step of that is a reset;
        # Windows sets them in one call, where off and off avoids a pulse at the close.
        port.dtr = port.rts = sys.platform != "win32"
        port.open()
    except (serial.SerialException, OSError, ValueError) as error:
        raise Trouble("port_unusable", language, port=name, why=error) from None
    _keep_lines_at_close(port)
    return port


def close_port(port: Any) -> None:
    """Close, RTS before DTR: the other way round is a reset."""
    with contextlib.suppress(serial.SerialException, OSError):
        port.rts = False
        port.dtr = False
    with contextlib.suppress(serial.SerialException, OSError):
        port.close()


def _keep_lines_at_close(port: Any) -> None:
    # With HUPCL the system itself drops the lines when the last user closes, in an order of its
    # own; pyserial leaves it set.
    try:
        import termios

        attributes = termios.tcgetattr(port.fd)
        attributes[2] &= ~termios.HUPCL
        termios.tcsetattr(port.fd, termios.TCSANOW, attributes)
    except Exception:  # no such thing: Windows, a socket, a port of a test
        return
