"""What the heater learns of its room in normal operation, and keeps."""

from nuanbu.sim import Device, emitter, houses
from nuanbu.sim.house import House
from nuanbu.sim.lockstep import LockStep
from nuanbu.sim.weather import ConstantWeather

HEAT_UP_S = 3 * 3600
LIVED_S = 9 * 3600
SAVED_S = 900  # what was learned is on flash within ten minutes, and some slack


def test_the_learned_room_outlives_a_power_cut():
    spec = houses.get("top-floor-oil")
    house = House(spec, ConstantWeather(-15.0), seed=3)
    house.reset(room_c=17.0)
    with Device(settings={"heater.rated_w": spec.rated_w}) as device:
        unlearned = device.request("model")
        assert unlearned["learned"] == 0
        pair = LockStep(device, house)
        pair.run(HEAT_UP_S + SAVED_S)
        learned = device.request("model")
        assert learned["learned"] > 0
        assert learned != unlearned
        # An oil radiator behind a slow sensor: a first rise tells both lags together, and the
        # hours after it how they are shared, within a factor of two.
        both_s = emitter.KINDS[spec.emitter].time_constant_s + spec.sensor_tau_s
        assert 0.75 < (learned["emitter_s"] + learned["sensor_s"]) / both_s < 1.25
        pair.run(LIVED_S)
        learned = device.request("model")
        assert 0.5 < learned["sensor_s"] / spec.sensor_tau_s < 2.0
        device.power_cycle()
        device.step(1.0, room_c=22.0)
        assert device.request("model") == learned
