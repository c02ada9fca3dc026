"""How long ledger, journal and heaters' books are kept. 0 days: for ever."""

from __future__ import annotations

import sqlalchemy as sa

from nuanbu.errors import UserError
from nuanbu.group import journal, ledger, notes
from nuanbu.group.database import writing
from nuanbu.group.store import set_setting, setting

_DAY_S = 86_400
_EVERY_S = 3600
# A heater lives for 15 years and its ledger is small; the journal holds every second.
DEFAULTS = {"ledger": 0, "journal": 90, "records": 400}
_FORGET = {"ledger": ledger.forget, "journal": journal.forget, "records": notes.forget}
DAYS_MAX = 36_500


class Keeper:
    """Lets go of what is older, once an hour."""

    def __init__(self, engine: sa.Engine):
        self._engine = engine
        self._done_s = 0

    def turn(self, now_s: int) -> None:
        """Call at any time. now_s: Unix seconds."""
        if now_s - self._done_s >= _EVERY_S:
            self._done_s = now_s
            apply(self._engine, now_s)


def days(engine: sa.Engine) -> dict[str, int]:
    """{what: days it is kept}."""
    with engine.connect() as db:
        return {what: setting(db, f"retention.{what}", day) for what, day in DEFAULTS.items()}


def keep(engine: sa.Engine, what: str, number: int, now_s: int) -> None:
    """Keep ledger, journal or records for so many days, 0 for ever. The change stands in the
    ledger. UserError: no such thing, or days out of range."""
    if what not in DEFAULTS:
        raise UserError(f"{what!r} is none of {', '.join(DEFAULTS)}")
    if not 0 <= number <= DAYS_MAX:
        raise UserError(f"{what}: {number} days, allowed are 0 (for ever) to {DAYS_MAX}")
    with writing(engine) as db:
        set_setting(db, f"retention.{what}", number)
        ledger.append(db, now_s, what, "retention", {"days": number})


def apply(engine: sa.Engine, now_s: int) -> dict[str, int]:
    """Let go of what is older now. Returns {what: rows that went}."""
    gone = {}
    for what, number in days(engine).items():
        if number:
            with writing(engine) as db:
                gone[what] = _FORGET[what](db, now_s - number * _DAY_S)
    return gone
