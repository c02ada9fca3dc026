"""Rows are chained: whatever is done to one shows."""

import csv
import hashlib
import io
import json

import pytest
import sqlalchemy as sa

from nuanbu.errors import UserError
from nuanbu.group import ledger, retention
from nuanbu.group.database import writing
from nuanbu.group.store import Places
from nuanbu.group.tree import Heater, Node, Refused

NODES = [
    Node("east", "district", firm_w=3000),
    Node("b", "building", "east", 3000),
    Node("u", "unit", "b", 3000),
    Node("h", "household", "u", 3000),
]


@pytest.fixture
def book(engine):
    places = Places(engine)
    places.replace_nodes(NODES)
    places.add_heaters([Heater("暖1", "h", 2000, 500)], {"暖1": bytes(32)})
    places.set_limit("b", 2500, 1_790_000_000)
    places.retire("暖1", "旧")
    return engine


def test_a_life_is_told_in_order(book):
    with book.connect() as db:
        rows = list(ledger.entries(db))
        assert ledger.broken_at(db) is None
    assert [(r.number, r.subject, r.event) for r in rows] == [
        (1, "tree", "replaced"), (2, "暖1", "registered"), (3, "b", "limit"), (4, "暖1", "retired")
    ]  # fmt: skip
    assert json.loads(rows[2].facts) == {"from_s": 1_790_000_000, "watts": 2500}
    assert json.loads(rows[3].facts) == {"key": "wiped", "reason": "旧"}


def test_the_chain_is_what_the_text_says(book):
    with book.connect() as db:
        file = io.StringIO()
        ledger.write_csv(ledger.entries(db), file)
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
        ("update ledger set subject = 'c' where number = 4", 4),
    ],
)
def test_a_change_shows(book, change, row):
    with book.begin() as db:
        db.execute(sa.text(change))
        assert ledger.broken_at(db) == row


def test_what_is_refused_leaves_no_row(book):
    with pytest.raises(Refused):
        Places(book).add_heaters([Heater("x", "h9", 2000, 500)], {"x": bytes(32)})
    with book.connect() as db:
        assert len(list(ledger.entries(db))) == 4


def test_what_is_let_go_leaves_the_rest_provable(book):
    day_s, now_s = 86_400, 1_800_000_000
    with writing(book) as db:
        db.execute(sa.text("delete from ledger"))
        for ago in (6, 5, 3, 4, 1):  # the clock was put back once
            ledger.append(db, now_s - ago * day_s, "x", "remark", {"ago": ago})
    retention.keep(book, "ledger", 4, now_s)  # row 6
    assert retention.apply(book, now_s) == {"ledger": 2, "journal": 0, "records": 0}
    with writing(book) as db:
        assert [r.number for r in ledger.entries(db)] == [3, 4, 5, 6]
        assert ledger.broken_at(db) is None
    assert retention.apply(book, now_s + 90 * day_s)["ledger"] == 4
    with writing(book) as db:
        ledger.append(db, now_s, "x", "remark", {})
        assert ledger.head(db)[0] == 7 and ledger.broken_at(db) is None
        db.execute(sa.text("update ledger set t = 1 where number = 7"))
        assert ledger.broken_at(db) == 7
    with pytest.raises(UserError, match="ledger: -1 days, allowed are 0"):
        retention.keep(book, "ledger", -1, now_s)
