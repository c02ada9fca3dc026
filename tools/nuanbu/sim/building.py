"""From a HouseSpec to heat capacities (J/K) and conductances (W/K).

Four nodes take up heat in the room: the air with the furniture; the light layer (plaster and
the first centimetres of every surface); the heavy layer behind it; the radiator of the district
heating. EN ISO 52016-1:2017 is the source unless another is named.
"""

from dataclasses import dataclass

AIR_AND_FURNITURE_J_M2K = 10_000.0  # per floor area, table B.17
# Convection at inner surfaces, table 25: walls 2.5, ceiling (up) 5.0, floor (down) 0.7 W/(m2 K).
# Floor and ceiling together average 2.85; the value for walls is taken for all of them.
SURFACE_AIR_W_M2K = 2.5
SURFACE_RESISTANCE_M2KW = 0.13  # whole inner surface film, ISO 6946
# The light layer follows in minutes: 12 mm of plaster (1400 kg/m3, 1.0 kJ/(kg K)).
LIGHT_LAYER_J_M2K = 17_000.0
# Middle of the plaster to the middle of the heat-storing half of the wall: 6 mm of plaster at
# 0.5 W/(m K) and 50 mm of masonry at 0.9 W/(m K).
LIGHT_HEAVY_W_M2K = 1.0 / (0.006 / 0.5 + 0.05 / 0.9)
# Behind wardrobes, beds, rugs and curtains; what these take up counts with the air (assumption).
FURNISHED_SHARE = 0.3
GLASS_SHARE = 0.7  # of the window opening
GLASS_G = 0.6  # total solar transmittance, double glazing, EN 410, dirt and angle included
SOLAR_TO_AIR_SHARE = 0.1
DOOR_W_K = 55.0  # inner door standing open: 160 m3/h exchanged with the hall


@dataclass(frozen=True)
class Building:
    """Thermal figures of one room."""

    air_j_k: float
    light_j_k: float
    heavy_j_k: float
    air_light_w_k: float
    light_heavy_w_k: float
    window_w_k: float
    heavy_outdoor_w_k: float
    heavy_neighbour_w_k: float
    solar_m2: float  # global horizontal irradiance times this is the gain in W


def make_building(spec):
    """Building of a HouseSpec. The room is taken as 1.25 times as long as it is wide."""
    perimeter_m = 2.0 * 2.25 * (spec.floor_m2 / 1.25) ** 0.5
    bare_m2 = 2.0 * spec.floor_m2 + perimeter_m * spec.height_m - spec.window_m2
    surface_m2 = bare_m2 * (1.0 - FURNISHED_SHARE)
    heavy_j_m2k = spec.structure_kj_m2k * 1000.0 - LIGHT_LAYER_J_M2K
    return Building(
        air_j_k=AIR_AND_FURNITURE_J_M2K * spec.floor_m2,
        light_j_k=LIGHT_LAYER_J_M2K * surface_m2,
        heavy_j_k=heavy_j_m2k * surface_m2,
        air_light_w_k=SURFACE_AIR_W_M2K * surface_m2,
        light_heavy_w_k=LIGHT_HEAVY_W_M2K * surface_m2,
        window_w_k=spec.window_m2 * spec.window_u,
        heavy_outdoor_w_k=_from_heavy(spec.wall_m2, spec.wall_u)
        + _from_heavy(spec.roof_m2, spec.roof_u),
        heavy_neighbour_w_k=_from_heavy(spec.partition_m2, spec.partition_u),
        solar_m2=spec.window_m2 * GLASS_SHARE * GLASS_G * spec.solar_ratio,
    )


def _from_heavy(area_m2, u_w_m2k):
    """Conductance beyond the heavy layer, so that the whole way from the room has U."""
    inside_m2kw = SURFACE_RESISTANCE_M2KW + 1.0 / LIGHT_HEAVY_W_M2K
    return area_m2 / (1.0 / u_w_m2k - inside_m2kw)
