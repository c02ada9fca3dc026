# ESP32-WROOM-32E with an element relay and a safety contactor. board.md has the circuit.
# Pins and fitted parts only; nothing of the application is imported, for boot.py reads it first.

from micropython import const

NAME = "esp32-relay"
CHIP = "esp32"

# Outputs and the level that is safe (nothing heats). boot.py drives them first.
PIN_CONTACTOR = const(25)
PIN_SWITCH = const(26)
PIN_SWITCH_2 = const(27)
PIN_LEAK_TEST = None
PIN_LED = const(23)
PIN_BUZZER = const(22)
SAFE_LEVELS = (
    (PIN_CONTACTOR, 0),
    (PIN_SWITCH, 0),
    (PIN_SWITCH_2, 0),
    (PIN_LED, 0),
    (PIN_BUZZER, 0),
)
LED_ACTIVE = const(1)
SWITCH_RMT = None  # a relay gains nothing from it

# Inputs
PIN_ONEWIRE = const(4)
PIN_BODY_NTC = const(34)  # ADC1
PIN_BODY_RANGE = const(33)  # drives the second resistor of the body divider (hot range)
PIN_LEAK = None
PIN_LEAK_TRIP = None
PIN_TILT = None
PIN_BUTTON_MAIN = const(18)  # buttons close to ground
PIN_BUTTON_UP = const(19)
PIN_BUTTON_DOWN = const(21)
UART_METER = None
METER_BAUD = None
PIN_METER_TX = None
PIN_METER_RX = None

# External resistors and the level they hold, also while the chip is in reset.
PULLS = (
    (PIN_CONTACTOR, 0),
    (PIN_SWITCH, 0),
    (PIN_SWITCH_2, 0),
    (PIN_ONEWIRE, 1),
)

# Fitted parts
MODULATOR = "relay"
STAGE_PERMILLE = (400, 600)  # when settings choose "stages": share of each element
HAS_METER = False
HAS_LEAK = False
HAS_TILT = False
HAS_CHIP_TEMP = False  # the first ESP32's sensor is not calibrated: up to 30 K wrong

# Body NTC from ground to the pin, NTC_SERIES_OHM from the supply to the pin, NTC_HOT_OHM from
# PIN_BODY_RANGE to the pin (with the pin's own 40 ohm). NTC_ADC_UV: what the ADC can read.
NTC_R25_OHM = const(10_000)
NTC_B_K = const(3950)
NTC_SERIES_OHM = const(56_000)
NTC_HOT_OHM = const(1540)
NTC_SUPPLY_MV = const(3300)
NTC_ADC_UV = (142_000, 3_130_000)

LEAK_UV_PER_MA = None
LEAK_ZERO_UV = None
LEAK_TRIP_UA = None
METER_SHUNT_UOHM = None
METER_DIVIDER = None

CONSOLE_UART = None  # the port behind sys.stdin: the REPL holds UART 0
DATA_DIR = "/data"  # record/ writes only here
