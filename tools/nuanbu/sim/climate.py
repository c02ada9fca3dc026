"""A heating season of a north-east Chinese city, longer than the cold week that is bundled."""

from __future__ import annotations

import math
from random import Random

from nuanbu.sim.weather import DAYS_IN_MONTH, Row, Weather

SEASON_DAYS = 183  # 20 October to 20 April, the heating season of Harbin
SEASON_START = (10, 20, 0)
# Mean temperatures of Harbin at the middle of each month, January first, degC (WMO normals,
# rounded), and how far a day's mean wanders from them.
_MONTHS_C = (-18.0, -13.0, -3.0, 8.0, 15.0, 21.0, 23.0, 21.0, 15.0, 6.0, -6.0, -15.0)
_WANDER_K = 4.5
_KEPT_A_DAY = 0.7
_SWING_K = 4.0
_COLDEST_C = -35.0


def season(days: int = SEASON_DAYS, seed: int = 1) -> Weather:
    """The coldest whole `days` (1 to 183) of a made season; every chance from `seed`.

    A day's mean follows the climate and wanders from it (first-order autoregression); the hours
    swing about it with the sun.
    """
    random = Random(f"season {seed}")
    rows: list[Row] = []
    wander_k = 0.0
    for day in range(SEASON_DAYS):
        wander_k = _KEPT_A_DAY * wander_k + random.gauss(0.0, _WANDER_K)
        mean_c = max(_normal_c(day) + wander_k, _COLDEST_C + _SWING_K)
        wind_m_s, clear = max(0.5, random.gauss(3.0, 1.5)), random.uniform(0.3, 1.0)
        for hour in range(24):
            swing_k = _SWING_K * math.cos((hour - 15) / 24 * 2 * math.pi)
            light = math.sin((hour - 7.5) / 9 * math.pi) if 7.5 < hour < 16.5 else 0.0
            rows.append((mean_c + swing_k, 450.0 * clear * light, wind_m_s))
    smooth = []
    for i, row in enumerate(rows):
        around = rows[max(0, i - 3) : i + 4]
        outdoor_c = sum(other[0] for other in around) / len(around)
        smooth.append((outdoor_c, row[1], sum(other[2] for other in around) / len(around)))
    means_c = [sum(row[0] for row in smooth[24 * d : 24 * d + 24]) for d in range(SEASON_DAYS)]
    first = min(range(SEASON_DAYS - days + 1), key=lambda d: sum(means_c[d : d + days]))
    return Weather("made season", SEASON_START, smooth).window(24 * first, 24 * days)


def _normal_c(day: int) -> float:
    month, dom, _ = SEASON_START
    day_of_year = sum(DAYS_IN_MONTH[: month - 1]) + dom + day
    position = (day_of_year % 365) / 365 * 12 - 0.5
    low = math.floor(position)
    part = position - low
    return _MONTHS_C[low % 12] * (1 - part) + _MONTHS_C[(low + 1) % 12] * part
