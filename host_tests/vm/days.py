# Under MicroPython: days of ticks in one process, each under a locked heap, in a small house of
# its own that follows the weekly plan. Prints a line of JSON a day: ticks that allocated, and the
# least heap in use.
#
#   MICROPYPATH=boards/sim:firmware:lib micropython days.py FLASH_FILE DAYS

import gc
import json
import sys
import time

import board
import flash
import micropython
import world

_TICKS_A_DAY = 864_000
_START_S = 1_800_000_000  # a Friday morning in January 2027
_OUT_MDEG = -20_000
_LOSS_W_K = 35
_BODY_W_K = 40
_BODY_J_K = 12_000
_ROOM_J_K = 900_000

flash.mount(sys.argv[1], board.DATA_DIR)
world._deadline_ms = 1 << 60  # no host to wait for
from heater import app  # noqa: E402
from heater.signals import MODE_PLAN  # noqa: E402

heater = app.Heater(board, 1)
world.room_mdeg = world.body_mdeg = 16_000
heater.clock.set(_START_S, 3, 0)
heater.plan.set_mode(MODE_PLAN)


def house(second):
    """One second: an emitter, the air, and an outside that swings by 10 K a day."""
    swing = second % 86_400
    out_mdeg = _OUT_MDEG + abs(swing - 43_200) * 10_000 // 43_200
    world.mains_mv = 215_000 + second % 3600 * 5
    given_w = (world.body_mdeg - world.room_mdeg) * _BODY_W_K // 1000
    world.body_mdeg += (heater.achieved_w - given_w) * 1000 // _BODY_J_K
    lost_w = (world.room_mdeg - out_mdeg) * _LOSS_W_K // 1000
    world.room_uk = world.room_uk + (given_w - lost_w) * 1_000_000 // _ROOM_J_K
    world.room_mdeg = world.room_uk // 1000


def tick():
    """True if it allocated."""
    micropython.heap_lock()
    try:
        heater.tick(time.ticks_ms(), 100, False)
        micropython.heap_unlock()
        return False
    except MemoryError:
        micropython.heap_unlock()
    heater.tick(time.ticks_ms(), 100, False)
    return True


world.room_uk = world.room_mdeg * 1000
for day in range(int(sys.argv[2])):
    bad = least = 0
    for i in range(_TICKS_A_DAY):
        world.advance(100)
        if i % 10 == 0:
            house(world.now_ms // 1000)
        bad += tick()
        heater.slices()
        if i % 600 == 0:  # often: what checks the program holds 3 KB for most of the time
            gc.collect()
            used = gc.mem_alloc()
            least = min(least or used, used)
    told = {"day": day + 1, "bad": bad, "heap_b": least, "room_mdeg": world.room_mdeg}
    told["faults"] = [fault["code"] for fault in heater.fault_list()]
    print(json.dumps(told))
