# The data that flows through one tick. Every field has its unit in its name.
#
# Plain attributes, made once at start and overwritten in place: the tick allocates nothing.
# Integers only. A small integer on the target has 31 bits, so milliwatts of a 3.5 kW heater fit,
# epoch seconds do not.

from micropython import const
from sensor_state import (
    CORRUPT,
    NOT_FITTED,
    OK,
    OPEN,
    RANGE,
    SHORT,
    STALE,
    STARTING,
    STATE_NAMES,
)

# State of one sensor reading (lib/sensor_state.py). Anything but OK: the value must not be used.
# The names come from there so that drivers and rooms cannot disagree.

# What the heater is doing, in the resident's terms (Snapshot.mode).
MODE_OFF = const(0)  # switched off; frost protection stays
MODE_HEAT = const(1)  # constant set-point
MODE_PLAN = const(2)  # weekly plan
MODE_NAMES = ("off", "heat", "plan")

# Position of the modulating element switch. A one-stage heater uses OFF and FULL.
STAGE_OFF = const(0)
STAGE_LOW = const(1)
STAGE_HIGH = const(2)
STAGE_FULL = const(3)

FROST_MDEG = const(7_000)  # no room is let below this, in any mode

# Buttons, as bits of Inputs.buttons.
BUTTON_MAIN = const(1)
BUTTON_UP = const(2)
BUTTON_DOWN = const(4)


class Inputs:
    """What the drivers read in this tick. All values are integers.

    A value is meaningful only while its `*_state` is OK; ages are milliseconds since the value
    was measured (not since it was read from the bus).
    """

    def __init__(self):
        self.now_ms = 0  # time.ticks_ms(); wraps, only ticks_diff
        self.uptime_s = 0  # seconds since boot, does not wrap in 30 years
        self.tick = 0  # ticks since boot

        self.room_mdeg = 0  # room sensor at the heater (one-wire)
        self.room_state = STARTING
        self.room_age_ms = 0
        self.remote_mdeg = 0  # room-temperature collector, by way of the link
        self.remote_state = NOT_FITTED
        self.remote_age_ms = 0
        self.body_mdeg = 0  # NTC on the emitter or at its outlet
        self.body_state = STARTING
        self.chip_mdeg = 0  # the controller's own temperature
        self.chip_state = NOT_FITTED

        self.mains_mv = 230_000  # RMS
        self.current_ma = 0  # RMS through the element
        self.power_w = 0  # active power of the element, metered
        self.meter_state = NOT_FITTED
        self.meter_age_ms = 0

        self.leak_ua = 0  # residual current, RMS microampere (10 mA = 10000)
        self.leak_state = NOT_FITTED
        self.leak_trip = 0  # 1: the comparator of the residual-current circuit has tripped

        self.tilted = 0  # 1: portable heater tipped over
        self.buttons = 0  # bits BUTTON_*


class Outputs:
    """What the drivers are to write at the end of this tick. The reset state is safe."""

    def __init__(self):
        self.contactor = 0  # 1: safety contactor closed
        self.stage = STAGE_OFF  # modulating switch
        self.leak_test = 0  # 1: current through the test winding
        self.led = 0  # index into the board's LED patterns, 0 = dark
        self.beep_ms = 0  # ask for a beep of this length

    def safe(self):
        """Everything that can heat off. Cannot fail."""
        self.contactor = 0
        self.stage = STAGE_OFF
        self.leak_test = 0


class Snapshot:
    """One consistent view of the heater after a tick, for record, link and console."""

    def __init__(self):
        self.uptime_s = 0
        self.mode = MODE_OFF
        self.setpoint_mdeg = 0  # in force now (plan, override, frost ... applied)
        self.room_mdeg = 0  # the room temperature the control uses
        self.room_state = STARTING
        self.room_source = 0  # 0 own sensor, 1 collector, 2 none
        self.body_mdeg = 0
        self.body_state = STARTING
        self.chip_mdeg = 0
        self.mains_mv = 0
        self.power_w = 0  # mean element power of the last second
        self.demand_w = 0  # what room control wants
        self.limit_w = 0  # the least of all limits in force
        self.limit_cause = 0  # which limit binds (heater.limits.arbiter cause code)
        self.grant_w = 0  # what the modulator was given
        self.contactor = 0
        self.stage = STAGE_OFF
        self.leak_ua = 0
        self.energy_wh = 0  # over the heater's life; may fall back to booked_wh at a power cut
        self.booked_wh = 0  # of it on flash: never falls back, and is what bills go by
        self.switchings = 0  # of the modulating switch, over life
        self.contactor_switchings = 0
        self.fault_count = 0  # active faults
        self.window_open = 0
        self.late_ticks = 0  # ticks that began after their deadline
