"""CPython's stand-in for MicroPython's own `utime`, as link and simulated board use it."""

from time import gmtime, monotonic_ns, sleep, time

__all__ = ["gmtime", "sleep", "sleep_ms", "ticks_add", "ticks_diff", "ticks_ms", "time"]

_PERIOD = 1 << 30


def ticks_ms():
    return monotonic_ns() // 1_000_000 % _PERIOD


def ticks_add(ticks, delta):
    return (ticks + delta) % _PERIOD


def ticks_diff(end, start):
    return (end - start + _PERIOD // 2) % _PERIOD - _PERIOD // 2


def sleep_ms(ms):
    sleep(ms / 1000)
