# The book of faults, for every row of the table alike. Runs on CPython and MicroPython.

from rig import Bare, Board, Settings

from heater.protect.book import Book
from heater.protect.monitors import ANY, AUTO, LOCAL, ROWS, SERVICE, fitted

STEP_MS = 100


def book(board=Board):
    b = Book()
    b.configure(Settings(), board)
    return b


def limit_of(row):
    value = Settings().get(row[4]) if isinstance(row[4], str) else row[4]
    return row[5] * value


def hold(b, i, value, ms):
    """Hold signal `i` at `value`; returns the time until the fault came or went, or None."""
    was = b.active[i]
    b.signal[i] = value
    for t in range(0, ms, STEP_MS):
        b.judge(i, t // 1000, STEP_MS)
        if b.active[i] != was:
            return t
    return None


def each(board=Board):
    for i in range(len(ROWS)):
        if fitted(ROWS[i], board):
            yield i, ROWS[i], book(board)


def test_at_the_limit_is_no_fault():
    for i, row, b in each():
        assert hold(b, i, limit_of(row), row[7] + 60_000) is None, row[1]


def test_just_above_is_a_fault_after_its_persistence():
    for board in (Board, Bare):
        for i, row, b in each(board):
            assert hold(b, i, limit_of(row) + 1, row[7] + STEP_MS) == row[7], row[1]
            assert b.measured[i] == row[5] * (limit_of(row) + 1)


def test_the_counter_goes_up_and_down():
    for i, row, b in each():
        if row[7] < 1000:
            continue
        limit = limit_of(row)
        for _ in range(20):  # half good, half bad: never reached
            assert hold(b, i, limit + 1, row[7] // 2) is None, row[1]
            assert hold(b, i, limit, row[7] // 2) is None, row[1]
        # What has been counted is not lost in one good moment.
        hold(b, i, limit + 1, row[7] // 2)
        hold(b, i, limit, STEP_MS)
        assert hold(b, i, limit + 1, row[7]) <= row[7] // 2 + 2 * STEP_MS, row[1]


def test_hysteresis_and_recovery():
    for i, row, b in each():
        limit = limit_of(row)
        hold(b, i, limit + 1, row[7] + STEP_MS)
        if row[6]:
            hold(b, i, limit - row[6] + 1, row[8] + 60_000)
            assert b.active[i] and not b.gone[i], row[1]
        good = limit - row[6]
        hold(b, i, good, row[8] - 2 * STEP_MS)
        assert b.active[i], row[1]
        hold(b, i, limit + 1, STEP_MS)  # recovery must be uninterrupted
        hold(b, i, good, row[8] - 2 * STEP_MS)
        assert b.active[i] and not b.gone[i], row[1]
        hold(b, i, good, 1000)
        assert b.active[i] == (row[10] != AUTO), row[1]
        assert b.gone[i] == b.active[i], row[1]


def test_reset_classes():
    allowed = {ANY: ("remote", "local", "service"), LOCAL: ("local", "service"),
               SERVICE: ("service",)}  # fmt: skip
    for i, row, _ in each():
        if row[10] == AUTO:
            continue
        for who in ("remote", "local", "service"):
            b = book()
            hold(b, i, limit_of(row) + 1, row[7] + STEP_MS)
            assert b.clear(row[1], who) is not None, row[1]  # still present
            hold(b, i, limit_of(row) - row[6], row[8] + 1000)
            done = b.clear(row[1], who) is None
            assert done == (who in allowed[row[10]]) == (not b.active[i]), row[1]


def test_clear_of_what_is_not_there():
    b = book()
    assert b.clear("no_such_fault", "service") == "unknown"
    assert b.clear("leak_high", "stranger") == "unknown"
    assert b.clear("leak_high", "remote") is None
    assert b.clear("all", "remote") is None


def test_latches_outlast_power_and_others_do_not():
    for i, row, b in each():
        hold(b, i, limit_of(row) + 1, row[7] + STEP_MS)
        again = Book()
        again.restore(b.state())
        again.configure(Settings(), Board)
        assert again.active[i] == (row[10] != AUTO), row[1]
        if again.active[i]:
            assert again.measured[i] == b.measured[i] and again.trips[i] == 1
            assert again.off == b.off and again.open == b.open and again.trip == b.trip


def test_a_damaged_state_is_refused():
    b = book()
    hold(b, 0, limit_of(ROWS[0]) + 1, 1000)
    good = b.state()
    for bad in (b"", b"\x09", good[:-1], good + b"x", b"\x00" + good[1:]):
        try:
            Book().restore(bad)
        except ValueError:
            continue
        raise AssertionError(bad)


def test_settings_never_end_a_fault():
    b = book()
    hold(b, 0, 12_000, 1000)
    b.configure(Settings({"protect.leak_trip_ua": 30_000}), Board)
    assert b.active[0]


def test_events_tell_every_change_in_order():
    b = book()
    assert b.next_event() == -1
    hold(b, 0, 12_000, 100)
    hold(b, 1, 1, 100)
    assert (b.next_event(), b.next_event(), b.next_event()) == (0 * 2 + 1, 1 * 2 + 1, -1)
    for _ in range(40):  # more than are kept: the newest survive
        b.release(0)
        b.raise_(0, 0, 1, 1)
    last = None
    while True:
        event = b.next_event()
        if event < 0:
            break
        last = event
    assert last == 1
