# The simulated controller's peripherals, at the level of pins, ADC codes and bus bytes. What is
# soldered to them is in part_*.py, the pins in board.py, the physics behind in world.py.
#
# Shadows the built-in machine module. Only what the firmware uses is here, with the calls, results
# and limits of the ESP32 port. No call on a path of the tick allocates.

import board
import clock
import part_analog
import world
from part_analog import CODE_0_UV, NOISE_STEPS, STEP_UV, ZERO_UV
from part_sht4x import Sht4x

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

_BUTTON_PINS = (board.PIN_BUTTON_MAIN, board.PIN_BUTTON_UP, board.PIN_BUTTON_DOWN)


def _tilt():
    return 1 if world.tilted else 0  # opens against its pull-up when tipped over


def _onewire():
    return 0 if "room_short" in world.faults else 1


_INPUTS = {board.PIN_ONEWIRE: _onewire}
if board.HAS_TILT:
    _INPUTS[board.PIN_TILT] = _tilt
if board.HAS_LEAK:
    _INPUTS[board.PIN_LEAK_TRIP] = part_analog.leak.tripped
if board.HAS_METER:
    from part_meter import Meter


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2

    def __init__(self, id, mode=-1, pull=-1, *, value=None):
        self.id = id
        self._button = 1 << _BUTTON_PINS.index(id) if id in _BUTTON_PINS else 0
        self._input = _INPUTS.get(id)
        self._is_output = False
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None):
        if value is not None:
            world.set_pin(self.id, 1 if value else 0)
        if mode != -1:
            self._is_output = mode == Pin.OUT
            if self.id == board.PIN_BODY_RANGE:
                part_analog.range_driven = self._is_output

    def value(self, level=None):
        if level is not None:
            world.set_pin(self.id, 1 if level else 0)
            return None
        if self._button:
            return 0 if world.buttons & self._button else 1  # closes to ground
        if self._input:
            return self._input()
        return world.get_pin(self.id) if self._is_output else 0

    def __call__(self, level=None):
        return self.value(level)

    def on(self):
        world.set_pin(self.id, 1)

    def off(self):
        world.set_pin(self.id, 0)


class ADC:
    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3
    WIDTH_12BIT = 12

    def __init__(self, pin, *, atten=0):
        if atten != ADC.ATTN_11DB:
            raise ValueError("the simulated ADC knows the 11 dB range only")
        id = pin.id if isinstance(pin, Pin) else pin
        self._uv = part_analog.part_at(id).uv
        self._seed = id
        self._code = 0

    def read_uv(self):
        """What the port's calibration makes of a code of 0..4095, with noise."""
        if not world.faults or "adc_stuck" not in world.faults:
            self._seed = seed = (self._seed * 75 + 74) % 65537
            code = (self._uv() - ZERO_UV) // STEP_UV + seed % NOISE_STEPS
            self._code = 0 if code < 0 else (4095 if code > 4095 else code)
        return self._code * STEP_UV + CODE_0_UV

    def read_u16(self):
        self.read_uv()
        return self._code << 4 | self._code >> 8


class UART:
    """UART 0 is the console, the board's UART_METER has the energy meter."""

    def __init__(self, id, baudrate=115200, **settings):
        is_meter = board.HAS_METER and id == board.UART_METER
        self._meter = Meter(baudrate) if is_meter else None

    def init(self, baudrate=115200, **settings):
        pass

    def any(self):
        return self._meter.any() if self._meter else world.console_n

    def readinto(self, buf, nbytes=None):
        """Like the ESP32 port with timeout=0: what is there, or None."""
        if self._meter:
            n = self._meter.readinto(buf, len(buf) if nbytes is None else nbytes)
        else:
            n = world.console_read_into(buf if nbytes is None else memoryview(buf)[:nbytes])
        return n if n else None

    def read(self, nbytes=None):
        buf = bytearray(self.any() if nbytes is None else nbytes)
        n = self.readinto(buf)
        return bytes(buf[:n]) if n else None

    def write(self, data):
        if self._meter:
            self._meter.write(data)
        else:
            world.console_write(data)
        return len(data)


class I2C:
    """The bus of the panel's SHT4x. A part that does not answer is an OSError, as on the port."""

    def __init__(self, id=0, *, scl=None, sda=None, freq=100_000, timeout=2000):
        self._part = Sht4x()

    def scan(self):
        return [Sht4x.ADDRESS]

    def writeto(self, addr, buf, stop=True):
        self._part.write(addr, buf)
        return len(buf)

    def readfrom_into(self, addr, buf, stop=True):
        self._part.read_into(addr, buf)


class WDT:
    def __init__(self, id=0, timeout=5000):
        world.wdt_timeout_ms = timeout
        world.wdt_fed_ms = world.now_ms

    def feed(self):
        world.wdt_fed_ms = world.now_ms


class RTC:
    def memory(self, data=None):
        if data is None:
            return world.rtc_memory
        world.rtc_memory = bytes(data)
        return None

    def datetime(self, now):
        clock.put(now)


def reset():
    world.reset(HARD_RESET)


def reset_cause():
    return world.reset_cause


def unique_id():
    return b"\x24\x0a\xc4" + (world.number + 1).to_bytes(3, "big")


def freq(hz=None):
    return 160_000_000
