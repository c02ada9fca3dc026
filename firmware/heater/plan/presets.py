# The presets a resident thinks in, instead of degrees.

from micropython import const

COMFORT = const(0)
ECO = const(1)
SLEEP = const(2)
AWAY = const(3)
FROST = const(4)
BOOST = const(5)  # time-limited, so no plan can ask for it
MANUAL = const(6)  # a set-point somebody chose, not a preset
NAMES = ("comfort", "eco", "sleep", "away", "frost", "boost", "manual")

# The setting that holds each preset's temperature; frost protection has one temperature only.
SETTINGS = (
    "plan.comfort_mdeg",
    "plan.eco_mdeg",
    "plan.sleep_mdeg",
    "plan.away_mdeg",
    None,
    "plan.boost_mdeg",
)
# Nobo and the French "hors-gel" order hold 7 degC: pipes do not freeze behind furniture.
FROST_MDEG = const(7000)


def plannable(name):
    """Code of a preset that a plan may ask for. Raises ValueError."""
    names = NAMES[:BOOST]
    if name not in names:
        raise ValueError("preset '{}': must be one of {}".format(name, ", ".join(names)))
    return names.index(name)
