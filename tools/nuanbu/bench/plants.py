"""Rooms that are none of our houses: what somebody brings to the co-simulation (docs/cosim.md).

One or two heat nodes, an emitter and a sensor with one lag each, any of them zero. They are drawn
at random from a seed, so that no law can be fitted to them one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

MAINS_V = 220.0
NOISE_K = 0.02
BODY_RISE_K = 60.0  # of the emitter over the room at rated power
QUICKEST_K_S = 0.025  # of the air at rated power without loss
BODY_SENSOR_S = 15.0
WINDOW_SHARE = 3.0  # of the loss, added by an open window


@dataclass(frozen=True)
class PlantSpec:
    """A room of one node (structure_share 0) or two."""

    name: str
    rated_w: float
    capacity_j_k: float
    loss_w_k: float
    emitter_s: float
    sensor_s: float
    structure_share: float = 0.0  # of the capacity, behind the air
    coupling_w_k: float = 0.0  # between air and structure


def draw(count: int, seed: int = 1) -> list[PlantSpec]:
    """`count` rooms; the same seed gives the same rooms.

    0.3 to 3 MJ/K, 15 to 80 W/K, 1 to 3 kW; emitter 0 to 1500 s, sensor 0 to 600 s, each lag zero
    in one room of four; half of them with a structure of 70 to 95 % of the capacity. A room whose
    heater could not lift it by 2 K in an hour without loss is not drawn, it is bought too small;
    nor one whose air it lifts by 25 mK a second, twice as quick as any of the houses.
    """
    random = Random(f"plants:{seed}")
    found: list[PlantSpec] = []
    while len(found) < count:
        two = random.random() < 0.5
        spec = PlantSpec(
            name=f"random {len(found) + 1}",
            rated_w=100.0 * random.randint(10, 30),
            capacity_j_k=_between(random, 0.3e6, 3e6),
            loss_w_k=_between(random, 15.0, 80.0),
            emitter_s=0.0 if random.random() < 0.25 else _between(random, 20.0, 1500.0),
            sensor_s=0.0 if random.random() < 0.25 else _between(random, 10.0, 600.0),
            structure_share=random.uniform(0.7, 0.95) if two else 0.0,
            coupling_w_k=_between(random, 80.0, 300.0) if two else 0.0,
        )
        quick = spec.rated_w / (spec.capacity_j_k * (1.0 - spec.structure_share))
        if spec.rated_w * 3600.0 >= 2.0 * spec.capacity_j_k and quick <= QUICKEST_K_S:
            found.append(spec)
    return found


def _between(random, low, high):
    return low * (high / low) ** random.random()


class Plant:
    """A PlantSpec in virtual time; the part of sim.House that the scenarios use."""

    def __init__(self, spec: PlantSpec, outdoor_c: float, seed: int = 1):
        self.spec = spec
        self.rated_w = spec.rated_w
        self.outdoor_c = outdoor_c
        self.mains_v = MAINS_V
        self._random = Random(f"{seed}:{spec.name}")
        self._loss_w_k = spec.loss_w_k
        self._air_j_k = spec.capacity_j_k * (1.0 - spec.structure_share)
        self._structure_j_k = spec.capacity_j_k * spec.structure_share
        self.reset(20.0)

    def reset(self, room_c: float) -> None:
        """At rest at `room_c`."""
        self.room_c = self._structure_c = self._sensed_c = self.sensor_c = room_c
        self._heat_w = self.spec.loss_w_k * (room_c - self.outdoor_c)
        self.body_c = self._hot_c()

    def open_window(self, is_open: bool = True) -> None:
        """Three times the loss on top, straight from the air."""
        self._loss_w_k = self.spec.loss_w_k * (1.0 + WINDOW_SHARE * is_open)

    def step(self, dt_s: float, element_w: float) -> None:
        """Let `dt_s` seconds, at most 1, pass with a mean of `element_w` W at the element."""
        spec = self.spec
        self._heat_w += (element_w - self._heat_w) * _part(dt_s, spec.emitter_s)
        to_structure_w = spec.coupling_w_k * (self.room_c - self._structure_c)
        lost_w = self._loss_w_k * (self.room_c - self.outdoor_c)
        self.room_c += dt_s * (self._heat_w - to_structure_w - lost_w) / self._air_j_k
        if self._structure_j_k:
            self._structure_c += dt_s * to_structure_w / self._structure_j_k
        self._sensed_c += (self.room_c - self._sensed_c) * _part(dt_s, spec.sensor_s)
        self.sensor_c = self._sensed_c + self._random.gauss(0.0, NOISE_K)
        self.body_c += (self._hot_c() - self.body_c) * _part(dt_s, BODY_SENSOR_S)

    def _hot_c(self):
        return self.room_c + BODY_RISE_K * max(self._heat_w / self.rated_w, 0.0) ** (1 / 1.3)


def _part(dt_s, lag_s):
    return dt_s / lag_s if lag_s > dt_s else 1.0


def at_load(spec: PlantSpec, load: float, room_c: float) -> Plant:
    """The room at the outdoor temperature at which `load` of its rated power holds 22 degC."""
    plant = Plant(spec, 22.0 - load * spec.rated_w / spec.loss_w_k)
    plant.reset(room_c)
    return plant


def is_random(name: str) -> bool:
    """Whether `name` is one of `draw`, not a house."""
    return name.startswith("random ")


def get(name: str) -> PlantSpec:
    """The plant that `draw` calls by that name."""
    number = int(name.removeprefix("random "))
    return draw(number)[-1]
