"""Blobs on a directory: damage of any kind costs a copy, never the boot."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heater.record import events
from heater.record.store import Store
from heater.record.wear import Budget

OLD, NEW = b"the old content", b"what came after it"


@pytest.fixture
def noted():
    return []


@pytest.fixture
def path(tmp_path):
    store = Store(str(tmp_path))
    assert store.save("model", OLD) and store.save("model", NEW)
    return tmp_path


def fresh(path, noted):
    return Store(str(path), lambda code, value: noted.append((code, value)))


def newest(path):
    return next(file for file in path.iterdir() if NEW in file.read_bytes())


def test_absent(tmp_path, noted):
    assert fresh(tmp_path, noted).load("model") is None
    assert not noted


def test_a_missing_directory_is_made(tmp_path):
    assert Store(str(tmp_path / "data")).save("model", NEW)
    assert Store(str(tmp_path / "data")).load("model") == NEW


@given(blobs=st.lists(st.binary(max_size=300), min_size=1, max_size=6))
def test_the_last_save_counts(tmp_path_factory, blobs):
    path = str(tmp_path_factory.mktemp("store"))
    for blob in blobs:
        assert Store(path).save("model", blob)
        assert Store(path).load("model") == blob


def test_every_flipped_bit_is_found_and_the_copy_before_used(path, noted):
    file = newest(path)
    good = file.read_bytes()
    for bit in range(8 * len(good)):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        file.write_bytes(bad)
        noted.clear()
        assert fresh(path, noted).load("model") == OLD, bit
        # A copy whose generation reads as an older one is never looked at.
        in_generation = 4 <= bit // 8 < 8
        assert noted or in_generation, bit
        assert {code for code, _ in noted} <= {events.FILE_DAMAGED}


def test_every_truncation_and_a_tail(path, noted):
    file = newest(path)
    good = file.read_bytes()
    for bad in [good[:length] for length in range(len(good))] + [good + b"x"]:
        file.write_bytes(bad)
        assert fresh(path, noted).load("model") == OLD


def test_both_copies_damaged(path, noted):
    for file in path.iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    store = fresh(path, noted)
    assert store.load("model") is None
    assert len(noted) == 2
    assert store.save("model", NEW)
    assert fresh(path, noted).load("model") == NEW


def test_after_damage_the_good_copy_is_not_the_one_overwritten(path, noted):
    damaged = newest(path)
    kept = next(file for file in path.iterdir() if file != damaged)
    before = kept.read_bytes()
    damaged.write_bytes(b"rubbish")
    store = fresh(path, noted)
    assert store.save("model", NEW)
    assert kept.read_bytes() == before
    assert fresh(path, noted).load("model") == NEW


def test_another_names_content_is_damage(path, noted):
    (path / "latch.a").write_bytes(newest(path).read_bytes())
    assert fresh(path, noted).load("latch") is None
    assert noted


def test_a_length_beyond_reason_is_not_read(path, noted):
    file = newest(path)
    header = bytearray(file.read_bytes())
    header[8:12] = (1 << 31).to_bytes(4, "little")
    file.write_bytes(header)
    assert fresh(path, noted).load("model") == OLD


def refuse_renames(monkeypatch):
    def refuse(*_):
        raise OSError(28)

    monkeypatch.setattr("os.rename", refuse)


def test_flash_that_takes_nothing(path, noted, monkeypatch):
    store = fresh(path, noted)
    refuse_renames(monkeypatch)
    assert not store.save("model", b"newer still")
    assert (events.FILE_UNWRITABLE, len(b"newer still")) in noted
    assert store.load("model") == NEW
    monkeypatch.undo()
    assert store.save("model", b"newer still")
    assert fresh(path, noted).load("model") == b"newer still"


def test_after_a_refusal_the_next_save_goes_over_the_older_copy(path, noted, monkeypatch):
    store = fresh(path, noted)
    refuse_renames(monkeypatch)
    assert not store.save("model", b"refused")
    monkeypatch.undo()
    assert store.save("model", b"newer still")
    kept = [file.read_bytes() for file in path.iterdir()]
    assert any(NEW in data for data in kept) and not any(OLD in data for data in kept)


def test_a_removal_broken_off_leaves_the_present(path, noted, monkeypatch):
    removed = []
    remove = os.remove

    def once(file):
        if removed:
            raise OSError(5)
        removed.append(file)
        remove(file)

    store = fresh(path, noted)
    monkeypatch.setattr("os.remove", once)
    store.remove("model")
    assert removed and fresh(path, noted).load("model") == NEW


def test_remove(path, noted):
    store = fresh(path, noted)
    store.remove("model")
    store.remove("never there")
    assert store.load("model") is None
    assert store.save("model", OLD) and fresh(path, noted).load("model") == OLD


def test_soon_is_one_write_a_poll_and_the_last_value(tmp_path, noted):
    store = fresh(tmp_path, noted)
    store.save_soon("a", b"1")
    store.save_soon("a", b"2")
    store.save_soon("b", b"3")
    assert store.load("a") == b"2" and store.waits("a")
    assert [store.poll(), store.poll(), store.poll()] == [True, True, False]
    assert not store.waits("a")
    assert fresh(tmp_path, noted).load("a") == b"2"
    assert fresh(tmp_path, noted).load("b") == b"3"


def test_soon_is_tried_again_when_the_flash_refuses(tmp_path, noted, monkeypatch):
    store = fresh(tmp_path, noted)
    store.save_soon("a", b"1")

    def refuse(*_):
        raise OSError(5)

    monkeypatch.setattr("os.rename", refuse)
    assert not store.poll()
    store.flush()
    monkeypatch.undo()
    assert store.waits("a") and store.poll()
    assert fresh(tmp_path, noted).load("a") == b"1"


def test_soon_waits_for_the_budget_but_flush_and_save_do_not(tmp_path, noted):
    budget = Budget()
    while budget.affordable():
        budget.spend()
    store = Store(str(tmp_path), None, budget)
    store.save_soon("a", b"1")
    assert not store.poll()
    assert store.save("latch", b"!")
    store.flush()
    assert fresh(tmp_path, noted).load("a") == b"1"


def test_a_direct_save_supersedes_one_that_waits(tmp_path, noted):
    store = fresh(tmp_path, noted)
    store.save_soon("a", b"older")
    assert store.save("a", b"newer")
    assert not store.poll()
    assert store.load("a") == b"newer"
