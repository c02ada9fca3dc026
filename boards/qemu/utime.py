# The port has no time of its own: the real-time clock is the simulated one.

from time import sleep_ms, ticks_add, ticks_diff, ticks_ms  # noqa: F401
