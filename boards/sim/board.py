# The simulated board: every part there is, wired as on a real ESP32.
# Pins and fitted parts only; no imports, so that boot.py can read it before anything else.

NAME = "sim"
CHIP = "sim"

# Outputs and the level that is safe (nothing heats). boot.py drives them first.
PIN_CONTACTOR = 16
PIN_SWITCH = 17  # first (or only) element switch
PIN_SWITCH_2 = 18  # second element of a two-stage heater
PIN_LEAK_TEST = 19
PIN_LED = 2
PIN_BUZZER = 23
SAFE_LEVELS = (
    (PIN_CONTACTOR, 0),
    (PIN_SWITCH, 0),
    (PIN_SWITCH_2, 0),
    (PIN_LEAK_TEST, 0),
    (PIN_LED, 0),
    (PIN_BUZZER, 0),
)

LED_ACTIVE = 1
SWITCH_RMT = None  # number of the RMT channel that holds the switch; the simulation has none

# Inputs
PIN_ONEWIRE = 4
PIN_BODY_NTC = 34  # ADC1
PIN_BODY_RANGE = 21  # drives the second resistor of the body divider (hot range)
PIN_LEAK = 35  # ADC1: residual-current amplifier, RMS rectified
PIN_LEAK_TRIP = 27  # comparator, high = tripped
PIN_TILT = 26  # closed to ground while upright
PIN_BUTTON_MAIN = 32
PIN_BUTTON_UP = 33
PIN_BUTTON_DOWN = 25
UART_METER = 1
METER_BAUD = 9600  # by a strap of the BL0942
PIN_METER_TX = 14
PIN_METER_RX = 13

# Fitted parts
MODULATOR = "ssr"  # "ssr", "relay" or "stages"; settings may choose another on this board
STAGE_PERMILLE = (400, 600)  # share of the rated power of each element of a two-stage heater
HAS_METER = True
HAS_LEAK = True
HAS_TILT = True
HAS_CHIP_TEMP = True

# Body NTC: 10 kOhm at 25 degC, B 3950, from 3.3 V through 47 kOhm to the pin, NTC to ground; in
# the hot range 1 kOhm stands parallel to the 47 kOhm. At -40 degC (336 kOhm) the pin is at 2.89 V
# and an open wire at the ADC's end of 3.13 V; at 150 degC (200 Ohm) it is at 0.56 V, hot range.
NTC_R25_OHM = 10_000
NTC_B_K = 3950
NTC_SERIES_OHM = 47_000
NTC_HOT_OHM = 1_000
NTC_SUPPLY_MV = 3300
NTC_ADC_UV = (142_000, 3_130_000)  # what an ESP32's ADC can read at 11 dB

# Residual-current amplifier: rests at LEAK_ZERO_UV, so that a dead one is told from no leakage.
LEAK_UV_PER_MA = 50_000
LEAK_ZERO_UV = 250_000
LEAK_TRIP_UA = 10_000  # of the comparator that opens the contactor's supply without firmware

# BL0942 calibration: engineering value = register * num / den. Reference values of the data
# sheet for a 1 mOhm shunt and a 5 x 390 kOhm : 510 Ohm divider are computed in lib/bl0942.py.
METER_SHUNT_UOHM = 1000
METER_DIVIDER = 3824

CONSOLE_UART = 0  # None: the port behind sys.stdin
DATA_DIR = "/data"  # where the file system is mounted; record/ writes only here
