# The settings of the plan that are plain numbers: presets, bounds, quiet hours, durations.

from micropython import const

from heater.plan import presets
from heater.plan.civil import DAY_S

_PRESET_COUNT = const(6)


class Preferences:
    """Numbers from the settings, in the form the scheduler uses.

    Attributes: preset_mdeg (by preset code), lowest_mdeg and highest_mdeg (the stricter of what
    installer and company allow), boost_s, work_s (0: no limit).
    """

    def __init__(self):
        self.preset_mdeg = [22000, 20000, 19000, 14000, presets.FROST_MDEG, 24000]
        self.lowest_mdeg = 5000
        self.highest_mdeg = 30000
        self.boost_s = 3600
        self.work_s = 0
        self._quiet_from_min = self._quiet_to_min = 0

    def read(self, cfg):
        """Take the numbers from the settings."""
        for preset in range(_PRESET_COUNT):
            if presets.SETTINGS[preset]:
                self.preset_mdeg[preset] = cfg.get(presets.SETTINGS[preset])
        self.lowest_mdeg = max(cfg.get("plan.lowest_mdeg"), cfg.get("plan.company_lowest_mdeg"))
        self.highest_mdeg = min(
            cfg.get("plan.highest_mdeg"), cfg.get("plan.company_highest_mdeg")
        )
        self.boost_s = cfg.get("plan.boost_min") * 60
        self.work_s = cfg.get("plan.work_max_min") * 60
        self._quiet_from_min = cfg.get("plan.quiet_from_min")
        self._quiet_to_min = cfg.get("plan.quiet_to_min")

    def bound(self, mdeg):
        """`mdeg` (millidegrees) within the bounds; the upper one wins where they cross."""
        if mdeg < self.lowest_mdeg:
            mdeg = self.lowest_mdeg
        if mdeg > self.highest_mdeg:
            mdeg = self.highest_mdeg
        return mdeg

    def check(self, mdeg):
        """Raise ValueError, with value and bounds, if `mdeg` is outside them."""
        if not self.lowest_mdeg <= mdeg <= self.highest_mdeg:
            raise ValueError(
                "set-point {} mdeg: must be {} to {}".format(
                    mdeg, self.lowest_mdeg, self.highest_mdeg
                )
            )

    def quiet(self, trusted, local_s):
        """1 in quiet hours, by local seconds since 2020-01-01 of a trusted clock.

        Without one every hour may be the night of somebody asleep beside the heater.
        """
        begin, end = self._quiet_from_min, self._quiet_to_min
        if begin == end:
            return 0
        if not trusted:
            return 1
        minute = local_s % DAY_S // 60
        if begin < end:
            return 1 if begin <= minute < end else 0
        return 0 if end <= minute < begin else 1
