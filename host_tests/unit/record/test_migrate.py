"""Settings from older firmware, step by step."""

from hypothesis import given
from hypothesis import strategies as st

from heater.record.migrate import STEPS, migrate, schema


def step(number):
    return lambda values: {**values, "path": values.get("path", "") + str(number)}


CHAIN = tuple(step(number) for number in range(1, 6))


def test_the_schema_follows_from_the_steps():
    assert schema(()) == 1
    assert schema(CHAIN) == 6
    assert schema() == len(STEPS) + 1


@given(version=st.integers(1, 6))
def test_every_version_takes_every_later_step_once(version):
    expected = "12345"[version - 1 :]
    assert migrate({}, version, CHAIN).get("path", "") == expected


@given(version=st.integers(7, 99))
def test_a_newer_version_is_left_alone(version):
    assert migrate({"a": "1"}, version, CHAIN) == {"a": "1"}


def test_steps_are_pure():
    texts = {"control.setpoint_mdeg": "21000"}
    for number in range(len(STEPS) + 1):
        before = dict(texts)
        migrate(texts, number + 1)
        assert texts == before
