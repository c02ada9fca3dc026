"""Records in a ring of files, against a plain list."""

from hypothesis import given, settings
from hypothesis import strategies as st

from heater.record.ring import Ring

PER_SEGMENT, SEGMENTS, WAITING = 5, 3, 4
LENGTH = 4 + 6 + 4


def opened(path, note=None):
    ring = Ring(str(path), "ring", "iH", PER_SEGMENT, SEGMENTS, WAITING, note)
    ring.open()
    return ring


def everything(ring):
    found, number = [], 0
    while number < ring.next:
        records, number = ring.read(number, 4)
        found += records
    return found


def filled(path, count):
    ring = opened(path)
    for number in range(count):
        assert ring.append(number - 7, number % 60_000)
        assert ring.flush() == 1
    return ring


@given(actions=st.lists(st.sampled_from("aaaafr"), max_size=80))
@settings(max_examples=200, deadline=None)
def test_it_keeps_what_was_flushed_in_order(tmp_path_factory, actions):
    path = tmp_path_factory.mktemp("ring")
    ring = opened(path)
    flushed, waiting = [], []
    for number, action in enumerate(actions):
        if action == "a":
            if ring.append(-number, number):
                waiting.append((len(flushed) + len(waiting), -number, number))
            else:
                assert len(waiting) == WAITING
        elif action == "f":
            while ring.flush():
                pass
            flushed, waiting = flushed + waiting, []
        else:
            ring, waiting = opened(path), []
        found = everything(ring)
        assert ring.next == len(flushed) and ring.waiting() == len(waiting)
        assert found == flushed[len(flushed) - len(found) :]
        assert len(found) >= min(len(flushed), PER_SEGMENT * (SEGMENTS - 1))
        assert not found or ring.first == found[0][0]


def test_the_oldest_segment_goes_when_a_new_one_begins(tmp_path):
    ring = opened(tmp_path)
    for number in range(4 * PER_SEGMENT):
        ring.append(number, 0)
        ring.flush()
        kept = everything(ring)
        assert ring.first == kept[0][0] == opened(tmp_path).first
        assert ring.next - ring.first == len(kept) <= PER_SEGMENT * SEGMENTS


def test_a_full_buffer_refuses_and_counts(tmp_path):
    ring = opened(tmp_path)
    assert [ring.append(1, 1) for _ in range(WAITING + 2)] == [True] * WAITING + [False] * 2
    assert ring.lost == 2 and ring.room() == 0


def test_one_flush_is_one_segment(tmp_path):
    ring = filled(tmp_path, PER_SEGMENT - 1)
    for _ in range(3):
        ring.append(0, 0)
    assert (ring.flush(), ring.next) == (1, PER_SEGMENT)
    assert (ring.flush(), ring.next) == (1, PER_SEGMENT + 2)
    assert ring.flush() == 0


def test_any_flipped_bit_costs_one_record(tmp_path):
    filled(tmp_path, 14)
    for file in sorted(tmp_path.iterdir()):
        good = file.read_bytes()
        for bit in range(8 * len(good)):
            bad = bytearray(good)
            bad[bit // 8] ^= 1 << bit % 8
            file.write_bytes(bad)
            ring = opened(tmp_path)
            assert ring.next == 14
            values = [record[1] + 7 for record in everything(ring)]
            assert values == [record[0] for record in everything(ring)]
            assert len(values) == 13, (file, bit)
        file.write_bytes(good)


def test_a_lost_segment_leaves_the_newer_ones(tmp_path):
    filled(tmp_path, 14)
    noted = []
    (tmp_path / "ring.1").write_bytes(b"\xff" * 40)
    ring = opened(tmp_path, lambda code, value: noted.append(code))
    assert [record[0] for record in everything(ring)] == [10, 11, 12, 13]
    assert noted


def test_a_fragment_at_the_end_is_written_over(tmp_path):
    filled(tmp_path, 7)
    with open(tmp_path / "ring.1", "ab") as file:
        file.write(b"\x00" * 9)
    ring = opened(tmp_path)
    assert ring.next == 7
    ring.append(70, 7)
    ring.flush()
    assert everything(opened(tmp_path))[-1] == (7, 70, 7)


def test_a_foreign_file_is_no_segment(tmp_path):
    filled(tmp_path, 12)
    (tmp_path / "ring.2").write_bytes((tmp_path / "ring.0").read_bytes())
    assert opened(tmp_path).next == 10


def test_a_segment_in_the_wrong_place_does_not_stop_the_ring(tmp_path):
    filled(tmp_path, 12)
    (tmp_path / "ring.2").rename(tmp_path / "ring.1")
    ring = opened(tmp_path)
    ring.append(0, 0)
    assert ring.flush() == 1
    assert everything(opened(tmp_path))[-1][0] == 5


def test_a_record_with_another_number_is_left_out(tmp_path):
    ring = filled(tmp_path, 12)
    (tmp_path / "ring.1").write_bytes((tmp_path / "ring.0").read_bytes())
    assert [record[0] for record in everything(ring)] == [0, 1, 2, 3, 4, 10, 11]


def test_flash_that_takes_nothing_keeps_the_records_waiting(tmp_path):
    ring = filled(tmp_path, 3)
    ring.append(30, 3)
    (tmp_path / "ring.0").chmod(0o400)
    target = tmp_path / "ring.0"
    target.rename(tmp_path / "away")
    target.mkdir()
    assert ring.flush() == 0 and ring.waiting() == 1
    target.rmdir()
    (tmp_path / "away").rename(target)
    target.chmod(0o600)
    assert ring.flush() == 1
    assert everything(ring)[-1] == (3, 30, 3)
