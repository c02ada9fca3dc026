"""The figures of `nuanbu fleet bench`, from made findings."""

import dataclasses

import numpy as np
import pytest

from nuanbu.errors import UserError
from nuanbu.fleet import figures, show
from nuanbu.fleet.judge import Findings
from nuanbu.fleet.load import Load
from nuanbu.fleet.run import Result
from nuanbu.group.tree import LEVELS


def told(**more):
    """A `go` that runs nothing: every run has these findings."""
    minutes, seconds = more.pop("minutes", []), more.pop("seconds", [])
    found = Findings(over_s=dict.fromkeys(LEVELS, 0), **more)

    def go(run, title):
        watched = run.minutes
        return Result(
            run.plan, found, run.series, np.zeros(0), np.zeros(0),
            dict.fromkeys(watched, minutes), dict.fromkeys(watched, seconds), 0, 1.0,
        )  # fmt: skip

    return go


def test_a_miss_is_told_with_its_reason():
    go = told(after_cut_s=[4, 12, 0], used=0.93)
    over, cut = figures.many(100, 2.0, range(1, 3), go)
    assert over.good and not cut.good
    assert cut.got == "12 s" and "6 cuts" in cut.text and cut.why
    (used,) = figures.used(100, 2.0, range(1, 2), go)
    assert not used.good and used.got == "93.0%" and used.why


def test_relays_are_judged_after_their_first_cycles_by_the_worst_case():
    ratios = [9.0] * 3600 + [1.0] * 980 + [1.3] * 20
    peak, used = figures.relays(2.0, range(1, 2), told(seconds=ratios))
    assert not peak.good and peak.got == "130%" and "profile" in peak.why
    assert used.good
    peak, used = figures.relays(2.0, range(1, 2), told(seconds=[0.9] * 5000))
    assert peak.good and not used.good and used.got == "90%"


def test_a_return_is_judged_from_its_first_minute():
    before = [(1.4, 1.4)] * 180
    minutes = [*before, (0.3, 0.4), (0.6, 0.7), (0.95, 1.0), (0.99, 1.02)]
    peak, late = figures.back(50, range(1, 2), told(minutes=minutes))
    assert peak.good and peak.got == "99.0%" and late.got == "2 min"
    peak, _ = figures.back(50, range(1, 2), told(minutes=[*minutes, (1.01, 1.1)]))
    assert not peak.good


STEADY = Load(
    heaters=1000, seconds=60.0, cpu=0.05, heard=90.0, said=40.0, held=1000, late_s=0.2,
    start_cpu_s=5.0, all_messages=4000, all_cpu_s=8.0, rss_mb=80.0, disk_mb_day=300.0,
)  # fmt: skip


def test_the_load_is_told_for_one_core(monkeypatch):
    monkeypatch.setattr(figures, "measure", lambda *_: STEADY)
    busy, rate, needs = figures.load(1000)
    assert busy.got == "5.0%" and not busy.why
    assert rate.got == "90 in, 40 out; one core has time for 500"
    assert needs.got == "80 MB of memory, 300 MB of database a day"


@pytest.mark.parametrize("lost", [{"held": 8990}, {"late_s": 5.1}, {"cpu": 0.96}])
def test_a_load_that_was_not_kept_up_with_is_halved_and_does_not_count(monkeypatch, lost):
    tried = []

    def measured(count, _):
        tried.append(count)
        one = dataclasses.replace(STEADY, heaters=count, held=count)
        return dataclasses.replace(one, **lost) if count == 10_000 else one

    monkeypatch.setattr(figures, "measure", measured)
    found = figures.load(10_000)
    assert tried == [1000, 10_000, 5000]
    told = ["none of this counts" in figure.why for figure in found[::3]]
    assert told == [False, True, False]


def test_an_unknown_part_is_refused():
    with pytest.raises(UserError, match="many, used, relays, back"):
        show.bench(heaters=50, hours=2.0, seeds=1, only="many,all")


@pytest.mark.soak
def test_fifty_relay_heaters_peak_near_their_limit():
    run = figures._fifty(3.0, 1, 0.65, "default")
    ratios = np.array(run.go().seconds["b00000"][3600:])
    assert np.quantile(ratios, 0.99) <= 1.15
    assert ratios.mean() > 0.8
