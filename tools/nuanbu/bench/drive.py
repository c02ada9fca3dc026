"""One heater in one house for a while: the seam between the figures and what runs them."""

from dataclasses import dataclass, field


@dataclass
class Trace:
    """One sample a second: true room temperature in degC and electrical power in W."""

    room_c: list = field(default_factory=list)
    power_w: list = field(default_factory=list)
    switchings: int = 0


def drive(house, heater, seconds, trace=None, on_second=None):
    """Let `seconds` pass; returns the trace.

    heater has `second(sensor_c, mains_v, body_c) -> mean power in W` and `switchings`;
    on_second(t, house, heater) may change limits, window and set-point before each second.
    """
    trace = trace or Trace()
    before = heater.switchings
    for t in range(int(seconds)):
        if on_second:
            on_second(t, house, heater)
        power_w = heater.second(house.sensor_c, house.mains_v, house.body_c)
        house.step(1.0, power_w)
        trace.room_c.append(house.room_c)
        trace.power_w.append(power_w)
    trace.switchings += heater.switchings - before
    return trace
