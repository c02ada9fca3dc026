# Which modulator drives the element of this board.

# Profile of a relay: seconds of a cycle, least time on and off.
# default: 10^5 cycles in ten seasons of 185 days are 54 a day, one in 1600 s.
# precise: at most 6 an hour.
# quiet: for hours of sleep; two thirds of default, and the room swings half as far again.
PROFILES = {
    "default": (1600, 60),
    "precise": (600, 20),
    "quiet": (2400, 60),
}


def make(kind, low_permille=0, profile="default"):
    """Modulator of a kind "ssr", "relay" or "stages".

    low_permille  share of the smaller stage of a two-stage element, 1..500; unused otherwise
    profile       "default" or "precise"; unused by "ssr"
    """
    # Only the one that is fitted is imported.
    if kind == "ssr":
        from heater.control.ssr import SolidState

        return SolidState()
    if kind not in ("relay", "stages"):
        raise ValueError("modulator %r is not one of ssr, relay, stages" % kind)
    from heater.control.relay import Levels

    return Levels(low_permille if kind == "stages" else 0, *PROFILES[profile])
