"""What is stored survives, whole or not at all, and only one server at a time can write."""

import numpy as np
import pytest

from nuanbu.errors import UserError
from nuanbu.group import store
from nuanbu.group.book import LEASE_S, SKEW_S, Book
from nuanbu.group.guard import Guard
from nuanbu.group.store import Incarnation, Places, Superseded
from nuanbu.group.tree import Heater, Layout, Node, Refused

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


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/group.db"


@pytest.fixture
def engine(url):
    engine = store.connect(url)
    Places(engine).replace_nodes(NODES)
    yield engine
    engine.dispose()


def test_tree_devices_and_keys_survive(engine, url):
    Places(engine).add_heaters([A, B], KEYS)
    again = store.connect(url)
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


def test_a_database_of_a_newer_make_is_refused(engine, url):
    with engine.begin() as db:
        db.execute(store._version.update().values(number=store.VERSION + 1))
    with pytest.raises(UserError, match="of version 2, this program knows 1"):
        store.connect(url)


def test_a_database_that_cannot_be_opened():
    with pytest.raises(UserError, match="database sqlite:////nowhere/at/all"):
        store.connect("sqlite:////nowhere/at/all/x.db")
