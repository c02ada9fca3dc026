"""`nuanbu bench installer`: the figures beside their targets, and build/bench/installer.json."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nuanbu.installer import settings
from nuanbu.installer.client import Client
from nuanbu.installer.figures import attached, batches, commissioning, selftest, unplug
from nuanbu.sim.cable import HeldDevice, VirtualPort

OUT = Path("build/bench/installer.json")
PARTS = ("commissioning", "attached", "unplug", "selftest", "batch", "readback")


@dataclass
class Figure:
    """One row of the table. reason: why it is missed, or how it was measured."""

    figure: str
    target: str
    reached: str
    holds: bool
    reason: str = ""


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="nuanbu bench installer", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="some of " + ", ".join(PARTS))
    parser.add_argument("--runs", type=int, default=50, help="of the scripted installer")
    parser.add_argument("--minutes", type=int, default=60, help="at the cable")
    parser.add_argument("--good", type=int, default=1000, help="self-tests of good heaters")
    parser.add_argument("--rounds", type=int, default=5, help="heaters that get every fault")
    parser.add_argument("--rows", type=int, default=100, help="of the batch")
    parser.add_argument("--every", type=int, default=1, help="cut at every n-th protocol step")
    given = parser.parse_args(words)
    notes = Console(stderr=True)
    figures: list[Figure] = []
    for part in given.only.split(","):
        if part not in PARTS:
            parser.error(f"--only {part}: {', '.join(PARTS)}")
        began = time.monotonic()
        notes.print(f"{part} ...")
        figures += _PARTS[part](given)
        notes.print(f"{part}: {time.monotonic() - began:.0f} s")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps([asdict(figure) for figure in figures], indent=1))
    table = Table("figure", "target", "reached", "", "how, or why not", box=None)
    for figure in figures:
        mark = "ok" if figure.holds else "MISSED"
        table.add_row(figure.figure, figure.target, figure.reached, mark, figure.reason)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _commissioning(given: argparse.Namespace) -> Iterator[Figure]:
    found = commissioning.measure(given.runs)
    how = f"{given.runs} runs, 2 to 6 s an answer; self-test {max(found.tests):.0f} s at most"
    yield Figure("commissioning, 95th percentile", "<= 60 s + self-test", f"{found.p95:.0f} s",
                 found.p95 <= 60, how)  # fmt: skip
    yield Figure("questions", "<= 6", f"{found.questions}", found.questions <= 6)
    yield Figure("good heaters certified", f"{given.runs}", f"{given.runs - found.failed}",
                 not found.failed)  # fmt: skip


def _attached(given: argparse.Namespace) -> Iterator[Figure]:
    bytes_ = 1_000_000 * given.minutes // 60
    found = attached.measure(given.minutes, bytes_, 3)
    how = (
        f"{found.noise_bytes} random bytes, telemetry {found.events * 10:.2f} Hz,"
        f" {found.requests} requests, {found.unanswered} unanswered, {found.writes} settings"
        f" written; {found.resets} resets, {found.faults} faults; virtual time"
    )
    good = not (found.missed or found.resets or found.unanswered)
    yield Figure(f"{given.minutes} min attached: missed ticks", "0", f"{found.missed}", good, how)


def _unplug(given: argparse.Namespace) -> Iterator[Figure]:
    found = unplug.measure(given.every)
    how = f"{found.steps} steps, each: {', '.join(unplug.MANNERS)}; polls sampled"
    yield Figure("cuts with mixed settings", "0", f"{found.mixed} of {found.cuts}",
                 not found.mixed, how)  # fmt: skip
    yield Figure("resumed to another result", "0", f"{found.different} of {found.cuts}",
                 not found.different, f"{found.asked_twice} questions asked twice")  # fmt: skip


def _selftest(given: argparse.Namespace) -> Iterator[Figure]:
    found = selftest.measure(given.good, given.rounds, selftest.jobs())
    yield Figure(
        "injected faults found", "100 %", f"{found.faults - len(found.missed)} of {found.faults}",
        not found.missed, ", ".join(found.missed) or f"{len(selftest.FAULTS)} kinds",
    )  # fmt: skip
    reason = "; ".join(f"heater {seed}: {', '.join(lines)}" for seed, lines in found.false[:3])
    yield Figure("false failures", "0 in 1000 good runs", f"{len(found.false)} in {found.good}",
                 not found.false, reason or f"{found.seconds:.0f} s each at most")  # fmt: skip


def _batch(given: argparse.Namespace) -> Iterator[Figure]:
    found = batches.measure(given.rows, 16)
    how = f"{found.ports} ports, {batches.SWAP_S:.0f} s to change a heater by hand; virtual time"
    yield Figure(f"{found.rows}-row batch", "<= 10 min", f"{found.seconds / 60:.1f} min",
                 found.seconds <= 600 and found.written == found.rows,
                 f"{found.written} written; {how}")  # fmt: skip
    yield Figure("writes to a wrong heater", "0", f"{found.wrong}", not found.wrong)
    yield Figure("writes of the second run", "0", f"{found.again}", not found.again)
    yield Figure("writes of a dry run", "0", f"{found.dry}", not found.dry)


def _readback(_: argparse.Namespace) -> Iterator[Figure]:
    with HeldDevice() as device, Client("virtual", port=VirtualPort(device)) as client:
        present = settings.read(client)
        rows = {name: device.request("cfg.get", k=name) for name in present}
        wanted = {name: _other(name, row) for name, row in rows.items()}
        done = settings.apply(client, {k: v for k, v in wanted.items() if v is not None})
        back = sum(device.get(name) == value for name, value in wanted.items())
        same = settings.digest(settings.read(client)) == client.request("cfg.hash")["sha256"]
    total = len(present)
    yield Figure("settings read back", "100 %", f"{back} of {total}", back == total and same,
                 f"each by name and all by hash; {len(done.changes)} changed")  # fmt: skip


# Texts of a form of their own; the others take any, so the longest, with all that is awkward.
_TEXTS = {
    "plan.exceptions": "2027-02-05..2027-02-12 sun; 2027-01-10T14:00..2027-01-20T09:00 away",
    "plan.tz": "CET-1CEST,M3.5.0,M10.5.0/3",
    "plan.week": "mon-fri 06:30 comfort 08:30 eco 17:00 comfort 22:30 sleep; sat,sun 07:30 comfort"
    " 23:00 sleep",
}
_AWKWARD = "\"\\=; '七%é"


def _other(name: str, row: dict) -> bool | int | str | None:
    # Another allowed value than the one in force; None where there is only one.
    value, low, high = row["v"], row["low"], row["high"]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1 if value < high else value - 1
    if isinstance(low, list):
        return next((word for word in low if word != value), None)
    text = (_AWKWARD * high).encode()[:high].decode(errors="ignore")
    return _TEXTS.get(name, text + "x" * (high - len(text.encode())))


_PARTS: dict[str, Callable[[argparse.Namespace], Iterator[Figure]]] = {
    "commissioning": _commissioning,
    "attached": _attached,
    "unplug": _unplug,
    "selftest": _selftest,
    "batch": _batch,
    "readback": _readback,
}

if __name__ == "__main__":
    main(sys.argv[1:])
