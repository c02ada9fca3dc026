# Virtual time in the place of the built-in module: ticks that wrap as on the device, and sleep
# that lets simulated time pass. Firmware files see no difference.

import world

_MASK = (1 << 30) - 1  # TICKS_PERIOD of a 32-bit MicroPython
_HALF = 1 << 29


def ticks_ms():
    return (world.now_ms + world.epoch_ms) & _MASK


def ticks_us():
    return ((world.now_ms + world.epoch_ms) * 1000) & _MASK


def ticks_add(ticks, delta):
    return (ticks + delta) & _MASK


def ticks_diff(end, start):
    return ((end - start + _HALF) & _MASK) - _HALF


def sleep_ms(ms):
    if ms > 0:
        world.advance(ms)


def sleep(s):
    sleep_ms(int(s * 1000))


def sleep_us(us):
    pass
