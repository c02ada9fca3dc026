# ESP32-C3-WROOM-02 in a radiant panel: a triac with zero-crossing opto-coupler and a safety relay.
# board.md has the circuit.
# Pins and fitted parts only; nothing of the application is imported, for boot.py reads it first.

from micropython import const

NAME = "esp32c3-panel"
CHIP = "esp32c3"

# Outputs and the level that is safe (nothing heats). boot.py drives them first.
PIN_CONTACTOR = const(7)
PIN_SWITCH = const(10)
PIN_SWITCH_2 = None
PIN_LEAK_TEST = None
PIN_LED = const(8)  # strapping pin: lit by a low level, its resistor pulls up
PIN_BUZZER = const(3)
SAFE_LEVELS = (
    (PIN_CONTACTOR, 0),
    (PIN_SWITCH, 0),
    (PIN_LED, 1),
    (PIN_BUZZER, 0),
)
LED_ACTIVE = const(0)
SWITCH_RMT = const(0)  # RMT channel that holds the triac: off by itself when Python stops

# Inputs
PIN_ONEWIRE = const(2)  # strapping pin: must be high at reset, as this bus is
PIN_BODY_NTC = const(0)  # ADC1
PIN_BODY_RANGE = const(1)  # drives the second resistor of the body divider (hot range)
PIN_LEAK = None
PIN_LEAK_TRIP = None
PIN_TILT = None
PIN_BUTTON_MAIN = const(4)  # buttons close to ground
PIN_BUTTON_UP = const(5)
PIN_BUTTON_DOWN = const(6)
UART_METER = None
METER_BAUD = None
PIN_METER_TX = None
PIN_METER_RX = None

# External resistors and the level they hold, also while the chip is in reset.
PULLS = (
    (PIN_CONTACTOR, 0),
    (PIN_SWITCH, 0),
    (PIN_LED, 1),
    (PIN_ONEWIRE, 1),
)

# Fitted parts
MODULATOR = "ssr"
STAGE_PERMILLE = (1000, 0)  # one element
HAS_METER = False
HAS_LEAK = False
HAS_TILT = False
HAS_CHIP_TEMP = True

# Body NTC from ground to the pin, NTC_SERIES_OHM from the supply to the pin, NTC_HOT_OHM from
# PIN_BODY_RANGE to the pin (with the pin's own 40 ohm). NTC_ADC_UV: what the ADC can read.
NTC_R25_OHM = const(10_000)
NTC_B_K = const(3950)
NTC_SERIES_OHM = const(180_000)
NTC_HOT_OHM = const(3340)
NTC_SUPPLY_MV = const(3300)
NTC_ADC_UV = (20_000, 2_500_000)

LEAK_UV_PER_MA = None
LEAK_ZERO_UV = None
LEAK_TRIP_UA = None
METER_SHUNT_UOHM = None
METER_DIVIDER = None

CONSOLE_UART = None  # the port behind sys.stdin: the REPL holds UART 0
DATA_DIR = "/data"  # record/ writes only here
