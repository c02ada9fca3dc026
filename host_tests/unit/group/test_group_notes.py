"""What heaters tell of themselves reaches the ledger once, and records of the installer's tool."""

import datetime
import json
import types

import pytest
import sqlalchemy as sa

from nuanbu.errors import UserError
from nuanbu.group import commissioned, database, ledger, schema
from nuanbu.group.notes import Notes
from nuanbu.group.store import Places
from nuanbu.group.tree import Heater, Node
from nuanbu.installer import record

NOW = 1_790_000_000
NODES = [
    Node("east", "district", firm_w=3000),
    Node("b", "building", "east", 3000),
    Node("u", "unit", "b", 3000),
    Node("h", "household", "u", 3000),
]


@pytest.fixture
def engine(tmp_path):
    engine = database.connect(f"sqlite:///{tmp_path}/group.db")
    places = Places(engine)
    places.replace_nodes(NODES)
    places.add_heaters([Heater("x", "h", 2000, 500)], {"x": bytes(32)})
    yield engine
    engine.dispose()


def told(engine, event):
    with engine.connect() as db:
        assert ledger.broken_at(db) is None
        return [json.loads(row.facts) for row in ledger.entries(db, "x") if row.event == event]


def fault(code, active, uptime_s=10):
    return {"fault": {"code": code, "active": active, "measured": 1}, "uptime_s": uptime_s}


def energy(wh):
    return {"energy_wh": wh, "switchings": 3, "contactor_switchings": 1}


def test_firmware_is_noted_when_it_changes_also_over_a_restart_of_the_server(engine):
    for _ in range(2):
        notes = Notes(engine)
        for version in ("0.1", "0.1"):
            notes.hello("x", {"firmware": version, "board": "b1"}, NOW)
        notes.flush()
    notes = Notes(engine)
    notes.hello("x", {"firmware": "0.2", "board": "b1"}, NOW)
    notes.flush()
    assert told(engine, "firmware") == [
        {"firmware": "0.1", "before": "", "board": "b1"},
        {"firmware": "0.2", "before": "0.1", "board": "b1"},
    ]


def test_energy_is_noted_once_a_day(engine):
    notes = Notes(engine)
    for hours in (0, 1, 30, 31):
        notes.energy("x", energy(1000 + hours), NOW + 3600 * hours)
        notes.flush()
    assert [row["energy_wh"] for row in told(engine, "energy")] == [1000, 1030]
    with pytest.raises(ValueError, match="energy_wh"):
        notes.energy("x", energy(-1), NOW + 99 * 3600)


def test_a_fault_is_noted_when_it_comes_and_when_it_goes(engine):
    notes = Notes(engine)
    for message in (fault("hot", True), fault("hot", True, 99), fault("weak", True)):
        notes.fault("x", message, NOW)
    notes.fault("x", fault("hot", False, 200), NOW + 60)
    notes.flush()
    assert [(f["fault"]["code"], f["fault"]["active"]) for f in told(engine, "fault")] == [
        ("hot", True), ("weak", True), ("hot", False)
    ]  # fmt: skip


def test_a_fault_that_flaps_does_not_fill_the_ledger(engine):
    notes = Notes(engine)
    for n in range(500):
        notes.fault("x", fault("hot", n % 2 == 0, n), NOW + n)
    notes.fault("x", fault("hot", True), NOW + 3600)
    notes.flush()
    rows = told(engine, "fault")
    assert len(rows) <= 31 and "more_of_this_hour_left_out" in rows[29]


@pytest.mark.parametrize(
    "message", [{"fault": 3}, {"fault": {"code": "x" * 99, "active": True}, "uptime_s": 1}]
)
def test_a_fault_of_another_form_is_refused(engine, message):
    with pytest.raises(ValueError, match="fault"):
        Notes(engine).fault("x", message, NOW)


