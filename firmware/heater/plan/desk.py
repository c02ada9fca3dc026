# The plan as a person asks for it: what holds now, overrides in words, times in local text.
# Slow code, imported where somebody asks.

from heater.plan import clock as clocks
from heater.plan import override, presets, reasons
from heater.plan.civil import (
    DAY_S,
    UNIX_2020_S,
    format_date,
    format_minute,
    parse_date,
    parse_minute,
)
from heater.signals import MODE_NAMES


class Desk:
    """Answers about `plan` (scheduler.Plan) and `clock` (clock.Clock) of a running heater.

    uptime_s(): seconds since boot.
    """

    def __init__(self, plan, clock, uptime_s):
        self._plan = plan
        self._clock = clock
        self._uptime_s = uptime_s

    def view(self):
        """What holds and why, what ends it, and what comes next (next_s -1: not known)."""
        plan, clock = self._plan, self._clock
        return {
            "mode": MODE_NAMES[plan.mode],
            "set": plan.setpoint_mdeg,
            "preset": presets.NAMES[plan.preset],
            "why": reasons.NAMES[plan.reason],
            "hold": override.NAMES[plan.override.kind],
            "left_s": plan.override.remaining_s(self._uptime_s(), clock.trusted, clock.t_s),
            "next_s": plan.next_change_s,
            "next": presets.NAMES[plan.next_preset],
            "quiet": plan.quiet,
            "lock": plan.child_lock,
        }

    def hold(self, mdeg, preset, kind, end):
        """Hold `mdeg` millidegrees, or the temperature of `preset` by name where mdeg is None.

        kind "next": to the plan's next change; "for": `end` seconds; "until": Unix time `end`;
        "own": the preset with its own end. ValueError names value and bounds.
        """
        plan = self._plan
        code = presets.MANUAL
        if mdeg is None:
            code = _preset(preset)
            if kind == "own" or code == presets.BOOST:
                plan.set_preset(code)
                return
            mdeg = plan.preset_mdeg(code)
        if kind == "for":
            plan.override_for(mdeg, end, code)
        elif kind == "until":
            plan.override_until(mdeg, end, code)
        else:
            plan.override_until_next(mdeg, code)

    def free(self):
        """End what `hold` began."""
        self._plan.clear_override()

    def time(self):
        """Time, its quality by name, and the local clock as text ("" while there is none)."""
        clock = self._clock
        known = clock.quality != clocks.NONE
        return {
            "epoch_s": clock.epoch_s(),
            "quality": clocks.QUALITY_NAMES[clock.quality],
            "local": self.text(clock.t_s) if known else "",
            "tz": clock.zone.text,
        }

    def text(self, t_s):
        """ "2027-01-20 03:00" in local time of the instant t_s (seconds since 2020-01-01)."""
        local_s = t_s + self._clock.zone.offset_s(t_s)
        return format_date(local_s // DAY_S) + " " + format_minute(local_s % DAY_S // 60)

    def epoch_s(self, text):
        """Unix time of a local "2027-01-20T03:00" (or a space for the T). Raises ValueError."""
        if len(text) != 16 or text[10] not in "T ":
            raise ValueError("'{}': expected YYYY-MM-DDTHH:MM".format(text[:24]))
        local_s = parse_date(text[:10]) * DAY_S + parse_minute(text[11:]) * 60
        return self._clock.zone.utc_s(local_s) + UNIX_2020_S


def _preset(name):
    if name not in presets.NAMES[: presets.MANUAL]:
        allowed = ", ".join(presets.NAMES[: presets.MANUAL])
        raise ValueError("preset '{}': must be one of {}".format(name[:16], allowed))
    return presets.NAMES.index(name)
