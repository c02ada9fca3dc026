"""Rooms of many heaters: the houses of nuanbu.sim, with fewer nodes and all at once.

Air, a light and a heavy layer of the walls, as in sim/house.py and with its figures; the emitter
is one lag of its heat, and what depends on the weather (leakage, district heating) is worked out
once a minute for each kind of house at 22 degC. Left out: people who move, open windows, wind in
gusts. Rooms of one kind differ by a spread of losses, of warmth from neighbours and of gains.
"""

from __future__ import annotations

import numpy as np

from nuanbu.fleet.leases import Bools
from nuanbu.group.allocate import Floats, Ints
from nuanbu.sim import airflow, building, houses
from nuanbu.sim.district import NETWORK_LAG_S, DistrictHeating
from nuanbu.sim.emitter import KINDS
from nuanbu.sim.weather import ConstantWeather, Weather

STEP_S = 10  # the quickest node has a time constant above 60 s
WEATHER_S = 60
_ROOM_C = 22.0
_CONVECTIVE = 0.7  # of the radiator, as in sim/district.py
_GAIN_TO_AIR = 0.5
# Rooms that heating companies fit a heater in; found_frozen is for building sites.
KINDS_USED = tuple(name for name, spec in houses.HOUSES.items() if not spec.found_frozen)


class Rooms:
    """One room a heater. kind: index into KINDS_USED; spread: standard deviation of the losses
    (relative), of the neighbours (kelvin, times 10) and of the gains; 0 for the bare houses.

    Read after `step`: air_c, sensor_c. Power is given in watts.
    """

    def __init__(
        self, kind: Ints, weather: Weather | ConstantWeather, rng: np.random.Generator,
        spread: float = 0.1,
    ):  # fmt: skip
        self.kind, self._weather = kind, weather
        self._specs = [houses.HOUSES[name] for name in KINDS_USED]
        self._districts = [DistrictHeating(s.district_w, s.district_supply_c) for s in self._specs]
        made = [building.make_building(spec) for spec in self._specs]
        n = len(kind)

        def of(values) -> Floats:
            return np.array(list(values), dtype=float)[kind]

        self._air_j_k = of(b.air_j_k for b in made)
        self._light_j_k = of(b.light_j_k for b in made)
        self._heavy_j_k = of(b.heavy_j_k for b in made)
        self._air_light = of(b.air_light_w_k for b in made)
        self._light_heavy = of(b.light_heavy_w_k for b in made)
        self._loss = np.exp(rng.normal(0, spread, n))
        self._heavy_out = of(b.heavy_outdoor_w_k for b in made) * self._loss
        self._heavy_near = of(b.heavy_neighbour_w_k for b in made)
        self._near_c = of(s.neighbour_c for s in self._specs) + rng.normal(0, 10 * spread, n)
        self._gain_w = 60.0 * spread * 10 * rng.random(n) * of(s.people for s in self._specs)
        self._radiant = of(KINDS[s.emitter].radiant_share for s in self._specs)
        self._emitter_part = -np.expm1(
            -STEP_S / of(KINDS[s.emitter].time_constant_s for s in self._specs)
        )
        self._sensor_part = -np.expm1(-STEP_S / of(s.sensor_tau_s for s in self._specs))
        self._solar_m2 = of(b.solar_m2 for b in made)
        self._window = of(b.window_w_k for b in made)
        self._t_s = 0
        self._network_c = weather.sample(0)[0]
        self.heat_w = np.zeros(n)
        self._minute()

    def reset(self, air_c: Floats) -> Floats:
        """Rooms as if held at these temperatures for weeks. Returns the power that does so."""
        out_c, near_c = self.outdoor_c, self._near_c
        al, lh = self._air_light, self._light_heavy
        ho, hn = self._heavy_out, self._heavy_near
        heavy_w, heavy_w_k = ho * out_c + hn * near_c, lh + ho + hn
        hold_w = np.zeros(len(air_c))
        for _ in range(30):  # what of its heat the emitter radiates makes the walls warmer
            light_w = self._light_w(air_c) + self._radiant * hold_w
            self.light_c = (al * air_c + light_w + lh * heavy_w / heavy_w_k) / (
                al + lh - lh**2 / heavy_w_k
            )
            lost_w = al * (air_c - self.light_c) + self._air_out * (air_c - out_c)
            hold_w = np.maximum((lost_w - self._air_w(air_c)) / (1 - self._radiant), 0.0)
        self.heavy_c = (lh * self.light_c + heavy_w) / heavy_w_k
        self.air_c, self.sensor_c = air_c.copy(), air_c.copy()
        self.heat_w = hold_w.copy()
        return hold_w

    def step(self, power_w: Floats) -> None:
        """STEP_S seconds with this mean power of the heaters."""
        if self._t_s % WEATHER_S == 0:
            self._minute()
        self._t_s += STEP_S
        self.heat_w += self._emitter_part * (power_w - self.heat_w)
        air, light, heavy = self.air_c, self.light_c, self.heavy_c
        q_al = self._air_light * (air - light)
        q_lh = self._light_heavy * (light - heavy)
        direct_w = self.heat_w * (1 - self._radiant)
        air_w = direct_w + self._air_w(air) - q_al - self._air_out * (air - self.outdoor_c)
        light_w = self.heat_w * self._radiant + self._light_w(air) + q_al - q_lh
        lost_w = self._heavy_out * (heavy - self.outdoor_c)
        lost_w += self._heavy_near * (heavy - self._near_c)
        self.air_c = air + STEP_S / self._air_j_k * air_w
        self.light_c = light + STEP_S / self._light_j_k * light_w
        self.heavy_c = heavy + STEP_S / self._heavy_j_k * (q_lh - lost_w)
        self.sensor_c += self._sensor_part * (self.air_c - self.sensor_c)

    def _air_w(self, air_c: Floats) -> Floats:
        return (
            _CONVECTIVE * self._radiator * (self._supply_c - air_c)
            + _GAIN_TO_AIR * self._gain_w + building.SOLAR_TO_AIR_SHARE * self._solar_w
        )  # fmt: skip

    def _light_w(self, air_c: Floats) -> Floats:
        return (
            (1 - _CONVECTIVE) * self._radiator * (self._supply_c - air_c)
            + (1 - _GAIN_TO_AIR) * self._gain_w
            + (1 - building.SOLAR_TO_AIR_SHARE) * self._solar_w
        )  # fmt: skip

    def _minute(self) -> None:
        self.outdoor_c, ghi_w_m2, wind_m_s = self._weather.sample(self._t_s)
        part = -np.expm1(-WEATHER_S / NETWORK_LAG_S)
        self._network_c += part * (self.outdoor_c - self._network_c)
        leaks, radiators, supplies = [], [], []
        for spec, district in zip(self._specs, self._districts):
            outside_k = _ROOM_C - self.outdoor_c
            leaks.append(
                airflow.leakage_w_k(spec.leakage_cm2, spec.exposure, outside_k, wind_m_s)
            )
            supply_c = district.supply_c(self._network_c)
            radiators.append(_radiator_w_k(district, supply_c))
            supplies.append(supply_c)
        self._air_out = (self._window + np.array(leaks)[self.kind]) * self._loss
        self._radiator = np.array(radiators)[self.kind]
        self._supply_c = np.array(supplies)[self.kind]
        self._solar_w = self._solar_m2 * ghi_w_m2


