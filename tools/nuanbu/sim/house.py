"""A heated room behind the simulated board: heater, air, walls, radiator, window, people, sensors.

Seven heat nodes joined by conductances (building.py, emitter.py, district.py, airflow.py tell
where the numbers come from), integrated explicitly in flux form: what leaves one node enters
another, so that heat is conserved to rounding whatever the step. The quickest node has a time
constant above 60 s, the substep is 1 s at most.

`room_c`, the air at the occupied zone, is the truth by which control accuracy is judged.
"""

from __future__ import annotations

import math
from random import Random

from nuanbu.sim import airflow, building, steady
from nuanbu.sim.district import NETWORK_LAG_S, DistrictHeating, SupplyDrift
from nuanbu.sim.emitter import make_emitter
from nuanbu.sim.houses import HouseSpec
from nuanbu.sim.mains import FLICKER_V, MEAN_V, Mains
from nuanbu.sim.occupants import Occupants
from nuanbu.sim.weather import ConstantWeather, Weather

LONGEST_SUBSTEP_S = 1.0
SLOW_PERIOD_S = 5.0  # weather, conductances, mains and supply change in minutes
MINUTE_S = 60.0
DEFAULT_WIND_M_S = 3.0
GAIN_TO_AIR_SHARE = 0.5  # of people and appliances; the rest is radiation (EN ISO 52016-1)
WINDOW_OPENING_SHARE = 0.08  # of the window's area: one casement, open a hand's breadth
WINDOW_OPENING_MAX_M2 = 0.35
COVERED_LOSS = 0.8  # of the emitter's conductances, under a blanket (70 to 90 %)
SENSOR_COVERED_LAG = 6.0  # times slower under a cloth
CHIP_SELF_HEATING_K = 6.0  # of the controller in its case
CHIP_SHELL_SHARE = 0.08  # of the shell's rise that reaches the controller
CHIP_TAU_S = 400.0
# Neighbours of a building found frozen warm up with it.
THAW_TAU_S = 24 * 3600.0
ROOM_LOWEST_C, ROOM_HIGHEST_C = -60.0, 60.0


