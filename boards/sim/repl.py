# What answers the console once main.py has ended: one line in, its value or its exception out,
# like the prompt of the real port. No raw mode: files go onto the QEMU target (host_tests/target).

import machine
import world

_TICK_MS = 100


def run():
    """Serve the prompt until a reset. Never returns."""
    room = {"machine": machine}
    buf = bytearray(world.CONSOLE_RING)
    line = b""
    world.console_write(b"\r\nMicroPython (simulated board)\r\n>>> ")
    while True:
        world.advance(_TICK_MS)
        line += bytes(buf[: world.console_read_into(buf)])
        while b"\r" in line or b"\n" in line:
            text, _, line = line.replace(b"\r", b"\n").partition(b"\n")
            world.console_write(_answer(text.strip(b"\x03 "), room) + b">>> ")


def _answer(text, room):
    try:
        try:
            value = eval(text, room)
        except SyntaxError:
            exec(text, room)
            value = None
    except SystemExit:
        raise
    except Exception as e:
        return repr(e).encode() + b"\r\n"
    return b"" if value is None else repr(value).encode() + b"\r\n"
