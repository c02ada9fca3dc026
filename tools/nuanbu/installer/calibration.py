"""Calibration: a measurement of the heater put right by a reference instrument, and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from nuanbu.installer import settings
from nuanbu.installer.client import Client
from nuanbu.installer.outcome import Outcome
from nuanbu.installer.trials import FULL_HEAT, measuring, trial
from nuanbu.installer.trouble import Trouble

EPOCH = date(1970, 1, 1)
_MEAN_S = 15.0  # the room sensor measures every 1.5 s, the meter twice a second
_REACH_S = 180.0  # to full power
_SETTLE_S = 30.0
_FULL_STAGE = 3
_FULL_SHARE = 0.97
_FULL_PART = 0.3  # of all values at least; less is no steady state
_BACK_S = 8.0  # until every measurement is one after the correction
_OFF = {"control.mode": "off"}  # a body that is heated does not stand still


@dataclass(frozen=True)
class Kind:
    """One measurement. scale: units of the device in one of people's; meanwhile: settings for the
    time of reading; slack: by which readings may differ, in units of the device."""

    unit: str
    scale: int
    meanwhile: dict
    slack: int
    factor: bool


# By name as on the wire (heater/console/methods_cal.py).
KINDS = {
    "room": Kind("°C", 1000, {}, 200, False),
    "body": Kind("°C", 1000, _OFF, 1000, False),
    "mains": Kind("V", 1000, {}, 2000, True),
    "current": Kind("A", 1000, FULL_HEAT, 150, True),
    "power": Kind("W", 1, FULL_HEAT, 35, True),
}


@dataclass
class Corrected:
    """What a calibration did. old, new: the setting before and after; seen, back: the heater's
    reading before and after, reference: the instrument's, in people's unit."""

    kind: str
    setting: str
    old: int
    new: int
    seen: float
    reference: float
    back: float
    written: bool


def calibrate(
    client: Client,
    kind: str,
    reference: Callable[[float], float],
    *,
    day: date,
    dry_run: bool = False,
) -> Corrected:
    """Correct one of KINDS by what `reference(seen)` returns: the instrument's reading while the
    heater reads `seen`. What needs current is read at full power, by settings on trial.

    Raises Trouble: rejected (not measured, not steady, out of bounds), mismatch, login_needed.
    """
    what = KINDS[kind]
    before = client.request("cal.get")[kind][2]
    with _conditions(client, what):
        seen = _mean(client, what, kind)
        shown = reference(seen / what.scale)
    wanted = round(shown * what.scale)
    if dry_run:
        new = before * wanted // seen if what.factor and seen else before + wanted - seen
        return Corrected(kind, "", before, new, seen / what.scale, shown, shown, False)
    client.writes += 1
    done = client.request(
        "cal.set", what=kind, ref=wanted, seen=seen, day=(day - EPOCH).days
    )
    settings.verify(client, {done["k"]: done["new"]})
    with _conditions(client, what):
        _let(client, _BACK_S)
        back = _mean(client, what, kind)
    if abs(back - wanted) > what.slack:
        raise Trouble("mismatch", client.language, names=f"{done['k']} ({back / what.scale:g})")
    return Corrected(kind, done["k"], done["old"], done["new"], seen / what.scale, shown,
                     back / what.scale, True)  # fmt: skip


def outcome(done: Corrected) -> Outcome:
    """The line of the record."""
    what = KINDS[done.kind]
    found = Outcome()
    unit = what.unit
    found.judge(
        f"cal_{done.kind}", True,
        f"{done.seen:.2f} → {done.back:.2f} {unit}; {done.setting} {done.old} → {done.new}",
        f"{done.reference:g} {unit}", "docs/commissioning.md",
    )  # fmt: skip
    return found


def next_due(day: date, months: int) -> date:
    """The day so many months later, or the last of its month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))


@contextmanager
def _conditions(client: Client, what: Kind) -> Iterator[None]:
    # On trial, so that the heater takes them back by itself whatever happens here.
    if not what.meanwhile:
        yield
        return
    with trial(client, what.meanwhile):
        if what.meanwhile is FULL_HEAT:
            for now in measuring(client, _REACH_S):
                if now["on"] == [1, _FULL_STAGE]:
                    break
            _let(client, _SETTLE_S)
        yield


def _let(client: Client, seconds: float) -> None:
    for _ in measuring(client, seconds):
        pass


def _mean(client: Client, what: Kind, kind: str) -> int:
    # The device judges state and bounds; what has no state OK at all is its refusal.
    values = []
    for _ in measuring(client, _MEAN_S):
        value, state, _ = client.request("cal.get")[kind]
        if state == 0:
            values.append(value)
    if not values:
        raise Trouble("not_measured", client.language, what=kind)
    if what.meanwhile is FULL_HEAT:
        # Above rated voltage a fast switch leaves some half-waves out, so that the power stays
        # within the limit: only values measured wholly at full power count, as on a clamp meter.
        full = [value for value in values if value >= max(values) * _FULL_SHARE]
        values = full if len(full) >= len(values) * _FULL_PART else values
    if max(values) - min(values) > 2 * what.slack:
        raise Trouble("not_steady", client.language, what=kind)
    return round(sum(values) / len(values))