class Thermostat:
    """What the rooms ask for: a stand-in for the room control with its main traits, a
    proportional band, an integral that holds while a limit binds, and full power far below."""

    _BAND_K = 2.0
    _INTEGRAL_S = 7200.0

    def __init__(self, rated_w: Ints, hold_w: Floats):
        self.rated_w = rated_w.astype(float)
        self._sum_w = np.minimum(hold_w, self.rated_w)

    def step(self, room_c: Floats, setpoint_c: Floats, power_w: Floats, awake: Bools) -> Ints:
        """Demand in whole watts, STEP_S after the last. power_w: what was given since."""
        error_k = setpoint_c - room_c
        wanted_w = self.rated_w * error_k / self._BAND_K + self._sum_w
        bound = (wanted_w > power_w + 30) | (wanted_w < 0)
        change_w = self.rated_w / self._BAND_K * error_k * STEP_S / self._INTEGRAL_S
        self._sum_w += np.where(awake & ~bound, change_w, 0.0)
        self._sum_w = np.clip(self._sum_w, 0.0, self.rated_w)
        return np.clip(wanted_w, 0.0, self.rated_w).astype(np.int64)


def _radiator_w_k(district: DistrictHeating, supply_c: float) -> float:
    """Conductance from the supply to a room of 22 degC, where it settles."""
    rise_k = supply_c - _ROOM_C - 5.0
    total = 0.0
    for _ in range(20):
        total = sum(district.conductances(rise_k))
        rise_k = district.water_w_k * (supply_c - _ROOM_C) / (district.water_w_k + total)
    return district.water_w_k * total / (district.water_w_k + total)
