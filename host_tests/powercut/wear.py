# What the books cost the flash: simulated days at the highest load the budget lets through
# (MicroPython only). Feeds docs/storage.md and test_wear.py.
#
#   micropython wear.py ROOT_OF_REPOSITORY DAYS LOAD     LOAD: "worst" or "normal"
#
# Prints one line: "days D writes W erases E worst_block B blocks N free F"; free in bytes.

import os
import sys

import vfs

here = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
sys.path[:0] = [sys.argv[1] + "/firmware", sys.argv[1] + "/lib", here]

from flash import BLOCK, Flash  # noqa: E402

from heater import signals  # noqa: E402
from heater.record.books import Books  # noqa: E402

BLOCKS = 96  # 384 KiB: the data partition beside two firmware slots in a 4 MiB flash
DAY_S = 86_400
STEP_S = 15  # coarser than app's second, which writes no oftener


class WornFlash(Flash):
    """Counts the erases of each block."""

    def __init__(self):
        super().__init__(bytearray(b"\xff" * (BLOCKS * BLOCK)))
        self.erased = [0] * BLOCKS

    def ioctl(self, op, arg):
        if op == 6:
            self.erased[arg] += 1
        return super().ioctl(op, arg)


def live(books, days, worst):
    """Heat for some days; worst: everything that can ask for a write does so all the time."""
    snap = signals.Snapshot()
    snap.mode, snap.room_state = signals.MODE_HEAT, signals.OK
    for uptime_s in range(STEP_S, days * DAY_S, STEP_S):
        books.energy.step(1500, uptime_s // STEP_S % 4, 1, 1000 * STEP_S)
        books.clock(1_800_000_000 + uptime_s, 4)
        books.second(snap, 0)
        change_s, event_s = (60, 15) if worst else (6 * 3600, 3600)
        if uptime_s % change_s == 0:
            books.settings.stage("plan.eco_mdeg", 18_000 + uptime_s // change_s % 2000, "resident")
            books.settings.commit("resident")
        if uptime_s % event_s == 0:
            books.journal.add(130, uptime_s, 0, worst)
        if uptime_s % DAY_S == 0 or (worst and uptime_s % 600 == 0):
            books.store.save_soon("model", bytes(64))
        books.poll(uptime_s)


def main():
    days, worst = int(sys.argv[2]), sys.argv[3] == "worst"
    flash = WornFlash()
    vfs.VfsLfs2.mkfs(flash)
    vfs.mount(vfs.VfsLfs2(flash), "/worn")
    books = Books("/worn/data")
    books.open()
    books.configure(books.settings)
    # As after years of service: both rings full, so that appending means overwriting.
    for ring, fields in (
        (books.ledger.ring, [0] * 17),
        (books.journal.ring, [0] * 5),
    ):
        for _ in range(ring._per_segment * ring._segments):
            if not ring.append(*fields):
                ring.flush()
                ring.append(*fields)
        ring.flush()
    flash.erased = [0] * BLOCKS
    flash.erases = 0
    before = books.budget.writes
    live(books, days, worst)
    status = os.statvfs("/worn")
    free = status[0] * status[3]
    print(
        f"days {days} writes {books.budget.writes - before} erases {flash.erases}"
        f" worst_block {max(flash.erased)} blocks {BLOCKS} free {free}"
    )


main()
