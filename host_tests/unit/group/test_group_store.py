"""What is stored survives, whole or not at all, and only one server at a time can write."""

import os

import numpy as np
import pytest
import sqlalchemy as sa

from nuanbu.errors import UserError
from nuanbu.group import database, schema
from nuanbu.group.book import LEASE_S, SKEW_S, Book
from nuanbu.group.guard import Guard
from nuanbu.group.incarnation import Incarnation, Superseded
from nuanbu.group.store import Places
from nuanbu.group.tree import Heater, Layout, Node, Refused, Tree

NODES = [
    Node("east", "district", firm_w=3000),
    Node("b", "building", "east", 3000),
    Node("u", "unit", "b", 3000),
    Node("h1", "household", "u", 3000),
    Node("h2", "household", "u", 3000),
]
A, B = Heater("a", "h1", 2000, 500, 100, 2.0, True), Heater("b", "h2", 2000, 500)
KEYS = {"a": b"a" * 32, "b": b"b" * 32}
NOW = 1_790_000_000
TABLES = list(schema.meta.tables)


@pytest.fixture
def engine(engine):
    Places(engine).replace_nodes(NODES)
    return engine


def test_tree_devices_and_keys_survive(engine, url):
    Places(engine).add_heaters([A, B], KEYS)
    again = database.connect(url)
    places = Places(again)
    assert places.tree().heaters == {"a": A, "b": B}
    assert {n.id: n for n in NODES} == places.tree().nodes
    assert places.key("a") == KEYS["a"]
    again.dispose()


def test_an_import_is_all_or_nothing(engine):
    places = Places(engine)
    bad = Heater("c", "h9", 2000, 500)
    with pytest.raises(Refused, match="'h9' is no household"):
        places.add_heaters([A, bad], dict(KEYS, c=b"c" * 32))
    with pytest.raises(UserError, match="the key of b has 3 bytes"):
        places.add_heaters([A, B], dict(KEYS, b=b"bbb"))
    assert places.tree().heaters == {} and places.key("a") is None
    places.add_heaters([A, B], KEYS)
    with pytest.raises(Refused, match="1000 W below it"):
        places.replace_nodes([Node("east", "district", firm_w=900), *NODES[1:]])
    assert places.tree().nodes["east"].firm_w == 3000


def test_a_retired_device_has_no_place_and_no_key(engine):
    places = Places(engine)
    places.add_heaters([A, B], KEYS)
    places.retire("a")
    assert list(places.tree().heaters) == ["b"] and places.key("a") is None
    with pytest.raises(UserError, match="no device a"):
        places.retire("a")


def test_limits_of_now_and_of_later(engine):
    places = Places(engine)
    places.add_heaters([A, B], KEYS)
    assert places.set_limit("b", 2500, NOW - 10) == ""
    assert "fail-safe" in places.set_limit("b", 900, NOW + 60)
    with pytest.raises(Refused):
        places.set_limit("b", 99, NOW)
    force, coming = places.limits(NOW)
    assert (force["b"], force["u"]) == (2500, 3000)
    assert coming == [(NOW + 60, "b", 900)]
    assert places.limits(NOW + 60) == (dict(force, b=900), [])


def test_the_later_server_ends_the_earlier(engine):
    first = Incarnation(engine, "east")
    first.beating(NOW)
    second = Incarnation(engine, "east")
    assert second.epoch == first.epoch + 1
    with pytest.raises(Superseded, match="district east"):
        first.beating(NOW + 30)
    second.beating(NOW + 30)
    assert Incarnation(engine, "east").seq == 0


def test_a_new_server_counts_what_the_dead_one_may_have_sent(engine):
    layout = Layout.of(Places(engine).add_heaters([A, B], KEYS))
    first = Incarnation(engine, "east")
    guard = Guard(layout, first.epoch)
    guard.limit("east", 3000)
    guard.hello("a", NOW)
    new, _ = guard.cycle(NOW)
    assert [order.device for order in new] == ["a"]
    first.issuing(layout, guard.book, ["a"], guard.seq)
    first.beating(NOW + 40)  # killed here

    second = Incarnation(engine, "east")
    book = Book(guard.book.base_w)
    second.restore(layout, book)
    assert second.seq == guard.seq
    end_s = NOW + 40 + LEASE_S + SKEW_S
    held_w = [new[0].watts, 500]
    assert new[0].watts > 1500
    assert list(book.possible_w(0, end_s - 1)) == held_w
    assert list(book.possible_w(0, end_s)) == [500, 500]
    assert np.all(book.seq == 0)


