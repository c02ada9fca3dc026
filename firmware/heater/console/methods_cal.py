# Calibration: what the heater measures, put right by what a reference instrument shows at the same
# time. Temperatures are shifted, readings of the meter multiplied; the correction is a setting, so
# it has bounds, survives a factory reset and is part of the settings' hash.

from heater.console.server import BAD_PARAMETERS, REFUSED, RequestError, integer

# What can be calibrated: (setting, factor instead of shift, least value of a factor's reading,
# how far the tool's mean may lie from what is measured now: units, or permille of a factor's).
KINDS = {
    "room": ("calibration.room_mdeg", False, None, 300),
    "body": ("calibration.body_mdeg", False, None, 1_000),
    "mains": ("calibration.mains_ppm", True, 100_000, 20),
    "current": ("calibration.current_ppm", True, 500, 20),
    "power": ("calibration.power_ppm", True, 100, 20),
}
_DAY = "calibration.date_d"


def methods(session, read, settings, accept, done):
    """The methods by name.

    session: `Session`. read(): {kind: (value, state)} of KINDS as measured now, corrected; a value
    counts only with state 0. settings: with `get`, `stage`, `staged`, `commit`, `discard`.
    accept(refusal), done(answer): as of methods_settings; they raise RequestError.
    """

    def cal_get(p):
        """{kind: [value now, state, correction in force]}, and the day of the last calibration."""
        now = read()
        answer = {"day": settings.get(_DAY)}
        for kind in KINDS:
            answer[kind] = [now[kind][0], now[kind][1], settings.get(KINDS[kind][0])]
        return answer

    def cal_set(p):
        """Correct `what` so that it would have read `ref` where it read `seen`: the mean of what
        the tool saw while the reference was read. `day`: days since 1970."""
        session.require("installer")
        what = p.get("what")
        if what not in KINDS:
            raise RequestError(BAD_PARAMETERS, "no such measurement", "ask cal.get")
        name, factor, least, slack = KINDS[what]
        ref = integer(p, "ref", -60_000, 1 << 29, None)
        seen = integer(p, "seen", -60_000, 1 << 29, None)
        day = integer(p, "day", 1, 65_535, None)
        _steady(what, read()[what], seen, least, slack)
        role = session.role()
        if settings.staged(role):
            raise RequestError(REFUSED, "other changes are staged", "commit or drop them first")
        before = settings.get(name)
        after = before * ref // seen if factor else before + ref - seen
        try:
            accept(settings.stage(name, after, role))
            accept(settings.stage(_DAY, day, role))
            revision, digest = done(settings.commit(role))
        except RequestError:
            settings.discard(role)
            raise
        return {"k": name, "old": before, "new": after, "rev": revision, "sha256": digest}

    return {"cal.get": cal_get, "cal.set": cal_set}


def _steady(what, now, seen, least, slack):
    value, state = now
    if state != 0:
        raise RequestError(REFUSED, "%s is not measured now" % what, "see status",
                           {"why": "state"})  # fmt: skip
    if least is not None:
        if seen < least:
            raise RequestError(REFUSED, "%s is below %d" % (what, least), "switch the heat on",
                               {"why": "least", "low": least})  # fmt: skip
        if value < least:
            return  # switched off meanwhile: settings on trial for it have to end before a commit
        slack = value * slack // 1000
    if not -slack <= value - seen <= slack:
        raise RequestError(REFUSED, "%s does not stand still" % what, "wait and repeat",
                           {"why": "moving", "now": value, "slack": slack})  # fmt: skip
