"""A whole heating season of healthy life, month by month: nothing in it may raise an alarm.

The weather is that of nuanbu.sim.climate. The people of house.py come and go, cook, air and leave
doors open; here the mains swing over 198 to 242 V as well, the power is capped and uncapped, the
heater is switched off for hours and on again, the plan sets back at night.
"""

from __future__ import annotations

import math
from random import Random

from nuanbu.sim import Device, houses
from nuanbu.sim.climate import SEASON_DAYS, season
from nuanbu.sim.house import House
from nuanbu.sim.lockstep import LockStep
from nuanbu.sim.mains import Mains

MONTHS = 6
HOURS_A_MONTH = SEASON_DAYS * 24 // MONTHS
HOUR_S = 3600

MAINS_V = (198.0, 242.0)  # at the socket without load; GB/T 12325 with its rural end
SWING_MIN = (2, 90)  # minutes between two steps of the voltage
# What people and company do, hours apart: half of the caps are lifted again at once.
CAP_H = (2.0, 10.0)
CAPS_SHARE = (0.12, 0.25, 0.4, 0.6, None, None, None, None)
MOST_W = 3500
OFF_H = (20.0, 70.0)  # on for so long, then off for
REST_H = (0.3, 4.0)
FAULT_CAME = range(101, 200)  # codes of the event journal


class _Swings(Mains):
    """Voltage that steps anywhere in its range, beside its slow wander."""

    def __init__(self, random, period_s):
        super().__init__(random, period_s)
        self._period_s = period_s
        self._left_s = 0.0
        self._level_v = 0.0

    def next(self):
        self._left_s -= self._period_s
        if self._left_s <= 0.0:
            self._left_s = 60.0 * self._random.uniform(*SWING_MIN)
            self._level_v = self._random.uniform(*MAINS_V) - super().next()
        self.open_v = min(MAINS_V[1], max(MAINS_V[0], super().next() + self._level_v))
        return self.open_v


class _LivedIn(House):
    def reset(self, room_c=None):
        super().reset(room_c)
        self._mains = _Swings(Random(f"{self.seed}:swings"), 5.0)
        self._refresh()


def lived_in(name: str, month: int):
    """(house, weather) of one home in one month of the season, 0..5."""
    sky = season().window(month * HOURS_A_MONTH, HOURS_A_MONTH)
    return _LivedIn(houses.get(name), sky, seed=100 + month), sky


class Life:
    """What people and company ask of the heater in house `name`, quarter by quarter of an hour."""

    def __init__(self, name: str, month: int):
        self.hours = 0.0
        self._rated_w = houses.get(name).rated_w
        self._random = Random(f"{name}:{month}")
        self._next_cap_h = 0.0
        self._next_off_h = self._random.uniform(*OFF_H)
        self._next_on_h = math.inf

    def quarter(self) -> list[dict]:
        """The changes of settings that begin the next quarter of an hour, mostly none."""
        random = self._random
        changes = []
        if self.hours >= self._next_cap_h:
            self._next_cap_h = self.hours + random.uniform(*CAP_H)
            share = random.choice(CAPS_SHARE)
            cap_w = MOST_W if share is None else int(share * self._rated_w)
            changes.append({"limits.installed_w": cap_w})
        if self.hours >= self._next_off_h:
            self._next_on_h = self.hours + random.uniform(*REST_H)
            self._next_off_h = math.inf
            changes.append({"control.mode": "off"})
        elif self.hours >= self._next_on_h:
            self._next_off_h = self.hours + random.uniform(*OFF_H)
            self._next_on_h = math.inf
            changes.append({"control.mode": random.choice(("plan", "heat"))})
        self.hours += 0.25
        return changes


class Month:
    """One house in one month, in the virtual machine: `day()` tells what was named in a day."""

    def __init__(self, name: str, month: int):
        house, sky = lived_in(name, month)
        self.life = Life(name, month)
        self.device = Device(
            board="sim",
            seed=house.seed,
            start=sky.start_iso,
            settings={
                "heater.rated_w": int(house.spec.rated_w),
                "heater.modulator": "relay" if month % 2 else "ssr",
                "control.mode": "plan",
            },
        )
        self.run = LockStep(self.device, house)
        self._event = 0

    def day(self) -> list[str]:
        """24 hours; one line for each fault that came, whenever and however briefly."""
        for _ in range(24 * 4):
            for changes in self.life.quarter():
                self._ask(self.device.set, changes)
            self.run.run(HOUR_S // 4)
        totals = self.run.totals
        said = [f"reset {cause}" for cause in totals.resets]
        totals.resets.clear()
        if self.run.house.outdoor_c < 0.0 and totals.energy_j == 0.0:
            said.append("no heat at all")
        return said + self._came()

    def _came(self):
        said = []
        while True:
            answer = self._ask(self.device.request, "log.get", at=self._event)
            for _, t_s, _, code, measured, expected in answer["ev"]:
                if code in FAULT_CAME:
                    said.append(f"fault {code - 100} at {t_s}: {measured}, limit {expected}")
            if answer["next"] == self._event:
                return said
            self._event = answer["next"]

    def _ask(self, call, *words, **named):
        # The console costs time; while it does, the house stands still, and is felt as it is.
        house, plant = self.run.house, self.device.plant
        plant.room_c, plant.body_c = house.sensor_c, house.body_c
        return call(*words, **named)

    def close(self):
        """Stop the firmware."""
        self.device.close()
