"""The season's weather and its figures; the season itself is in `make soak`."""

from types import SimpleNamespace

import pytest

from nuanbu.bench.season import FIGURES, Season, _minute, figures
from nuanbu.sim import climate


def test_the_made_season_is_one_of_the_north_east():
    season = climate.season()
    outdoor = [row[0] for row in season.rows]
    assert season.hours == climate.SEASON_DAYS * 24
    assert season.start == climate.SEASON_START
    assert -36.0 <= min(outdoor) < -27.0 and max(outdoor) > 5.0
    january = outdoor[73 * 24 : 104 * 24]  # 20 October + 73 days is 1 January
    assert sum(january) / len(january) == pytest.approx(-18.0, abs=4.0)


def test_fewer_days_are_the_coldest_ones_and_begin_at_midnight():
    whole, part = climate.season(), climate.season(20)
    assert part.hours == 20 * 24 and part.start[2] == 0
    means = [sum(r[0] for r in whole.rows[24 * d :][: 20 * 24]) for d in range(183 - 19)]
    assert sum(row[0] for row in part.rows) == pytest.approx(min(means))


def seen(**changes):
    season = Season([0.01, -0.03, 0.02] * 100, [1000, 900, 900, 900], [60] * 4,
                    [140, 290, 440, 590], [80] * 4, 96, 8)  # fmt: skip
    for name, value in changes.items():
        setattr(season, name, value)
    return season


@pytest.mark.parametrize(
    ("view", "counted"),
    [
        ({"setpoint_mdeg": 22_000, "window_open": 0}, "off_k"),
        ({"setpoint_mdeg": 19_000, "window_open": 0}, "off_plan_minutes"),
        ({"setpoint_mdeg": 7_000, "window_open": 1}, "false_window_minutes"),
    ],
)
def test_a_minute_is_judged_only_by_a_shut_window_and_the_plan_s_set_point(view, counted):
    house = SimpleNamespace(window_open=False, room_c=22.1)
    pair = SimpleNamespace(house=house, totals=SimpleNamespace(seconds=90_000))
    kinds = ("off_k", "off_plan_minutes", "false_window_minutes", "apart_minutes")
    for is_open, kind in ((False, counted), (True, "apart_minutes")):
        house.window_open = is_open
        season = Season()
        _minute(pair, {"faults": [], **view}, 12 * 3600, season, judged=True)
        assert [bool(getattr(season, k)) for k in kinds] == [k == kind for k in kinds]


@pytest.mark.parametrize(
    ("changes", "resets", "missed"),
    [
        ({}, 0, set()),
        ({"off_k": [0.1] * 300}, 0, {"deviation_k"}),
        ({"off_k": [-0.6] * 30 + [0.067] * 270}, 0, {"p95_k"}),
        ({"heap_b": [1000, 900, 1000, 1100]}, 0, {"heap_b_day"}),
        ({"blocks": [60, 77, 60, 60]}, 0, {"blocks"}),
        ({"blocks": [60, 76, 70, 60]}, 0, set()),
        # up and down with the rings, and a block more every twenty days on top of it
        ({"blocks": [68 + day % 4 for day in range(183)]}, 0, set()),
        ({"blocks": [62 + day % 4 + day // 20 for day in range(183)]}, 0, {"blocks_day"}),
        # grown once, when the first file of a kind was made
        ({"blocks": [60 + day % 3 + 4 * (day > 30) for day in range(183)]}, 0, set()),
        ({"writes": [140, 290, 491, 600]}, 0, {"writes_day"}),
        ({"late_changes": 1}, 0, {"late_changes"}),
        ({"late_ticks": 1}, 0, {"late_ticks"}),
        ({"fault_minutes": 1}, 0, {"faults"}),
        ({"off_plan_minutes": 1}, 0, {"off_plan"}),
        ({"false_window_minutes": 1}, 0, {"false_window"}),
        ({}, 1, {"resets"}),
    ],
)
def test_each_figure_can_miss_its_target(changes, resets, missed):
    found = figures(seen(**changes), resets)
    assert {key for key, _, _, target in FIGURES if found[key] > target} == missed
