"""The simple built-in model behind `Device.step`, for every physical input that is not given.

One time constant for the emitter's body and one for the room: enough to keep the firmware's
monitors content while another plant model supplies what it knows. The simulated houses are in
`houses.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class SimplePlant:
    """Emitter and room of first order. Temperatures in degrees Celsius, powers in watts."""

    room_c: float = 20.0
    body_c: float = 20.0
    outdoor_c: float = -10.0
    rated_w: float = 2000.0
    body_rise_k: float = 55.0  # of the body over the room at rated power; a mid-size convector
    body_tau_s: float = 300.0
    room_loss_w_per_k: float = 25.0
    room_capacity_j_per_k: float = 0.8e6
    district_w: float = 400.0
    chip_rise_k: float = 8.0

    def step(self, dt_s: float, element_w: float) -> None:
        """Advance by `dt_s` with `element_w` at the element."""
        target_c = self.room_c + self.body_rise_k * element_w / self.rated_w
        self.body_c += (target_c - self.body_c) * -math.expm1(-dt_s / self.body_tau_s)
        emitted_w = (self.body_c - self.room_c) * self.rated_w / self.body_rise_k
        loss_w = (self.room_c - self.outdoor_c) * self.room_loss_w_per_k
        self.room_c += (emitted_w + self.district_w - loss_w) * dt_s / self.room_capacity_j_per_k

    @property
    def chip_c(self) -> float:
        """Temperature of the controller beside the heater."""
        return self.room_c + self.chip_rise_k
