"""Laws of the arbiter, over random limits: only lower, lower at once, raise by a ramp."""

from hypothesis import given, settings
from hypothesis import strategies as st

from heater.limits import arbiter

ORDERS = range(arbiter.HOUSEHOLD, arbiter.SOURCES)
OWN = range(arbiter.INSTALLED, arbiter.HOUSEHOLD)
WATTS = st.one_of(st.just(arbiter.NONE), st.integers(0, 4000))
STEPS = st.lists(
    st.tuples(
        st.integers(arbiter.INSTALLED, arbiter.SOURCES - 1),  # a source that changes
        WATTS,
        st.integers(-5, 5000),  # demand
        st.booleans(),  # frost
        st.integers(1, 30),  # ticks until the next change
    ),
    min_size=1,
    max_size=30,
)


def made(rated_w, floor_w, installed_w=3500):
    one = arbiter.Arbiter()
    one.configure(
        {
            "heater.rated_w": rated_w,
            "limits.installed_w": installed_w,
            "limits.frost_floor_w": floor_w,
        }
    )
    return one


@settings(max_examples=300, deadline=None)
@given(st.integers(200, 3500), st.integers(0, 3500), st.integers(1, 30), STEPS)
def test_laws(rated_w, floor_w, ramp, steps):
    one = made(rated_w, floor_w)
    one.set_ramp(ramp)
    limits = dict.fromkeys(range(1, arbiter.SOURCES), arbiter.NONE)
    limits[arbiter.INSTALLED] = 3500
    before_w = None
    for source, watts, demand_w, frost, count in steps:
        limits[source] = watts
        one.set(source, watts, source)
        own_w = min([w for s, w in limits.items() if s in OWN and w >= 0], default=rated_w)
        order_w = min([w for s, w in limits.items() if s in ORDERS and w >= 0], default=rated_w)
        if frost:
            order_w = max(order_w, min(floor_w, rated_w))
        allowed_w = min(rated_w, own_w, order_w)
        for _ in range(count):
            grant_w = one.grant(demand_w, frost)
            assert 0 <= grant_w <= max(0, demand_w)
            assert grant_w <= one.limit_w <= allowed_w  # in this very tick
            assert grant_w == min(max(0, demand_w), one.limit_w)
            if before_w is not None and own_w >= rated_w:
                # 1 W: the remainder of the ramp that earlier ticks have carried
                assert one.limit_w - before_w <= rated_w * ramp / 10_000 + 1
            before_w = one.limit_w if own_w >= rated_w else None


@given(st.integers(200, 3500), st.integers(1, 30))
def test_a_ramp_takes_the_time_it_should(rated_w, ramp):
    one = made(rated_w, 0)
    one.set_ramp(ramp)
    one.set(arbiter.UNIT, 0, arbiter.UNIT)
    one.grant(5000, False)
    one.set(arbiter.UNIT, arbiter.NONE, arbiter.UNIT)
    ticks = 0
    while one.grant(5000, False) < rated_w:
        ticks += 1
        assert one.cause == arbiter.UNIT  # the order that has gone still explains the power
    assert abs(ticks - 10_000 / ramp) <= 2
    assert one.cause == arbiter.FREE


def test_causes():
    one = made(2000, 300, installed_w=1800)
    one.grant(0, False)
    assert (one.limit_w, one.cause) == (1800, arbiter.INSTALLED)
    one.set(arbiter.DISTRICT, 900, arbiter.FAILSAFE)
    one.grant(0, False)
    assert (one.limit_w, one.cause) == (900, arbiter.FAILSAFE)
    one.set(arbiter.PROTECTION, 400, arbiter.PROTECTION)
    one.grant(0, False)
    assert (one.limit_w, one.cause) == (400, arbiter.PROTECTION)
    one.set(arbiter.PROTECTION, arbiter.NONE, arbiter.PROTECTION)
    one.set(arbiter.DISTRICT, 0, arbiter.BUILDING)
    one.grant(0, True)
    assert (one.limit_w, one.cause) == (300, arbiter.FROST)
