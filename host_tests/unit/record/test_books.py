"""All books together: what a power cut costs, what a day costs the flash."""

from heater import signals
from heater.record import events, wear
from heater.record.books import Books

T_S = 497_000 * 3600
DAY_S = 86_400
RATED_W = 3500


def opened(path):
    books = Books(str(path))
    books.open()
    books.configure(books.settings)
    return books


def snapshot():
    snap = signals.Snapshot()
    snap.mode, snap.room_state = signals.MODE_HEAT, signals.OK
    snap.room_mdeg, snap.setpoint_mdeg = 20_000, 22_000
    snap.demand_w = snap.limit_w = RATED_W
    return snap


SNAP = snapshot()


def second(books, uptime_s):
    """One second as app runs it; power on all the time."""
    books.energy.step(RATED_W, signals.STAGE_FULL, 1, 1000)
    books.clock(T_S + uptime_s, 4)
    books.second(SNAP, 0)
    return books.poll(uptime_s)


def test_a_power_cut_loses_at_most_15_minutes_of_energy(tmp_path):
    books = opened(tmp_path)
    worst_wh = 0
    for uptime_s in range(1, 4 * 3600):
        second(books, uptime_s)
        worst_wh = max(worst_wh, books.energy.energy_wh - books.energy.booked_wh)
        if uptime_s % 1111 == 0:
            # The ledger's last hour may bring back more than the counters' own file.
            found_wh = opened(tmp_path).energy.energy_wh
            assert books.energy.booked_wh <= found_wh <= books.energy.energy_wh
    assert RATED_W * 800 // 3600 < worst_wh <= RATED_W * 900 // 3600


def test_booked_energy_never_goes_backwards_over_many_power_cuts(tmp_path):
    booked = 0
    for length_s in (1, 900, 2000, 30, 3700, 886, 885, 5000):
        books = opened(tmp_path)
        assert books.energy.energy_wh == books.energy.booked_wh >= booked
        for uptime_s in range(1, length_s):
            second(books, uptime_s)
            assert books.energy.booked_wh >= booked
            booked = books.energy.booked_wh
    assert booked > 0


def test_a_lost_counter_file_comes_back_from_the_ledger(tmp_path):
    books = opened(tmp_path)
    for uptime_s in range(1, 7300):
        second(books, uptime_s)
    for file in tmp_path.glob("counters.*"):
        file.write_bytes(b"rubbish")
    again = opened(tmp_path)
    assert 0 < books.energy.energy_wh - again.energy.energy_wh <= RATED_W


def test_an_intended_restart_loses_nothing(tmp_path):
    books = opened(tmp_path)
    for uptime_s in range(1, 1234):
        second(books, uptime_s)
    books.store.save_soon("model", b"learned")
    books.close()
    again = opened(tmp_path)
    assert again.energy.energy_wh == books.energy.energy_wh
    assert again.store.load("model") == b"learned"
    assert again.last_t_s == T_S + 1233
    assert again.ledger.ring.next == 1 and again.ledger.ring.waiting() == 0


def test_the_running_hour_of_the_ledger_survives_a_power_cut(tmp_path):
    books = opened(tmp_path)
    for uptime_s in range(1, 1700):
        second(books, uptime_s)
    again = opened(tmp_path)
    second(again, 1)
    again.close()
    seconds = sum(sum(record[13:]) for record in opened(tmp_path).ledger.ring.read(0, 10)[0])
    assert 1700 - wear.COUNTERS_EVERY_S <= seconds <= 1700


def test_every_start_is_in_the_journal_and_a_loop_of_them_wears_nothing(tmp_path):
    for cause in range(1, 50):
        books = Books(str(tmp_path))
        books.open(cause)
        for uptime_s in range(1, 60):
            second(books, uptime_s)
        assert books.budget.writes <= 1
    for uptime_s in range(60, 3700):
        second(books, uptime_s)
    found = books.journal.read(0)[0]
    assert [event[3:5] for event in found if event[3] == events.BOOT] == [(events.BOOT, 49)]


def test_one_file_a_second_at_most(tmp_path):
    books = opened(tmp_path)
    for uptime_s in range(1, 3 * 3600):
        before = books.budget.writes
        if uptime_s % 100 == 0:
            books.store.save_soon("model", b"x")
            books.journal.add(1, 0, 0, True)
        wrote = second(books, uptime_s)
        assert books.budget.writes - before == int(wrote)


def test_200_writes_a_day_are_not_exceeded_whoever_asks(tmp_path):
    # Heating without pause, a fault every 10 s, a server that changes a setting every minute,
    # a model learnt every 5 minutes: worse than any normal day.
    books = opened(tmp_path)
    at = []
    for uptime_s in range(1, 2 * DAY_S):
        before = books.budget.writes
        if uptime_s % 10 == 0:
            books.journal.add(130, uptime_s, 0, True)
        if uptime_s % 60 == 0:
            assert (
                books.settings.stage("plan.eco_mdeg", 18_000 + uptime_s % 999, "company") is None
            )
            assert isinstance(books.settings.commit("company"), tuple)
        if uptime_s % 300 == 0:
            books.store.save_soon("model", bytes(60))
        second(books, uptime_s)
        at += [uptime_s] * (books.budget.writes - before)
    for index, uptime_s in enumerate(at):
        assert sum(1 for other in at[index : index + 250] if other < uptime_s + DAY_S) <= 200
    assert len(at) > 300, "the load must press against the budget"
    books.close()
    assert opened(tmp_path).settings.get("plan.eco_mdeg") == books.settings.get("plan.eco_mdeg")


def test_the_outbox_hands_over_every_hour_once(tmp_path):
    books = opened(tmp_path)
    sent = []
    for uptime_s in range(1, 30 * 3600):
        second(books, uptime_s)
        if uptime_s % 5000 == 0:
            records, number = books.sent_hours.peek(3)
            sent += [record[0] for record in records]
            books.sent_hours.ack(number)
    assert sent == list(range(len(sent))) and len(sent) >= 12
    assert books.sent_hours.backlog() == books.ledger.ring.next - len(sent)
    again = opened(tmp_path)
    records, _ = again.sent_hours.peek(1)
    # The position is kept every six hours: what was sent since is sent again, by its number.
    assert 0 < records[0][0] <= len(sent)


def test_a_ledger_that_was_lost_is_sent_from_its_new_beginning(tmp_path):
    books = opened(tmp_path)
    for uptime_s in range(1, 8 * 3600):
        second(books, uptime_s)
        if uptime_s == 5 * 3600:
            books.sent_hours.ack(books.ledger.ring.next)
    books.close()
    for file in tmp_path.glob("ledger.*"):
        file.unlink()
    again = opened(tmp_path)
    for uptime_s in range(1, 3 * 3600):
        second(again, uptime_s)
    assert again.sent_hours.backlog() == again.ledger.ring.next > 0
    assert again.sent_hours.peek(9)[0][0][0] == 0


def test_acknowledging_nonsense_changes_nothing(tmp_path):
    books = opened(tmp_path)
    for uptime_s in range(1, 3 * 3600):
        second(books, uptime_s)
    backlog = books.sent_hours.backlog()
    for number in (-1, 0, 10**9):
        books.sent_hours.ack(number)
        assert books.sent_hours.backlog() == backlog > 0
