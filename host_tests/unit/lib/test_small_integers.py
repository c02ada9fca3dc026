"""On the target an integer beyond 31 bits is an allocation: no driver may make one on the way.

The drivers read their buffers and ADCs through numbers that watch every result computed from
them, at the ends of every scale.
"""

import operator

import pytest
from bl0942 import BL0942
from ds18b20 import DS18B20
from dual_bl0942 import Line, frame, turn
from dual_ds18b20 import Bus, pad
from ntc import NTC, beta
from residual import Residual
from sensor_state import OK
from sht4x import SHT4x


class Small(int):
    """An integer of a 32-bit MicroPython: anything computed from it must fit 31 bits too."""


def _watched(operation):
    def method(self, *others):
        result = operation(int(self), *(int(o) for o in others))
        if not isinstance(result, int) or isinstance(result, bool):
            return result
        assert -(1 << 30) <= result < 1 << 30, f"{operation.__name__}{(int(self), *others)}"
        return Small(result)

    return method


for _name in ("add", "sub", "mul", "floordiv", "mod", "lshift", "rshift", "and_", "or_", "xor"):
    _op = getattr(operator, _name)
    _dunder = _name.strip("_")
    setattr(Small, f"__{_dunder}__", _watched(_op))
    _swapped = _watched(lambda a, b, op=_op: op(b, a))
    setattr(Small, f"__r{_dunder}__", _swapped)
Small.__neg__ = _watched(operator.neg)
Small.__invert__ = _watched(operator.invert)


class SmallBytes(bytearray):
    def __getitem__(self, at):
        got = super().__getitem__(at)
        return Small(got) if isinstance(got, int) else got

    def __iter__(self):
        return (Small(b) for b in bytes(self))


class Adc:
    def __init__(self, uv):
        self.uv = Small(uv)

    def read_uv(self):
        return self.uv


class Pin:
    IN, OUT = 1, 3

    def init(self, mode, value=None):
        pass


def test_the_watch_bites():
    assert Small(1 << 15) * (1 << 14) == 1 << 29
    for wrong in (
        lambda: Small(1 << 15) * (1 << 15),
        lambda: (1 << 15) * Small(1 << 15),
        lambda: Small(1) << 30,
        lambda: Small(1 << 29) + (1 << 29),
    ):
        with pytest.raises(AssertionError):
            wrong()


@pytest.mark.parametrize("registers", [0, 1, 0xFFF, 0x7FFFFF, 0xFFFFFF])
@pytest.mark.parametrize("period_us", [0, 1, 20_000, 0xFFFF])
@pytest.mark.parametrize("shunt", [200, 1000, 10_000])
def test_meter(registers, period_us, shunt):
    line = Line(frame(registers, registers, registers, registers, period_us))
    meter = BL0942(line, shunt_uohm=shunt)
    meter._buf = SmallBytes(meter._buf)
    turn(meter, 1000)
    assert meter.state == OK and isinstance(meter.mw, Small)


@pytest.mark.parametrize("raw", [0xFC90, 0xFFFF, 0, 1, 0x07D0])
def test_one_wire(raw):
    sensor = DS18B20(Bus(pad(raw)))
    sensor._buf = SmallBytes(sensor._buf)
    for t in range(0, 2000, 100):
        sensor.poll(t)
    assert sensor.state == OK and isinstance(sensor.mdeg, Small)


@pytest.mark.parametrize("range_pin", [None, Pin()])
@pytest.mark.parametrize("series", [1_000, 56_000, 180_000])
def test_ntc(range_pin, series):
    for uv in range(0, 3_300_001, 20_000):
        ntc = NTC(Adc(uv), beta(10_000, 3950), 3300, series, range_pin, 1500)
        for t in range(200):
            ntc.poll(t)
        assert isinstance(ntc.uv, Small)


@pytest.mark.parametrize("gain", [1_000, 50_000, 1_000_000])
@pytest.mark.parametrize("uv", [0, 250_000, 3_300_000])
def test_residual(gain, uv):
    leak = Residual(Adc(uv), gain, 250_000)
    for t in range(10):
        leak.poll(t)
        leak.learn_zero()
    assert isinstance(leak.uv, Small)


@pytest.mark.parametrize("word", [b"\x00\x00\x81", b"\xff\xff\xac"])
def test_air(word):
    class I2c:
        def writeto(self, addr, buf):
            pass

        def readfrom_into(self, addr, buf):
            buf[:] = word + word

    part = SHT4x(I2c())
    part._buf = SmallBytes(6)
    for t in range(0, 500, 100):
        part.poll(t)
    assert part.state == OK and isinstance(part.mdeg, Small)
