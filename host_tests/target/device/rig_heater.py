# The whole heater on the 32-bit target, and a house whose every signal moves.

import gc
import time

import board
import esp32  # noqa: F401
import icount
import machine  # noqa: F401
import micropython
import onewire  # noqa: F401
import part_analog  # noqa: F401
import world

TICK_MS = 100
CORE_HZ = 160_000_000


def boot():
    """(heater, bytes of heap in use, largest free block in bytes, instructions of the start)."""
    gc.collect()
    before = gc.mem_alloc()
    began = icount.now()
    from heater import app

    heater = app.Heater(board, 1)
    took = icount.now() - began & 0x3FFFFFFF
    gc.collect()
    return heater, gc.mem_alloc() - before, largest_free(), took


def largest_free():
    """Bytes of the largest piece of heap that can be had at once."""
    low, high = 0, gc.mem_free()
    while high - low > 16:
        middle = (low + high) // 2
        try:
            bytearray(middle)
            low = middle
        except MemoryError:
            high = middle
        gc.collect()
    return low


def move(i):
    """Let the house move on by a tick: every branch of the firmware has something to do."""
    world.now_ms += TICK_MS
    world.room_mdeg = 15_000 + i // 10 % 9_000
    world.body_mdeg = 20_000 + i // 5 % 50_000
    world.mains_mv = 205_000 + i // 10 % 30_000
    world.leak_ua = i // 100 % 1_000
    world.chip_mdeg = 25_000 + i // 10 % 20_000


def ticks(heater, count, first=0):
    """`count` ticks under a locked heap with their slices after them; (allocating, heating)."""
    bad = hot = 0
    for i in range(first, first + count):
        move(i)
        micropython.heap_lock()
        try:
            heater.tick(time.ticks_ms(), TICK_MS, False)
        except MemoryError:
            bad += 1
        micropython.heap_unlock()
        if heater.out.stage:
            hot += 1
        heater.slices()
    return bad, hot
