"""The simple built-in model behind `Device.step`, for every physical input that is not given.

One time constant for the emitter's body and one for the room: enough to keep the firmware's
monitors content while another plant model supplies what it knows. The simulated houses are in
`houses.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

# Heat given by natural convection grows with this power of the excess temperature (EN 442-2).
CONVECTION = 1.3


@dataclass
class SimplePlant:
    """Emitter and room of first order. Temperatures in degrees Celsius, powers in watts."""

    room_c: float = 20.0
    body_c: float = 20.0
    outdoor_c: float = -10.0
    rated_w: float = 2000.0
    body_rise_k: float = 55.0  # of the body over the room at rated power; a mid-size convector
    body_tau_s: float = 300.0  # at rated power
    room_loss_w_per_k: float = 25.0
    room_capacity_j_per_k: float = 0.8e6
    district_w: float = 400.0
    chip_rise_k: float = 8.0

    def step(self, dt_s: float, element_w: float) -> None:
        """Advance by `dt_s` with `element_w` at the element."""
        excess = max(0.0, (self.body_c - self.room_c) / self.body_rise_k)
        emitted_w = self.rated_w * excess**CONVECTION
        body_j_per_k = self.rated_w * self.body_tau_s / self.body_rise_k
        self.body_c += (element_w - emitted_w) * dt_s / body_j_per_k
        loss_w = (self.room_c - self.outdoor_c) * self.room_loss_w_per_k
        self.room_c += (emitted_w + self.district_w - loss_w) * dt_s / self.room_capacity_j_per_k

    @property
    def chip_c(self) -> float:
        """Temperature of the controller beside the heater."""
        return self.room_c + self.chip_rise_k
