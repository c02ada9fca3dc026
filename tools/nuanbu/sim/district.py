"""District heating as the flat at the end of the riser gets it: a radiator on a supply that is
weather-compensated, late, drifting and short of what the design asks for."""

import math

DESIGN_OUTDOOR_C = -26.0  # the boiler house is at its limit below this
DESIGN_ROOM_C = 22.0
SUPPLY_DROP_K = 10.0  # supply to mean radiator temperature at the design point
EXPONENT = 0.3  # radiator law Q ~ dT^1.3 (EN 442-2)
CONVECTIVE_SHARE = 0.7  # column radiator; the rest is radiation
TIME_CONSTANT_S = 900.0  # radiator and its water: 10 to 20 min
CONDUCTANCE_FLOOR = 0.25
SUPPLY_MIN_C = 28.0
STUB_W = 0.01
# The network answers the weather hours later: transport plus the operator's six-hour mean.
NETWORK_LAG_S = 6 * 3600.0
DRIFT_K = 2.0  # standard deviation of the supply about its curve
DRIFT_TAU_S = 3 * 3600.0


class DistrictHeating:
    """Radiator giving `design_w` into a 22 degC room at -26 degC outdoors, with a supply of
    `design_supply_c` there (what arrives, not what was promised). 0 W means no radiator: a stub
    stays, so that the balance stays regular.
    """

    def __init__(self, design_w, design_supply_c):
        self.design_supply_c = design_supply_c
        self.nominal_rise_k = design_supply_c - SUPPLY_DROP_K - DESIGN_ROOM_C
        design_w = max(design_w, STUB_W)
        self.room_w_k = design_w / self.nominal_rise_k
        self.water_w_k = design_w / SUPPLY_DROP_K
        self.store_j_k = TIME_CONSTANT_S * (self.room_w_k + self.water_w_k)

    def supply_c(self, outdoor_c):
        """Heating curve: the supply at which the radiator follows a loss linear in outdoor_c."""
        coldness = (DESIGN_ROOM_C - max(outdoor_c, DESIGN_OUTDOOR_C)) / (
            DESIGN_ROOM_C - DESIGN_OUTDOOR_C
        )
        if coldness <= 0.0:
            return SUPPLY_MIN_C
        radiator_k = self.nominal_rise_k * coldness ** (1.0 / (1.0 + EXPONENT))
        return max(SUPPLY_MIN_C, DESIGN_ROOM_C + radiator_k + SUPPLY_DROP_K * coldness)

    def conductances(self, rise_k):
        """(radiator to air, radiator to surfaces) in W/K at a mean rise over the room."""
        factor = (abs(rise_k) / self.nominal_rise_k) ** EXPONENT
        total = self.room_w_k * max(CONDUCTANCE_FLOOR, factor)
        return total * CONVECTIVE_SHARE, total * (1.0 - CONVECTIVE_SHARE)


class SupplyDrift:
    """Slow wandering of the supply temperature (Ornstein-Uhlenbeck), seeded."""

    def __init__(self, random, period_s):
        self._random = random
        self._keep = math.exp(-period_s / DRIFT_TAU_S)
        self._kick_k = DRIFT_K * math.sqrt(1.0 - self._keep**2)
        self.value_k = 0.0

    def next(self):
        self.value_k = self.value_k * self._keep + self._random.gauss(0.0, self._kick_k)
        return self.value_k
