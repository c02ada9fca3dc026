"""The coldest room under the server, beside what knowing rooms and future can reach."""

import dataclasses

import pytest

from nuanbu.group import foresight

pytest.importorskip("highspy")


def test_nobody_beats_the_future_and_the_server_comes_near_to_who_knows_the_rooms():
    case = foresight.cases(10, 6, 1)[0]
    found = foresight.compare(case)
    assert 0 < found.preheated_k <= found.best_k <= found.alike_k
    assert found.best_k < found.ours_k < 1.1 * found.alike_k


def test_nobody_beats_the_future_where_other_heat_is_enough_in_mild_hours():
    # There rooms are above their set-point by themselves, warmer for what they got before.
    case = foresight.cases(10, 48, 1)[3]
    found = foresight.compare(case)
    assert case.name.startswith("cold wave")
    assert found.best_k <= found.alike_k and found.best_k < found.ours_k


def test_with_enough_for_all_no_room_is_cold():
    case = foresight.cases(10, 6, 1)[0]
    found = foresight.compare(dataclasses.replace(case, limits={"east": 10**6}))
    assert found.best_k < 0.01 and found.alike_k < 0.05
