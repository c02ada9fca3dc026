# ESP32-S3-WROOM-1-N8 with a solid-state switch, safety contactor, energy meter and
# residual-current sensor. board.md has the circuit.
# Pins and fitted parts only; nothing of the application is imported, for boot.py reads it first.

from micropython import const

NAME = "esp32s3-ssr"
CHIP = "esp32s3"

# Outputs and the level that is safe (nothing heats). boot.py drives them first.
PIN_CONTACTOR = const(21)
PIN_SWITCH = const(14)
PIN_SWITCH_2 = None
PIN_LEAK_TEST = const(13)
PIN_LED = const(2)
PIN_BUZZER = const(12)
SAFE_LEVELS = (
    (PIN_CONTACTOR, 0),
    (PIN_SWITCH, 0),
    (PIN_LEAK_TEST, 0),
    (PIN_LED, 0),
    (PIN_BUZZER, 0),
)
LED_ACTIVE = const(1)
SWITCH_RMT = const(0)  # RMT channel that holds the switch: off by itself when Python stops

# Inputs
PIN_ONEWIRE = const(4)
PIN_BODY_NTC = const(5)  # ADC1
PIN_BODY_RANGE = const(6)  # drives the second resistor of the body divider (hot range)
PIN_LEAK = const(7)  # ADC1: residual-current amplifier, RMS rectified
PIN_LEAK_TRIP = const(15)  # comparator, open collector, high = tripped (or torn off)
PIN_TILT = const(16)  # closed to ground while upright
PIN_BUTTON_MAIN = const(9)  # buttons close to ground
PIN_BUTTON_UP = const(10)
PIN_BUTTON_DOWN = const(11)
UART_METER = const(1)
METER_BAUD = const(9600)  # by the meter's strap
PIN_METER_TX = const(17)
PIN_METER_RX = const(18)

# External resistors and the level they hold, also while the chip is in reset.
PULLS = (
    (PIN_CONTACTOR, 0),
    (PIN_SWITCH, 0),
    (PIN_LEAK_TEST, 0),
    (PIN_ONEWIRE, 1),
    (PIN_LEAK_TRIP, 1),
)

# Fitted parts
MODULATOR = "ssr"
STAGE_PERMILLE = (1000, 0)  # one element
HAS_METER = True
HAS_LEAK = True
HAS_TILT = True
HAS_CHIP_TEMP = True

# Body NTC from ground to the pin, NTC_SERIES_OHM from the supply to the pin, NTC_HOT_OHM from
# PIN_BODY_RANGE to the pin (with the pin's own 40 ohm). NTC_ADC_UV: what the ADC can read.
NTC_R25_OHM = const(10_000)
NTC_B_K = const(3950)
NTC_SERIES_OHM = const(68_000)
NTC_HOT_OHM = const(1540)
NTC_SUPPLY_MV = const(3300)
NTC_ADC_UV = (20_000, 3_050_000)

# Residual-current amplifier: rests at LEAK_ZERO_UV, so that a dead one is told from no leakage.
LEAK_UV_PER_MA = const(50_000)
LEAK_ZERO_UV = const(250_000)
LEAK_TRIP_UA = const(10_000)  # of the comparator that opens the contactor without firmware

# BL0942: 1 mOhm shunt, 5 x 390 kOhm over 510 Ohm.
METER_SHUNT_UOHM = const(1000)
METER_DIVIDER = const(3824)

CONSOLE_UART = None  # the port behind sys.stdin: the REPL holds UART 0
DATA_DIR = "/data"  # record/ writes only here
