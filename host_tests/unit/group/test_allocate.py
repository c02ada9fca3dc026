"""The allocation against the definition of max-min, and against trying everything."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuanbu.group import speed
from nuanbu.group.allocate import Infeasible, Level, Needs, allocate, whole_watts

EPS = 1e-5


def needs_of(rows):
    columns = np.array(rows, dtype=float).reshape(-1, 5).T
    return Needs(*columns)


def level(starts, capacity_w):
    return Level(np.array(starts), np.array(capacity_w, dtype=float))


def members(one, count):
    ends = [*one.starts[1:], count]
    return [range(a, b) for a, b in zip(one.starts, ends)]


def shortfalls(needs, watts):
    return needs.weight * (needs.short_k - needs.gain_k_per_w * np.asarray(watts))


def unfair(needs, levels, watts):
    """Why `watts` is not max-min: every heater below its cap must stand under a full node in
    which nobody above his floor is better off than it (Bertsekas and Gallager, 6.5.2)."""
    z = shortfalls(needs, watts)
    for i in range(len(watts)):
        if watts[i] >= needs.cap_w[i] - EPS:
            continue
        held = False
        for one in levels:
            for k, group in enumerate(members(one, len(watts))):
                if i not in group:
                    continue
                full = sum(watts[j] for j in group) >= one.capacity_w[k] - 0.01
                slack = 0.02 * needs.weight * needs.gain_k_per_w  # what 0.02 W are in kelvin
                better = any(
                    watts[j] > needs.floor_w[j] + 0.02 and z[j] < z[i] - slack[i] - slack[j] - EPS
                    for j in group
                )
                held |= full and not better
        if not held:
            return f"heater {i} could have more: {watts}"
    return ""


heater = st.tuples(
    st.integers(-3000, 9000).map(lambda v: v / 1000),
    st.integers(200, 3000).map(lambda v: v / 1e6),
    st.sampled_from([1.0, 2.0, 0.5]),
    st.integers(0, 500),
    st.integers(0, 2000),
).map(lambda r: (*r[:4], r[3] + r[4]))


@st.composite
def trees(draw, heaters=heater, most=12):
    """Needs and four levels, every node a range of the nodes below it, capacities feasible."""
    rows = draw(st.lists(heaters, min_size=1, max_size=most))
    needs = needs_of(rows)
    levels, inner = [], list(range(len(rows)))
    for _ in range(4):
        starts = [0] + [s for s in inner[1:] if draw(st.booleans())]
        caps = []
        for group in members(Level(np.array(starts), np.zeros(0)), len(rows)):
            least = int(np.ceil(needs.floor_w[list(group)].sum()))
            most_w = int(needs.cap_w[list(group)].sum()) + 10
            caps.append(draw(st.one_of(st.integers(least, max(least, most_w)), st.just(np.inf))))
        levels.append(level(starts, caps))
        inner = starts
    return needs, levels


@settings(max_examples=300, deadline=None)
@given(trees())
def test_bounds_hold_and_nobody_could_have_more_without_taking_from_a_colder_room(case):
    needs, levels = case
    watts = allocate(needs, levels)
    assert np.all(watts >= needs.floor_w) and np.all(watts <= needs.cap_w)
    for one in levels:
        for k, group in enumerate(members(one, len(watts))):
            assert sum(watts[list(group)]) <= one.capacity_w[k] + 1e-9
    assert unfair(needs, levels, watts) == ""


small = st.tuples(
    st.integers(-2, 8), st.sampled_from([0.5, 1.0, 2.0]), st.sampled_from([1.0, 2.0]),
    st.integers(0, 1), st.integers(0, 4),
).map(lambda r: (*r[:4], r[3] + r[4]))  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(trees(heaters=small, most=4))
def test_no_point_of_a_grid_is_better(case):
    needs, levels = case
    mine = np.sort(shortfalls(needs, allocate(needs, levels)))[::-1]
    axes = [np.arange(lo, hi + 0.1, 0.5) for lo, hi in zip(needs.floor_w, needs.cap_w)]
    for point in itertools.product(*axes):
        fits = all(
            sum(point[j] for j in group) <= one.capacity_w[k]
            for one in levels
            for k, group in enumerate(members(one, len(point)))
        )
        if not fits:
            continue
        other = np.sort(shortfalls(needs, point))[::-1]
        differs = np.flatnonzero(np.abs(other - mine) > 0.01)
        assert not len(differs) or other[differs[0]] > mine[differs[0]], point


def test_a_heater_asking_less_hands_its_share_on():
    # 3000 W for two equal rooms; the first can only take 500 W.
    needs = needs_of([(5, 0.001, 1, 0, 500), (5, 0.001, 1, 0, 2500)])
    assert allocate(needs, [level([0], [2800])]) == pytest.approx([500, 2300], abs=0.01)


def test_a_vulnerable_household_is_kept_warmer_by_its_weight():
    # 4 K each at no power, 1 K per kW, 3000 W in all: 2 * (4 - a) = 4 - b and a + b = 3.
    needs = needs_of([(4, 0.001, 2, 0, 5000), (4, 0.001, 1, 0, 5000)])
    watts = allocate(needs, [level([0], [3000])])
    assert watts == pytest.approx([7000 / 3, 2000 / 3], abs=0.01)


def test_floors_above_a_capacity_are_named():
    needs = needs_of([(5, 0.001, 1, 300, 500), (5, 0.001, 1, 300, 500)])
    with pytest.raises(Infeasible) as told:
        allocate(needs, [level([0, 1], [400, 400]), level([0], [599])])
    assert (told.value.level, told.value.index) == (1, 0)
    assert (told.value.floors_w, told.value.capacity_w) == (600, 599)


def test_rounding_never_adds():
    assert list(whole_watts(np.array([10.9, 7.0, 300.0]), np.array([0, 7, 300.0]))) == [10, 7, 300]


def test_a_large_scarce_tree_stays_within_every_capacity_and_is_fair():
    needs, levels = speed.case(3000, 5)
    watts = allocate(needs, levels)
    for one in levels:
        assert np.all(np.add.reduceat(watts, one.starts) <= one.capacity_w + 1e-6)
    # The bottleneck condition, with arrays: at the highest full node nobody is held lower by it.
    z = shortfalls(needs, watts)
    held = watts >= needs.cap_w - EPS
    for one in levels:
        for k, group in enumerate(members(one, len(watts))):
            j = list(group)
            if watts[j].sum() < one.capacity_w[k] - 0.01:
                continue
            above = [i for i in j if watts[i] > needs.floor_w[i] + 0.02]
            least = min((z[i] for i in above), default=np.inf)
            held[j] |= z[j] <= least + 1e-3
    assert held.all()
