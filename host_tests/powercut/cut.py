# Runs one scenario with the power failing at every operation in turn (MicroPython only).
#
#   micropython cut.py ROOT_OF_REPOSITORY SCENARIO MANNER [EVERY]
#
# Prints "operations N erases E cuts C failures F", and each failure. EVERY: try only each n-th.

import gc
import os
import sys

import vfs

here = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
sys.path[:0] = [sys.argv[1] + "/firmware", sys.argv[1] + "/lib", here]

from flash import BLOCK, MANNERS, Flash, PowerCut  # noqa: E402
from scenarios import SCENARIOS  # noqa: E402

BLOCKS = 64
MOUNT = "/cut"
DATA = MOUNT + "/data"


def powered(flash, function):
    """function(DATA) with the flash mounted."""
    vfs.mount(vfs.VfsLfs2(flash), MOUNT)
    try:
        return function(DATA)
    finally:
        vfs.umount(MOUNT)


def listen(act, told):
    """Run act to its end or to the power cut, keeping what it was told to be safe."""

    def run(path):
        for word in act(path):
            told.append(word)

    return run


def attempt(image, scenario, cut, manner):
    """One cut: None if all held, else what went wrong."""
    _, act, check = scenario
    flash = Flash(bytearray(image), cut, manner)
    told = []
    try:
        powered(flash, listen(act, told))
        return "the power did not fail"
    except PowerCut:
        flash.forgotten = True
    try:
        powered(Flash(flash.image), lambda path: check(path, told))
        # The file system must have stayed usable, not merely readable.
        powered(Flash(flash.image), probe)
    except Exception as error:  # whatever it is, the device has not come up
        return f"{type(error).__name__}: {error} (told {len(told)})"
    return None


def probe(path):
    with open(path + "/probe", "wb") as file:
        file.write(b"p" * 5000)
    with open(path + "/probe", "rb") as file:
        assert file.read() == b"p" * 5000
    os.remove(path + "/probe")


def main():
    name, manner = sys.argv[2], MANNERS.index(sys.argv[3])
    every = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    scenario = SCENARIOS[name]
    image = bytearray(b"\xff" * (BLOCKS * BLOCK))
    flash = Flash(image)
    vfs.VfsLfs2.mkfs(flash)
    powered(flash, scenario[0])
    whole = Flash(bytearray(image))
    told = []
    powered(whole, listen(scenario[1], told))
    assert told, "act told nothing: the scenario proves nothing"
    powered(Flash(whole.image), lambda path: scenario[2](path, told))
    cuts = failures = 0
    for cut in range(0, whole.operations, every):
        wrong = attempt(image, scenario, cut, manner)
        cuts += 1
        if wrong:
            failures += 1
            print("cut", cut, wrong)
        if cuts % 4 == 0:
            gc.collect()
    print(f"operations {whole.operations} erases {whole.erases} cuts {cuts} failures {failures}")


main()
