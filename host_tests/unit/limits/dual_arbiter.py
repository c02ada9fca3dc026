# The arbiter: limits only lower, orders from outside are left by a ramp, floors hold.

from heater.limits import arbiter
from heater.limits.arbiter import NONE, Arbiter

RATED_W = 2000
FLOOR_W = 300
TICKS_A_SECOND = 10


class Cfg:
    def get(self, name):
        return {
            "heater.rated_w": RATED_W,
            "limits.installed_w": 3500,
            "limits.frost_floor_w": FLOOR_W,
        }[name]


def fresh():
    a = Arbiter()
    a.configure(Cfg())
    return a


def run(a, seconds, demand_w=RATED_W, frost=0):
    for _ in range(seconds * TICKS_A_SECOND):
        a.grant(demand_w, frost)
    return a.grant_w


def test_without_limits_the_demand_is_granted_at_once():
    a = fresh()
    assert a.grant(1234, 0) == 1234
    assert a.cause == arbiter.FREE


def test_never_more_than_rated_nor_less_than_nothing():
    a = fresh()
    assert a.grant(9999, 0) == RATED_W
    assert a.grant(-5, 0) == 0


def test_a_lower_order_acts_in_the_same_tick():
    a = fresh()
    run(a, 1)
    a.set(arbiter.BUILDING, 700, arbiter.BUILDING)
    assert a.grant(RATED_W, 0) == 700
    assert a.cause == arbiter.BUILDING


def test_zero_watts_is_not_the_same_as_no_order():
    a = fresh()
    a.set(arbiter.UNIT, 0, arbiter.UNIT)
    assert run(a, 1) == 0
    a.set(arbiter.UNIT, NONE, arbiter.UNIT)
    assert run(a, 60) == RATED_W


def test_the_least_of_all_orders_binds_and_is_named():
    a = fresh()
    a.set(arbiter.DISTRICT, 900, arbiter.DISTRICT)
    a.set(arbiter.HOUSEHOLD, 500, arbiter.FAILSAFE)
    a.set(arbiter.RESIDENT, 1500, arbiter.RESIDENT)
    assert a.grant(RATED_W, 0) == 500
    assert a.cause == arbiter.FAILSAFE


def test_a_lifted_order_is_left_by_a_ramp_of_three_percent_a_second():
    a = fresh()
    a.set(arbiter.DISTRICT, 200, arbiter.DISTRICT)
    run(a, 1)
    a.set(arbiter.DISTRICT, NONE, arbiter.DISTRICT)
    before = a.grant_w
    for _ in range(30):
        after = run(a, 1)
        assert after - before <= RATED_W * 3 // 100
        assert a.cause == arbiter.DISTRICT or after == RATED_W
        before = after
    assert 200 + 29 * 60 <= after <= RATED_W


def test_what_the_heater_lifts_itself_needs_no_ramp():
    a = fresh()
    a.set(arbiter.PROTECTION, 100, arbiter.PROTECTION)
    assert run(a, 1) == 100
    assert a.cause == arbiter.PROTECTION
    a.set(arbiter.PROTECTION, NONE, arbiter.PROTECTION)
    assert a.grant(RATED_W, 0) == RATED_W


def test_a_derating_does_not_hide_the_ramp_of_an_order():
    a = fresh()
    a.set(arbiter.DISTRICT, 400, arbiter.DISTRICT)
    a.set(arbiter.PROTECTION, 100, arbiter.PROTECTION)
    assert run(a, 1) == 100
    a.set(arbiter.DISTRICT, NONE, arbiter.DISTRICT)
    a.set(arbiter.PROTECTION, NONE, arbiter.PROTECTION)
    assert a.grant(RATED_W, 0) <= 400 + RATED_W * 3 // 100


def test_the_frost_floor_stands_above_orders_but_below_protection():
    a = fresh()
    a.set(arbiter.DISTRICT, 0, arbiter.DISTRICT)
    assert run(a, 1) == 0
    assert run(a, 20, frost=1) == FLOOR_W
    assert a.cause == arbiter.FROST
    a.set(arbiter.PROTECTION, 50, arbiter.PROTECTION)
    assert a.grant(RATED_W, 1) == 50
    assert a.cause == arbiter.PROTECTION


def test_a_slower_ramp_can_be_asked_for():
    a = fresh()
    a.set(arbiter.DISTRICT, 0, arbiter.DISTRICT)
    run(a, 1)
    a.set_ramp(10)
    a.set(arbiter.DISTRICT, NONE, arbiter.DISTRICT)
    assert run(a, 10) == RATED_W // 10
