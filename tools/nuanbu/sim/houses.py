"""The simulated homes, by name: what district heating leaves cold, in sizes, walls and heaters.

Surfaces in m2, U-values in W/(m2 K). U-values follow Chinese housing of the severe cold zone:
brick of the 1980s 1.0 to 1.3, insulated panel 0.5 to 0.7, JGJ 26-2018 0.25 to 0.45; windows 2.8
(double, old), 2.0 (plastic frame), 1.4 (new). Heaters carry the coldest design day (-32 degC,
99.6 %) with district heating at 90 % of rated power at most.
"""

from __future__ import annotations

from dataclasses import dataclass

from nuanbu.errors import UserError

# Heat capacity of the structure by surface, kJ/(m2 K): EN ISO 52016-1:2017 table B.14.
VERY_LIGHT, LIGHT, MEDIUM, HEAVY = 50.0, 75.0, 110.0, 175.0


@dataclass(frozen=True)
class HouseSpec:
    """A heated room with its heater. Fields carry their unit; see the module for sources."""

    name: str
    zh: str
    en: str
    floor_m2: float
    wall_m2: float  # opaque, to the outside
    wall_u: float
    window_m2: float
    window_u: float
    leakage_cm2: float  # effective leakage area, ASHRAE
    exposure: int  # 1 sheltered low floor .. 3 windy top floor
    structure_kj_m2k: float
    emitter: str  # a key of emitter.KINDS
    rated_w: float
    district_w: float  # into 22 degC at -26 degC outdoors, as delivered; 0: none
    district_supply_c: float  # what arrives at -26 degC outdoors
    sensor_tau_s: float
    height_m: float = 2.7
    roof_m2: float = 0.0  # roof, or floor above an open passage
    roof_u: float = 0.35
    partition_m2: float = 40.0  # walls and slabs towards neighbours
    partition_u: float = 1.0
    neighbour_c: float = 20.0
    solar_ratio: float = 0.6  # mean irradiance on the glass over global horizontal, in winter
    sensor_noise_k: float = 0.03  # standard deviation at 1 s
    sensor_wall_share: float = 0.0  # of the wall's temperature in what the sensor feels
    people: int = 2
    source_ohm: float = 0.45  # of the branch: 20 years of joints and 40 m of 2.5 mm2
    found_c: float = 18.0  # room air when the heater is first switched on
    found_frozen: bool = False  # walls and neighbours are at found_c too


def _house(name, zh, en, **numbers):
    return HouseSpec(name=name, zh=zh, en=en, **numbers)


