# What the heater measures now, what happened before, and how to find it in a house of many.

from heater.console.server import integer

_EVENTS_A_FRAME = 3  # records of up to 55 characters each
_IDENTIFY_MS = 3000


def methods(subscribe, inp, out, view, journal):
    """The methods by name.

    subscribe(make, every): as of `Console`. inp, out, view: Inputs, Outputs and Snapshot of the
    running heater. journal: with `first()`, `next()`, `read(number, limit)`.
    """

    def measures(p):
        """What the drivers read in the last tick; a value counts only while its state is 0."""
        return {
            "t": inp.uptime_s,
            "room": [inp.room_mdeg, inp.room_state],
            "body": [inp.body_mdeg, inp.body_state],
            "meter": [inp.mains_mv, inp.current_ma, inp.power_w, inp.meter_state],
            "leak": [inp.leak_ua, inp.leak_state],
            "tilted": inp.tilted,
            "on": [out.contactor, out.stage],
        }

    def telemetry():
        return {
            "ev": "tlm",
            "t": inp.uptime_s,
            "room": view.room_mdeg,
            "set": view.setpoint_mdeg,
            "body": inp.body_mdeg,
            "w": inp.power_w,
            "lim": view.limit_w,
            "mv": inp.mains_mv,
            "ua": inp.leak_ua,
            "on": [out.contactor, out.stage],
            "f": view.fault_count,
            "late": view.late_ticks,
        }

    def tlm_sub(p):
        """Telemetry every `ticks` ticks of 100 ms, 0: none. It ends with the next restart."""
        subscribe(telemetry, integer(p, "ticks", 0, 36_000, 0))
        return {}

    def log_get(p):
        """Events from number `at` on: [number, t_s, quality, code, value, value_2] each."""
        at = integer(p, "at", 0, 1 << 29, 0)
        found, after = journal.read(at, _EVENTS_A_FRAME)
        return {"first": journal.first(), "next": after, "of": journal.next(), "ev": found}

    def identify(p):
        """Beep for three seconds."""
        out.beep_ms = _IDENTIFY_MS
        return {}

    return {
        "meas": measures,
        "tlm.sub": tlm_sub,
        "log.get": log_get,
        "sys.identify": identify,
    }
