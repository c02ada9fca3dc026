"""What the data sheets of three chips forbid, and the faults of a board description against it.

Sources: ESP32 data sheet (pin list, strapping), ESP32-S3 and ESP32-C3 data sheets (IO MUX,
strapping, "power-up glitches on pins"), the GPIO chapters of the ESP-IDF programming guide.
"""

from typing import NamedTuple


class Chip(NamedTuple):
    pins: frozenset
    flash: frozenset  # wired to flash or PSRAM inside the module
    input_only: frozenset  # and without pull resistors
    strapping: dict  # pin: level it must have at reset (None: either)
    usb: frozenset
    console: frozenset  # UART 0: boot messages and the installer's cable
    adc1: frozenset
    adc2: frozenset  # not readable while Wi-Fi is on
    high_at_reset: frozenset  # pulled up, toggling or glitching high before boot.py runs


def pins(*spans):
    found = set()
    for span in spans:
        found.update(range(span[0], span[1] + 1) if isinstance(span, tuple) else (span,))
    return frozenset(found)


CHIPS = {
    "esp32": Chip(
        pins=pins((0, 19), (21, 23), (25, 27), (32, 36), 39),
        flash=pins((6, 11)),
        input_only=pins((34, 39)),
        strapping={0: 1, 2: 0, 5: 1, 12: 0, 15: 1},
        usb=pins(),
        console=pins(1, 3),
        adc1=pins((32, 39)),
        adc2=pins(0, 2, 4, (12, 15), (25, 27)),
        high_at_reset=pins(0, 1, 3, 5, 14, 15),
    ),
    "esp32s3": Chip(
        pins=pins((0, 21), (26, 48)),
        flash=pins((26, 37)),  # 33 to 37 on modules with eight-line memory
        input_only=pins(),
        strapping={0: 1, 3: None, 45: 0, 46: 0},
        usb=pins(19, 20),
        console=pins(43, 44),
        adc1=pins((1, 10)),
        adc2=pins((11, 20)),
        high_at_reset=pins(0, 18, 19, 20, 43, 44),
    ),
    "esp32c3": Chip(
        pins=pins((0, 21)),
        flash=pins((11, 17)),
        input_only=pins(),
        strapping={2: 1, 8: 1, 9: 1},
        usb=pins(18, 19),
        console=pins(20, 21),
        adc1=pins((0, 4)),
        adc2=pins(5),
        high_at_reset=pins(9, 18, 19, 20, 21),
    ),
}

HEATING = ("PIN_CONTACTOR", "PIN_SWITCH", "PIN_SWITCH_2")
DRIVEN = (*HEATING, "PIN_LEAK_TEST", "PIN_LED", "PIN_BUZZER")
OUTPUTS = (*DRIVEN, "PIN_BODY_RANGE", "PIN_METER_TX", "PIN_ONEWIRE")
ANALOG = ("PIN_BODY_NTC", "PIN_LEAK")
CONTACTS = ("PIN_TILT", "PIN_BUTTON_MAIN", "PIN_BUTTON_UP", "PIN_BUTTON_DOWN")
KNOWN = {*OUTPUTS, *ANALOG, *CONTACTS, "PIN_LEAK_TRIP", "PIN_METER_RX"}
# Levels that a resistor must hold, whatever the firmware does. A comparator torn off must read as
# tripped; a one-wire bus needs more than the chip's own 45 kOhm.
MUST_PULL = {"PIN_CONTACTOR": 0, "PIN_SWITCH": 0, "PIN_SWITCH_2": 0, "PIN_LEAK_TEST": 0}
MUST_PULL |= {"PIN_LEAK_TRIP": 1, "PIN_ONEWIRE": 1}


def faults(board):
    """Sentences, one for each thing wrong with the board (a mapping of its names)."""
    chip = CHIPS[board["CHIP"]]
    used = {k: v for k, v in board.items() if k.startswith("PIN_") and v is not None}
    pulls = dict(board["PULLS"])
    found = [f"{name}: of unknown use" for name in used if name not in KNOWN]
    for name, pin in used.items():
        others = [other for other in used if used[other] == pin and other != name]
        found += [f"{name}: pin {pin} is also {other}" for other in others]
        found += _of_the_chip(chip, name, pin, pulls)
        found += _of_its_use(chip, name, pin, pulls)
    found += _of_reset(chip, used, dict(board["SAFE_LEVELS"]), pulls)
    return found


def _of_the_chip(chip, name, pin, pulls):
    if pin not in chip.pins:
        yield f"{name}: there is no pin {pin}"
    if pin in chip.flash:
        yield f"{name}: pin {pin} belongs to the flash"
    if pin in chip.usb:
        yield f"{name}: pin {pin} belongs to USB"
    if pin in chip.console:
        yield f"{name}: pin {pin} belongs to the console"
    if pin in chip.strapping:
        level = chip.strapping[pin]
        if level is not None and pulls.get(pin) != level:
            yield f"{name}: strapping pin {pin} must be held at {level} by a resistor"
        if name in HEATING:
            yield f"{name}: heats on strapping pin {pin}"


def _of_its_use(chip, name, pin, pulls):
    if name in OUTPUTS and pin in chip.input_only:
        yield f"{name}: pin {pin} can only be an input"
    if name in ANALOG and pin not in chip.adc1:
        on_2 = pin in chip.adc2
        yield f"{name}: pin {pin} is on " + ("ADC2, dead while Wi-Fi is on" if on_2 else "no ADC")
    if name in CONTACTS and pin in chip.input_only and pulls.get(pin) != 1:
        yield f"{name}: pin {pin} has no pull-up of its own"
    if name in MUST_PULL and pulls.get(pin) != MUST_PULL[name]:
        yield f"{name}: no resistor holds pin {pin} at {MUST_PULL[name]}"


def _of_reset(chip, used, safe, pulls):
    for name in DRIVEN:
        if name not in used:
            continue
        pin = used[name]
        if pin not in safe:
            yield f"{name}: boot.py does not drive pin {pin}"
        elif name in HEATING and safe[pin] != 0:
            yield f"{name}: its safe level heats"
        elif pulls.get(pin, safe[pin]) != safe[pin]:
            yield f"{name}: its resistor pulls pin {pin} away from the safe level"
        if name in HEATING and pin in chip.high_at_reset:
            yield f"{name}: pin {pin} goes high before boot.py runs"
    for pin in safe:
        if pin not in used.values():
            yield f"SAFE_LEVELS: pin {pin} is not in use"
