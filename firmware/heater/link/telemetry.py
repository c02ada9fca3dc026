# What the heater tells about itself, and how often.

from micropython import const

from heater import signals

_STATE_S = const(60)
_MEASURES_S = const(300)
_ENERGY_S = const(900)
_NEWS = const(16)


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
        self._in_force = {}
        self._news = []  # faults that came or went and are not told yet

    def begin(self):
        """A new connection: tell everything at once."""
        self._state_s = self._measures_s = self._energy_s = None
        self._in_force = {}

    def faults(self, faults):
        """The faults in force (dicts with `code`): what came or went since is sent at once."""
        in_force = {fault["code"]: fault for fault in faults}
        for code in in_force:
            if code not in self._in_force:
                fault = dict(in_force[code])
                fault["active"] = True
                self._news.append(fault)
        for code in self._in_force:
            if code not in in_force:
                self._news.append({"code": code, "active": False})
        self._in_force = in_force
        while len(self._news) > _NEWS:  # a storm: the journal has them all
            self._news.pop(0)

    def step(self, snap, lease_state, ordered_w, rssi_dbm, now_s, utc_s):
        """Call once a second while connected. ordered_w: limit of the leases, -1 for none.
        rssi_dbm: 0 without Wi-Fi."""
        while self._news and self._send("fault", {"fault": self._news[0]}, now_s, utc_s):
            self._news.pop(0)
        shown = _shown(snap, lease_state, ordered_w)
        if shown != self._shown or _due(self._state_s, now_s, _STATE_S):
            if self._send("state", self._state(snap, lease_state), now_s, utc_s, True):
                self._shown = shown
                self._state_s = now_s
        if _due(self._measures_s, now_s, _MEASURES_S):
            if self._send("measures", _measures(snap, rssi_dbm), now_s, utc_s):
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


def _measures(snap, rssi_dbm):
    return {
        "room_mdeg": snap.room_mdeg if snap.room_state == signals.OK else None,
        "body_mdeg": snap.body_mdeg if snap.body_state == signals.OK else None,
        "chip_mdeg": snap.chip_mdeg,
        "mains_mv": snap.mains_mv,
        "leak_ua": snap.leak_ua,
        "power_w": snap.power_w,
        "late_ticks": snap.late_ticks,
        "rssi_dbm": rssi_dbm,
    }


def _energy(snap):
    return {
        "energy_wh": snap.energy_wh,
        "booked_wh": snap.booked_wh,
        "switchings": snap.switchings,
        "contactor_switchings": snap.contactor_switchings,
    }
