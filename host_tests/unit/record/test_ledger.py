"""The hourly ledger: seconds into accounts, hours into records."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heater import signals
from heater.record import explain, ledger
from heater.record.ledger import Ledger

HOUR_S = 3600
TUESDAY_3 = 497_000 * HOUR_S
BUILDING = 7
ACCOUNTS = ("regulating", "fault", "off", "window", "limit", "full")


@pytest.fixture
def book(tmp_path):
    return opened(tmp_path)


def opened(path):
    book = Ledger(str(path))
    book.ring.open()
    book.configure({"heater.rated_w": 2000})
    return book


def snapshot(**fields):
    snap = signals.Snapshot()
    snap.mode, snap.room_state = signals.MODE_HEAT, signals.OK
    snap.room_mdeg, snap.setpoint_mdeg = 22_000, 22_000
    snap.demand_w, snap.limit_w, snap.limit_cause = 900, 2000, 0
    for name, value in fields.items():
        assert hasattr(snap, name)
        setattr(snap, name, value)
    return snap


COLD = {"room_mdeg": 18_000, "demand_w": 2000}
CASES = {
    "regulating": (snapshot(), 0),
    "fault": (snapshot(**COLD), 21),
    "off": (snapshot(mode=signals.MODE_OFF, **COLD), 0),
    "window": (snapshot(window_open=1, **COLD), 0),
    "limit": (snapshot(limit_w=600, limit_cause=BUILDING, **COLD), 0),
    "full": (snapshot(**COLD), 0),
}


def run(book, start_s, seconds, snap, fault=0, wh=0, quality=4):
    for second in range(seconds):
        book.poll(start_s + second, quality, wh)
        book.step(snap, fault)
    return start_s + seconds


def records(book):
    while book.ring.flush():
        pass
    return book.ring.read(0, 1000)[0]


@pytest.mark.parametrize("name", ACCOUNTS)
def test_each_second_has_one_account(book, name):
    snap, fault = CASES[name]
    end = run(book, TUESDAY_3, HOUR_S, snap, fault)
    assert book.poll(end, 4, 0)
    (record,) = records(book)
    expected = [HOUR_S if account == name else 0 for account in ACCOUNTS]
    assert list(record[ledger.ACCOUNTS_S :]) == expected
    assert record[ledger.T_S] == TUESDAY_3 and record[ledger.QUALITY] == 4


def test_a_small_limit_that_does_not_bind_is_none(book):
    snap = snapshot(limit_w=1000, limit_cause=BUILDING, demand_w=400)
    book.poll(run(book, TUESDAY_3, HOUR_S, snap), 4, 0)
    assert records(book)[0][ledger.ACCOUNTS_S + ledger.REGULATING] == HOUR_S


def test_everything_given_in_a_warm_room_is_regulating(book):
    snap = snapshot(room_mdeg=21_600, demand_w=2000)
    book.poll(run(book, TUESDAY_3, HOUR_S, snap), 4, 0)
    assert records(book)[0][ledger.ACCOUNTS_S + ledger.FULL] == 0


@given(
    spans=st.lists(
        st.tuples(st.sampled_from(ACCOUNTS), st.integers(1, 900), st.integers(0, 400)),
        min_size=1,
        max_size=12,
    ),
    offset=st.integers(0, HOUR_S - 1),
)
@settings(max_examples=40, deadline=None)
def test_no_second_and_no_wh_is_lost_over_the_hours(tmp_path_factory, spans, offset):
    book = opened(tmp_path_factory.mktemp("ledger"))
    now, wh = TUESDAY_3 + offset, 1000
    seconds = dict.fromkeys(ACCOUNTS, 0)
    for name, length, given_wh in spans:
        now = run(book, now, length, *CASES[name], wh=wh)
        seconds[name] += length
        wh += given_wh
    book.poll(now, 4, wh)
    book.close(wh)
    found = records(book)
    for index, name in enumerate(ACCOUNTS):
        assert sum(record[ledger.ACCOUNTS_S + index] for record in found) == seconds[name]
    assert sum(record[ledger.GIVEN_WH] for record in found) == wh - 1000
    for record in found:
        assert sum(record[ledger.ACCOUNTS_S :]) <= HOUR_S
        assert (
            record[ledger.T_S] // HOUR_S
            == (record[ledger.T_S] + sum(record[ledger.ACCOUNTS_S :]) - 1) // HOUR_S
        )


def test_means(book):
    now = run(book, TUESDAY_3, 1800, snapshot(room_mdeg=18_000, setpoint_mdeg=20_000))
    lost = snapshot(room_state=signals.OPEN, room_mdeg=0, setpoint_mdeg=22_000)
    now = run(book, now, 900, lost)
    now = run(book, now, 900, snapshot(room_mdeg=21_000, demand_w=1500))
    book.poll(now, 4, 0)
    (record,) = records(book)
    assert record[ledger.ROOM_CDEG] == (1800 * 1800 + 2100 * 900) // 2700
    assert record[ledger.ROOM_END_CDEG] == 2100
    assert record[ledger.SETPOINT_CDEG] == 2100
    assert record[ledger.DEMAND_W] == (900 * 2700 + 1500 * 900) // 3600
    assert record[ledger.COLD_S] == 1800 + 900


def test_a_room_never_measured(book):
    book.poll(run(book, TUESDAY_3, HOUR_S, snapshot(room_state=signals.OPEN)), 4, 0)
    assert records(book)[0][ledger.ROOM_CDEG] == ledger.NO_ROOM


def test_frost_goes_below_zero(book):
    book.poll(run(book, TUESDAY_3, HOUR_S, snapshot(room_mdeg=-12_340)), 4, 0)
    assert records(book)[0][ledger.ROOM_CDEG] == -1234


def test_the_cause_that_stood_longest(book):
    now = run(book, TUESDAY_3, 1000, snapshot(limit_w=600, limit_cause=5, **COLD))
    now = run(book, now, 2600, snapshot(limit_w=900, limit_cause=BUILDING, **COLD))
    book.poll(now, 4, 0)
    (record,) = records(book)
    assert record[ledger.LIMIT_CAUSE] == BUILDING
    assert record[ledger.LIMIT_W] == (600 * 1000 + 900 * 2600) // 3600


@pytest.mark.parametrize("jump_s", [-7200, -HOUR_S, HOUR_S, 86_400 * 400])
def test_a_jump_of_the_clock_closes_the_record(book, jump_s):
    now = run(book, TUESDAY_3, 1200, snapshot())
    assert book.poll(now + jump_s, 4, 10)
    run(book, now + jump_s, 60, snapshot(), wh=10)
    book.close(10)
    assert [sum(record[ledger.ACCOUNTS_S :]) for record in records(book)] == [1200, 60]


def test_a_jump_back_within_the_hour_does_not_make_it_longer(book):
    now = run(book, TUESDAY_3 + 2400, 600, snapshot())
    now = run(book, now - 1800, 2400, snapshot())
    book.poll(now, 4, 0)
    assert [sum(record[ledger.ACCOUNTS_S :]) for record in records(book)] == [600, 2400]


def test_hours_without_a_clock(book):
    now = run(book, 5, 4000, snapshot(), quality=0)
    assert book.poll(TUESDAY_3, 4, 0)
    found = records(book)
    assert [record[ledger.QUALITY] for record in found] == [0, 0]
    assert sum(sum(record[ledger.ACCOUNTS_S :]) for record in found) == 4000 and now == 4005


def test_slow_code_that_stands_still_does_not_overflow_the_hour(book):
    book.poll(TUESDAY_3, 4, 0)
    for _ in range(2 * HOUR_S):
        book.step(CASES["limit"][0], 0)
    book.close(0)
    assert sum(records(book)[0][ledger.ACCOUNTS_S :]) == HOUR_S


def test_a_power_cut_keeps_the_running_hour(tmp_path, book):
    run(book, TUESDAY_3, 1500, *CASES["limit"])
    copy = book.pack(250)
    again = opened(tmp_path)
    again.restore(copy)
    (record,) = records(again)
    assert record[ledger.ACCOUNTS_S + ledger.LIMIT] == 1500
    assert (record[ledger.T_S], record[ledger.GIVEN_WH]) == (TUESDAY_3, 250)
    thrice = opened(tmp_path)
    thrice.restore(copy)
    assert len(records(thrice)) == 1, "the same copy must not be booked twice"


def test_a_copy_of_an_hour_that_was_closed_is_dropped(tmp_path, book):
    now = run(book, TUESDAY_3, 3000, snapshot())
    copy = book.pack(0)
    now = run(book, now, 600, snapshot())
    book.poll(now, 4, 0)
    assert len(records(book)) == 1
    again = opened(tmp_path)
    again.restore(copy)
    assert [sum(record[ledger.ACCOUNTS_S :]) for record in records(again)] == [HOUR_S]


def test_an_empty_copy_is_no_record(tmp_path, book):
    copy = book.pack(0)
    assert len(copy) == ledger.PARTIAL_LENGTH
    again = opened(tmp_path)
    again.restore(copy)
    assert not records(again) and again.total_wh() == 0


def test_a_season_fits(book):
    assert book.ring._per_segment * (book.ring._segments - 1) >= 183 * 24


def test_an_hour_is_found_by_any_moment_of_it(book):
    for hour in range(300):
        run(book, TUESDAY_3 + HOUR_S * hour, 1, snapshot(), wh=hour)
        records(book)
    book.close(300)
    records(book)
    assert len(book.hour(TUESDAY_3)) == 1 and not book.hour(TUESDAY_3 - 1)
    for hour in (60, 299):
        (record,) = book.hour(TUESDAY_3 + HOUR_S * hour + HOUR_S - 1)
        assert record[ledger.T_S] == TUESDAY_3 + HOUR_S * hour


def test_any_hour_of_the_season_is_found(book):
    # Power cuts leave gaps and short records, and for some days there was no clock.
    ring, number, t_s = book.ring, 0, TUESDAY_3
    known = {}
    while number < 5000:
        t_s += HOUR_S * (30 if number % 401 == 400 else 1)
        for part in range(3 if number % 97 == 96 else 1):
            blind = 2000 <= number < 2150
            fields = [0 if blind else 4, number % 60_000, 1] + [0] * 14
            if not ring.append(number if blind else t_s + 60 * part, *fields):
                ring.flush()
                ring.append(number if blind else t_s + 60 * part, *fields)
            if not blind:
                known.setdefault(t_s, []).append(number)
            number += 1
    ring.flush()
    for asked in sorted(known)[::37]:
        held = [n for n in known[asked] if n >= ring.first]
        assert [record[0] for record in book.hour(asked + 1800)] == held
    assert book.hour(TUESDAY_3 - HOUR_S) == [] and book.hour(t_s + HOUR_S) == []


def test_an_hour_without_a_clock_answers_no_question(book):
    book.poll(run(book, 0, HOUR_S, snapshot(), quality=0), 0, 0)
    assert records(book) and not book.hour(0)


def test_why_was_it_cold_on_tuesday_at_3(book):
    now = run(book, TUESDAY_3 - HOUR_S, HOUR_S, snapshot())
    now = run(book, now, 600, *CASES["window"], wh=900)
    now = run(book, now, 2400, *CASES["limit"], wh=900)
    now = run(book, now, 600, *CASES["full"], wh=1300)
    book.poll(now, 4, 1600)
    records(book)  # on flash
    assert explain.explain(book.hour(TUESDAY_3 + 1234), 2200) == [
        (explain.LIMIT, 40, BUILDING * 10_000 + 600),
        (explain.WINDOW, 10, 0),
        (explain.FULL, 10, 700),
    ]
