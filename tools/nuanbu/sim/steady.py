"""Steady states of a house: the power that holds a temperature, and the temperature without."""

import math

from nuanbu.sim.airflow import leakage_w_k

ITERATIONS = 60  # of the temperature-dependent conductances; 6 to 20 are usual
CLOSE_ENOUGH_W = 1e-6
LOWEST_C, HIGHEST_C = -75.0, 60.0


def hold(house, room_c, outdoor_c, wind_m_s, neighbour_c):
    """(power_w, core_c, shell_c, light_c, heavy_c, radiator_c) that keep the air at `room_c`.

    No sun, nobody at home, everything shut. A negative power means that the room is warmer than
    that without the heater.
    """
    spec, building = house.spec, house.building
    emitter, district = house.emitter, house.district
    air_outdoor = building.window_w_k + leakage_w_k(
        spec.leakage_cm2, spec.exposure, room_c - outdoor_c, wind_m_s
    )
    al, lh = building.air_light_w_k, building.light_heavy_w_k
    ho, hn = building.heavy_outdoor_w_k, building.heavy_neighbour_w_k
    cs, sl, w = emitter.core_shell_w_k, emitter.shell_light_w_k, district.water_w_k
    supply_c = district.supply_c(outdoor_c)
    power_w, core_c, shell_c, radiator_c = math.inf, room_c, room_c, room_c
    for _ in range(ITERATIONS):
        ca = emitter.core_air(core_c - room_c)
        sa = emitter.shell_air(shell_c - room_c)
        ra, rl = district.conductances(radiator_c - room_c)
        rows = [
            # power, core, shell, light, heavy, radiator = right-hand side
            [1.0, -ca - cs, cs, 0.0, 0.0, 0.0, -ca * room_c],  # core
            [0.0, cs, -cs - sa - sl, sl, 0.0, 0.0, -sa * room_c],  # shell
            [0.0, ca, sa, al, 0.0, ra, (ca + sa + al + ra + air_outdoor) * room_c
             - air_outdoor * outdoor_c],  # air
            [0.0, 0.0, sl, -al - lh - sl - rl, lh, rl, -al * room_c],  # light
            [0.0, 0.0, 0.0, lh, -lh - ho - hn, 0.0, -ho * outdoor_c - hn * neighbour_c],  # heavy
            [0.0, 0.0, 0.0, rl, 0.0, -w - ra - rl, -w * supply_c - ra * room_c],  # radiator
        ]  # fmt: skip
        before_w = power_w
        power_w, core_c, shell_c, light_c, heavy_c, radiator_c = _solve(rows)
        if abs(power_w - before_w) < CLOSE_ENOUGH_W:
            break
    return power_w, core_c, shell_c, light_c, heavy_c, radiator_c


def bisect(function, low, high):
    """Where the falling `function` crosses zero, or the nearer end of [low, high]."""
    for _ in range(60):
        middle = (low + high) / 2.0
        if function(middle) > 0.0:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def _solve(rows):
    """Gauss-Jordan with row pivoting on an augmented matrix; six unknowns, not worth numpy."""
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        lead = rows[column]
        for row in rows:
            if row is not lead and row[column]:
                factor = row[column] / lead[column]
                for k in range(column, size + 1):
                    row[k] -= factor * lead[k]
    return [rows[k][size] / rows[k][k] for k in range(size)]
