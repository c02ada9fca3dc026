# The parts of this board, between drivers and signals: builds what is fitted, reads it into
# Inputs, writes Outputs. The only file besides app that touches pins. Drivers of parts that not
# every board has are imported where such a part is fitted.

import esp32
from buzzer import Buzzer
from contacts import Contacts
from ds18b20 import DS18B20
from led import Led
from machine import ADC, UART, Pin
from micropython import const, kbd_intr
from ntc import NTC, beta
from onewire import OneWire
from outputs import Stages, Switch
from ticks import ticks_diff

from heater.signals import OK, STALE

_PERMILLE = const(1000)
_PPM = const(1_000_000)
_ROOM_STALE_MS = const(4000)  # two periods of the room sensor, 1.5 s each, and a conversion
_METER_STALE_MS = const(3000)
_CHIP_TICKS = const(10)  # a chip's temperature moves slowly
# The meter is asked every fifth tick and its answer (23 bytes, 24 ms) collected in the next.
_METER_TICKS = const(5)
_TILT_TICKS = const(2)  # a knock is no fall; both contacts still act within half a second
_REFRESH_TICKS = const(10)  # outputs are written again this often, against a disturbed latch


# By plan/local.py's LED_*: one bit a tick, 1.6 s a round. A fault blinks fast, a window twice,
# what waits for a clock once; heating is steady, standby a glimmer.
_LED_PATTERNS = const((
    0,  # dark
    0x3333,  # fault
    0x0001,  # standby
    0xFFFF,  # heating
    0x7FFF,  # boost
    0x0009,  # window
    0x0003,  # no clock
    0x5555,  # locked
    0,  # off
    0x0001,  # answers to a press: preset comfort, one flash
    0x0009,  # eco, two
    0x0049,  # sleep, three
    0x0249,  # away, four
    0xFFFF,  # mode heat, steady
    0x00FF,  # mode plan, slow
    0x000F,  # quiet, one long
    0x0F0F,  # no longer quiet, two
    0x3DEF,  # the plan has learned a change, three
    0x0CFF,  # the plan has forgotten one, a long and a short
))


