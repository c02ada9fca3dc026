# State of one sensor reading, shared by all sensor drivers. Anything but OK means: do not use the
# value.

from micropython import const

OK = const(0)
OPEN = const(1)  # wire broken, or nobody answers on the bus
SHORT = const(2)  # shorted to ground or supply
CORRUPT = const(3)  # wrong checksum or impossible frame
STALE = const(4)  # answered once, silent now
RANGE = const(5)  # readable, but outside what the part can measure
NOT_FITTED = const(6)  # the board has no such part
STARTING = const(7)  # no reading yet since power-up; not a fault within its start time

STATE_NAMES = ("ok", "open", "short", "corrupt", "stale", "range", "not_fitted", "starting")
