"""Under MicroPython: firmware/heater/hardware.py on one real board's pins.

    MICROPYPATH=boards/NAME:boards/sim:firmware:lib micropython hardware_vm.py

The peripherals are those of the simulated board, wired as this board's board.py says.
"""

import sys


class World:
    """What the simulated peripherals read; see boards/sim/world.py."""

    def __init__(self):
        self.now_ms = 0
        self.epoch_ms = 0
        self.room_mdeg = -12_000
        self.body_mdeg = 71_000
        self.chip_mdeg = 33_000
        self.mains_mv = 231_000
        self.leak_ua = 2_000
        self.leak_test_ua = 0
        self.tilted = 0
        self.buttons = 0
        self.noise_mdeg = 0
        self.faults = {}
        self.pins = {}
        self._energy_uj = 0

    def set_pin(self, pin, level):
        assert isinstance(pin, int), "a pin that is not there"
        self.pins[pin] = level

    def get_pin(self, pin):
        return self.pins.get(pin, 0)

    def settle(self):
        """No energy flows here."""

    def heater_mv(self):
        return self.mains_mv


world = sys.modules["world"] = World()

import board  # noqa: E402 (reads no world, but what follows does)

from heater.hardware import Hardware  # noqa: E402
from heater.signals import OK, Inputs, Outputs  # noqa: E402


def near(seen, wanted, within):
    assert abs(seen - wanted) <= within, (seen, wanted)


for pin, level in board.SAFE_LEVELS:
    world.set_pin(pin, level)
inputs = Inputs()
outputs = Outputs()
hardware = Hardware(board)
for pin, level in board.SAFE_LEVELS:
    assert world.get_pin(pin) == level, "building the hardware moved pin %d" % pin


def run(ticks):
    for _ in range(ticks):
        world.now_ms += 100
        inputs.now_ms = world.now_ms
        inputs.tick += 1
        hardware.read(inputs)
        hardware.write(outputs)
        hardware.beep(world.now_ms, outputs)


run(100)
assert inputs.room_state == OK and inputs.body_state == OK
near(inputs.room_mdeg, world.room_mdeg, 63)
near(inputs.body_mdeg, world.body_mdeg, 500)
if board.HAS_METER:
    assert inputs.meter_state == OK
    near(inputs.mains_mv, world.mains_mv, 300)
if board.HAS_LEAK:
    assert inputs.leak_state == OK and inputs.leak_trip == 0
    near(inputs.leak_ua, world.leak_ua, 100)

for fault in ("body_open", "body_short", "room_open", "room_short"):
    world.faults[fault] = 1
    run(10)
    state = inputs.body_state if fault.startswith("body") else inputs.room_state
    assert state != OK, fault
    del world.faults[fault]
    run(100)
    assert inputs.body_state == OK and inputs.room_state == OK, fault

world.buttons = 4
run(5)
assert inputs.buttons == 4
outputs.contactor = 1
outputs.stage = 3
run(5)
assert world.get_pin(board.PIN_CONTACTOR) == 1 and world.get_pin(board.PIN_SWITCH) == 1
hardware.off()
world.now_ms += 103  # a held switch lets its pulse run out
held = getattr(hardware._first, "_rmt", None)
if held is not None:
    held.expire()
for pin, level in board.SAFE_LEVELS:
    if pin not in (board.PIN_LED, board.PIN_BUZZER):
        assert world.get_pin(pin) == level, "still on: pin %d" % pin
print("well:", board.NAME)