# fmt: off
_CATALOGUE = (
    _house(
        "corner-convector", "边户客厅，两面外墙，对流式 1400 W",
        "corner living room, two outer walls, 1400 W convector",
        floor_m2=18, wall_m2=22, wall_u=0.75, window_m2=4.0, window_u=2.3, leakage_cm2=55,
        exposure=2, structure_kj_m2k=MEDIUM, emitter="convector", rated_w=1400,
        district_w=700, district_supply_c=52, sensor_tau_s=180,
    ),
    _house(
        "top-floor-oil", "顶层卧室，屋面保温差，油汀 1800 W",
        "top-floor bedroom under a poor roof, 1800 W oil radiator",
        floor_m2=16, wall_m2=11, wall_u=0.9, roof_m2=16, roof_u=0.7, window_m2=3.0, window_u=2.3,
        leakage_cm2=45, exposure=3, structure_kj_m2k=MEDIUM, emitter="oil", rated_w=1800,
        district_w=500, district_supply_c=50, sensor_tau_s=300,
    ),
    _house(
        "passage-panel", "过街楼上卧室，楼板临空，辐射板 1100 W",
        "bedroom above an open passage, 1100 W panel",
        floor_m2=13, wall_m2=9, wall_u=0.7, roof_m2=13, roof_u=0.6, window_m2=2.4, window_u=2.0,
        leakage_cm2=35, exposure=2, structure_kj_m2k=HEAVY, emitter="panel", rated_w=1100,
        district_w=420, district_supply_c=48, sensor_tau_s=240,
    ),
    _house(
        "frozen-flat", "断暖空置的轻型小屋，进场时 -30 ℃，对流式 2500 W",
        "light annex without heat, found at -30 degC, 2500 W convector",
        floor_m2=11, wall_m2=20, wall_u=0.6, roof_m2=11, roof_u=0.5, window_m2=3.0,
        window_u=2.0, leakage_cm2=50, exposure=1, structure_kj_m2k=VERY_LIGHT,
        emitter="convector", rated_w=2500, district_w=0, district_supply_c=50,
        sensor_tau_s=120, partition_m2=12, partition_u=0.5, neighbour_c=0, people=0,
        found_c=-30.0, found_frozen=True,
    ),
    _house(
        "small-study", "北向小书房，对流式 800 W", "small north study, 800 W convector",
        floor_m2=8, wall_m2=12, wall_u=0.8, window_m2=1.6, window_u=2.3, leakage_cm2=25,
        exposure=1, structure_kj_m2k=MEDIUM, emitter="convector", rated_w=800,
        district_w=180, district_supply_c=50, sensor_tau_s=90, partition_m2=22,
        solar_ratio=0.3, people=1,
    ),
    _house(
        "leaky-brick", "八十年代砖房，窗缝大，对流式 2000 W",
        "brick of the 1980s with gaping windows, 2000 W convector",
        floor_m2=16, wall_m2=18, wall_u=1.1, window_m2=3.5, window_u=2.8, leakage_cm2=95,
        exposure=2, structure_kj_m2k=HEAVY, emitter="convector", rated_w=2000,
        district_w=750, district_supply_c=55, sensor_tau_s=150, sensor_noise_k=0.05,
    ),
    _house(
        "large-living-oil", "大客厅落地窗，油汀 2500 W",
        "large living room with a glazed front, 2500 W oil radiator",
        floor_m2=28, wall_m2=16, wall_u=0.9, window_m2=9.0, window_u=2.3, leakage_cm2=85,
        exposure=2, structure_kj_m2k=MEDIUM, emitter="oil", rated_w=2500,
        district_w=700, district_supply_c=55, sensor_tau_s=420, solar_ratio=1.4,
        partition_m2=60, people=3,
    ),
    _house(
        "heavy-concrete-oil", "混凝土老楼，蓄热大、传感器慢，油汀 1250 W",
        "old concrete block, heavy and with a slow sensor, 1250 W oil radiator",
        floor_m2=15, wall_m2=15, wall_u=0.9, window_m2=3.0, window_u=2.3, leakage_cm2=45,
        exposure=2, structure_kj_m2k=HEAVY, emitter="oil", rated_w=1250, district_w=500,
        district_supply_c=50, sensor_tau_s=600, partition_m2=45, sensor_wall_share=0.005,
    ),
    _house(
        "light-timber-panel", "轻钢龙骨加建屋，升温快，辐射板 1400 W",
        "light steel-frame extension, quick to warm, 1400 W panel",
        floor_m2=14, wall_m2=22, wall_u=0.5, roof_m2=14, roof_u=0.4, window_m2=3.0, window_u=2.0,
        leakage_cm2=45, exposure=1, structure_kj_m2k=VERY_LIGHT, emitter="panel", rated_w=1400,
        district_w=350, district_supply_c=48, sensor_tau_s=120, partition_m2=20,
    ),
    _house(
        "new-build-panel", "新建节能住宅，供水温度低，辐射板 1250 W",
        "new well-insulated flat on tepid supply, 1250 W panel",
        floor_m2=18, wall_m2=14, wall_u=0.45, window_m2=5.5, window_u=1.8, leakage_cm2=40,
        exposure=2, structure_kj_m2k=HEAVY, emitter="panel", rated_w=1250, district_w=300,
        district_supply_c=42, sensor_tau_s=200, solar_ratio=1.2,
    ),
    _house(
        "bath-convector", "卫生间，小而快，对流式 800 W",
        "bathroom, small and quick, 800 W convector",
        floor_m2=5, height_m=2.5, wall_m2=8, wall_u=0.9, window_m2=1.2, window_u=2.8,
        leakage_cm2=32, exposure=2, structure_kj_m2k=LIGHT, emitter="convector", rated_w=800,
        district_w=150, district_supply_c=50, sensor_tau_s=60, partition_m2=18, people=1,
        sensor_noise_k=0.02, solar_ratio=0.3,
    ),
    _house(
        "windy-tower-oil", "高层迎风边户，油汀 1700 W",
        "windward corner of a tower, 1700 W oil radiator",
        floor_m2=17, wall_m2=20, wall_u=0.6, window_m2=4.5, window_u=2.0, leakage_cm2=75,
        exposure=3, structure_kj_m2k=MEDIUM, emitter="oil", rated_w=1700, district_w=600,
        district_supply_c=48, sensor_tau_s=250, source_ohm=0.3, sensor_wall_share=0.005,
    ),
    _house(
        "granny-convector", "老人卧室，门窗严、常年在家，对流式 1000 W",
        "bedroom of an old couple, tight and always lived in, 1000 W convector",
        floor_m2=12, wall_m2=12, wall_u=0.9, window_m2=3.0, window_u=2.3, leakage_cm2=32,
        exposure=1, structure_kj_m2k=MEDIUM, emitter="convector", rated_w=1000,
        district_w=300, district_supply_c=50, sensor_tau_s=360, sensor_noise_k=0.04,
    ),
)

# fmt: on

HOUSES = {spec.name: spec for spec in _CATALOGUE}


def get(name: str) -> HouseSpec:
    """HouseSpec by name; UserError that lists the names when there is none."""
    try:
        return HOUSES[name]
    except KeyError:
        raise UserError(f"house {name!r} is not known (allowed: {', '.join(HOUSES)})") from None
