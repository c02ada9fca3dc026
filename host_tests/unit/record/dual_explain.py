"""Why it was cold: the reasons an hour's records give."""

from heater.record import explain, ledger


def record(room, setpoint=2200, cause=0, limit_w=0, fault=0, given_wh=0, end=None, **accounts):
    """A ledger record: minutes by account, e.g. limit=60."""
    names = ("regulating", "fault", "off", "window", "limit", "full")
    end = room if end is None else end
    head = (0, 0, 4, 0, given_wh, room, end, setpoint, 0, limit_w, cause, fault, 0)
    return head + tuple([60 * accounts.get(name, 0) for name in names])


def test_the_helper_puts_fields_where_the_ledger_has_them():
    made = record(1800, 2100, 7, 900, 21, 350, 1850, limit=60)
    assert made[ledger.ROOM_CDEG] == 1800 and made[ledger.ROOM_END_CDEG] == 1850
    assert made[ledger.SETPOINT_CDEG] == 2100 and made[ledger.GIVEN_WH] == 350
    assert made[ledger.LIMIT_CAUSE] == 7 and made[ledger.LIMIT_W] == 900
    assert made[ledger.FAULT_CODE] == 21
    assert made[ledger.ACCOUNTS_S + ledger.LIMIT] == 3600


def test_limited_by_whose_order():
    found = explain.explain([record(1700, cause=7, limit_w=600, limit=60)], 2200)
    assert found == [(explain.LIMIT, 60, 70_600)]


def test_the_building_loses_more_than_the_heater_gives():
    found = explain.explain([record(1700, given_wh=2000, full=60)], 2200)
    assert found == [(explain.FULL, 60, 2000)]


def test_several_reasons_come_weightiest_first():
    found = explain.explain([record(1500, fault=21, fault_=0, window=20, limit=5, off=35)], 2200)
    assert [reason[:2] for reason in found] == [
        (explain.OFF, 35),
        (explain.WINDOW, 20),
        (explain.LIMIT, 5),
    ]


def test_a_fault_is_named():
    hour = list(record(1500, fault=21))
    hour[ledger.ACCOUNTS_S + ledger.FAULT] = 3600
    assert explain.explain([tuple(hour)], 2200) == [(explain.FAULT, 60, 21)]


def test_the_plan_asked_for_less():
    found = explain.explain([record(1800, setpoint=1800, regulating=60)], 2200)
    assert found == [(explain.PLAN, 60, 1800)]


def test_on_the_way_up():
    found = explain.explain([record(2050, end=2140, regulating=60)], 2200)
    assert found == [(explain.RISING, 60, 2140)]


def test_warm_within_half_a_degree():
    assert explain.explain([record(2150, limit=60)], 2200) == [(explain.WARM, 60, 2150)]
    assert explain.explain([record(2149, limit=60)], 2200)[0][0] == explain.LIMIT


def test_the_mains_were_off():
    found = explain.explain([record(1900, end=1900, full=15)], 2200)
    assert found == [(explain.NO_POWER, 45, 0), (explain.FULL, 15, 0)]
    assert explain.explain([], 2200) == [(explain.NO_POWER, 60, 0)]


def test_two_records_of_one_hour_make_one_hour():
    found = explain.explain([record(1900, full=25), record(1950, full=34)], 2200)
    assert sum([minutes for reason, minutes, _ in found if reason == explain.FULL]) == 59
    assert explain.NO_POWER not in [reason for reason, _, _ in found]


def test_without_a_sensor():
    found = explain.explain([record(ledger.NO_ROOM, regulating=60)], 2200)
    assert found == [(explain.NO_SENSOR, 60, 0)]
