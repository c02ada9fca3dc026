"""CPython's stand-in for MicroPython's real-time clock, as the link uses it."""

from time import gmtime, monotonic_ns, sleep

__all__ = ["gmtime", "sleep_ms", "ticks_add", "ticks_diff", "ticks_ms"]

_PERIOD = 1 << 30


def ticks_ms():
    return monotonic_ns() // 1_000_000 % _PERIOD


def ticks_add(ticks, delta):
    return (ticks + delta) % _PERIOD


def ticks_diff(end, start):
    return (end - start + _PERIOD // 2) % _PERIOD - _PERIOD // 2


def sleep_ms(ms):
    sleep(ms / 1000)
