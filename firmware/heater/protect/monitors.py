# The monitors as data: what is watched, against which limit, for how long, what follows and how
# it ends. protect/book.py turns the rows into arrays; docs/safety.md and the installer's texts
# are made from the same rows, so they cannot drift apart.
#
# Every monitor compares one signal with one limit. Estimators (electric.py, thermal.py, room.py,
# leakage.py) turn raw readings into signals; here only numbers are compared. A signal that is
# dangerous when LOW carries `sign` -1 and is stored negated, so the comparison is always ">".

from micropython import const

# Reaction, the stronger includes the weaker.
WARN = const(0)  # name it, heat on
DERATE = const(1)  # name it, power is lowered (see Guard.ceiling_permille)
DOUBT = const(2)  # do not trust the own room sensor: use the collector if one is fresh
LOST = const(3)  # never use the own room sensor: collector, else degraded heat
OFF = const(4)  # modulating switch off, contactor stays closed (spares its life)
OPEN = const(5)  # modulating switch off, then contactor open without current
TRIP = const(6)  # both off in the same tick
REACTION_NAMES = ("warn", "derate", "doubt", "lost", "off", "open", "trip")

# How a fault ends. Every fault must first be gone for its recovery time.
AUTO = const(0)  # by itself
ANY = const(1)  # acknowledged by anybody, the company included
LOCAL = const(2)  # at the heater: button or console
SERVICE = const(3)  # console session of a service technician
RESET_NAMES = ("auto", "any", "local", "service")

# What must be fitted for the monitor to exist on a board.
ALWAYS = const(0)
METER = const(1)
LEAK = const(2)
TILT = const(3)
CHIP = const(4)
NO_METER = const(5)

# Which rows are looked at in every tick; the others once a second, spread over the ten ticks.
FAST = const(1)
SLOW = const(0)

# Three sensors of one room: the air is up to 3 K colder at a heater below a window than at a wall.
SENSORS_APART_MDEG = const(4000)

