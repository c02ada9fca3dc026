"""Air through cracks, windows and doors, as heat conductance in W/K."""

import math

AIR_J_M3K = 1206.0  # density 1.2 kg/m3 times 1005 J/(kg K), at 20 degC

# Single-sided airing, EN 16798-7:2017: q = A/2 * sqrt(max(Cw u^2, Cs h dT)), m3/s
OPENING_WIND = 0.001
OPENING_STACK = 0.0035
OPENING_HEIGHT_M = 1.0

# Effective leakage area, ASHRAE Handbook of Fundamentals ("basic model", after Sherman and
# Grimsrud): q = A * sqrt(Cs dT + Cw u^2), q in L/s, A in cm2. Coefficients per storey of shaft.
LEAKAGE_STACK = {1: 0.000145, 2: 0.000290, 3: 0.000435}
LEAKAGE_WIND = {1: 0.000104, 2: 0.000137, 3: 0.000157}  # suburban shielding, class 3


def leakage_w_k(area_cm2, exposure, difference_k, wind_m_s):
    """Infiltration through `area_cm2` of effective leakage; exposure 1 (low) .. 3 (high)."""
    flow_l_s = area_cm2 * math.sqrt(
        LEAKAGE_STACK[exposure] * abs(difference_k) + LEAKAGE_WIND[exposure] * wind_m_s**2
    )
    return AIR_J_M3K * flow_l_s / 1000.0


def opening_w_k(area_m2, difference_k, wind_m_s):
    """An open window of `area_m2`, opening 1 m high."""
    driving = max(OPENING_WIND * wind_m_s**2, OPENING_STACK * OPENING_HEIGHT_M * abs(difference_k))
    return AIR_J_M3K * area_m2 / 2.0 * math.sqrt(driving)
