"""Rows are chained: whatever is done to one shows."""

import csv
import hashlib
import io
import json

import pytest
import sqlalchemy as sa

from nuanbu.group import ledger, store
from nuanbu.group.store import Places
from nuanbu.group.tree import Heater, Node, Refused

NODES = [
    Node("east", "district", firm_w=3000),
    Node("b", "building", "east", 3000),
    Node("u", "unit", "b", 3000),
    Node("h", "household", "u", 3000),
]


@pytest.fixture
def engine(tmp_path):
    engine = store.connect(f"sqlite:///{tmp_path}/group.db")
    places = Places(engine)
    places.replace_nodes(NODES)
    places.add_heaters([Heater("暖1", "h", 2000, 500)], {"暖1": bytes(32)})
    places.set_limit("b", 2500, 1_790_000_000)
    places.retire("暖1")
    yield engine
    engine.dispose()


def test_a_life_is_told_in_order(engine):
    with engine.connect() as db:
        rows = list(ledger.entries(db))
        assert ledger.broken_at(db) is None
    assert [(r.number, r.subject, r.event) for r in rows] == [
        (1, "暖1", "registered"), (2, "b", "limit"), (3, "暖1", "retired")
    ]  # fmt: skip
    assert json.loads(rows[1].facts) == {"from_s": 1_790_000_000, "watts": 2500}


def test_the_chain_is_what_the_text_says(engine):
    with engine.connect() as db:
        file = io.StringIO()
        ledger.write_csv(db, file)
    before = "0" * 64
    for row in csv.DictReader(io.StringIO(file.getvalue())):
        given = row.pop("hash")
        row.update(number=int(row["number"]), t=int(row["t"]))
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = hashlib.sha256((before + "\n" + text).encode()).hexdigest()
        assert given == before


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ("update ledger set facts = '{}' where number = 2", 2),
        ("update ledger set t = t + 1 where number = 1", 1),
        ("delete from ledger where number = 2", 2),
        ("delete from ledger where number = 1", 1),
        ("update ledger set subject = 'c' where number = 3", 3),
    ],
)
def test_a_change_shows(engine, change, row):
    with engine.begin() as db:
        db.execute(sa.text(change))
        assert ledger.broken_at(db) == row


def test_what_is_refused_leaves_no_row(engine):
    with pytest.raises(Refused):
        Places(engine).add_heaters([Heater("x", "h9", 2000, 500)], {"x": bytes(32)})
    with engine.connect() as db:
        assert len(list(ledger.entries(db))) == 3
