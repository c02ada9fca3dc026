"""The heater itself: two thermal nodes, core and shell, sized by kind and rated power.

- convector: sheathed element with fins (core) in a cool casing (shell); nearly all heat goes
  straight into the air that rises through it;
- oil: element and oil (core) in a finned steel body (shell);
- panel: film element (core) behind a flat front (shell) that gives half of its heat as radiation.

Convection follows the radiator law Q ~ dT^1.3 (EN 442-2), radiation is linear about room
temperature (EN ISO 52016-1 uses a constant h_r in the same way).
"""

from dataclasses import dataclass

CONVECTION_EXPONENT = 0.3  # conductance ~ dT^0.3, so that heat ~ dT^1.3 (EN 442-2)
CONVECTION_FLOOR = 0.25  # share of the nominal conductance left at vanishing dT


@dataclass(frozen=True)
class EmitterKind:
    """One kind of heater. Rises are over the room, in K, at rated power in still air."""

    zh: str
    en: str
    core_rise_k: float
    shell_rise_k: float
    direct_share: float  # of the heat, from the core straight into the air
    radiant_share: float  # of the heat, by radiation from the shell onto bare surfaces
    time_constant_s: float  # stored heat over power, at rated power
    core_store_share: float  # of the stored heat, in the core
    sensor_core_weight: float  # where between shell (0) and core (1) the body sensor sits
    sensor_tau_s: float  # lag of the body sensor in its clip


# Radiation is half of a panel's heat, three tenths of an oil radiator's; 30 % of it falls on
# furnishings, which belong to the air node (building.FURNISHED_SHARE).
# Time constants: convector 3 to 6 min, oil 15 to 25 min, panel 8 to 12 min. Rises keep accessible
# parts below the 85 K (surfaces) and 130 K (outlet grille) of EN 60335-2-30:1997, table 101.
KINDS = {
    "convector": EmitterKind(
        "对流式", "convector", 105.0, 28.0, 0.86, 0.04, 260.0, 0.85, 0.4, 12.0
    ),
    "oil": EmitterKind("油汀", "oil radiator", 68.0, 52.0, 0.0, 0.20, 1150.0, 0.55, 0.15, 25.0),
    "panel": EmitterKind("辐射板", "panel", 76.0, 60.0, 0.0, 0.35, 600.0, 0.45, 0.25, 15.0),
}


@dataclass(frozen=True)
class Emitter:
    """Conductances (W/K, nominal) and heat capacities (J/K) of one heater."""

    kind: EmitterKind
    rated_w: float
    core_j_k: float
    shell_j_k: float
    core_air_w_k: float
    core_shell_w_k: float
    shell_air_w_k: float
    shell_light_w_k: float

    def core_air(self, rise_k):
        """Conductance core to air at a core `rise_k` above the air."""
        return self.core_air_w_k * _convection(rise_k, self.kind.core_rise_k)

    def shell_air(self, rise_k):
        """Conductance shell to air at a shell `rise_k` above the air."""
        return self.shell_air_w_k * _convection(rise_k, self.kind.shell_rise_k)


def make_emitter(kind_name, rated_w):
    """Emitter of `kind_name` ("convector", "oil", "panel") with a rated power in W."""
    kind = KINDS[kind_name]
    through_shell_w = rated_w * (1.0 - kind.direct_share)
    radiant_w = rated_w * kind.radiant_share
    stored_j = rated_w * kind.time_constant_s
    return Emitter(
        kind=kind,
        rated_w=rated_w,
        core_j_k=stored_j * kind.core_store_share / kind.core_rise_k,
        shell_j_k=stored_j * (1.0 - kind.core_store_share) / kind.shell_rise_k,
        core_air_w_k=rated_w * kind.direct_share / kind.core_rise_k,
        core_shell_w_k=through_shell_w / (kind.core_rise_k - kind.shell_rise_k),
        shell_air_w_k=(through_shell_w - radiant_w) / kind.shell_rise_k,
        shell_light_w_k=radiant_w / kind.shell_rise_k,
    )


def _convection(rise_k, nominal_k):
    return max(CONVECTION_FLOOR, (abs(rise_k) / nominal_k) ** CONVECTION_EXPONENT)