# Row: (number, name, signal, unit, limit, sign, hysteresis, persistence_ms, recovery_ms,
#       reaction, reset, fitted, rate)
#   number       stable for ever: it is stored with the latches and printed on certificates
#   limit        an integer, or the name of the setting that holds it
#   hysteresis   in the unit of the signal; good means signal <= limit - hysteresis
#   persistence  bad time summed up and down again before the fault is named; 0: first sample
#   recovery     uninterrupted good time before the fault counts as gone
# The position of a row is the index of its signal: the `R_` constants below.
# fmt: off
ROWS = (
    # --- leakage current. 10 mA, 30 mA at most: GB 16917/IEC 61008 classes as read 2026-08.
    (11, "leak_high", "residual current", "uA", "protect.leak_trip_ua", 1, 1000, 0, 2000, TRIP,
     LOCAL, LEAK, FAST),
    (12, "leak_comparator", "residual-current comparator", "", 0, 1, 0, 0, 2000, TRIP, LOCAL,
     LEAK, FAST),
    (13, "leak_rising", "residual current", "uA", "protect.leak_warn_ua", 1, 500, 600_000,
     600_000, WARN, AUTO, LEAK, SLOW),
    (14, "leak_trend", "residual current expected in 14 days", "uA", "protect.leak_trip_ua", 1,
     1000, 0, 60_000, WARN, AUTO, LEAK, SLOW),
    (15, "leak_sensor", "residual-current sensor state", "state", 0, 1, 0, 300, 10_000, OPEN, AUTO,
     LEAK, FAST),
    (16, "leak_test", "residual-current self-test", "", 0, 1, 0, 0, 0, OPEN, AUTO, LEAK, SLOW),
    # --- the emitter
    (21, "body_hot", "body temperature", "mdeg", "protect.body_trip_mdeg", 1, 25_000, 200, 60_000,
     OPEN, AUTO, ALWAYS, FAST),
    (22, "body_hot_repeated", "over-temperature trips in 24 h", "", 2, 1, 0, 0, 0, OPEN, LOCAL,
     ALWAYS, SLOW),
    (23, "body_rise", "rise of the body temperature", "mdeg/s", "protect.body_rise_mdeg_s", 1,
     500, 3000, 300_000, OPEN, AUTO, ALWAYS, SLOW),
    (24, "body_sensor", "body sensor state", "state", 0, 1, 0, 0, 30_000, OPEN, AUTO, ALWAYS,
     FAST),
    (25, "body_disagrees", "heat given without the body getting warm", "Wh", 150, 1, 0, 0, 0,
     OPEN, LOCAL, METER, SLOW),
    (26, "covered", "body above its learned rise, share of the limit", "permille", 1000, 1, 500,
     60_000, 1_800_000, OFF, AUTO, ALWAYS, SLOW),
    (27, "body_warm", "body temperature", "mdeg", "protect.body_warn_mdeg", 1, 3000, 5000, 60_000,
     DERATE, AUTO, ALWAYS, SLOW),
    # --- the room sensor
    (31, "room_sensor", "room sensor state", "state", 0, 1, 0, 300, 10_000, LOST, AUTO, ALWAYS,
     FAST),
    (32, "room_frozen", "heat given or withheld without any change of the reading", "Wh",
     "protect.room_frozen_wh", 1, 0, 0, 60_000, DOUBT, AUTO, ALWAYS, SLOW),
    (33, "room_jump", "change of the room reading within two seconds", "mdeg", 1500, 1, 0, 0,
     1_800_000, DOUBT, AUTO, ALWAYS, SLOW),
    (34, "room_drift", "room reading against the room the body implies, share of the limit",
     "permille", 1000, 1, 300, 300_000, 1_800_000, DOUBT, AUTO, ALWAYS, SLOW),
    (35, "room_disagrees", "room sensor against the collector", "mdeg", 2500, 1, 500, 1_800_000,
     600_000, WARN, AUTO, ALWAYS, SLOW),
    (36, "room_hot", "room temperature", "mdeg", "protect.room_max_mdeg", 1, 2000, 5000, 60_000,
     OFF, AUTO, ALWAYS, SLOW),
    (37, "room_none", "no room temperature from any source", "", 0, 1, 0, 0, 5000, DERATE, AUTO,
     ALWAYS, SLOW),
    # --- supply and element
    (41, "element_open", "time switched on without current", "ms", 5000, 1, 0, 0, 0, WARN, AUTO,
     METER, SLOW),
    (42, "element_weak", "power missing, voltage-corrected", "permille",
     "protect.element_weak_permille", 1, 50, 2000, 30_000, WARN, AUTO, METER, SLOW),
    (43, "over_power", "power against rated, voltage-corrected", "permille",
     "protect.over_power_permille", 1, 30, 5000, 60_000, OFF, AUTO, METER, SLOW),
    (44, "mains_high", "mains voltage", "mV", "protect.mains_max_mv", 1, 4000, 2000, 60_000, OFF,
     AUTO, METER, SLOW),
    (45, "mains_low", "mains voltage", "mV", "protect.mains_min_mv", -1, 4000, 2000, 60_000, OFF,
     AUTO, METER, SLOW),
    (46, "joint_warm", "branch impedance above its learned value", "mOhm",
     "protect.joint_warn_mohm", 1, 100, 0, 60_000, DERATE, ANY, METER, SLOW),
    (47, "joint_hot", "branch impedance above its learned value", "mOhm",
     "protect.joint_off_mohm", 1, 100, 0, 60_000, OPEN, SERVICE, METER, SLOW),
    (48, "meter_lost", "meter state", "state", 0, 1, 0, 10_000, 10_000, WARN, AUTO, METER, SLOW),
    # 198 V where 242 V were learned are a third less; a window and noise make it two fifths.
    (49, "element_cold", "power that the body does not get", "permille", 600, 1, 200, 20_000,
     600_000, WARN, AUTO, NO_METER, SLOW),
    # --- the two switches
    (51, "switch_welded", "power beyond what was switched on", "permille", 200, 1, 50, 1000, 5000,
     TRIP, SERVICE, METER, SLOW),
    (52, "switch_welded_body", "body warming while off, share of the limit", "permille", 1000, 1,
     500, 2000, 5000, TRIP, SERVICE, ALWAYS, SLOW),
    # Without a meter only the daily proof test can tell, by the body.
    (53, "contactor_welded", "power with the contactor open", "permille", 200, 1, 50, 1000, 5000,
     TRIP, SERVICE, ALWAYS, SLOW),
    # --- where it stands
    (61, "tilted", "tilt switch", "", 0, 1, 0, 200, 10_000, OPEN, AUTO, TILT, FAST),
    (62, "chip_hot", "controller temperature", "mdeg", "protect.chip_max_mdeg", 1, 10_000, 3000,
     60_000, OFF, AUTO, CHIP, SLOW),
    # --- the firmware itself
    (71, "tick_late", "late ticks without a second in time between", "", 5, 1, 5, 0, 5000, OFF,
     AUTO, ALWAYS, SLOW),
    (72, "exception", "exception caught by the executive", "", 0, 1, 0, 0, 5000, OPEN, AUTO,
     ALWAYS, FAST),
    (73, "safe_hold", "abnormal resets without ten quiet minutes between", "", 4, 1, 4, 0, 0,
     OPEN, ANY, ALWAYS, FAST),
    (74, "program_damaged", "hash of the program", "", 0, 1, 0, 0, 0, OPEN, SERVICE, ALWAYS,
     FAST),
    (75, "settings_damaged", "checksum of the settings", "", 0, 1, 0, 0, 0, OPEN, LOCAL, ALWAYS,
     FAST),
    # Not a defect but the same to everybody who waits for heat: no frost protection either.
    (76, "service_lock", "lock set by a technician", "", 0, 1, 0, 0, 0, OPEN, SERVICE, ALWAYS,
     FAST),
    # --- body, room and controller after hours without heat; the controller counts a quarter
    (38, "sensors_apart", "difference of the sensors after two hours without heat", "mdeg",
     SENSORS_APART_MDEG, 1, 500, 0, 0, WARN, AUTO, ALWAYS, SLOW),
)
# fmt: on

