"""The ledger's second allocates nothing, whatever it has to note."""

import micropython

from heater import signals
from heater.record import ledger
from heater.record.ledger import Ledger


def test_a_second_allocates_nothing():
    book = Ledger("nowhere")
    book.poll(1, 0, 0)
    snap = signals.Snapshot()
    snap.room_state = signals.OK
    snap.setpoint_mdeg = 30_000
    snap.demand_w = 3500
    micropython.heap_lock()
    try:
        for second in range(3500):
            snap.mode = second % 3
            snap.window_open = second % 5 == 0
            snap.limit_w = second
            snap.limit_cause = second % 12
            snap.room_mdeg = second * 8
            book.step(snap, second % 7 == 0)
    finally:
        micropython.heap_unlock()
    book.close(0)
    assert book.ring.waiting() == 1


def test_the_longest_hour_stays_a_small_integer():
    book = Ledger("nowhere")
    book.poll(1, 0, 0)
    snap = signals.Snapshot()
    snap.mode, snap.room_state = signals.MODE_HEAT, signals.OK
    snap.room_mdeg, snap.setpoint_mdeg = 125_000, 30_000
    snap.demand_w = snap.limit_w = 3500
    for _ in range(4000):
        book.step(snap, 0)
    sums = (book._room_sum, book._setpoint_sum, book._demand_sum, book._limit_sum)
    assert max(sums) < 2**30 and max(sums) == 12_500 * 3600
    assert ledger.PARTIAL_LENGTH == 4 + 4 + 1 + 4 + 2 + 3 * 2 + 2 * 2 + 1 + 8 * 2
