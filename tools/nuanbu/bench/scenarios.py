"""The scenarios behind the figures. Each returns numbers of one house; the table takes the worst.

Control accuracy after EN 15500 joins the deviation of the mean from the set-point with the control
variation. The standard's formula is not public; here the variation is the standard deviation of
the true room temperature, and half the peak-to-peak is reported beside it.
"""

from dataclasses import dataclass

from nuanbu.bench import plants
from nuanbu.bench.drive import drive
from nuanbu.sim import houses
from nuanbu.sim.house import House
from nuanbu.sim.weather import ConstantWeather

SETPOINT_C = 22.0
SETPOINT_MDEG = 22_000
NIGHT_MDEG = 18_000
HOUR_S = 3600
SETTLE_S = 5 * HOUR_S
CAP_SHARE = 0.15
CAP_S = 3 * HOUR_S
WINDOW_S = 20 * 60
MEAN_WINTER_C = -12.0  # December to February in Harbin and Changchun, about


@dataclass(frozen=True)
class Accuracy:
    """Over the judged stretch: K, and cycles of the switch a day."""

    deviation_k: float
    variation_k: float
    half_swing_k: float
    cycles_day: float

    @property
    def figure_k(self):
        return abs(self.deviation_k) + self.variation_k


def make_house(name, load=0.5, room_c=SETPOINT_C, seed=1):
    """House or random plant at the weather in which `load` of its rated power holds 22 degC."""
    if plants.is_random(name):
        return plants.at_load(plants.get(name), load, room_c)
    spec = houses.get(name)
    outdoor_c = House(spec, ConstantWeather(-10.0), seed, False).outdoor_for_load(load)
    house = House(spec, ConstantWeather(outdoor_c), seed, False)
    house.reset(room_c)
    return house


def normal_day(name, make_heater):
    """A day of use with a night at 18 degC, for a law that learns; returns what it remembers."""
    house = make_house(name, 0.5, 21.0)
    heater = make_heater(house.rated_w)
    for setpoint, hours in ((SETPOINT_MDEG, 8), (NIGHT_MDEG, 8), (SETPOINT_MDEG, 8)):
        heater.setpoint_mdeg = setpoint
        drive(house, heater, hours * HOUR_S)
    return heater.law.state()


def accuracy(name, make_heater, load, hours=48.0, memory=None):
    """Holding 22 degC at a constant load, judged after SETTLE_S."""
    house = make_house(name, load)
    heater = _heater(make_heater, house, memory)
    drive(house, heater, SETTLE_S)
    trace = drive(house, heater, hours * HOUR_S)
    rooms = trace.room_c
    mean = sum(rooms) / len(rooms)
    variance = sum((room - mean) ** 2 for room in rooms) / len(rooms)
    return Accuracy(
        mean - SETPOINT_C,
        variance**0.5,
        (max(rooms) - min(rooms)) / 2,
        trace.switchings * 24.0 / hours,
    )


def winter_day(name, make_heater, memory=None):
    """Cycles of the switch on a mean winter day."""
    house = House(houses.get(name), ConstantWeather(MEAN_WINTER_C), 1, True)
    house.reset(SETPOINT_C)
    heater = _heater(make_heater, house, memory)
    drive(house, heater, SETTLE_S)
    return drive(house, heater, 24 * HOUR_S).switchings


def full_power_time(name, load=0.5):
    """Seconds from 18 to 21.8 degC at full power."""
    house = make_house(name, load, NIGHT_MDEG / 1000)
    seconds = 0
    while house.room_c < 21.8 and seconds < 24 * HOUR_S:
        house.step(1.0, min(house.rated_w, house.rated_w * (house.mains_v / 220.0) ** 2))
        seconds += 1
    return seconds


def step_up(name, make_heater, memory=None):
    """18 -> 22 degC: (overshoot in K, time to 21.8 degC over that of full power)."""
    house = make_house(name, 0.5, NIGHT_MDEG / 1000)
    heater = _heater(make_heater, house, memory)
    heater.setpoint_mdeg = NIGHT_MDEG
    drive(house, heater, 2 * HOUR_S)
    heater.setpoint_mdeg = SETPOINT_MDEG
    least_s = full_power_time(name)
    rooms = drive(house, heater, max(5 * HOUR_S, 2 * least_s)).room_c
    arrived = next((t for t, room in enumerate(rooms) if room >= 21.8), len(rooms))
    return max(rooms) - SETPOINT_C, arrived / least_s


def after_cap(name, make_heater, memory=None):
    """Overshoot in K after three hours at 15 % of the rated power."""
    house = make_house(name)
    heater = _heater(make_heater, house, memory)
    drive(house, heater, SETTLE_S)
    free_w = heater.limit_w
    heater.limit_w = int(CAP_SHARE * house.rated_w)
    drive(house, heater, CAP_S)
    heater.limit_w = free_w
    return max(drive(house, heater, 5 * HOUR_S).room_c) - SETPOINT_C


def after_window(name, make_heater, memory=None):
    """Overshoot in K after twenty minutes of open window, heating all the while."""
    house = make_house(name)
    heater = _heater(make_heater, house, memory)
    drive(house, heater, SETTLE_S)
    house.open_window(True)
    drive(house, heater, WINDOW_S)
    house.open_window(False)
    return max(drive(house, heater, 5 * HOUR_S).room_c) - SETPOINT_C


def _heater(make_heater, house, memory):
    heater = make_heater(house.rated_w)
    if memory:
        heater.law.restore(memory)
    return heater
