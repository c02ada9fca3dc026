"""Under MicroPython: every driver against the part that the simulated board has for it.

    MICROPYPATH=boards/sim:lib micropython parts_vm.py

No host and no firmware: this file sets the physical world and lets time pass itself.
"""

import board
import world
from bl0942 import BL0942
from contacts import Contacts
from ds18b20 import DS18B20
from esp32 import mcu_temperature
from machine import ADC, I2C, UART, Pin
from micropython import heap_lock, heap_unlock
from ntc import NTC, beta
from onewire import OneWire
from outputs import Switch
from residual import Residual
from sensor_state import CORRUPT, OK, OPEN, SHORT, STALE
from sht4x import SHT4x

contactor = Switch(Pin(board.PIN_CONTACTOR, Pin.OUT, value=0))
element = Switch(Pin(board.PIN_SWITCH, Pin.OUT, value=0))
room = DS18B20(OneWire(Pin(board.PIN_ONEWIRE)))
body = NTC(
    ADC(Pin(board.PIN_BODY_NTC), atten=ADC.ATTN_11DB),
    beta(board.NTC_R25_OHM, board.NTC_B_K),
    board.NTC_SUPPLY_MV,
    board.NTC_SERIES_OHM,
    Pin(board.PIN_BODY_RANGE, Pin.IN),
    board.NTC_HOT_OHM,
)
leak = Residual(
    ADC(Pin(board.PIN_LEAK), atten=ADC.ATTN_11DB),
    board.LEAK_UV_PER_MA,
    board.LEAK_ZERO_UV,
    Pin(board.PIN_LEAK_TRIP, Pin.IN),
    Pin(board.PIN_LEAK_TEST, Pin.OUT, value=0),
)
meter = BL0942(
    UART(board.UART_METER, getattr(board, "METER_BAUD", 9600)),
    board.METER_SHUNT_UOHM,
    board.METER_DIVIDER,
)
air = SHT4x(I2C(0))
buttons = Contacts(
    [Pin(p, Pin.IN, Pin.PULL_UP) for p in (board.PIN_BUTTON_MAIN, board.PIN_BUTTON_UP)]
)
tilt = Contacts([Pin(board.PIN_TILT, Pin.IN, Pin.PULL_UP)], active=1)


def run(ms):
    """Ticks of 100 ms; as in the firmware, nothing may be allocated."""
    heap_lock()
    for _ in range(ms // 100):
        world.now_ms += 100
        now_ms = world.now_ms
        room.poll(now_ms)
        body.poll(now_ms)
        leak.poll(now_ms)
        meter.poll(now_ms)
        buttons.poll()
        tilt.poll()
    heap_unlock()


def run_air(ms):
    for _ in range(ms // 100):  # an I2C part that does not answer raises: not for a locked heap
        world.now_ms += 100
        air.poll(world.now_ms)


def near(seen, wanted, within):
    assert abs(seen - wanted) <= within, (seen, wanted)


def test_temperatures_over_their_whole_range():
    for mdeg in range(-40_000, 120_001, 8_000):
        world.room_mdeg = mdeg
        world.body_mdeg = mdeg + 30_000
        run(4000)
        assert room.state == OK and body.state == OK, mdeg
        near(room.mdeg, mdeg, 150)  # noise of 20 mK and a step of 62
        near(body.mdeg, mdeg + 30_000, 300)
    world.room_mdeg = 20_000
    world.body_mdeg = 30_000
    run(4000)


def test_meter_and_its_energy():
    contactor.set(1)
    element.set(1)
    run(2000)
    assert meter.state == OK
    near(meter.mv, world.mains_mv, 200)
    near(meter.w, world.element_w(), 3)
    near(meter.ma, world.element_ma(), 10)
    before = meter.cf
    run(600_000)
    counted_j = (meter.cf - before) * meter.mj_per_cf // 1000
    near(counted_j, world.element_w() * 600, world.element_w())
    element.off()
    run(2000)
    assert meter.w == 0 and meter.mv > 200_000
    contactor.off()


def test_residual_current_and_its_test_winding():
    for ua in (0, 800, 5_000, 9_000, 30_000):
        world.leak_ua = ua
        run(1000)
        near(leak.ua, ua, 60)
        assert leak.trip == (ua >= board.LEAK_TRIP_UA)
    world.leak_ua = 0
    leak.test(1)
    run(1000)
    assert leak.trip == 1 and leak.ua > board.LEAK_TRIP_UA
    leak.test(0)
    run(1000)
    assert leak.trip == 0 and leak.ua < 100


def test_faults_are_told_apart_and_forgiven():
    cases = (
        ("room_open", room, OPEN, 1000),
        ("room_short", room, SHORT, 1000),
        ("room_crc", room, CORRUPT, 3000),
        ("room_silent", room, STALE, 3000),
        ("body_open", body, OPEN, 1000),
        ("body_short", body, SHORT, 1000),
        ("adc_stuck", body, CORRUPT, 7000),
        ("leak_sensor_dead", leak, OPEN, 1000),
        ("meter_silent", meter, STALE, 3000),
        ("meter_garbage", meter, CORRUPT, 3000),
    )
    run(3000)
    for name, part, state, within_ms in cases:
        assert part.state == OK, name
        world.faults[name] = 1
        run(within_ms)
        assert part.state == state, (name, part.state)
        del world.faults[name]
        run(8000)
        assert part.state == OK, name


def test_a_frozen_sensor_goes_on_saying_the_same():
    world.room_mdeg = 20_000
    run(4000)
    world.faults["room_frozen"] = 1
    world.room_mdeg = 25_000
    reads = room.reads
    run(10_000)
    assert room.state == OK and room.reads > reads and room.mdeg < 21_000
    del world.faults["room_frozen"]
    run(4000)
    near(room.mdeg, 25_000, 150)


def test_a_conversion_takes_its_time():
    bus = OneWire(Pin(board.PIN_ONEWIRE))

    def raw():
        bus.reset()
        bus.writebyte(0xCC)
        bus.writebyte(0xBE)
        return bus.readbyte() | bus.readbyte() << 8

    world.room_mdeg = 10_000
    assert raw() == 85 * 16  # what it holds after power-up
    bus.reset()
    bus.writebyte(0xCC)
    bus.writebyte(0x44)
    world.now_ms += 749
    assert raw() == 85 * 16
    world.now_ms += 1
    near(raw(), 10 * 16, 2)


def test_air():
    world.room_mdeg = -12_340
    run_air(2000)
    assert air.state == OK
    near(air.mdeg, -12_340, 4)
    for name, state in (("air_crc", CORRUPT), ("air_open", STALE)):
        world.faults[name] = 1
        run_air(3000)
        assert air.state == state
        del world.faults[name]
        run_air(2000)
        assert air.state == OK


def test_contacts_and_chip():
    world.buttons = 2
    world.tilted = 1
    run(300)
    assert buttons.bits == 2 and tilt.bits == 1
    world.buttons = 0
    world.tilted = 0
    run(300)
    assert buttons.bits == 0 and tilt.bits == 0
    world.chip_mdeg = 41_300
    assert mcu_temperature() == 41


for name in sorted(dir()):
    if name.startswith("test_"):
        globals()[name]()
        print("passed", name)
