# Emitters that are lived with for hours, without the rest of the guard: core and shell, the body's
# sensor somewhere between. What the firmware makes of them is in `thermal`, `weld` and `signal`.

from heater.protect.monitors import R_SWITCH_WELDED_BODY, ROWS
from heater.protect.thermal import Thermal
from heater.protect.weld import Weld
from heater.signals import Inputs

HOUR_S = 3600


class Room:
    source = 0
    mdeg = 20_000
    ahead_mdeg = 0  # of the air, before the sensor follows


class Oil:
    """An oil radiator without a meter: element and oil, then steel; per watt of rated power."""

    through = 1 / 16  # W/K from core to shell
    core_air = 0.0
    core_j_k, shell_j_k = 9.3, 9.95
    shell_air = 1 / 52
    sensor, sensor_s = 0.15, 25  # where between shell and core, and its lag
    cover = 1.0  # of the loss
    given = 1.0  # of the power: voltage, or an open element

    def __init__(self):
        self.thermal, self.weld = Thermal(), Weld()
        self.inp, self.signal = Inputs(), [0] * len(ROWS)
        self.inp.body_state = 0
        self.core = self.shell = self.body = 20.0
        self.room = Room()
        self.ticks = 0
        self.contactor = 1
        self.tripped = False
        self.withheld_s = 0

    def second(self, permille, element=0.0):
        """One second with the switch on for `permille`; element: what a weld gives, 0..1."""
        air = (self.room.mdeg + self.room.ahead_mdeg) / 1000
        flow = (self.core - self.shell) * self.through
        if self.weld.hold:
            self.withheld_s += permille > 0
            permille = 0
        self.contactor = 0 if self.weld.hold == 1 or self.tripped else 1
        power = max(permille / 1000, element) * self.contactor * self.given
        lost = (self.core - air) * self.core_air * self.cover
        self.core += (power - flow - lost) / self.core_j_k
        self.shell += (flow - (self.shell - air) * self.shell_air * self.cover) / self.shell_j_k
        point = self.shell + self.sensor * (self.core - self.shell)
        self.body += (point - self.body) / self.sensor_s
        self.ticks += 1
        self.inp.body_mdeg = body = int(self.body * 1000) + self.ticks * 7919 % 301 - 150
        known = self.weld.known()
        self.thermal.second(
            self.inp, permille, 1000, permille * 2, self.room, 0, known, self.signal
        )
        self.weld.second(body, self.room.mdeg, permille, 1000, self.contactor, True, True)
        if known:
            self.signal[R_SWITCH_WELDED_BODY] = self.weld.verdict
        return self.signal[R_SWITCH_WELDED_BODY] > 1000

    def run(self, seconds, permille, element=0.0):
        """Seconds until a weld is seen, None when it is not."""
        for i in range(seconds):
            if self.second(permille, element):
                return i + 1
        return None

    def opens(self, seconds, element):
        """Seconds until the contactor opens, by suspicion or by verdict."""
        for i in range(seconds):
            if self.second(0, element) or not self.contactor:
                return i + 1
        return None


class Convector(Oil):
    """Most of the heat goes from the core into the air."""

    through = 0.14 / 77
    core_air = 0.86 / 105
    core_j_k, shell_j_k = 2.105, 1.393
    shell_air = 0.14 / 28
    sensor, sensor_s = 0.4, 12


class Panel(Oil):
    """A film element behind a flat front."""

    through = 1 / 16
    core_j_k, shell_j_k = 2.763, 6.5
    shell_air = 1 / 60
    sensor, sensor_s = 0.25, 15


LIVED = {}


def lived(kind):
    """One that knows itself and is cold; the same one for every test, for hours are dear."""
    if kind not in LIVED:
        heater = LIVED[kind] = kind()
        for permille in (1000, 0, 500, 0, 800, 0):
            assert heater.run(HOUR_S, permille) is None and heater.contactor
        assert heater.weld.known()
    heater = LIVED[kind]
    heater.cover = 1.0
    for _ in range(600):
        heater.second(300)  # heat ends what the body said of the time off
    assert heater.run(HOUR_S, 0) is None and heater.contactor
    return heater
