# The body's model over hours of load, without the rest of the guard: what a healthy emitter of any
# kind does must look neither covered nor cold. The emitter here has one lag, and for once the
# exponent of a fan as well as that of free convection.

from heater.protect.monitors import R_COVERED, R_ELEMENT_COLD, ROWS
from heater.protect.thermal import Thermal
from heater.signals import Inputs

HOUR_S = 3600
EXCESS_MDEG = 57_000  # at rated power


class Room:
    source = 0
    mdeg = 20_000


def worst(tau_s, exponent, days):
    """Greatest signals (covered, cold) in permille of their limits over `days`, a list of
    (seconds, permille)."""
    thermal, inp, room, signal = Thermal(), Inputs(), Room(), [0] * len(ROWS)
    inp.body_state = 0
    body = 20_000.0
    covered = cold = 0
    for seconds, permille in days:
        target = 20_000 + EXCESS_MDEG * (permille / 1000) ** (1 / exponent)
        for i in range(seconds):
            body += (target - body) / tau_s
            inp.body_mdeg = int(body) + (i * 7919 % 301 - 150)  # noise of the converter
            thermal.second(inp, permille, 1000, permille * 2, room, 1, signal)
            covered = max(covered, signal[R_COVERED])
            cold = max(cold, signal[R_ELEMENT_COLD])
    return covered, cold


def test_not_covered_after_a_night_of_one_load():
    # Hours of one load tell nothing about the lag: whichever was best then is chance.
    night = [(15 * HOUR_S, 1000), (3 * HOUR_S, 150), (1800, 1000)]
    evening = [(3 * HOUR_S, 500), (6 * HOUR_S, 250), (1800, 1000), (HOUR_S, 250), (1800, 1000)]
    for tau_s, exponent, days in (
        (300, 1.0, evening), (600, 1.0, evening), (220, 1.3, night), (1150, 1.3, evening),
    ):  # fmt: skip
        covered, cold = worst(tau_s, exponent, days)
        assert covered < 1000 and cold < 1000, (tau_s, exponent, covered, cold)
