# What time it is, and how far to believe it. No I/O: the app hands in what a source said and the
# seconds since boot, which are monotonic; everything else follows from those.

from micropython import const

from heater.plan.civil import UNIX_2020_S
from heater.plan.tz import Zone

# Quality of the time, worst first.
NONE = const(0)  # no idea
UNCERTAIN = const(1)  # the last time known before a power cut: the cut's length is missing
KEPT = const(2)  # outlasted a restart in RTC memory: wrong by the restart's few seconds
CONSOLE = const(3)  # set over the serial port
NTP = const(4)  # network time, not authenticated
SERVER = const(5)  # the group server's signed time
QUALITY_NAMES = ("none", "uncertain", "kept", "console", "ntp", "server")

# A better source silent for this long may be replaced by a lesser one. A crystal of 20 ppm is
# wrong by less than 2 s after it.
_HOLD_S = const(86400)
# A correction backwards of at most this is made by standing still, so that no minute, and no
# change of the plan, happens twice because of NTP jitter.
_STAND_STILL_S = const(60)

_EARLIEST_S = const(189_388_800)  # 2026-01-01, before this firmware existed
_LATEST_S = const(2_524_608_000)  # 2100-01-01


class Clock:
    """UTC and local time from a monotonic counter and sources of different quality.

    Attributes, valid after `step`:
      quality       NONE to SERVER
      trusted       1 if the plan may follow this time (KEPT or better)
      t_s           UTC, seconds since 2020-01-01 (0 while quality is NONE)
      local_s       local time, seconds since 2020-01-01 local
      offset_s      local_s - t_s
      generation    changes whenever time was set or the zone changed; what was computed ahead
                    must then be computed again
    """

    def __init__(self, tz="CST-8"):
        self.quality = NONE
        self.trusted = 0
        self.t_s = 0
        self.local_s = 0
        self.offset_s = 0
        self.generation = 0
        self.zone = Zone(tz)
        self._base_s = 0  # t_s at uptime 0
        self._floor_s = 0  # time does not run back below this
        self._set_uptime_s = 0
        self._from_s = 0  # offset_s holds in [_from_s, _until_s)
        self._until_s = 0

    def configure(self, cfg):
        """Read `plan.tz`. Raises ValueError and keeps the old zone if it is malformed."""
        tz = cfg.get("plan.tz")
        if tz == self.zone.text:
            return
        self.zone = Zone(tz)
        self._from_s = self._until_s = 0
        self.generation += 1

    def set(self, epoch_s, quality, uptime_s):
        """Set the time to Unix time `epoch_s` (s) as valid at `uptime_s` (s since boot).

        Returns the seconds by which the time moved, forward positive (0 at the first setting).
        Raises ValueError if the time lies outside 2026 to 2099, or if a better source spoke
        within the last day; UNCERTAIN and KEPT, which only a start has, never replace a better.
        """
        if not UNCERTAIN <= quality <= SERVER:
            raise ValueError("quality {}: must be 1 to 5".format(quality))
        t_s = epoch_s - UNIX_2020_S
        if not _EARLIEST_S <= t_s < _LATEST_S:
            raise ValueError("time {}: outside 2026 to 2099".format(epoch_s))
        if quality < self.quality and (
            quality <= KEPT or uptime_s - self._set_uptime_s < _HOLD_S
        ):
            raise ValueError(
                "time from {}: {} is better".format(
                    QUALITY_NAMES[quality], QUALITY_NAMES[self.quality]
                )
            )
        moved_s = 0
        was_trusted = self.trusted
        self._floor_s = 0
        if self.quality != NONE:
            self.step(uptime_s)
            moved_s = t_s - self.t_s
            if self.trusted and -_STAND_STILL_S <= moved_s < 0:
                self._floor_s = self.t_s
        self._base_s = t_s - uptime_s
        self._set_uptime_s = uptime_s
        self.quality = quality
        self.trusted = 1 if quality >= KEPT else 0
        if moved_s or was_trusted != self.trusted or not self.t_s:
            self.generation += 1
        self.step(uptime_s)
        return moved_s

    def step(self, uptime_s):
        """Advance to `uptime_s`. Allocates nothing."""
        if self.quality == NONE:
            return
        t_s = self._base_s + uptime_s
        if t_s < self._floor_s:
            t_s = self._floor_s
        self.t_s = t_s
        if not self._from_s <= t_s < self._until_s:
            self.offset_s = self.zone.offset_s(t_s)
            self._from_s = self.zone.from_s
            self._until_s = self.zone.until_s
        self.local_s = t_s + self.offset_s

    def epoch_s(self):
        """Unix time now, or 0 while the time is not known. Allocates on the target."""
        return self.t_s + UNIX_2020_S if self.quality else 0
