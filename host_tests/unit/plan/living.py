"""A plan living in a simulated home: the house, its weather and people, room control and plan.

Power is continuous here (no burst firing), for the plan sees only its mean of a second, unless a
profile of the relay is asked for.
"""

import math
from random import Random

from heater.control import modulator
from heater.control.room import RoomControl
from heater.plan import clock as clocks
from heater.plan.clock import Clock
from heater.plan.scheduler import Plan
from heater.record.table import ROWS
from nuanbu.sim import houses, weather
from nuanbu.sim.house import House

MIDNIGHT = 1798992000  # Monday 2027-01-04 00:00 in China
DAY_S = 86400
LEARN_EVERY_S = 2  # room control learns in slices outside the tick


def winter(days, seed):
    """Weather of north-east China in January: days of -31 to -2 degC with a daily swing of 8 K.

    Daily means wander (first-order autoregression, 0.7 a day, 4.5 K), so that each morning
    differs from the last; the bundled cold week is too short to learn from.
    """
    random = Random(f"winter {seed}")
    hours, mean_c = [], -16.0
    for _ in range(days + 1):
        mean_c = -16.0 + 0.7 * (mean_c + 16.0) + random.gauss(0.0, 4.5)
        mean_c = min(max(mean_c, -31.0), -2.0)
        wind_m_s, clear = max(0.5, random.gauss(3.0, 1.5)), random.uniform(0.3, 1.0)
        for hour in range(24):
            swing_k = 4.0 * math.cos((hour - 15) / 24.0 * 2.0 * math.pi)
            sun = max(0.0, 450.0 * clear * math.sin((hour - 7.5) / 9.0 * math.pi))
            sun = sun if 7.5 < hour < 16.5 else 0.0
            hours.append((mean_c + swing_k + random.gauss(0.0, 0.5), sun, wind_m_s))
    smooth = []
    for i in range(len(hours) - 24):
        around = hours[max(0, i - 3) : i + 4]
        outdoor_c = sum(row[0] for row in around) / len(around)
        wind_m_s = sum(row[2] for row in around) / len(around)
        smooth.append((outdoor_c, hours[i][1], wind_m_s))
    return weather.Weather("winter", (1, 4, 0), smooth)


class Nobody:
    """Instead of the people of a house: only what the test does happens."""

    gain_w = 60.0
    window_open = False
    door_open = False

    def minute(self, *_):
        pass


class Living:
    """One home with its heater, moved on second by second. `t_s` is local seconds of Monday 0:00.

    Settings are those of the table but for mode plan and what `changes` say. `relay` names one of
    modulator.PROFILES; None: power is continuous.
    """

    def __init__(self, name, sky, seed=1, people=True, relay=None, **changes):
        self.spec = houses.get(name)
        self.house = House(self.spec, sky, seed=seed)
        self.house.reset(20.0)
        if not people:
            self.house._occupants = Nobody()
        cfg = {row[0]: row[5] for row in ROWS}
        cfg["control.mode"] = "plan"
        cfg["heater.rated_w"] = int(self.spec.rated_w)
        cfg.update({key.replace("__", "."): value for key, value in changes.items()})
        self.control, self.clock, self.plan = RoomControl(), Clock(), Plan()
        for room in (self.control, self.clock, self.plan):
            room.configure(cfg)
        self._relay = None
        if relay:
            self._relay = modulator.make("relay", 400)
            self._relay.set_profile(*modulator.PROFILES[relay])
            self.control.attach(self._relay)
        self.clock.set(MIDNIGHT, clocks.SERVER, 0)
        self.t_s = 0
        self.power_w = 0
        self.room_mdeg = 0

    def second(self):
        """Let one second pass."""
        t_s, plan = self.t_s, self.plan
        self.room_mdeg = round(self.house.sensor_c * 16) * 1000 // 16  # a DS18B20's steps
        self.clock.step(t_s)
        control = self.control
        regulating = 1 if control.want_w else 0
        plan.window.note(control.hold_w, control.lag_s, regulating, control.cyclic_w)
        was_open = plan.window.open
        plan.step(t_s, self.clock, self.room_mdeg, 1, self.power_w, 0)
        if was_open and not plan.window.open:
            control.resume(plan.window.before_w)
        control.note_body(round(self.house.body_c * 1000), self.room_mdeg)
        rated_w = int(self.spec.rated_w)
        self.power_w = control.step(
            self.room_mdeg, plan.setpoint_mdeg, self.power_w, rated_w, True
        )
        if self._relay:
            on = sum(1 for _ in range(10) if self._relay.step(self.power_w, rated_w))
            self.power_w = rated_w * on // 10
        if t_s % LEARN_EVERY_S == 0:
            control.learn_step()
            if plan.early.due:
                plan.early.learn_due()
            if plan.window.pulses.due:
                plan.window.learn_due()
        self.house.step(1.0, float(self.power_w))
        self.t_s = t_s + 1
