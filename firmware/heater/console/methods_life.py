# What the resident lives by, over the port: time, plan and overrides, and why it was cold.

from heater.console.server import BAD_PARAMETERS, RequestError, integer

_WISH_CDEG = 2200  # the 22 degC promised
_REASONS_A_FRAME = 3


def methods(desk, why, hours):
    """The methods by name.

    desk: with `time`, `view`, `hold` and `free`, of heater.plan. why(at, wish_cdeg): what the
    ledger tells of the local hour `at`. hours: with `first`, `next` and `read`, the ring of the
    ledger. ValueErrors of all these name value and bounds.
    """

    def refusing(act, *values):
        try:
            return act(*values)
        except ValueError as e:
            raise RequestError(BAD_PARAMETERS, str(e), "correct it") from None

    def plan_hold(p):
        """Hold `mdeg`, or `preset` by name: for `for_s` seconds, until the instant `until` (UTC
        seconds since 1970), or else until the plan's next change; a preset given alone has its
        own end. No setting changes."""
        mdeg, preset = p.get("mdeg"), p.get("preset")
        if mdeg is not None:
            mdeg = integer(p, "mdeg", -100_000, 100_000, None)
        elif not isinstance(preset, str):
            raise RequestError(BAD_PARAMETERS, "mdeg or preset is missing", "give one")
        kind, end = "next" if preset is None else "own", 0
        if "for_s" in p:
            kind, end = "for", integer(p, "for_s", 1, 604_800, None)
        elif "until" in p:
            kind, end = "until", integer(p, "until", 0, 1 << 40, None)
        refusing(desk.hold, mdeg, preset, kind, end)
        return {}

    def plan_free(p):
        desk.free()
        return {}

    def hours_why(p):
        """Why it was not `wish` (hundredths of a degree) in the clock hour of `at`, local time
        "2027-01-20T03:00": three reasons from number `from` on, weightiest first."""
        at = p.get("at")
        if not isinstance(at, str):
            raise RequestError(BAD_PARAMETERS, "at must be a text", 'send "2026-01-20T03:00"')
        found = refusing(why, at, integer(p, "wish", -5000, 5000, _WISH_CDEG))
        every = found["why"]
        start = integer(p, "from", 0, 100, 0)
        found["why"] = every[start : start + _REASONS_A_FRAME]
        found["of"] = len(every)
        return found

    def hours_get(p):
        """The hour with number `at`, or the first there is after it; see docs/storage.md."""
        at = integer(p, "at", 0, 1 << 29, 0)
        found, after = hours.read(at, 1)
        return {"first": hours.first, "next": after, "of": hours.next, "hours": found}

    def time_get(p):
        return desk.time()

    def plan_get(p):
        return desk.view()

    return {
        "time.get": time_get,
        "plan.get": plan_get,
        "plan.hold": plan_hold,
        "plan.free": plan_free,
        "hours.why": hours_why,
        "hours.get": hours_get,
    }