@pytest.mark.parametrize(
    "written_by, counted_w", [("", 1500), ("noting", 1100), ("issuing", 1100)]
)
def test_what_an_answer_made_less_is_less_for_the_next_server(engine, written_by, counted_w):
    layout = Layout.of(Places(engine).add_heaters([A, B], KEYS))
    first = Incarnation(engine, "east")
    book = Book(np.array([500.0, 500.0]))
    first.restore(layout, book)
    for seq, watts in ((1, 1500.0), (2, 1100.0)):
        book.issue(np.array([0]), np.array([seq]), np.full((1, 2), watts), NOW)
        first.issuing(layout, book, ["a"], seq)
    assert book.acknowledge(0, 2)
    if written_by == "noting":
        first.noting(lambda db: None)
    elif written_by == "issuing":
        first.issuing(layout, book, [], 2)
    after = Book(book.base_w)
    Incarnation(engine, "east").restore(layout, after)
    assert list(after.possible_w(0, NOW + 1)) == [counted_w, 500]


VERSION_1 = """
CREATE TABLE version (number INTEGER NOT NULL);
CREATE TABLE node (id VARCHAR(32) NOT NULL, level VARCHAR(16) NOT NULL,
  parent VARCHAR(32) NOT NULL, firm_w BIGINT NOT NULL, name VARCHAR(32) NOT NULL,
  meter VARCHAR(64) NOT NULL, PRIMARY KEY (id));
CREATE TABLE heater (id VARCHAR(32) NOT NULL, household VARCHAR(32) NOT NULL,
  rated_w INTEGER NOT NULL, failsafe_w INTEGER NOT NULL, floor_w INTEGER NOT NULL,
  weight FLOAT NOT NULL, relay BOOLEAN NOT NULL, PRIMARY KEY (id));
CREATE TABLE "key" (owner VARCHAR(64) NOT NULL, secret VARCHAR(64) NOT NULL, PRIMARY KEY (owner));
CREATE TABLE node_limit (number INTEGER NOT NULL, node VARCHAR(32) NOT NULL,
  from_s BIGINT NOT NULL, watts BIGINT NOT NULL, PRIMARY KEY (number));
CREATE TABLE guard (district VARCHAR(32) NOT NULL, epoch BIGINT NOT NULL, seq BIGINT NOT NULL,
  beat_s BIGINT NOT NULL, PRIMARY KEY (district));
CREATE TABLE outstanding (heater VARCHAR(32) NOT NULL, now_w INTEGER NOT NULL,
  later_w INTEGER NOT NULL, end_s BIGINT NOT NULL, PRIMARY KEY (heater));
CREATE TABLE ledger (number INTEGER NOT NULL, t BIGINT NOT NULL, subject VARCHAR(64) NOT NULL,
  event VARCHAR(32) NOT NULL, facts TEXT NOT NULL, hash VARCHAR(64) NOT NULL,
  PRIMARY KEY (number));
INSERT INTO version VALUES (1);
INSERT INTO node VALUES ('east', 'district', '', 3000, '', '');
INSERT INTO node VALUES ('b', 'building', 'east', 3000, '', '');
INSERT INTO node VALUES ('u', 'unit', 'b', 3000, '', '');
INSERT INTO node VALUES ('h1', 'household', 'u', 3000, '', '');
INSERT INTO node VALUES ('h2', 'household', 'u', 3000, '', '');
INSERT INTO guard VALUES ('east', 4, 17, 1790000000);
INSERT INTO outstanding VALUES ('a', 1500, 900, 1790000150);
"""