# Positions in ROWS, for the estimators. host_tests/unit/protect checks each against its name.
R_LEAK_HIGH = const(0)
R_LEAK_COMPARATOR = const(1)
R_LEAK_RISING = const(2)
R_LEAK_TREND = const(3)
R_LEAK_SENSOR = const(4)
R_LEAK_TEST = const(5)
R_BODY_HOT = const(6)
R_BODY_HOT_REPEATED = const(7)
R_BODY_RISE = const(8)
R_BODY_SENSOR = const(9)
R_BODY_DISAGREES = const(10)
R_COVERED = const(11)
R_BODY_WARM = const(12)
R_ROOM_SENSOR = const(13)
R_ROOM_FROZEN = const(14)
R_ROOM_JUMP = const(15)
R_ROOM_DRIFT = const(16)
R_ROOM_DISAGREES = const(17)
R_ROOM_HOT = const(18)
R_ROOM_NONE = const(19)
R_ELEMENT_OPEN = const(20)
R_ELEMENT_WEAK = const(21)
R_OVER_POWER = const(22)
R_MAINS_HIGH = const(23)
R_MAINS_LOW = const(24)
R_JOINT_WARM = const(25)
R_JOINT_HOT = const(26)
R_METER_LOST = const(27)
R_ELEMENT_COLD = const(28)
R_SWITCH_WELDED = const(29)
R_SWITCH_WELDED_BODY = const(30)
R_CONTACTOR_WELDED = const(31)
R_TILTED = const(32)
R_CHIP_HOT = const(33)
R_TICK_LATE = const(34)
R_EXCEPTION = const(35)
R_SAFE_HOLD = const(36)
R_PROGRAM_DAMAGED = const(37)
R_SETTINGS_DAMAGED = const(38)
R_SERVICE_LOCK = const(39)
R_SENSORS_APART = const(40)


def fitted(row, board):
    """True when `board` (a board module) has the part that this row watches."""
    need = row[11]
    if need == METER:
        return board.HAS_METER
    if need == LEAK:
        return board.HAS_LEAK
    if need == TILT:
        return board.HAS_TILT
    if need == CHIP:
        return board.HAS_CHIP_TEMP
    if need == NO_METER:
        return not board.HAS_METER
    return True