class Hardware:
    """Everything soldered to the controller, as `board` (a board module) describes it."""

    def __init__(self, board):
        self._board = board
        self.contactor = Switch(Pin(board.PIN_CONTACTOR, Pin.OUT, value=0))
        self._first = _modulating_switch(board)
        self._held = board.SWITCH_RMT is not None
        self._second = None
        if board.PIN_SWITCH_2 is not None:
            self._second = Switch(Pin(board.PIN_SWITCH_2, Pin.OUT, value=0))
        self.element = Stages(self._first)
        self._share = [0, _PERMILLE, _PERMILLE, _PERMILLE]  # of the element, by stage
        self._room = DS18B20(OneWire(Pin(board.PIN_ONEWIRE)))
        self._body = NTC(
            _adc(board.PIN_BODY_NTC),
            beta(board.NTC_R25_OHM, board.NTC_B_K),
            board.NTC_SUPPLY_MV,
            board.NTC_SERIES_OHM,
            Pin(board.PIN_BODY_RANGE, Pin.IN),
            board.NTC_HOT_OHM,
            board.NTC_ADC_UV,
        )
        self._leak = self._leak_test = self._meter = self._tilt = self._chip = None
        if board.HAS_LEAK:
            from residual import Residual

            self._leak_test = Pin(board.PIN_LEAK_TEST, Pin.OUT, value=0)
            self._leak = Residual(
                _adc(board.PIN_LEAK),
                board.LEAK_UV_PER_MA,
                board.LEAK_ZERO_UV,
                Pin(board.PIN_LEAK_TRIP, Pin.IN),
            )
        if board.HAS_METER:
            from bl0942 import BL0942

            uart = UART(
                board.UART_METER, board.METER_BAUD, tx=board.PIN_METER_TX, rx=board.PIN_METER_RX
            )
            self._meter = BL0942(uart, board.METER_SHUNT_UOHM, board.METER_DIVIDER)
        if board.HAS_TILT:
            pin = Pin(board.PIN_TILT, Pin.IN, Pin.PULL_UP)
            self._tilt = Contacts([pin], active=1, ticks=_TILT_TICKS)
        if board.HAS_CHIP_TEMP:
            from chiptemp import ChipTemp

            self._chip = ChipTemp(esp32.mcu_temperature)  # pyright: ignore
        # In the order of BUTTON_MAIN, BUTTON_UP, BUTTON_DOWN.
        pins = (board.PIN_BUTTON_MAIN, board.PIN_BUTTON_UP, board.PIN_BUTTON_DOWN)
        # A tick is longer than any bounce, and a quick press hardly longer than a tick.
        self._buttons = Contacts([Pin(pin, Pin.IN, Pin.PULL_UP) for pin in pins], ticks=1)
        self._led = Led(Pin(board.PIN_LED, Pin.OUT), _LED_PATTERNS, board.LED_ACTIVE)
        self.buzzer = Buzzer(Pin(board.PIN_BUZZER, Pin.OUT, value=0))
        self._written = -1
        self._until_refresh = 0
        self._room_mdeg = self._body_mdeg = 0  # corrections found against a reference

    def calibrate(self, cfg):
        """Take the corrections of the settings `calibration.*`. Slow code."""
        self._room_mdeg = cfg.get("calibration.room_mdeg")
        self._body_mdeg = cfg.get("calibration.body_mdeg")
        if self._meter is not None:
            self._meter.calibrate(
                (cfg.get("calibration.mains_ppm"), _PPM),
                (cfg.get("calibration.current_ppm"), _PPM),
                (cfg.get("calibration.power_ppm"), _PPM),
            )

    def fit_element(self, kind, stage_permille):
        """Say what drives the element: "ssr", "relay", or "stages" with the share of each."""
        if kind == "stages" and self._second is not None:
            self.element = Stages(self._first, self._second)
            self._share = [0, stage_permille[0], stage_permille[1], _PERMILLE]

    def console_port(self):
        """The serial port of the console, deaf to Ctrl-C."""
        if self._board.CONSOLE_UART is not None:
            return UART(self._board.CONSOLE_UART, 115200)
        from stdport import StdPort

        kbd_intr(-1)
        return StdPort()

    # --- every tick

    def read(self, inp):
        """Let every driver do its slice and take over what is new. Allocates nothing."""
        now_ms = inp.now_ms
        tick = inp.tick
        self._room.poll(now_ms)
        body = self._body
        body.poll(now_ms)
        inp.body_mdeg = body.mdeg + self._body_mdeg
        inp.body_state = body.state
        leak = self._leak
        if leak is not None:
            leak.poll(now_ms)
            inp.leak_ua = leak.ua
            inp.leak_trip = leak.trip
            inp.leak_state = leak.state
        if self._tilt is not None:
            inp.tilted = self._tilt.poll()
        inp.buttons = self._buttons.poll()
        if tick & 1:
            self._take_room(inp, now_ms)
        if self._meter is not None and tick % _METER_TICKS < 2:
            self._read_meter(inp, now_ms)
        if self._chip is not None and tick % _CHIP_TICKS == 0:
            self._chip.poll()
            inp.chip_mdeg = self._chip.mdeg
            inp.chip_state = self._chip.state

    def _take_room(self, inp, now_ms):
        # Every other tick, the one in which protection looks at it.
        room = self._room
        state = room.state
        inp.room_mdeg = room.mdeg + self._room_mdeg
        if state == OK:
            age_ms = ticks_diff(now_ms, room.stamp_ms)
            inp.room_age_ms = age_ms
            if age_ms > _ROOM_STALE_MS:
                state = STALE
        inp.room_state = state

    def _read_meter(self, inp, now_ms):
        meter = self._meter
        meter.poll(now_ms)
        state = meter.state
        if state == OK:
            age_ms = ticks_diff(now_ms, meter.stamp_ms)
            inp.meter_age_ms = age_ms
            inp.mains_mv = meter.mv
            inp.current_ma = meter.ma
            inp.power_w = meter.w
            if age_ms > _METER_STALE_MS:
                state = STALE
        inp.meter_state = state

    def write(self, out):
        """Put changed outputs on the pins, and those that heat once a second anyway."""
        self._led.show(out.led)
        mark = out.stage | out.contactor << 2 | out.leak_test << 3
        if mark == self._written and self._until_refresh and not self._held:
            self._until_refresh -= 1
            return
        self._written = mark
        self._until_refresh = _REFRESH_TICKS - 1
        if not out.contactor:  # off before on: the switches never overlap
            self.contactor.off()
        self.element.set(out.stage)
        if out.contactor:
            self.contactor.set(1)
        if self._leak_test is not None:
            self._leak_test.value(out.leak_test)

    def beep(self, now_ms, out):
        """Begin a beep that was asked for, end one that is over. Slow code."""
        if out.beep_ms:
            self.buzzer.beep(now_ms, out.beep_ms)
            out.beep_ms = 0
        self.buzzer.poll(now_ms)

    def off(self):
        """Everything that heats off, without asking anybody. Cannot fail."""
        self._written = -1
        self.element.off()
        self.contactor.off()
        if self._leak_test is not None:
            self._leak_test.value(0)

    # --- power

    def available_w(self, inp, rated_w, rated_mv):
        """Power of the whole element at the present mains voltage, P = Pr (U/Ur)^2.

        Without a meter the voltage is taken for rated. 0..2 x rated.
        """
        if inp.meter_state != OK:
            return rated_w
        ratio = inp.mains_mv * 100 // (rated_mv // 10)  # permille
        if ratio > 1400:
            ratio = 1400
        return rated_w * (ratio * ratio // 1000) // 1000

    def delivered_w(self, out, available_w):
        """Power at the element in this tick, by the switches' position."""
        if not out.contactor:
            return 0
        return available_w * self._share[out.stage] // _PERMILLE


def _modulating_switch(board):
    """The first element switch: held by RMT where the board has a channel for it, so that it
    opens by itself when Python stops; otherwise a plain output."""
    pin = Pin(board.PIN_SWITCH, Pin.OUT, value=0)
    if board.SWITCH_RMT is None:
        return Switch(pin)
    from heldswitch import RMT_SETTINGS, HeldSwitch

    rmt = esp32.RMT(board.SWITCH_RMT, pin=pin, **RMT_SETTINGS)  # pyright: ignore
    return HeldSwitch(rmt)


def _adc(pin):
    # 11 dB: the whole range of the dividers, 0.15 to 3.1 V.
    return ADC(Pin(pin), atten=ADC.ATTN_11DB)  # pyright: ignore
