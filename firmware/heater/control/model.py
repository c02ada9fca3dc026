# The room as the control sees it: five numbers, learned in this very room.
#
#   emitter   q' = (P - q) / emitter_s            P electrical, q heat reaching the room
#   air       T' = k (q - h - g (T - W))          h loss at rest less every other heat source
#   walls     W' = (T - W) / observer.WALL_S      g conductance from air to structure
#   sensor    S' = (T - S) / sensor_s
#
# The air node with the furniture is fast, the structure behind it slow (two-node model, e.g.
# ISO 13790 annex C and Bacher & Madsen 2011, "Identifying suitable models for the heat dynamics
# of buildings").

from micropython import const

# Bounds of what is accepted as a room. Fixed point in observer.py relies on them.
_RATE_MIN_NK = const(300)
_RATE_MAX_NK = const(20_000)
_EMITTER_MIN_S = const(30)
_EMITTER_MAX_S = const(3600)
_SENSOR_MIN_S = const(20)
_SENSOR_MAX_S = const(900)
_LOSS_MAX_DW = const(6000)


class RoomModel:
    """Parameters of the room model.

    rate_nk    heating rate in nK per second and watt (1e9 / heat capacity in J/K), 300..20000
    emitter_s  time constant of the emitter, 30..3600 s
    sensor_s   time constant of the room sensor against the air, 20..900 s
    loss_dw    conductance from air to structure, 0.1 W per K, 0..6000
    learned    0: defaults; else the kelvins the room was seen to move, at most 250
    """

    def __init__(self):
        self.learned = 0
        self.assume(2000)

    def assume(self, rated_w):
        """What is likely before anything is learned: heaters are bought to fit the room.

        At rated power air and furniture of most rooms gain 12 K in 1000 s, and relax towards the
        structure with 1000 s; the lags are those of a panel and of a sensor in a closed case.
        """
        self.rate_nk = min(12_000_000 // rated_w, _RATE_MAX_NK)
        self.loss_dw = min(10_000_000 // self.rate_nk, _LOSS_MAX_DW)
        self.emitter_s = 450
        self.sensor_s = 200

    def values(self):
        """The arguments of `set` that would make this model."""
        return self.rate_nk, self.emitter_s, self.sensor_s, self.loss_dw, self.learned

    def set(self, rate_nk, emitter_s, sensor_s, loss_dw, learned):
        """Take over new parameters, or say in words why not. Returns True or the reason."""
        if not _RATE_MIN_NK <= rate_nk <= _RATE_MAX_NK:
            return "rate_nk %d not in %d..%d" % (rate_nk, _RATE_MIN_NK, _RATE_MAX_NK)
        if not _EMITTER_MIN_S <= emitter_s <= _EMITTER_MAX_S:
            return "emitter_s %d not in %d..%d" % (emitter_s, _EMITTER_MIN_S, _EMITTER_MAX_S)
        if not _SENSOR_MIN_S <= sensor_s <= _SENSOR_MAX_S:
            return "sensor_s %d not in %d..%d" % (sensor_s, _SENSOR_MIN_S, _SENSOR_MAX_S)
        if not 0 <= loss_dw <= _LOSS_MAX_DW:
            return "loss_dw %d not in 0..%d" % (loss_dw, _LOSS_MAX_DW)
        self.rate_nk = rate_nk
        self.emitter_s = emitter_s
        self.sensor_s = sensor_s
        self.loss_dw = loss_dw
        self.learned = min(max(learned, 0), 250)
        return True
