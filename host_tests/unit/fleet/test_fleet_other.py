"""Load that no heater tells of, the meters that see it, and the report of a run."""

import dataclasses
import re

import numpy as np
import pytest

from nuanbu.errors import UserError
from nuanbu.fleet import pages, scenario, town
from nuanbu.fleet.other import EVERY_S, Meters, OtherLoad
from nuanbu.fleet.run import Run
from nuanbu.fleet.server import Server
from nuanbu.fleet.town import DISTRICT
from nuanbu.fleet.wire import METER, Batch

PLAN = scenario.Plan(heaters=50, hours=0.6, loss=0.1, offline=0.0, restarts=0.0, other=0.1)


@pytest.fixture(scope="module")
def runs():
    """{meters there: result} of the same town."""
    found = {}
    for meters in (True, False):
        rng = np.random.default_rng(3)
        homes = town.make(PLAN.heaters, rng)
        plan = dataclasses.replace(PLAN, meters=meters)
        found[meters] = Run(plan, homes, rng, [DISTRICT]).go()
    return found


def later(result):
    return np.array([mean for mean, _ in result.minutes[DISTRICT][20:]])


def test_other_load_overruns_a_feeder_without_a_meter_and_not_one_with_it(runs):
    assert later(runs[False]).mean() > 1.05
    metered = later(runs[True])
    assert metered.mean() < 1.005 and metered.max() < 1.05
    # It gives way to the other load, and no further.
    assert metered.mean() > 0.97


def test_other_load_stands_in_the_sums_of_its_building_and_of_the_district(runs):
    series = runs[True].series
    assert np.mean(series["other_w"]) == pytest.approx(
        0.1 * runs[True].limits_w[0].sum(), rel=0.5
    )
    buildings_w = runs[True].buildings_w.sum(axis=1)
    assert buildings_w == pytest.approx(np.array(series["power_w"]))


def test_other_load_swings_about_its_mean():
    load = OtherLoad(np.array([1000.0, 3000.0]), np.random.default_rng(1))
    told = np.array([load.second(t).copy() for t in range(0, 400_000, EVERY_S)])
    assert (told >= 0).all()
    assert told.mean(axis=0) == pytest.approx([1000, 3000], rel=0.05)
    assert (told.std(axis=0) / told.mean(axis=0)) == pytest.approx([0.33, 0.33], rel=0.15)


def test_a_meter_tells_the_mean_since_its_last_reading():
    meters = Meters(2)
    assert all(meters.second(t, np.array([100.0, 40.0]), 140.0) is None for t in range(1, 10))
    batch = meters.second(10, np.array([200.0, 40.0]), 240.0)
    assert batch and batch.rows["power_w"].tolist() == [110, 40, 150]
    assert batch.rows["t"].tolist() == [10, 10, 10]


def test_a_reading_that_was_overtaken_is_passed_over():
    homes = town.make(50, np.random.default_rng(1))
    server = Server(homes.layout, homes.firm_w)
    server.start()

    def read(t, watts):
        rows = np.zeros(1, METER)
        rows["who"], rows["t"], rows["power_w"] = 1, t, watts
        server.turn([Batch("meter", rows)], t + 1)
        guard = server.guard
        assert guard
        return float(guard.limits_w(3)[1][0])

    limit_w = homes.firm_w[DISTRICT]
    assert read(1000, limit_w) == limit_w
    trimmed_w = read(1010, 2 * limit_w)
    assert trimmed_w < 0.7 * limit_w
    assert read(1005, 0) == trimmed_w
    assert trimmed_w < read(1020, 0) <= limit_w


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_shows_every_plot_and_figure(runs, lang, tmp_path):
    result = runs[True]
    path = tmp_path / "a" / "report.html"
    pages.write(path, result, ["b00000"], lang)
    page = path.read_text(encoding="utf-8")
    assert page.count("<svg") == 5 + 1 and "b00000" in page
    assert not re.search(r"""(?:src|href)=["']?https?:|@import|\{\{""", page)
    rows = pages.rows(result, pages.words(pages.FLEET, lang))
    for label, value in rows:
        assert label in page and value in page
    assert f"{result.found.used:.1%}" in dict(rows).values()
    assert re.search("[\u4e00-\u9fff]", page) is not None or lang == "en"


def test_a_report_in_an_unknown_language_is_refused(runs, tmp_path):
    with pytest.raises(UserError, match="fr"):
        pages.write(tmp_path / "r.html", runs[True], ["b00000"], "fr")
    assert not list(tmp_path.iterdir())
