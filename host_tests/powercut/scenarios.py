# What is being done when the power fails, and what must hold after it (MicroPython only).
#
# A scenario has three functions of the path the flash is mounted at:
#   prepare   the state before, made with power
#   act       the operation during which the power fails; a generator: what it yields it has been
#             told to be safe on flash
#   check     (path, told): after the next start; raises AssertionError. told: what act yielded

from heater.record import events, migrate, table
from heater.record.books import Books
from heater.record.journal import Journal
from heater.record.ring import Ring
from heater.record.settings import Settings
from heater.record.store import Store
from heater.record.wear import Budget

SMALL_OLD, SMALL_NEW = b"old" * 10, b"new!" * 9
LARGE_OLD, LARGE_NEW = bytes(range(256)) * 20, bytes(range(255, -1, -1)) * 24
SETPOINT = "control.setpoint_mdeg"
MODE = "control.mode"
HOST = "link.host"


def _blob(name, before, after):
    def prepare(path):
        if before is not None:
            Store(path).save(name, before[:7])
            Store(path).save(name, before)

    def act(path):
        if Store(path).save(name, after):
            yield after

    def check(path, told):
        found = Store(path).load(name)
        assert found == after or (found == before and not told), found

    return prepare, act, check


def _remove():
    def prepare(path):
        Store(path).save("model", SMALL_OLD)
        Store(path).save("model", SMALL_NEW)

    def act(path):
        Store(path).remove("model")
        yield None

    def check(path, told):
        found = Store(path).load("model")
        assert found is None or (found == SMALL_NEW and not told), found

    return prepare, act, check


# --- settings


def _settings(path, steps=migrate.STEPS, rows=table.ROWS):
    settings = Settings(Store(path), None, rows, table.NARROWED, steps)
    settings.load()
    return settings


def _change(settings, setpoint, mode, host, confirm_s=0):
    for name, value in ((SETPOINT, setpoint), (MODE, mode), (HOST, host)):
        assert settings.stage(name, value, "installer") is None
    done = settings.commit("installer", confirm_s)
    assert type(done) is tuple, done
    return done


def _state(settings):
    return settings.get(SETPOINT), settings.get(MODE), settings.get(HOST)


OLD = (20_000, "heat", "old.invalid")
NEW = (24_000, "plan", "new.invalid")


def _prepare_settings(path):
    _change(_settings(path), *OLD)


def _commit():
    def act(path):
        settings = _settings(path)
        yield _change(settings, *NEW)[1]

    def check(path, told):
        settings = _settings(path)
        state = _state(settings)
        assert state == NEW or (state == OLD and not told), state
        assert not told or settings.hash() == told[0]
        assert settings.revision == (2 if state == NEW else 1), settings.revision

    return _prepare_settings, act, check


def _trial():
    # Until it is confirmed, a trial has never happened once the power was lost.
    def act(path):
        settings = _settings(path)
        _change(settings, *NEW, 60)
        yield "trial"
        if type(settings.confirm()) is tuple:
            yield "confirmed"

    def check(path, told):
        state = _state(_settings(path))
        if "confirmed" in told:
            assert state == NEW, state
        elif "trial" in told:
            assert state in (OLD, NEW), state
        else:
            assert state == OLD, state
        assert _state(_settings(path)) == state

    return _prepare_settings, act, check


def _run_out():
    # The power fails again and again: while the trial is taken back in time, and at the start.
    def prepare(path):
        _prepare_settings(path)
        _change(_settings(path), *NEW, 60)

    def act(path):
        _settings(path)
        yield "reverted"

    def check(path, told):
        settings = _settings(path)
        assert _state(settings) == OLD, _state(settings)
        assert settings.trial_left_s() == 0

    return prepare, act, check


def _poll_revert():
    def act(path):
        settings = _settings(path)
        _change(settings, *NEW, 60)
        settings.poll(59)
        assert _state(settings) == NEW
        assert settings.poll(60)
        yield "reverted"

    def check(path, told):
        assert _state(_settings(path)) == OLD

    return _prepare_settings, act, check


def _to_2(values):
    # The unit of one setting changes and another is renamed.
    values = dict(values)
    if SETPOINT in values:
        values[SETPOINT] = str(int(values[SETPOINT]) * 1000)
    if "link.server" in values:
        values[HOST] = values.pop("link.server")
    return values


