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
    ("heater.rated_mv", "int", "mV", 100_000, 250_000, 220_000, "installer", False),
    ("heater.modulator", "str", "", ("board", "ssr", "relay", "stages"), 0, "board",
     "installer", True),
    ("heater.serial", "str", "", 0, 24, "", "factory", False),
    # --- calibration: what was found against a reference instrument; bounds are the tolerances of
    # the parts, so that no correction hides a broken one
    ("calibration.room_mdeg", "int", "mdeg", -3_000, 3_000, 0, "installer", False),
    ("calibration.body_mdeg", "int", "mdeg", -3_000, 3_000, 0, "installer", False),
    ("calibration.mains_ppm", "int", "ppm", 900_000, 1_100_000, 1_000_000, "installer", False),
    ("calibration.current_ppm", "int", "ppm", 900_000, 1_100_000, 1_000_000, "installer", False),
    ("calibration.power_ppm", "int", "ppm", 900_000, 1_100_000, 1_000_000, "installer", False),
    ("calibration.date_d", "int", "d", 0, 65_535, 0, "installer", False),
    # --- control
    ("control.setpoint_mdeg", "int", "mdeg", 5_000, 30_000, 22_000, "resident", False),
    ("control.mode", "str", "", ("off", "heat", "plan"), 0, "heat", "resident", False),
    ("control.relay_profile", "str", "", ("default", "precise"), 0, "default", "installer", False),
    # --- limits
    ("limits.installed_w", "int", "W", 0, 3500, 3500, "installer", False),
    ("limits.levels", "int", "", 1, 15, 8, "company", False),
    ("limits.failsafe_w", "int", "W", 0, 3500, 1000, "company", False),
    ("limits.failsafe_min_s", "int", "s", 7200, 86_400, 7200, "company", False),
    ("limits.autonomous", "bool", "", 0, 1, False, "company", False),
    ("limits.frost_floor_w", "int", "W", 0, 3500, 500, "company", False),
    ("limits.spread_s", "int", "s", 0, 600, 600, "company", False),
    # --- protect
    # Bounds are the limits of what stays safe, not of what is possible: a monitor can be made
    # stricter or moderately looser, never switched off.
    ("protect.leak_trip_ua", "int", "uA", 4_000, 30_000, 10_000, "factory", False),
    ("protect.leak_warn_ua", "int", "uA", 1_000, 15_000, 5_000, "installer", False),
    ("protect.body_warn_mdeg", "int", "mdeg", 50_000, 110_000, 100_000, "factory", False),
    ("protect.body_trip_mdeg", "int", "mdeg", 60_000, 125_000, 115_000, "factory", False),
    ("protect.body_rise_mdeg_s", "int", "mdeg/s", 500, 5_000, 2_000, "factory", False),
    ("protect.room_max_mdeg", "int", "mdeg", 31_000, 45_000, 38_000, "installer", False),
    ("protect.room_frozen_wh", "int", "Wh", 50, 500, 150, "installer", False),
    ("protect.collector_age_s", "int", "s", 60, 3_600, 1_800, "installer", False),
    ("protect.degraded_permille", "int", "permille", 0, 150, 150, "installer", False),
    ("protect.element_weak_permille", "int", "permille", 150, 400, 200, "factory", False),
    ("protect.over_power_permille", "int", "permille", 1_080, 1_250, 1_150, "factory", False),
    ("protect.mains_max_mv", "int", "mV", 240_000, 265_000, 255_000, "factory", False),
    ("protect.mains_min_mv", "int", "mV", 150_000, 198_000, 176_000, "factory", False),
    ("protect.joint_warn_mohm", "int", "mOhm", 100, 600, 300, "installer", False),
    ("protect.joint_off_mohm", "int", "mOhm", 200, 1_500, 800, "installer", False),
    ("protect.chip_max_mdeg", "int", "mdeg", 70_000, 105_000, 95_000, "factory", False),
    ("protect.contactor_idle_s", "int", "s", 60, 86_400, 1_800, "installer", False),
    # --- plan
    ("plan.tz", "str", "", 4, 48, "CST-8", "installer", False),
    ("plan.week", "str", "", 1, 817, "mon-sun 06:00 comfort 22:30 sleep", "resident", False),
    ("plan.exceptions", "str", "", 0, 702, "", "resident", False),
    ("plan.comfort_mdeg", "int", "mdeg", 5_000, 30_000, 22_000, "resident", False),
    ("plan.eco_mdeg", "int", "mdeg", 5_000, 30_000, 20_000, "resident", False),
    ("plan.sleep_mdeg", "int", "mdeg", 5_000, 30_000, 19_000, "resident", False),
    ("plan.away_mdeg", "int", "mdeg", 5_000, 30_000, 14_000, "resident", False),
    ("plan.boost_mdeg", "int", "mdeg", 5_000, 30_000, 24_000, "resident", False),
    ("plan.boost_min", "int", "min", 5, 240, 60, "resident", False),
    ("plan.work_max_min", "int", "min", 0, 10_080, 0, "resident", False),
    ("plan.quiet_from_min", "int", "min", 0, 1_439, 1_320, "resident", False),
    ("plan.quiet_to_min", "int", "min", 0, 1_439, 360, "resident", False),
    ("plan.child_lock", "bool", "", 0, 1, False, "resident", False),
    ("plan.window", "bool", "", 0, 1, True, "resident", False),
    ("plan.early_start", "bool", "", 0, 1, True, "resident", False),
    ("plan.lowest_mdeg", "int", "mdeg", 5_000, 25_000, 5_000, "installer", False),
    ("plan.highest_mdeg", "int", "mdeg", 10_000, 30_000, 30_000, "installer", False),
    ("plan.company_lowest_mdeg", "int", "mdeg", 5_000, 25_000, 5_000, "company", False),
    ("plan.company_highest_mdeg", "int", "mdeg", 10_000, 30_000, 30_000, "company", False),
    # --- record
    # --- link
    ("link.enabled", "bool", "", 0, 1, False, "installer", True),
    ("link.ssid", "str", "", 0, 32, "", "installer", True),
    ("link.host", "str", "", 0, 64, "", "installer", True),
    ("link.port", "int", "", 1, 65_535, 8883, "installer", True),
    ("link.tls", "bool", "", 0, 1, True, "installer", True),
    ("link.user", "str", "", 0, 64, "", "installer", True),
    ("link.keepalive_s", "int", "s", 10, 600, 60, "company", True),
    ("link.company", "str", "", 1, 24, "company", "installer", True),
    ("link.district", "str", "", 1, 24, "district", "installer", True),
    ("link.building", "str", "", 1, 24, "building", "installer", True),
    ("link.unit", "str", "", 1, 24, "unit", "installer", True),
    ("link.household", "str", "", 1, 24, "household", "installer", True),
    ("link.collector", "str", "", 0, 24, "", "installer", False),
    ("link.collector_fresh_s", "int", "s", 60, 3600, 900, "company", False),
    ("link.collector_first", "bool", "", 0, 1, False, "installer", False),
)

# Settings whose bounds installer and company may draw closer than the rows above, and the pairs
# of settings that hold the lowest and the highest value then. A value outside moves to the bound.
NARROWED = (
    (
        "control.setpoint_mdeg",
        "plan.comfort_mdeg",
        "plan.eco_mdeg",
        "plan.sleep_mdeg",
        "plan.away_mdeg",
        "plan.boost_mdeg",
    ),
    (
        ("plan.lowest_mdeg", "plan.highest_mdeg"),
        ("plan.company_lowest_mdeg", "plan.company_highest_mdeg"),
    ),
)

# First parts of the names of settings that a factory reset leaves alone: what is fitted in this
# very heater, and its calibration.
KEPT_ON_RESET = ("heater", "calibration")