@pytest.mark.parametrize("crash", [False, True])
def test_an_old_database_is_brought_up_to_date_whole_or_not_at_all(url, monkeypatch, crash):
    engine = sa.create_engine(url)
    with engine.begin() as db:
        for statement in VERSION_1.split(";\n")[:-1]:
            db.execute(sa.text(statement))
    if url.startswith("sqlite"):
        os.chmod(engine.url.database, 0o600)
    if crash:
        step = database._STEPS[1]
        monkeypatch.setitem(database._STEPS, 1, lambda db: (step(db), 1 / 0))
        with pytest.raises(ZeroDivisionError):
            database.connect(url)
        monkeypatch.undo()
        assert not sa.inspect(engine).has_table("journal")
    engine.dispose()
    now = database.connect(url)
    Places(now).add_heaters([A, B], KEYS)
    one = Incarnation(now, "east")
    assert one.epoch > 4 and one.seq == 17
    book = Book(np.array([500.0, 500.0]))
    one.restore(Layout.of(Places(now).tree()), book)
    assert list(book.possible_w(1, NOW)) == [1500, 500]
    told = {name: {c["name"] for c in sa.inspect(now).get_columns(name)} for name in TABLES}
    assert told == {name: set(t.columns.keys()) for name, t in schema.meta.tables.items()}
    now.dispose()


def test_a_database_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "group.db"
    url = f"sqlite:///{path}"
    database.connect(url).dispose()
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(UserError, match="others may read this database") as told:
        database.connect(url)
    assert told.value.hint == f"chmod 600 {path}"


def test_a_password_in_the_url_is_not_shown():
    with pytest.raises(UserError) as told:
        database.connect("postgresql+psycopg://heatco:topsecret@127.0.0.1:1/x")
    assert "topsecret" not in str(told.value) and "127.0.0.1" in str(told.value)


def test_a_limit_in_force_holds_back_heaters_whose_floors_it_cannot_carry(engine):
    places = Places(engine)
    places.add_heaters([A], KEYS)
    places.set_limit("b", 300, NOW)
    said = "building b: a limit of 300 W, but the frost floors below it are 350 W"
    with pytest.raises(Refused, match=said) as told:
        places.add_heaters([Heater("b", "h2", 2000, 0, 250)], KEYS)
    assert told.value.subject == "b"


def test_a_replacement_is_whole_or_not_at_all(engine):
    places = Places(engine)
    places.add_heaters([A, B], KEYS)
    with pytest.raises(Refused, match="rated power of 0 W"):
        places.replace("a", Heater("c", "h1", 0, 0), KEYS["a"])
    assert set(places.tree().heaters) == {"a", "b"} and places.key("a") == KEYS["a"]
    places.replace("a", Heater("c", "h1", 2000, 500), b"c" * 32, "broken")
    assert set(places.tree().heaters) == {"b", "c"}
    assert (places.key("a"), places.key("c")) == (None, b"c" * 32)


def test_a_retired_heater_counts_until_its_limit_has_ended(engine):
    places = Places(engine)
    layout = Layout.of(places.add_heaters([A, B], KEYS))
    first = Incarnation(engine, "east")
    guard = Guard(layout, first.epoch)
    guard.limit("east", 3000)
    guard.hello("a", NOW)
    new, _ = guard.cycle(NOW)
    first.issuing(layout, guard.book, ["a"], guard.seq)
    places.retire("a")
    tree, second = places.tree(), Incarnation(engine, "east")
    ghosts = second.ghosts(tree, NOW + LEASE_S + SKEW_S - 1)
    assert [(g.id, g.household, g.base_w) for g in ghosts] == [("a", "h1", 0)]
    assert second.ghosts(tree, NOW + LEASE_S + SKEW_S) == []
    under = Layout.of(Tree(tree.nodes.values(), [*tree.heaters.values(), *ghosts]))
    book = Book(np.array([h.base_w for h in under.heaters], dtype=float))
    second.restore(under, book)
    assert list(book.possible_w(0, NOW)) == [new[0].watts, 500]


def test_a_database_of_a_newer_make_is_refused(engine, url):
    with engine.begin() as db:
        db.execute(schema.version.update().values(number=schema.VERSION + 1))
    with pytest.raises(UserError, match=f"of version {schema.VERSION + 1}, this program knows"):
        database.connect(url)


def test_a_database_that_cannot_be_opened():
    with pytest.raises(UserError, match="database sqlite:////nowhere/at/all"):
        database.connect("sqlite:////nowhere/at/all/x.db")
