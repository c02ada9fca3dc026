# The port has no clock, and nobody sets one here.


def put(now):
    """now: as RTC.datetime has it."""
