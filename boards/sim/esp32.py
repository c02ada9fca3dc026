# The parts of the esp32 module the firmware uses.

import world


def mcu_temperature():
    """Degrees Celsius, whole, as on the C3 and S3."""
    return (world.chip_mdeg + 500) // 1000


def idf_heap_info(capabilities):
    """One region: (total, free, largest free block, least free ever), in bytes."""
    return [(200_000, 150_000, 110_000, 100_000)]


HEAP_DATA = 4
HEAP_EXEC = 1
