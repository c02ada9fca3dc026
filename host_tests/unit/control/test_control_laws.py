"""Laws that hold for any input: bounds, no jump without a cause, exact means, 31-bit integers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from heater.control import modulator
from heater.control.room import RoomControl

MODELS = st.tuples(
    st.integers(300, 20_000), st.integers(30, 3600), st.integers(20, 900), st.integers(0, 6000)
)
STEPS = st.lists(
    st.tuples(
        st.integers(-50_000, 80_000),  # room_mdeg
        st.integers(5_000, 30_000),  # setpoint_mdeg
        st.integers(0, 5_000),  # achieved_w
        st.integers(0, 3_500),  # ceiling_w
        st.booleans(),
        st.integers(1, 200),  # seconds it lasts
    ),
    min_size=1,
    max_size=8,
)


class Small(int):
    """An integer that fails the test when a result is no small integer of the target."""


def _checked(name):
    operation = getattr(int, name)

    def check(self, *others):
        result = operation(self, *others)
        if result is NotImplemented:
            return result
        assert -(2**30) <= result < 2**30, f"{name} of {int(self)} and {others} gives {result}"
        return Small(result)

    return check


for _name in ("add", "sub", "mul", "floordiv", "lshift", "rshift"):
    setattr(Small, f"__{_name}__", _checked(f"__{_name}__"))
    setattr(Small, f"__r{_name}__", _checked(f"__r{_name}__"))
Small.__neg__ = _checked("__neg__")


def make_control(model, rated_w, relay=False):
    control = RoomControl()
    control.configure({"heater.rated_w": rated_w})
    assert control.restore((1, *model, 3, 500)) is True
    if relay:
        control.attach(modulator.make("relay"))
    return control


@settings(max_examples=60, deadline=None)
@given(MODELS, STEPS, st.integers(200, 3500))
def test_demand_stays_within_zero_and_ceiling(model, steps, rated_w):
    control = make_control(model, rated_w)
    for room, setpoint, achieved, ceiling, ok, seconds in steps:
        for _ in range(seconds):
            demand = control.step(room, setpoint, achieved, ceiling, ok)
            assert 0 <= demand <= min(ceiling, rated_w)
            assert ok or demand == 0


@settings(max_examples=60, deadline=None)
@given(MODELS, STEPS, st.integers(200, 3500))
def test_the_tick_needs_small_integers_only(model, steps, rated_w):
    control = make_control(model, Small(rated_w), relay=True)
    parts = (control.model, control.observer, control.ripple, control.pid, control)
    for part in parts:
        for name, value in vars(part).items():
            if type(value) is int:
                setattr(part, name, Small(value))
    for room, setpoint, achieved, ceiling, ok, seconds in steps:
        control._modulator.owed_ws = Small(achieved * 1000)
        for _ in range(seconds):
            control.step(Small(room), Small(setpoint), Small(achieved), Small(ceiling), ok)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["relay", "stages", "ssr"]),
    st.sampled_from(sorted(modulator.PROFILES)),
    st.integers(0, 4000),
    st.integers(100, 4200),
)
def test_modulators_need_small_integers_only(kind, profile, grant_w, available_w):
    made = modulator.make(kind, 400, profile)
    for name, value in vars(made).items():
        if type(value) is int:
            setattr(made, name, Small(value))
    for _ in range(3000):
        made.step(Small(grant_w), Small(available_w))


@settings(max_examples=40, deadline=None)
@given(MODELS, st.integers(20_500, 23_500), st.integers(0, 2000))
def test_another_model_does_not_move_what_was_measured(model, room, power):
    control = make_control((5000, 300, 200, 1000), 2000)
    for _ in range(900):
        control.step(room, 22_000, power, 2000, True)
    slope = control.observer.slope_nk
    sensor = control.observer.sensor_uk
    was_s = control.model.sensor_s
    assert control.model.set(*model, 3) is True
    control.observer.adopt(power * 1000, was_s)
    assert control.observer.sensor_uk == sensor
    assert abs(control.observer.room_uk - sensor) <= 5_000_000
    assert abs(control.observer.slope_nk - slope) == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(20, 2000), st.integers(1600, 2400))
def test_solid_state_mean_is_within_one_percent(grant_w, available_w):
    ssr = modulator.make("ssr")
    total = 0
    for _ in range(20_000):
        ssr.step(grant_w, available_w)
        total += ssr.effective_w
    assert abs(total / 20_000 - min(grant_w, available_w)) <= 0.01 * available_w


# A demand of any kind: how long it lasts in seconds, its size, and whether it is a limit's doing.
ORDERS = st.lists(
    st.tuples(st.integers(1, 4000), st.integers(0, 2200), st.booleans()), min_size=4, max_size=12
)
# Six in 9600 s are 54 in nine times as long, which is a day.
BUDGETS = st.sampled_from([("default", 9600, 60), ("precise", 3600, 20)])
CYCLES = 6


@settings(max_examples=20, deadline=None)
@given(BUDGETS, ORDERS, st.sampled_from(["relay", "stages"]), st.booleans())
def test_no_demand_makes_a_relay_spend_more_than_its_cycles(budget, orders, kind, limits_too):
    name, window_s, least_s = budget
    relay = modulator.make(kind, 400, name)
    seconds = 0
    begun = []  # seconds at which a cycle began that no limit has ended
    changes = []
    while seconds < 1.6 * window_s:
        for lasts_s, grant_w, limited in orders:
            if limited and limits_too:
                relay.cut()
            for tick in range(lasts_s * 10):
                level = relay.stage
                relay.step(grant_w, 2000)
                if relay.stage == level:
                    continue
                if tick == 0 and limited and limits_too and relay.stage < level:
                    begun.pop()  # cut, perhaps within its least time
                    changes.clear()
                    continue
                changes.append(10 * seconds + tick)
                if relay.stage > level:
                    begun.append(seconds + tick // 10)
                assert len(changes) < 2 or changes[-1] - changes[-2] >= least_s * 10
            seconds += lasts_s
    for first, last in zip(begun, begun[CYCLES:], strict=False):
        assert last - first >= window_s
