"""Simulated heaters and houses.

`Device` runs the real firmware in lock-step with any plant model.
"""

from nuanbu.sim.answers import Refused, Step
from nuanbu.sim.device import Device
from nuanbu.sim.process import DeviceDied

__all__ = ["Device", "DeviceDied", "Refused", "Step"]
