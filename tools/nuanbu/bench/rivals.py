"""What stands beside our law in the table: the usual thermostat and the textbook's PID."""


class _Rival:
    """The part of RoomControl's interface that FastHeater uses."""

    def configure(self, cfg):
        self.rated_w = cfg.get("heater.rated_w")

    def attach(self, modulator):
        """Rivals do not care which switch they drive."""

    def note_body(self, body_mdeg, room_mdeg):
        """A thermostat does not know its heater."""

    def learn_step(self):
        return False

    def state(self):
        return ()

    def restore(self, state):
        return True


class BangBang(_Rival):
    """On below the set-point less 0.5 K, off above it plus 0.5 K."""

    BAND_MDEG = 500

    def __init__(self):
        self._on = False

    def step(self, room_mdeg, setpoint_mdeg, achieved_w, ceiling_w, heat_ok):
        if room_mdeg <= setpoint_mdeg - self.BAND_MDEG:
            self._on = True
        elif room_mdeg >= setpoint_mdeg + self.BAND_MDEG:
            self._on = False
        return min(self.rated_w, ceiling_w) if self._on and heat_ok else 0


class TextbookPid(_Rival):
    """PID with its integral clamped to 0..rated, one tuning for all houses.

    A proportional band of 2 K, Ti 20 min and Td 1 min on the filtered measurement, as printed on
    the leaflets of electronic room thermostats.
    """

    BAND_K = 2.0
    TI_S = 1200.0
    TD_S = 60.0
    FILTER_S = 30.0

    def __init__(self):
        self._integral_w = 0.0
        self._filtered_k = None

    def step(self, room_mdeg, setpoint_mdeg, achieved_w, ceiling_w, heat_ok):
        measured_k = room_mdeg / 1000.0
        if self._filtered_k is None:
            self._filtered_k = measured_k
        slope = (measured_k - self._filtered_k) / self.FILTER_S
        self._filtered_k += slope
        error_k = setpoint_mdeg / 1000.0 - measured_k
        gain = self.rated_w / self.BAND_K
        self._integral_w += gain * error_k / self.TI_S
        self._integral_w = min(max(self._integral_w, 0.0), float(self.rated_w))
        out = gain * (error_k - self.TD_S * slope) + self._integral_w
        return int(min(max(out, 0.0), self.rated_w, ceiling_w)) if heat_ok else 0