def _migration():
    rows = [
        (SETPOINT, "int", "degC", 5, 30, 22, "resident", False) if row[0] == SETPOINT else row
        for row in table.ROWS
        if row[0] != HOST
    ]
    rows.append(("link.server", "str", "", 0, 64, "", "installer", True))
    narrowed = ((), ())

    def older(path):
        settings = Settings(Store(path), None, rows, narrowed, ())
        settings.load()
        return settings

    def prepare(path):
        settings = older(path)
        values = ((SETPOINT, OLD[0] // 1000), (MODE, OLD[1]), ("link.server", OLD[2]))
        for name, value in values:
            assert settings.stage(name, value, "installer") is None
        assert type(settings.commit("installer")) is tuple

    def act(path):
        assert _state(_settings(path, (_to_2,))) == OLD
        yield "migrated"

    def check(path, told):
        # The older firmware may come back at any time and must find its own values as well.
        settings = older(path)
        assert settings.get(SETPOINT) == OLD[0] // 1000, settings.get(SETPOINT)
        assert settings.get("link.server") == OLD[2]
        assert _state(_settings(path, (_to_2,))) == OLD
        assert _state(_settings(path, (_to_2,))) == OLD

    return prepare, act, check


def _reset():
    def prepare(path):
        settings = _settings(path)
        assert settings.stage("heater.serial", "NB-1", "factory") is None
        assert type(settings.commit("factory")) is tuple
        _change(settings, *OLD)
        store = Store(path)
        store.save("model", SMALL_OLD)
        store.save("model", SMALL_NEW)
        store.save("counters", LARGE_OLD)

    def act(path):
        settings = _settings(path)
        assert type(settings.factory_reset("installer", ("model",))) is tuple
        yield "reset"

    def check(path, told):
        settings = _settings(path)
        model = Store(path).load("model")
        if _state(settings) == OLD:
            assert not told and model == SMALL_NEW, model
        else:
            assert _state(settings) == (22_000, "heat", ""), _state(settings)
            assert model is None, model
        assert settings.get("heater.serial") == "NB-1"
        assert Store(path).load("counters") == LARGE_OLD

    return prepare, act, check


# --- records


def _journal(before, added):
    # before: events already there; added: one by one, each flushed
    def prepare(path):
        Store(path)  # makes the directory
        journal = Journal(path, Budget())
        journal.open()
        for number in range(before):
            journal.add(events.BOOT, number)
            if not journal.ring.room():
                journal.flush()
        journal.flush()

    def act(path):
        journal = Journal(path, Budget())
        journal.open()
        for number in range(before, before + added):
            journal.add(events.BOOT, number)
            journal.flush()
            yield number

    def check(path, told):
        journal = Journal(path, Budget())
        journal.open()
        _unbroken(journal.ring, before + len(told), before + added)

    return prepare, act, check


def _ring(before, added):
    # Several records in one flush, over the border of a segment.
    def opened(path):
        ring = Ring(path, "ring", "I", 100, 3, 64)
        ring.open()
        return ring

    def prepare(path):
        Store(path)  # makes the directory
        ring = opened(path)
        for number in range(before):
            ring.append(number)
            if not ring.room():
                ring.flush()
        while ring.flush():
            pass

    def act(path):
        ring = opened(path)
        for number in range(before, before + added):
            ring.append(number)
        while ring.flush():
            yield ring.next

    def check(path, told):
        ring = opened(path)
        _unbroken(ring, told[-1] if told else before, before + added)

    return prepare, act, check


def _unbroken(ring, at_least, at_most):
    assert at_least <= ring.next <= at_most, (ring.next, at_least)
    number = ring.first
    assert number <= max(0, at_least - 200), (number, at_least)
    while number < ring.next:
        records, after = ring.read(number, 50)
        assert len(records) == after - number, "gap"
        for record in records:
            assert record[0] == number and record[-1 if len(record) == 2 else 4] == number, record
            number += 1


def _winter_day():
    # Everything together, as app does it, through a day with faults and changes.
    def opened(path):
        books = Books(path)
        books.open()
        books.configure(books.settings)
        return books

    def prepare(path):
        books = opened(path)
        _run(books, 0, 1000)
        books.close()

    def act(path):
        books = opened(path)
        wh = books.energy.booked_wh
        for step in range(16):
            _run(books, 900 * step, 900 * step + 900)
            if books.energy.booked_wh > wh:
                wh = books.energy.booked_wh
                yield "wh", wh
            if step % 4 == 1:
                setpoint = 20_000 + 100 * step
                books.settings.stage(SETPOINT, setpoint, "resident")
                books.settings.commit("resident")
                yield "setpoint", setpoint
            if step == 9:
                assert books.store.save("latch", SMALL_NEW)
                yield "latch", SMALL_NEW

    def check(path, told):
        books = opened(path)
        known = dict(told)
        assert books.energy.booked_wh >= known.get("wh", 0), books.energy.booked_wh
        # A commit may have reached the flash in the very operation that cut its answer off.
        setpoint = books.settings.get(SETPOINT)
        last = known.get("setpoint", 22_000)
        after = 20_100 if last == 22_000 else last + 400
        assert setpoint in (last, after), (setpoint, last)
        latch = books.store.load("latch")
        assert latch == SMALL_NEW or (latch is None and "latch" not in known), latch
        total = books.ledger.total_wh()
        assert total <= books.energy.energy_wh
        _run(books, 0, 10)

    return prepare, act, check


def _run(books, begin_s, end_s):
    # In steps of 5 s where app takes one: the writes are the same.
    for uptime_s in range(begin_s + 5, end_s + 1, 5):
        books.energy.step(1500, 1, 1, 5000)
        books.clock(1_800_000_000 + uptime_s, 4)
        if uptime_s % 3 == 0:
            SNAP.room_mdeg = 21_000 + uptime_s % 500
            books.second(SNAP, 0)
        if uptime_s % 1300 == 0:
            books.journal.add(events.BOOT, uptime_s, 0, True)
        books.poll(uptime_s)


def _snapshot():
    from heater import signals

    snap = signals.Snapshot()
    snap.mode = signals.MODE_HEAT
    snap.room_state = signals.OK
    snap.setpoint_mdeg = 22_000
    snap.demand_w = 1500
    snap.limit_w = 2000
    return snap


SNAP = _snapshot()

SCENARIOS = {
    "first_save": _blob("latch", None, SMALL_NEW),
    "small_save": _blob("latch", SMALL_OLD, SMALL_NEW),
    "large_save": _blob("model", LARGE_OLD, LARGE_NEW),
    "remove": _remove(),
    "commit": _commit(),
    "trial_and_confirm": _trial(),
    "revert_at_start": _run_out(),
    "revert_in_time": _poll_revert(),
    "migration": _migration(),
    "factory_reset": _reset(),
    "journal_append": _journal(300, 6),
    "journal_rotation": _journal(8 * 176 - 3, 6),
    "ring_flush": _ring(380, 60),
    "winter_day": _winter_day(),
}
