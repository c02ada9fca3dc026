"""Hostile bytes on the buses: only an intact frame is believed, and nothing raises."""

import dual_bl0942
import dual_ds18b20
from bl0942 import BL0942
from crc import crc8_maxim, crc8_sensirion
from ds18b20 import DS18B20
from hypothesis import given, settings
from hypothesis import strategies as st


@given(st.binary(max_size=24))
def test_crc8_maxim_divides(data):
    assert crc8_maxim(data, len(data)) == dual_ds18b20.crc(data)
    assert crc8_maxim(data + bytes((dual_ds18b20.crc(data),)), len(data) + 1) == 0


def test_crc8_of_the_application_notes():
    # Maxim's application note 27 and Sensirion's data sheet print these.
    assert crc8_maxim(bytes((0x02, 0x1C, 0xB8, 0x01, 0, 0, 0)), 7) == 0xA2
    assert crc8_sensirion(b"\xbe\xef", 0, 2) == 0x92


@given(st.binary(min_size=9, max_size=9), st.integers(0, 99))
def test_a_scratchpad_of_any_bytes(data, offset):
    sensor = DS18B20(dual_ds18b20.Bus(data))
    dual_ds18b20.turn(sensor, 4000, offset)
    good = dual_ds18b20.crc(data[:8]) == data[8] and data[4] & 0x9F == 0x1F
    if sensor.reads:
        assert good and -55_000 <= sensor.mdeg <= 125_000
    raw = int.from_bytes(data[:2], "little", signed=True)
    if good and -880 <= raw <= 2000 and raw != 0x550 and data[4] == 0x7F:
        assert sensor.reads and sensor.mdeg == raw * 1000 // 16


@given(st.integers(-880, 2000))
def test_every_temperature_of_the_part(raw):
    sensor = DS18B20(dual_ds18b20.Bus(dual_ds18b20.pad(raw & 0xFFFF)))
    dual_ds18b20.turn(sensor, 1500)
    if raw != 0x550:
        assert sensor.mdeg == raw * 1000 // 16


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=70), max_size=12), st.integers(0, 0xFFFFFF))
def test_the_meter_in_any_noise_recovers(noise, v):
    line = dual_bl0942.Line(b"")
    meter = BL0942(line)
    now = 0
    for data in noise:
        line.answer = data
        now = dual_bl0942.turn(meter, 600, now)
    reads = meter.reads
    line.answer = dual_bl0942.frame(v=v)
    dual_bl0942.turn(meter, 1500, now)
    assert meter.reads > reads
    assert abs(meter.mv - v * 1.218 * 3824 / 73989) <= 1 + v * 1e-6


def test_the_clock_may_wrap():
    start = (1 << 30) - 15_000  # ticks_ms of a 32-bit MicroPython wraps at 2**30
    sensor = DS18B20(dual_ds18b20.Bus())
    dual_ds18b20.turn(sensor, 30_000, start)
    assert sensor.reads >= 30_000 // 1600
    meter = BL0942(dual_bl0942.Line(dual_bl0942.frame(v=3_500_000)))
    dual_bl0942.turn(meter, 30_000, start)
    assert meter.reads >= 30_000 // 700


@given(st.binary(min_size=23, max_size=23))
def test_a_frame_of_any_bytes(data):
    meter = BL0942(dual_bl0942.Line(data))
    dual_bl0942.turn(meter, 1000)
    intact = data[0] == 0x55 and (0x58 + sum(data[:22]) & 0xFF) ^ 0xFF == data[22]
    assert bool(meter.reads) == intact
