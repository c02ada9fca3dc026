# "Why was it cold on Tuesday at 3?": reasons in the order of the minutes they account for.

from micropython import const

from heater.record import ledger

WARM = const(0)  # it was not cold; detail: mean room temperature in hundredths of a degree
NO_POWER = const(1)  # the heater was without mains, or was not recording; detail: 0
OFF = const(2)  # switched off by hand; detail: 0
PLAN = const(3)  # less was asked for; detail: mean set-point in hundredths of a degree
FAULT = const(4)  # a protection withheld heat; detail: fault code
WINDOW = const(5)  # heat withheld while a window stood open; detail: 0
LIMIT = const(6)  # a limit bound; detail: cause * CAUSE_STEP + mean limit in watts
FULL = const(7)  # everything given: the building lost more; detail: Wh given
RISING = const(8)  # regulating, not there yet; detail: room at the end of the hour
NO_SENSOR = const(9)  # the room temperature was never known; detail: 0

NAMES = (
    "warm", "no_power", "off", "plan", "fault", "window", "limit", "full", "rising", "no_sensor",
)  # fmt: skip

_NEAR_CDEG = const(50)  # so close to the wish is not cold
CAUSE_STEP = const(10_000)
_HOUR_S = const(3600)


def explain(records, wish_cdeg):
    """Reasons for one clock hour as a list of (reason, minutes, detail), weightiest first.

    records: those of the ledger that begin within the hour; wish_cdeg: the room temperature the
    question takes for granted, 2200 for the 22 degC promised. [(WARM, 60, room)] if it was warm.
    """
    found = []
    seen_s = 0
    warm_s, warm_sum = 0, 0
    for record in records:
        powered_s = sum(record[ledger.ACCOUNTS_S :])
        seen_s += powered_s
        if powered_s and record[ledger.ROOM_CDEG] >= wish_cdeg - _NEAR_CDEG:
            warm_s += powered_s
            warm_sum += record[ledger.ROOM_CDEG] * powered_s
            continue
        _accounts(record, wish_cdeg, found)
    if warm_s:
        found.append((WARM, warm_s, warm_sum // warm_s))
    if seen_s < _HOUR_S - 60:
        found.append((NO_POWER, _HOUR_S - seen_s, 0))
    found.sort(key=lambda reason: -reason[1])
    return [(reason, (seconds + 30) // 60, detail) for reason, seconds, detail in found]


def _accounts(record, wish_cdeg, found):
    cause = record[ledger.LIMIT_CAUSE] * CAUSE_STEP + record[ledger.LIMIT_W]
    for account, reason, detail in (
        (ledger.FAULT, FAULT, record[ledger.FAULT_CODE]),
        (ledger.OFF, OFF, 0),
        (ledger.WINDOW, WINDOW, 0),
        (ledger.LIMIT, LIMIT, cause),
        (ledger.FULL, FULL, record[ledger.GIVEN_WH]),
        (ledger.REGULATING,) + _regulating(record, wish_cdeg),
    ):
        seconds = record[ledger.ACCOUNTS_S + account]
        if seconds:
            found.append((reason, seconds, detail))


def _regulating(record, wish_cdeg):
    if record[ledger.ROOM_CDEG] == ledger.NO_ROOM:
        return NO_SENSOR, 0
    if record[ledger.SETPOINT_CDEG] < wish_cdeg - _NEAR_CDEG:
        return PLAN, record[ledger.SETPOINT_CDEG]
    return RISING, record[ledger.ROOM_END_CDEG]
