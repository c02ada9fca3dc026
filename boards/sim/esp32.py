# The parts of the esp32 module the firmware uses.

import hashlib
from struct import pack

import world

_RMT_HZ = 80_000_000


class RMT:
    """One channel of the pulse generator. A pulse begins when it is written; nothing happens of
    itself between two calls, so its end shows on the pin only at the next call or `expire`."""

    def __init__(self, channel, *, pin, clock_div=8, idle_level=0):
        self._pin = pin.id
        self._divider = clock_div
        self._idle = idle_level
        self._ends_us = 0
        world.set_pin(self._pin, idle_level)

    def write_pulses(self, durations, level):
        if len(durations) != 1 or not 0 < durations[0] < 1 << 15:
            raise ValueError("the simulated RMT sends single pulses of 15 bits")
        begins_us = max(world.now_ms * 1000, self._ends_us)  # after the pulse before
        self._ends_us = begins_us + durations[0] * self._divider * 1_000_000 // _RMT_HZ
        world.set_pin(self._pin, level)

    def wait_done(self, timeout=0):
        if world.now_ms * 1000 < self._ends_us:
            return False
        self.expire()
        return True

    def expire(self):
        """Let the pin fall if its pulse is over."""
        if world.now_ms * 1000 >= self._ends_us:
            world.set_pin(self._pin, self._idle)


def mcu_temperature():
    """Degrees Celsius, whole, as on the C3 and S3."""
    return (world.chip_mdeg + 500) // 1000


def idf_heap_info(capabilities):
    """One region: (total, free, largest free block, least free ever), in bytes."""
    return [(200_000, 150_000, 110_000, 100_000)]


HEAP_DATA = 4
HEAP_EXEC = 1


class Partition:
    """The partition that the running image lies in: a stand-in image of one segment, in the form
    that ESP-IDF gives it, its SHA-256 appended. The fault "program_bit" turns one bit of it."""

    RUNNING = 1
    _BODY = 4096
    _HEAD = pack("<BB21xBII", 0xE9, 1, 1, 0x3F400020, _BODY)
    _END = len(_HEAD) + _BODY + 16 & ~15

    def __init__(self, id):
        whole = hashlib.sha256()
        for at in range(0, self._END, 16):
            whole.update(bytes([self._byte(at + i) for i in range(16)]))
        self._digest = whole.digest()

    def info(self):
        return (0, 0, 0x10000, 0x200000, "factory", False)

    def readblocks(self, block, buf, offset=0):
        at = block * 4096 + offset
        for i in range(len(buf)):
            buf[i] = self._byte(at + i)
        if "program_bit" in world.faults and at <= 2000 < at + len(buf):
            buf[2000 - at] ^= 8

    def _byte(self, at):
        if at < len(self._HEAD):
            return self._HEAD[at]
        if at >= self._END:
            at -= self._END
            return self._digest[at] if at < 32 else 0xFF
        return at * 151 >> 3 & 0xFF
