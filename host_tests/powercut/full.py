# The flash has no room left (MicroPython only): nothing is lost, and all goes on when there is.
#
#   micropython full.py ROOT_OF_REPOSITORY
#
# Prints "refused N"; an AssertionError is a failure.

import os
import sys

import vfs

here = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
sys.path[:0] = [sys.argv[1] + "/firmware", sys.argv[1] + "/lib", here]

from flash import BLOCK, Flash  # noqa: E402
from scenarios import LARGE_NEW, LARGE_OLD, SETPOINT, _run  # noqa: E402

from heater.record.books import Books  # noqa: E402

BLOCKS = 48
MOUNT = "/full"


def opened():
    books = Books(MOUNT)
    books.open()
    books.configure(books.settings)
    return books


def fill():
    """Take all the room there is."""
    number = 0
    while True:
        try:
            with open(MOUNT + "/filler%d" % number, "wb") as file:
                file.write(bytes(BLOCK))
        except OSError:
            return
        number += 1


def free():
    for name in os.listdir(MOUNT):
        if name.startswith("filler"):
            os.remove(MOUNT + "/" + name)


image = bytearray(b"\xff" * (BLOCKS * BLOCK))
vfs.VfsLfs2.mkfs(Flash(image))
vfs.mount(vfs.VfsLfs2(Flash(image)), MOUNT)
books = opened()
_run(books, 0, 4000)
books.settings.stage(SETPOINT, 20_000, "resident")
books.settings.commit("resident")
assert books.store.save("model", LARGE_OLD)
fill()
refused = 0
for turn in range(30):
    _run(books, 4000 + 3600 * turn, 7600 + 3600 * turn)
    books.settings.stage(SETPOINT, 21_000 + turn, "resident")
    done = books.settings.commit("resident")
    refused += isinstance(done, dict)
    if not books.store.waits("settings"):  # for the budget of the day
        assert books.settings.get(SETPOINT) == opened().settings.get(SETPOINT)
    if not books.store.save("model", LARGE_NEW):
        refused += 1
        assert opened().store.load("model") == LARGE_OLD
    assert opened().energy.energy_wh >= books.energy.booked_wh
free()
books.settings.stage(SETPOINT, 23_000, "resident")
assert isinstance(books.settings.commit("resident"), tuple)
assert books.store.save("model", LARGE_NEW)
_run(books, 200_000, 210_000)
books.close()
again = opened()
assert again.settings.get(SETPOINT) == 23_000 and again.store.load("model") == LARGE_NEW
assert again.energy.energy_wh == books.energy.energy_wh
print("refused", refused)
