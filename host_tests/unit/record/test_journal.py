"""Events: kept in order, urgent ones at once, a storm without wearing the flash out."""

import pytest

from heater.record import events
from heater.record.journal import Journal
from heater.record.wear import Budget

FAULT = 130


@pytest.fixture
def journal(tmp_path):
    return opened(tmp_path)


def opened(path):
    journal = Journal(str(path), Budget())
    journal.open()
    return journal


def test_an_event_carries_time_and_its_quality(tmp_path, journal):
    journal.clock(17, 0)
    journal.add(events.BOOT, 3)
    journal.clock(1_789_000_000, 4)
    journal.add(FAULT, -85_000, 60_000, True)
    journal.flush()
    assert opened(tmp_path).read(0) == (
        [(0, 17, 0, events.BOOT, 3, 0), (1, 1_789_000_000, 4, FAULT, -85_000, 60_000)],
        2,
    )


def test_values_beyond_32_bits_are_held(tmp_path, journal):
    journal.add(FAULT, 2**40, -(2**40))
    journal.flush()
    assert journal.read(0)[0][0][4:] == (2**31 - 1, -(2**31))


def test_ordinary_events_wait_for_the_hour_and_urgent_ones_do_not(journal):
    journal.add(events.BOOT)
    assert not any(journal.poll(second) for second in range(1, 3600))
    assert journal.poll(3600) and journal.next() == 1
    journal.add(events.BOOT)
    journal.add(FAULT, 0, 0, True)
    assert journal.poll(3601) and journal.next() == 3
    assert not journal.poll(3602)


def test_an_urgent_event_is_not_held_up_by_an_ordinary_one_after_it(journal):
    journal.add(FAULT, 0, 0, True)
    journal.add(events.BOOT)
    assert journal.poll(1) and journal.next() == 2


def test_nothing_new_writes_nothing(journal):
    assert not any(journal.poll(second) for second in range(0, 20_000, 7))


def test_a_storm_keeps_its_first_events_and_counts_the_rest(tmp_path, journal):
    for _ in range(100):
        journal.add(FAULT, 0, 0, True)
    journal.flush()
    journal.add(events.BOOT)
    journal.flush()
    codes = [event[3] for event in opened(tmp_path).read(0, 100)[0]]
    assert codes == [FAULT] * 32 + [events.EVENTS_LOST, events.BOOT]
    assert opened(tmp_path).read(32, 1)[0][0][4] == 68


def test_a_storm_of_hours_stays_within_the_budget(tmp_path):
    budget = Budget()
    journal = Journal(str(tmp_path), budget)
    for second in range(1, 86_400):
        journal.add(FAULT, second, 0, True)
        budget.poll(second)
        journal.poll(second)
    assert budget.writes <= 24 + 50


def test_a_quiet_week_saves_nothing_up_for_a_storm():
    budget = Budget()
    budget.poll(7 * 86_400)
    storm = 0
    while budget.affordable():
        budget.spend()
        storm += 1
    assert storm == 20


def test_reading_on_from_a_number(journal):
    for number in range(30):
        journal.add(FAULT, number)
    journal.flush()
    first, after = journal.read(0, 16)
    rest, end = journal.read(after, 16)
    assert [event[4] for event in first + rest] == list(range(30))
    assert end == journal.next() == 30 and journal.first() == 0
