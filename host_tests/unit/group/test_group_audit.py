"""What was ordered can be worked out anew, to the watt and the second; what was not ordered so,
or was changed afterwards, shows."""

import itertools
import json
import zlib

import pytest
import sqlalchemy as sa
from town import T0, Town, lived

from nuanbu.group import audit, database, journal, schema
from nuanbu.group.database import writing


def changed(engine, change, seal=True):
    """Alter the events of the first chunk that has an order; with seal, every hash is made anew
    as somebody would who knows how."""
    with writing(engine) as db:
        rows = db.execute(sa.select(schema.journal).order_by(schema.journal.c.number)).all()
        before, done = "0" * 64, False
        for row in rows:
            events = json.loads(zlib.decompress(row.events))
            if not done and any(change(event) for event in events):
                done = True
            data = zlib.compress(json.dumps(events).encode()) if done else row.events
            before = journal._hash(before, "east", row.number, row.epoch, data)
            values = {"events": data, "hash": before} if seal else {"events": data}
            at = schema.journal.c.number == row.number
            db.execute(schema.journal.update().where(at).values(**values))
            if done and not seal:
                break
        assert done


def test_everything_is_worked_out_anew_without_a_difference(engine):
    town = lived(engine)
    found = audit.audit(town.engine, "east")
    assert found.clean, (found.differences, found.broken)
    assert found.epochs == 2 and found.cycles > 500 and found.orders >= 12
    assert found.heater_seconds >= 6 * 500 and found.answers > 30
    assert found.over == 0 and 0 < found.over_after_cut < 10 * 30


def one_watt_more(event):
    if event[0] == "C" and len(event) > 2 and event[2]:
        event[2][0][2] += 1
        return True
    return False


def answer_of_another_limit(event):
    if event[0] == "a" and event[5]:
        event[6] += 7
        return True
    return False


def a_quiet_second(event):
    if event[0] == "C" and len(event) > 2 and event[2]:
        del event[2:]
        return True
    return False


@pytest.mark.parametrize("change", [one_watt_more, a_quiet_second])
def test_an_order_that_was_not_given_shows(town, change):
    changed(town.engine, change)
    found = audit.audit(town.engine, "east")
    assert not found.broken and found.different >= 1 and not found.clean


def test_an_answer_that_no_limit_explains_shows(town):
    changed(town.engine, answer_of_another_limit)
    found = audit.audit(town.engine, "east")
    assert (found.unexplained, found.different, found.clean) == (1, 0, False)


def test_a_journal_that_was_written_over_shows(town):
    changed(town.engine, one_watt_more, seal=False)
    found = audit.audit(town.engine, "east")
    assert len(found.broken) == 1 and "is not what was written" in found.broken[0]


def test_more_than_the_limit_is_named(tmp_path):
    engine = database.connect(f"sqlite:///{tmp_path}/group.db")
    town = Town(engine)
    town.seconds(100)
    # A guard that believes in more than the operator said.
    town.guard.guard.limit("east", 12_000)
    town.seconds(60)
    town.guard.heartbeat(town.now + 30)
    town.run.noting(town.log.write)
    found = audit.audit(town.engine, "east")
    assert found.different > 0 and not found.clean
    engine.dispose()


def test_every_second_of_a_heater_is_told(town):
    rows = list(audit.held(town.engine, "east", "d4", T0, town.now))
    assert all(a.to_s == b.from_s for a, b in itertools.pairwise(rows))
    assert rows[-1].to_s >= town.now - 60 and rows[0].from_s <= T0 + 2
    assert all(300 <= row.meant_w <= row.worst_w <= 2000 for row in rows)
    assert ("district", "east") in {row.cause for row in rows}
    some = rows[len(rows) // 2]
    part = list(audit.held(town.engine, "east", "d4", some.from_s, some.to_s))
    assert part == [some]


def test_a_journal_is_let_go_by_epochs(town):
    with writing(town.engine) as db:
        assert journal.forget(db, T0) == 0
        assert journal.forget(db, town.now - 60) > 0
        kept = list(journal.chunks(db, "east"))
    assert {chunk.epoch for chunk in kept} == {town.run.epoch}
    assert not any(chunk.broken for chunk in kept)
    assert audit.audit(town.engine, "east").clean
