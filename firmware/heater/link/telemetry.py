# What the heater tells about itself, and how often.

from micropython import const

from heater import signals

_STATE_S = const(60)
_MEASURES_S = const(300)
_ENERGY_S = const(900)


class Telemetry:
    """Makes messages out of a Snapshot. put(kind, message, retain): False when there is no room;
    it is tried again a second later. names: {limit cause code: word}."""

    def __init__(self, put, cause_names):
        self._put = put
        self._cause_names = cause_names
        self._seq = 0
        self._shown = None
        self._state_s = None
        self._measures_s = None
        self._energy_s = None
        self._faults = []

    def begin(self):
        """A new connection: tell everything at once."""
        self._state_s = self._measures_s = self._energy_s = None

    def fault(self, fault):
        """A fault has come or gone (dict of integers, booleans and texts): sent at once."""
        if len(self._faults) < 16:  # the journal has them all
            self._faults.append(fault)

    def step(self, snap, lease_state, ordered_w, now_s, utc_s):
        """Call once a second while connected. ordered_w: limit of the leases, -1 for none."""
        if self._faults and self._send("fault", {"fault": self._faults[0]}, now_s, utc_s):
            self._faults.pop(0)
        shown = _shown(snap, lease_state, ordered_w)
        if shown != self._shown or _due(self._state_s, now_s, _STATE_S):
            if self._send("state", self._state(snap, lease_state), now_s, utc_s, True):
                self._shown = shown
                self._state_s = now_s
        if _due(self._measures_s, now_s, _MEASURES_S):
            if self._send("measures", _measures(snap), now_s, utc_s):
                self._measures_s = now_s
        if _due(self._energy_s, now_s, _ENERGY_S):
            if self._send("energy", _energy(snap), now_s, utc_s):
                self._energy_s = now_s

    def _send(self, kind, message, now_s, utc_s, retain=False):
        message["v"] = 1
        message["seq"] = self._seq
        message["t"] = utc_s or 0
        message["uptime_s"] = now_s
        if not self._put(kind, message, retain):
            return False
        self._seq += 1
        return True

    def _state(self, snap, lease_state):
        return {
            "mode": signals.MODE_NAMES[snap.mode],
            "setpoint_mdeg": snap.setpoint_mdeg,
            "room_mdeg": snap.room_mdeg if snap.room_state == signals.OK else None,
            "room_source": ("own", "collector", "none")[snap.room_source],
            "power_w": snap.power_w,
            "demand_w": snap.demand_w,
            "grant_w": snap.grant_w,
            "limit_w": snap.limit_w,
            "cause": self._cause_names[snap.limit_cause],
            "lease": lease_state,
            "faults": snap.fault_count,
            "window_open": bool(snap.window_open),
        }


def _due(last_s, now_s, every_s):
    return last_s is None or now_s - last_s >= every_s


def _shown(snap, lease_state, ordered_w):
    # What counts as a change. Power and temperatures change all the time and do not.
    return (
        snap.mode,
        snap.setpoint_mdeg,
        snap.room_state,
        snap.room_source,
        snap.limit_cause,
        lease_state,
        ordered_w,
        snap.fault_count,
        snap.window_open,
    )


def _measures(snap):
    return {
        "room_mdeg": snap.room_mdeg if snap.room_state == signals.OK else None,
        "body_mdeg": snap.body_mdeg if snap.body_state == signals.OK else None,
        "chip_mdeg": snap.chip_mdeg,
        "mains_mv": snap.mains_mv,
        "leak_ua": snap.leak_ua,
        "power_w": snap.power_w,
        "late_ticks": snap.late_ticks,
    }


def _energy(snap):
    return {
        "energy_wh": snap.energy_wh,
        "switchings": snap.switchings,
        "contactor_switchings": snap.contactor_switchings,
    }
