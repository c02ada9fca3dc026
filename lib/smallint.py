# Integers from frozen constant tuples.
#
# MicroPython's mpy-tool (seen in 1.25) freezes a number beyond 13 bits inside a constant tuple as
# an integer of any length, although it fits a small one, and whatever is computed with such an
# object allocates memory. From .mpy files and plain source the same tuple holds small integers.


def small(n):
    """The integer `n` as a small one where it fits (31 bits on the target). Slow code only."""
    return int(str(n))