class House:
    """One home in virtual time.

    spec: HouseSpec; weather: Weather, ConstantWeather or None for the bundled cold week; seed:
    every chance event follows from it; disturbances: people, airing, sun, drift of the supply and
    of the mains. The noise of the sensor is always there.

    Read after `step`: t_s; room_c, sensor_c (at the one-wire sensor, not quantised), body_c (at
    the NTC on the emitter), chip_c (controller), outdoor_c; mains_v (RMS under the mean load of
    the step) and mains_open_v (without the heater; source_ohm lies between); window_open.
    Write to disturb, in force within 5 s: covered (bool) and covered_loss (0..0.95), airflow
    (0.05..1, grille clogged), sensor_covered (bool).
    """

    def __init__(
        self,
        spec: HouseSpec,
        weather: Weather | ConstantWeather | None = None,
        seed: int = 1,
        disturbances: bool = True,
    ):
        self.spec = spec
        self.rated_w = spec.rated_w
        self.source_ohm = spec.source_ohm
        self.seed = seed
        self.disturbances = disturbances
        self.building = building.make_building(spec)
        self.emitter = make_emitter(spec.emitter, spec.rated_w)
        self.district = DistrictHeating(spec.district_w, spec.district_supply_c)
        self.weather = Weather.cold_week() if weather is None else weather
        self.reset()

    def reset(self, room_c: float | None = None) -> None:
        """Back to t = 0 in the steady state of the weather's first moment.

        room_c (-60..60 degC): the air; walls, heater and radiator as if it had been held there
        for weeks. None: as the spec says the room was found. ValueError beyond the range.
        """
        if room_c is not None and not ROOM_LOWEST_C <= room_c <= ROOM_HIGHEST_C:
            raise ValueError(
                f"room_c: {room_c!r} (allowed: {ROOM_LOWEST_C:g}..{ROOM_HIGHEST_C:g})"
            )
        self._random = {
            name: Random(f"{self.seed}:{name}") for name in ("noise", "mains", "supply", "people")
        }
        self._mains = Mains(self._random["mains"], SLOW_PERIOD_S)
        self._drift = SupplyDrift(self._random["supply"], SLOW_PERIOD_S)
        self._occupants = Occupants(self._random["people"], self.spec.people)
        self.covered = False
        self.covered_loss = COVERED_LOSS
        self.airflow = 1.0
        self.sensor_covered = False
        self._window_held_open = False
        self.window_open = False
        self.t_s = 0.0
        self._next_slow_s = self._next_second_s = self._next_minute_s = 0.0
        self.element_j = self.other_gains_j = self.lost_j = 0.0
        self._noise_k = self._flicker_v = 0.0
        self.outdoor_c, _, wind_m_s = self.weather.sample(0.0)
        self._network_outdoor_c = self.outdoor_c
        self.neighbour_c = self.spec.neighbour_c
        if room_c is None and self.spec.found_frozen:
            self.neighbour_c = room_c = self.spec.found_c
            nodes = [room_c] * 5
        else:
            room_c = self.spec.found_c if room_c is None else room_c
            power_w, *nodes = steady.hold(self, room_c, self.outdoor_c, wind_m_s, self.neighbour_c)
            if power_w < 0.0:  # warmer than free-running: the heater was off
                nodes[0] = nodes[1] = room_c
        self.room_c = room_c
        self.core_c, self.shell_c, self.light_c, self.heavy_c, self.radiator_c = nodes
        self._sensed_c = self.sensor_c = self._felt_c()
        self.body_c = self._body_point_c()
        self.chip_c = self.room_c + CHIP_SELF_HEATING_K
        self._refresh()
        self.mains_v = self.mains_open_v

    def open_window(self, is_open: bool = True) -> None:
        """Hold the window open, or let go of it (the people at home may still open it)."""
        self._window_held_open = is_open
        self._next_slow_s = self.t_s

    def load_for(
        self, outdoor_c: float, room_c: float = 22.0, wind_m_s: float = DEFAULT_WIND_M_S
    ) -> float:
        """Electrical power in W that holds `room_c` for ever, district heating included.

        Nobody at home, no sun. Negative where the room is warmer without the heater.
        """
        return steady.hold(self, room_c, outdoor_c, wind_m_s, self.spec.neighbour_c)[0]

    def room_for(
        self, power_w: float, outdoor_c: float, wind_m_s: float = DEFAULT_WIND_M_S
    ) -> float:
        """Room temperature that `power_w` leads to in the end; the inverse of load_for."""
        return steady.bisect(
            lambda room_c: power_w - self.load_for(outdoor_c, room_c, wind_m_s),
            steady.LOWEST_C, steady.HIGHEST_C,
        )  # fmt: skip

    def outdoor_for_load(
        self, fraction: float, room_c: float = 22.0, wind_m_s: float = DEFAULT_WIND_M_S
    ) -> float:
        """Outdoor temperature at which `fraction` (0..1) of the rated power holds `room_c`.

        ValueError where no outdoor temperature in -75..60 degC gives that load.
        """
        wanted_w = fraction * self.rated_w
        outdoor_c = steady.bisect(
            lambda outdoor_c: self.load_for(outdoor_c, room_c, wind_m_s) - wanted_w,
            steady.LOWEST_C, steady.HIGHEST_C,
        )  # fmt: skip
        if abs(self.load_for(outdoor_c, room_c, wind_m_s) - wanted_w) > 1.0:
            raise ValueError(
                f"{self.spec.name}: no outdoor temperature in {steady.LOWEST_C:g}.."
                f"{steady.HIGHEST_C:g} degC loads the heater to {fraction:g}"
            )
        return outdoor_c

    def stored_j(self) -> float:
        """Heat in all nodes, above 0 degC."""
        b, e = self.building, self.emitter
        return (
            b.air_j_k * self.room_c + b.light_j_k * self.light_c + b.heavy_j_k * self.heavy_c
            + e.core_j_k * self.core_c + e.shell_j_k * self.shell_c
            + self.district.store_j_k * self.radiator_c
        )  # fmt: skip

    def step(self, dt_s: float, element_w: float) -> None:
        """Let `dt_s` seconds (> 0) pass with a mean of `element_w` (>= 0) W at the element."""
        if not (dt_s > 0.0 and 0.0 <= element_w < math.inf):
            raise ValueError(f"step: dt_s {dt_s!r} must be > 0, element_w {element_w!r} >= 0")
        end_s = self.t_s + dt_s
        while self.t_s < end_s - 1e-9:
            if self.t_s >= self._next_slow_s - 1e-9:
                self._slow()
            self._substep(min(LONGEST_SUBSTEP_S, end_s - self.t_s), element_w)
        if end_s >= self._next_second_s - 1e-9:
            self._next_second_s = math.floor(end_s + 1e-9) + 1.0
            gauss = self._random["noise"].gauss
            self._noise_k = gauss(0.0, self.spec.sensor_noise_k)
            if self.disturbances:
                self._flicker_v = gauss(0.0, FLICKER_V)
        self.t_s = end_s
        self.sensor_c = self._sensed_c + self._noise_k
        open_v = self.mains_open_v
        self.mains_v = open_v - self.source_ohm * element_w / open_v + self._flicker_v

    def _substep(self, dt_s, element_w):
        (ca, cs, sa, sl, al, lh, ao, ho, hn, an, w, ra, rl, core_j, shell_j, air_j, light_j,
         heavy_j, radiator_j, gain_air_w, gain_light_w, outdoor_c, neighbour_c, supply_c,
         core_weight) = self._k  # fmt: skip
        air, core, shell = self.room_c, self.core_c, self.shell_c
        light, heavy, radiator = self.light_c, self.heavy_c, self.radiator_c
        q_ca = ca * (core - air)
        q_cs = cs * (core - shell)
        q_sa = sa * (shell - air)
        q_sl = sl * (shell - light)
        q_ra = ra * (radiator - air)
        q_rl = rl * (radiator - light)
        q_al = al * (air - light)
        q_lh = lh * (light - heavy)
        q_w = w * (supply_c - radiator)
        q_air_out = ao * (air - outdoor_c) + an * (air - neighbour_c)
        q_heavy_out = ho * (heavy - outdoor_c) + hn * (heavy - neighbour_c)
        self.core_c = core = core + dt_s / core_j * (element_w - q_ca - q_cs)
        self.shell_c = shell = shell + dt_s / shell_j * (q_cs - q_sa - q_sl)
        self.room_c = air = air + dt_s / air_j * (
            q_ca + q_sa + q_ra + gain_air_w - q_al - q_air_out
        )
        self.light_c = light + dt_s / light_j * (q_al + q_sl + q_rl + gain_light_w - q_lh)
        self.heavy_c = heavy + dt_s / heavy_j * (q_lh - q_heavy_out)
        self.radiator_c = radiator + dt_s / radiator_j * (q_w - q_ra - q_rl)
        self.element_j += dt_s * element_w
        self.other_gains_j += dt_s * (gain_air_w + gain_light_w + q_w)
        self.lost_j += dt_s * (q_air_out + q_heavy_out)
        # Lags without heat of their own, exact for any step.
        if dt_s == LONGEST_SUBSTEP_S:
            sensor_part, body_part, chip_part = self._lags_1s
        else:
            sensor_part, body_part, chip_part = self._lags(dt_s)
        share = self.spec.sensor_wall_share
        self._sensed_c += sensor_part * (air + share * (light - air) - self._sensed_c)
        self.body_c += body_part * (shell + core_weight * (core - shell) - self.body_c)
        chip_target_c = air + CHIP_SELF_HEATING_K + CHIP_SHELL_SHARE * (shell - air)
        self.chip_c += chip_part * (chip_target_c - self.chip_c)
        self.t_s += dt_s

    def _slow(self):
        """Every 5 s: weather, people, mains, district heating."""
        t_s = self.t_s
        self._next_slow_s = (math.floor(t_s / SLOW_PERIOD_S + 1e-9) + 1.0) * SLOW_PERIOD_S
        part = 1.0 - math.exp(-SLOW_PERIOD_S / NETWORK_LAG_S)
        self._network_outdoor_c += part * (self.outdoor_c - self._network_outdoor_c)
        if self.neighbour_c != self.spec.neighbour_c:
            part = 1.0 - math.exp(-SLOW_PERIOD_S / THAW_TAU_S)
            self.neighbour_c += part * (self.spec.neighbour_c - self.neighbour_c)
        if self.disturbances:
            self._mains.next()
            self._drift.next()
            if t_s >= self._next_minute_s:
                self._next_minute_s += MINUTE_S
                _, _, second = self.weather.clock(t_s)
                self._occupants.minute(second // MINUTE_S, self.outdoor_c)
        self._refresh()

    def _refresh(self):
        """The figures of the substep, at the present state."""
        b, e, d, spec = self.building, self.emitter, self.district, self.spec
        self.outdoor_c, ghi_w_m2, wind_m_s = self.weather.sample(self.t_s)
        people = self._occupants
        self.window_open = self._window_held_open or people.window_open
        self.mains_open_v = self._mains.open_v if self.disturbances else MEAN_V
        gain_w = people.gain_w
        solar_w = b.solar_m2 * ghi_w_m2 if self.disturbances else 0.0
        air_c = self.room_c
        outside_k = air_c - self.outdoor_c
        air_outdoor = b.window_w_k + airflow.leakage_w_k(
            spec.leakage_cm2, spec.exposure, outside_k, wind_m_s
        )
        if self.window_open:
            opening_m2 = min(WINDOW_OPENING_MAX_M2, WINDOW_OPENING_SHARE * spec.window_m2)
            air_outdoor += airflow.opening_w_k(opening_m2, outside_k, wind_m_s)
        cover = 1.0 - self.covered_loss if self.covered else 1.0
        convection = cover * self.airflow
        radiator_air, radiator_light = d.conductances(self.radiator_c - air_c)
        supply_c = d.supply_c(self._network_outdoor_c) + self._drift.value_k
        self._k = (
            e.core_air(self.core_c - air_c) * convection,
            e.core_shell_w_k,
            e.shell_air(self.shell_c - air_c) * convection,
            e.shell_light_w_k * cover,
            b.air_light_w_k,
            b.light_heavy_w_k,
            air_outdoor,
            b.heavy_outdoor_w_k,
            b.heavy_neighbour_w_k,
            building.DOOR_W_K if people.door_open else 0.0,
            d.water_w_k,
            radiator_air,
            radiator_light,
            e.core_j_k,
            e.shell_j_k,
            b.air_j_k,
            b.light_j_k,
            b.heavy_j_k,
            d.store_j_k,
            gain_w * GAIN_TO_AIR_SHARE + solar_w * building.SOLAR_TO_AIR_SHARE,
            gain_w * (1.0 - GAIN_TO_AIR_SHARE) + solar_w * (1.0 - building.SOLAR_TO_AIR_SHARE),
            self.outdoor_c,
            self.neighbour_c,
            supply_c,
            e.kind.sensor_core_weight,
        )
        self._lags_1s = self._lags(LONGEST_SUBSTEP_S)

    def _lags(self, dt_s):
        """Parts of the way that sensor, body NTC and chip go within `dt_s`."""
        sensor_tau_s = self.spec.sensor_tau_s * (SENSOR_COVERED_LAG if self.sensor_covered else 1)
        return (
            -math.expm1(-dt_s / sensor_tau_s),
            -math.expm1(-dt_s / self.emitter.kind.sensor_tau_s),
            -math.expm1(-dt_s / CHIP_TAU_S),
        )

    def _felt_c(self):
        return self.room_c + self.spec.sensor_wall_share * (self.light_c - self.room_c)

    def _body_point_c(self):
        weight = self.emitter.kind.sensor_core_weight
        return self.shell_c + weight * (self.core_c - self.shell_c)
