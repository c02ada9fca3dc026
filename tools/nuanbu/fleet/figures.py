"""`nuanbu fleet bench`: the figures of group control over many heaters, beside their targets."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nuanbu.fleet import scenario, town
from nuanbu.fleet.load import SETTLE_S, Load, measure
from nuanbu.fleet.run import Result, Run
from nuanbu.fleet.town import DISTRICT
from nuanbu.group.guard import LOWER_RETRY_S, STUCK_S

Go = Callable[[Run, str], Result]
_SETTLED_S = 3600  # relays take two cycles to come into their turns
_RETURN_S = 3 * 3600
_STEADY_S = 60
_HOMES = 1000  # what a company begins with, on one machine


@dataclass(frozen=True)
class Figure:
    """text: what was measured and how; got, target: as shown; good: the target is reached; why:
    the reason where it is not."""

    text: str
    target: str
    got: str
    good: bool
    why: str = ""


def many(heaters: int, hours: float, seeds: range, go: Go) -> list[Figure]:
    """Limits held with 30 % loss each way and 8 % out of reach; announced changes and cuts."""
    over, after_s, cuts, nodes, changes, first = 0, 0, 0, 0, 0, ""
    for seed in seeds:
        run = _day(heaters, hours, seed, 0.3)
        nodes = sum(len(ids) for ids in run.town.layout.node_ids)
        changes += sum(one.announced for one in run.plan.changes)
        found = go(run, f"30 % loss, seed {seed}").found
        over += sum(found.over_s.values())
        after_s = max([after_s, *found.after_cut_s])
        cuts += len(found.after_cut_s)
        for at_s, node, power_w, limit_w in found.examples[: 0 if first else 1]:
            first = f"seed {seed}, second {at_s}: {node} takes {power_w:.0f} W of {limit_w:.0f} W"
    what = f"{heaters:,} heaters, 30 % loss, 8 % offline, {hours:g} h, seeds: {len(seeds)}"
    every = (
        f"any of {nodes:,} nodes above 102 % in any second (solid-state power as the mean of its"
        f" window of 10 s), {changes} announced changes"
    )
    late = f"a lost order is sent again after {LOWER_RETRY_S} s, others give after {STUCK_S} s"
    late = "" if after_s <= 10 else late
    return [
        Figure(f"{what}: {every}", "0 s", f"{over} s", over == 0, first),
        Figure(f"the same, {cuts} cuts of 40 %", "10 s", f"{after_s} s", after_s <= 10, late),
    ]


def used(heaters: int, hours: float, seeds: range, go: Go) -> list[Figure]:
    """How much of the limits is used where heat is short, with 10 % loss."""
    shares = [
        go(_day(heaters, hours, seed, 0.1), f"10 % loss, seed {seed}").found.used for seed in seeds
    ]
    share = min(shares)
    what = f"limit used while heat is short, 10 % loss, {heaters:,} heaters, {hours:g} h"
    why = "" if share >= 0.95 else "waits: for acks before a raise, and for those out of reach"
    return [Figure(f"{what}, worst of {len(seeds)}", "95 %", f"{share:.1%}", share >= 0.95, why)]


def relays(hours: float, seeds: range, go: Go) -> list[Figure]:
    """Fifty relay heaters on one feeder, at limits from scarce to nearly enough."""
    worst, least, at = 0.0, 1.0, ""
    for profile in ("default", "precise"):
        for share in (0.4, 0.65):
            for seed in seeds:
                result = go(_fifty(hours, seed, share, profile), f"relays, {profile}, {share:.0%}")
                ratios = np.array(result.seconds["b00000"][_SETTLED_S:])
                peak = float(np.quantile(ratios, 0.99))
                if peak > worst:
                    worst, at = peak, f"{profile} profile, limit at {share:.0%} of the rated power"
                least = min(least, float(ratios.mean()))
    what = f"50 relay heaters, {hours:g} h: 1 s peak, 99th percentile, worst of two profiles"
    why = "" if worst <= 1.15 else at
    lost = "" if least >= 0.95 else "what a turn loses when its limit moves is not made good"
    return [
        Figure(what, "115 %", f"{worst:.0%}", worst <= 1.15, why),
        Figure("the same: limit used, the least", "95 %", f"{least:.0%}", least >= 0.95, lost),
    ]


def back(heaters: int, seeds: range, go: Go) -> list[Figure]:
    """The supply of a whole district is away for 2 h and comes back."""
    peak, late_min = 0.0, 0.0
    for seed in seeds:
        begin_s, end_s = 3600, 3600 + 7200
        one = _day(heaters, (end_s + _RETURN_S) / 3600, seed, 0.1, still=True)
        plan = dataclasses.replace(one.plan, outages=[(begin_s, end_s, DISTRICT)])
        again = Run(plan, one.town, np.random.default_rng(seed), [DISTRICT])
        result = go(again, f"2 h without supply, seed {seed}")
        after = [mean for mean, _ in result.minutes[DISTRICT][end_s // 60 :]]
        peak = max(peak, *after)
        reached = next((k for k, mean in enumerate(after) if mean >= 0.9), len(after))
        late_min = max(late_min, float(reached))
    what = f"return after 2 h without supply, {heaters:,} heaters: 1 min peak"
    time = Figure("the same: until 90 % of the limit is used", "-", f"{late_min:.0f} min", True)
    return [Figure(what, "100 %", f"{peak:.1%}", peak <= 1.0), time]


def load(heaters: int, tell: Callable[[str], None] = lambda _: None) -> list[Figure]:
    """What the server's process costs on a real broker, in real time: with a thousand heaters,
    and with so many, or the half, the quarter of them, until server and heaters keep up."""
    found = []
    for count in sorted({min(heaters, _HOMES), heaters}):
        while True:
            tell(f"{count:,} heaters on a real broker, about {_STEADY_S + SETTLE_S} s")
            one = measure(count, _STEADY_S)
            found += _cost(one)
            if one.holds or count <= _HOMES:
                break
            count //= 2
    return found


def _cost(one: Load) -> list[Figure]:
    why = ""
    if not one.holds:
        why = (
            f"{one.held:,} heaters hold a limit, they were {one.late_s:.0f} s late, the server"
            f" took {one.cpu:.0%} of a core: not kept up, none of this counts"
        )
    what = f"server, {one.heaters:,} heaters in steady life"
    rate = f"{one.heard:.0f} in, {one.said:.0f} out; one core has time for {one.able:,.0f}"
    needs = f"{one.rss_mb:.0f} MB of memory, {one.disk_mb_day:.0f} MB of database a day"
    return [
        Figure(f"{what}: of one core", "-", f"{one.cpu:.1%}", True, why),
        Figure("the same: messages a second", "-", rate, True),
        Figure("the same: needs", "-", needs, True),
    ]


def _day(heaters: int, hours: float, seed: int, loss: float, still: bool = False) -> Run:
    rng = np.random.default_rng(seed)
    homes = town.make(heaters, rng)
    plan = scenario.Plan(heaters=heaters, hours=hours, seed=seed, loss=loss)
    if not still:
        changes = scenario.day(homes, plan.seconds, rng, True, loss > 0.2)
        plan = dataclasses.replace(plan, changes=changes)
    return Run(plan, homes, rng)


def _fifty(hours: float, seed: int, share: float, profile: str) -> Run:
    rng = np.random.default_rng(seed)
    homes = town.make(town.A_BUILDING, rng, 1.0)
    limit_w = float(int(share * homes.rated_w.sum()))
    plan = scenario.Plan(
        heaters=town.A_BUILDING, hours=hours, seed=seed, loss=0.1, offline=0.0, relay_share=1.0,
        relay_profile=profile, changes=[scenario.Change(0, "b00000", limit_w, 0)],
    )  # fmt: skip
    return Run(plan, homes, rng, ["b00000"])
