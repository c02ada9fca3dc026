# Starts the firmware on the simulated board, the way the ESP32 port does: boot.py, then main.py.
#
#   micropython launch.py FIRMWARE_DIR LIB_DIR FLASH_FILE RX_FD TX_FD [UMQTT_DIR]
#
# The firmware's files are taken as they are; only sys.path puts this board's modules first.

import gc
import os
import sys

_board_dir = sys.path[0]
_firmware, _lib, _flash_file, _rx_fd, _tx_fd = sys.argv[1:6]
sys.path[:] = [_board_dir, _firmware, _lib] + sys.argv[6:] + [".frozen"]

import board  # noqa: E402
import flash  # noqa: E402
import world  # noqa: E402


def probe():
    """What a debugger would see: the snapshot and the active faults of the running heater."""
    app = sys.modules.get("heater.app")
    heater = app.running if app else None
    if heater is None:
        return {}
    view = dict(heater.snapshot.__dict__)
    view["faults"] = heater.fault_list()
    view["erases"] = blocks.erases
    view["cycle_s"] = heater.modulator.cycle_s
    if world.census:
        gc.collect()
        view["heap_b"] = gc.mem_alloc()
        _, _, total, free = os.statvfs(board.DATA_DIR)[:4]
        view["blocks"] = total - free
        view["writes"] = heater.books.budget.writes
    return view


world.attach(open(int(_rx_fd), "rb"), open(int(_tx_fd), "wb"), probe)
import clock  # noqa: E402

sys.modules["utime"] = clock
world.rtc_file = _flash_file + ".rtc"
try:
    with open(world.rtc_file, "rb") as f:
        world.rtc_memory = f.read()
    os.remove(world.rtc_file)
except OSError:
    pass  # no reset came before: the memory has lost its power
blocks = flash.mount(_flash_file, board.DATA_DIR)


def run(path):
    with open(path) as f:
        exec(compile(f.read(), path, "exec"), {"__name__": "__main__"})


run(_firmware + "/boot.py")
run(_firmware + "/main.py")

import repl  # noqa: E402

repl.run()
