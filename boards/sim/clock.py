# The platform's wall clock, in the place of MicroPython's `utime`: that of the host, unless the
# fault clock_lost stands at start. Then it begins with 2000-01-01, as on an ESP32 that has had no
# power, and whoever has a better time may set it.

import utime
import world

_2000_S = 946_684_800

ticks_ms = utime.ticks_ms
ticks_add = utime.ticks_add
ticks_diff = utime.ticks_diff
sleep = utime.sleep
sleep_ms = utime.sleep_ms
gmtime = utime.gmtime
_seconds = utime.time
_ahead_s = _2000_S - int(_seconds()) if "clock_lost" in world.faults else 0


def time():
    return int(_seconds()) + _ahead_s


def put(now):
    """now: (year, month, day, weekday, hour, minute, second, fraction), as RTC.datetime has it."""
    global _ahead_s
    year, month, day, _, hour, minute, second, _ = now
    # Days by the Gregorian calendar; mktime would go by the host's own time zone.
    early = (14 - month) // 12
    years, months = year + 4800 - early, month + 12 * early - 3
    days = day + (153 * months + 2) // 5 + 365 * years + years // 4 - years // 100 + years // 400
    utc_s = (days - 2_472_633) * 86_400 + hour * 3600 + minute * 60 + second
    _ahead_s = utc_s - int(_seconds())
