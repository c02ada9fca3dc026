"""The catalogue keeps what it promises."""

import dataclasses

import pytest

from nuanbu.errors import UserError
from nuanbu.sim import emitter, houses
from nuanbu.sim.house import House
from nuanbu.sim.weather import ConstantWeather

NAMES = sorted(houses.HOUSES)
DESIGN_C = -32.0  # 99.6 % heating design temperature of the bundled weather


def test_there_are_at_least_twelve_of_every_kind():
    specs = houses.HOUSES.values()
    assert len(specs) >= 12
    assert {s.emitter for s in specs} == set(emitter.KINDS)
    assert min(s.sensor_tau_s for s in specs) == 60
    assert max(s.sensor_tau_s for s in specs) == 600
    assert min(s.rated_w for s in specs) == 800
    assert max(s.rated_w for s in specs) == 2500
    assert [s.name for s in specs if s.found_frozen and s.found_c == -30.0] == ["frozen-flat"]


@pytest.mark.parametrize("name", NAMES)
def test_the_heater_carries_the_design_day_with_a_tenth_to_spare(name):
    spec = houses.get(name)
    house = House(spec, ConstantWeather(DESIGN_C), disturbances=False)
    assert 0.6 <= house.load_for(DESIGN_C, 22.0) / spec.rated_w <= 0.9
    assert house.room_for(0.0, DESIGN_C) < 16.0  # cold without it


@pytest.mark.parametrize("name", NAMES)
def test_full_power_takes_ten_to_ninety_minutes_from_18_to_22(name):
    spec = houses.get(name)
    house = House(spec, ConstantWeather(-20.0), disturbances=False)
    house = House(spec, ConstantWeather(house.outdoor_for_load(0.5)), disturbances=False)
    house.reset(18.0)
    while house.room_c < 22.0 and house.t_s < 4 * 3600:
        house.step(10.0, spec.rated_w)
    assert 10 * 60 <= house.t_s <= 90 * 60


@pytest.mark.parametrize("name", NAMES)
def test_texts_name_the_power_and_fit_a_line(name):
    spec = houses.get(name)
    assert spec.name == name
    for text in (spec.zh, spec.en):
        assert f"{spec.rated_w} W" in text
        assert len(text) <= 72
    assert any("\u4e00" <= c <= "\u9fff" for c in spec.zh)


def test_names_in_the_table_are_unique_and_specs_cannot_change():
    assert len(houses.HOUSES) == len({s.zh for s in houses.HOUSES.values()})
    with pytest.raises(dataclasses.FrozenInstanceError):
        houses.get("small-study").rated_w = 1


def test_an_unknown_house_is_answered_with_the_known_ones():
    with pytest.raises(UserError) as error:
        houses.get("castle")
    assert "'castle'" in str(error.value)
    assert all(name in str(error.value) for name in NAMES)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("kind", "low_s", "high_s"), [
    ("convector", 180, 360), ("oil", 900, 1500), ("panel", 480, 720),
])  # fmt: skip
def test_emitters_answer_in_their_time(kind, low_s, high_s):
    """63 % of the heat output, read from the mean body, after full power comes on."""
    made = emitter.make_emitter(kind, 1000.0)
    core_c = shell_c = 20.0
    out_w, t_s = 0.0, 0
    while out_w < 632.0:
        core_air = made.core_air(core_c - 20) * (core_c - 20)
        through = made.core_shell_w_k * (core_c - shell_c)
        shell = (made.shell_air(shell_c - 20) + made.shell_light_w_k) * (shell_c - 20)
        core_c += (1000.0 - core_air - through) / made.core_j_k
        shell_c += (through - shell) / made.shell_j_k
        out_w, t_s = core_air + shell, t_s + 1
    assert low_s <= t_s <= high_s
