# The table of settings: the single source for name, type, unit, bounds, default, who may change
# it, and whether it takes effect only after a restart. Validation, console, MQTT, documentation
# and the installer's tool are all made from it. Texts for people stand in texts.py.
#
# A row: (name, type, unit, lowest, highest, default, who, restart)
#   type    "int", "bool" or "str"; for "str" lowest and highest are lengths in bytes (UTF-8),
#           or lowest is a tuple of the words allowed
#   unit    as in the name's ending; "" where there is none
#   who     the least privileged role that may change it:
#           "resident" < "installer" < "company" < "factory"; a company message counts as
#           company, a serial session as the role it has logged in as

ROWS = (
    # --- heater: what is fitted in this very heater
    ("heater.rated_w", "int", "W", 200, 3500, 2000, "installer", False),
    ("heater.rated_mv", "int", "mV", 100_000, 250_000, 220_000, "factory", False),
    ("heater.modulator", "str", "", ("board", "ssr", "relay", "stages"), 0, "board", "factory",
     True),
    ("heater.serial", "str", "", 0, 24, "", "factory", False),
    # --- control
    ("control.setpoint_mdeg", "int", "mdeg", 5_000, 30_000, 22_000, "resident", False),
    ("control.mode", "str", "", ("off", "heat", "plan"), 0, "heat", "resident", False),
    ("control.relay_profile", "str", "", ("default", "precise"), 0, "default", "installer", False),
    # --- limits
    ("limits.installed_w", "int", "W", 0, 3500, 3500, "installer", False),
    # --- protect
    # --- plan
    # --- record: what a resident may choose; together they always leave 18 degC, the legal floor
    ("bounds.setpoint_low_mdeg", "int", "mdeg", 5_000, 18_000, 5_000, "installer", False),
    ("bounds.setpoint_high_mdeg", "int", "mdeg", 18_000, 30_000, 30_000, "installer", False),
    # --- link
)

# Bounds that installer or company may draw closer than the table: (name, setting that holds the
# lowest value or "", setting that holds the highest or ""). A value outside moves to the bound.
NARROWED = (("control.setpoint_mdeg", "bounds.setpoint_low_mdeg", "bounds.setpoint_high_mdeg"),)

# First parts of the names of settings that a factory reset leaves alone: what is fitted in this
# very heater, and its calibration.
KEPT_ON_RESET = ("heater", "calibration")