def test_books_of_a_heater_are_kept_once_and_answered_with_what_follows(engine):
    notes = Notes(engine)
    batch = {"stream": "hours", "next": 42, "items": [[40, 1, 2], [41, 3, 4]]}
    assert notes.records("x", batch, NOW) == ("hours", 42)
    notes.flush()
    again = {"stream": "hours", "next": 43, "items": [[41, 3, 4], [42, 5, 6]]}
    assert notes.records("x", again, NOW + 5) == ("hours", 43)
    notes.flush()
    with engine.connect() as db:
        table = schema.records.c
        wanted = sa.select(table.number, table.item, table.t).order_by(table.number)
        rows = [tuple(row) for row in db.execute(wanted)]
    assert rows == [
        (40, "[40, 1, 2]", NOW), (41, "[41, 3, 4]", NOW), (42, "[42, 5, 6]", NOW + 5)
    ]  # fmt: skip
    with pytest.raises(ValueError, match="records"):
        notes.records("x", {"stream": "hours", "next": 9, "items": [["a"]]}, NOW)


def commissioning(tmp_path, name, serial="x", previous="", key=None, passed=True):
    about = {"serial": serial, "uid": "u1", "board": "b", "firmware": "0.1"}
    outcome = types.SimpleNamespace(failed=not passed, told=lambda: {"lines": [], "series": [[1]]})
    made = record.make(
        about, "0" * 64, outcome, operator="王", isolated=True, previous=previous,
        when=datetime.datetime.now(datetime.UTC),
    )  # fmt: skip
    if key:
        made = record.sign(made, key)
    path = tmp_path / name
    path.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    return path, made["sha256"]


def test_commissioning_records_are_taken_in_once_and_in_order(engine, tmp_path):
    key_file = tmp_path / "key"
    key_file.write_text("11" * 32)
    key_file.chmod(0o600)
    key = bytes.fromhex("11" * 32)
    one, first = commissioning(tmp_path, "1.json", key=key)
    two, _ = commissioning(tmp_path, "2.json", previous=first, key=key)
    assert commissioned.take(engine, [one, two], key_file, NOW) == (2, 0)
    assert commissioned.take(engine, [one], None, NOW) == (0, 1)
    rows = told(engine, "commissioned")
    assert rows[0]["sha256"] == first and rows[0]["signature_checked"]
    assert "series" not in rows[0]
    late, _ = commissioning(tmp_path, "3.json", previous=first, passed=False)
    with pytest.raises(UserError, match="it follows record"):
        commissioned.take(engine, [late], None, NOW)


def test_records_that_are_none_leave_nothing_behind(engine, tmp_path):
    good, _ = commissioning(tmp_path, "good.json")
    other, _ = commissioning(tmp_path, "other.json", serial="y")
    with pytest.raises(UserError, match=r"other\.json: device 'y' is not in the tree"):
        commissioned.take(engine, [good, other], None, NOW)
    changed = tmp_path / "changed.json"
    changed.write_text(good.read_text().replace("王", "李"), encoding="utf-8")
    with pytest.raises(UserError, match=r"changed\.json: its hash does not match"):
        commissioned.take(engine, [good, changed], None, NOW)
    key_file = tmp_path / "key"
    key_file.write_text("22" * 32)
    key_file.chmod(0o600)
    with pytest.raises(UserError, match=r"good\.json: it was not signed with this key"):
        commissioned.take(engine, [good], key_file, NOW)
    assert told(engine, "commissioned") == []


def test_what_people_do_is_noted(engine):
    commissioned.note(engine, "x", "calibration", {"offset_mk": "120"}, NOW)
    assert told(engine, "calibration") == [{"offset_mk": "120"}]
    with pytest.raises(UserError, match="event 'party' is none of calibration"):
        commissioned.note(engine, "x", "party", {}, NOW)
    with pytest.raises(UserError, match="no device y"):
        commissioned.note(engine, "y", "repair", {}, NOW)
