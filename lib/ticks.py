# Differences of time.ticks_ms(), which wraps at 2**30 on MicroPython. On CPython, where the tests
# of the pure modules also run, the same arithmetic is done here.

try:
    from time import ticks_diff  # pyright: ignore[reportAssignmentType]
except ImportError:
    _HALF = 1 << 29
    _MASK = (1 << 30) - 1

    def ticks_diff(end, start):
        """Signed milliseconds from `start` to `end`, right for spans under 2**29 ms (6.2 days)."""
        return ((end - start + _HALF) & _MASK) - _HALF
