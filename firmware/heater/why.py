# Time, plan and "why was it cold on Tuesday at 3?" for the console: brings plan and ledger
# together. Plan's desk and the words are imported when somebody asks.

from heater.console import methods_life
from heater.limits import arbiter
from heater.plan.civil import UNIX_2020_S
from heater.plan.desk import Desk
from heater.protect import monitors
from heater.record import explain, ledger

_HOUR_S = 3600
_WISH_CDEG = 2200  # the 22 degC promised
_ENGLISH = 1
_CHINESE = 0


def methods(heater):
    """Console methods by name, for `services`."""

    def why(at, wish_cdeg):
        return hour(heater, at, wish_cdeg)

    return methods_life.methods(_desk(heater), why, heater.books.ledger.ring)


def words(heater):
    """What a person at the port may type: why, or 为什么, with a local time."""

    def speaker(language):
        def speak(said):
            from heater.record import why_texts

            try:
                found = hour(heater, " ".join(said), _WISH_CDEG)
            except ValueError as e:
                return str(e)
            lines = [why_texts.head(found, language)]
            for reason in found["why"]:
                lines.append(why_texts.sentence(reason, language))
            return "\n".join(lines)

        return speak

    return {"why": speaker(_ENGLISH), "为什么": speaker(_CHINESE)}


def hour(heater, at, wish_cdeg):
    """What the ledger tells of the clock hour of the local time `at` ("2027-01-20T03:00").

    {"from", "to": local texts, "room", "set": means in hundredths of a degree or None, "wh": heat
    given, "q": least quality of the time, "why": [[name, minutes, detail, ...], ...]}; the detail
    of a limit is its watts and by whose order, of a fault its number and name, else as explain.py
    says. ValueError for no such time.
    """
    desk = _desk(heater)
    begin_s = desk.epoch_s(at) // _HOUR_S * _HOUR_S
    records = heater.books.ledger.hour(begin_s)
    reasons = explain.explain(records, wish_cdeg)
    return {
        "from": desk.text(begin_s - UNIX_2020_S),
        "to": desk.text(begin_s + _HOUR_S - UNIX_2020_S)[11:],
        "room": _mean(records, ledger.ROOM_CDEG),
        "set": _mean(records, ledger.SETPOINT_CDEG),
        "wh": sum([record[ledger.GIVEN_WH] for record in records]),
        "q": min([record[ledger.QUALITY] for record in records] or [0]),
        "why": [_told(*reason) for reason in reasons],
    }


def _desk(heater):
    return Desk(heater.plan, heater.clock, lambda: heater.inp.uptime_s)


def _told(reason, minutes, detail):
    told = [explain.NAMES[reason], minutes]
    if reason == explain.LIMIT:
        cause, limit_w = divmod(detail, explain.CAUSE_STEP)
        return told + [limit_w, arbiter.CAUSE_NAMES[cause]]
    if reason == explain.FAULT:
        return told + [detail, _fault_name(detail)]
    return told + [detail]


def _fault_name(number):
    for row in monitors.ROWS:
        if row[0] == number:
            return row[1]
    return ""


def _mean(records, field):
    # By the time that each record covers; None where nothing was measured.
    total = weight = 0
    for record in records:
        powered_s = sum(record[ledger.ACCOUNTS_S :])
        if record[field] != ledger.NO_ROOM:
            total += record[field] * powered_s
            weight += powered_s
    return total // weight if weight else None
