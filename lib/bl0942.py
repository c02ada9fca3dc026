# BL0942 single-phase energy meter: mains voltage, current, active power. On a UART, 8N1, 4800 baud
# or 9600 by a strap of the chip.
#
# Read packet: send 0x58 0xAA; 23 bytes come back: 0x55, then little-endian I_RMS (3 bytes),
# V_RMS (3), I_FAST_RMS (3), WATT (3, signed), CF_CNT (3), FREQ (2), 0, STATUS, 0, 0, checksum:
# the complement of the sum of the command and the 22 bytes before. That takes 48 ms at 4800 baud,
# so a request is sent in one call and its answer collected in a later one.
#
# Registers (data sheet BL0942 V1.06, inputs in mV, Vref 1.218 V):
#   I_RMS = 305978 * I / Vref     V_RMS = 73989 * V / Vref     WATT = 3537 * I * V / Vref^2
#   one CF pulse = 1638.4 * 256 WATT-seconds

from micropython import const
from sensor_state import CORRUPT, OK, OPEN, STALE, STARTING
from ticks import ticks_diff

_REQUEST = const(b"\x58\xaa")
_HEAD = const(0x55)
_FRAME = const(23)
_TIMEOUT_MS = const(150)  # 52 ms of bytes, and some slack for a late tick
_TRIES = const(3)  # misses in a row before the meter is given up

_I_LSB_PER_MV = 251213.464696  # 305978 / Vref
_V_LSB_PER_MV = 60746.305419  # 73989 / Vref
_P_LSB_PER_MV2 = 2384.187920  # 3537 / Vref^2
_CF_WATT_S = 419430.4  # 1638.4 * 256


class Scale:
    """Turns a 24-bit register into an engineering unit with products under 2**30.

    value = register * factor (above 0, below 16), kept as `mul` / 2**(12 + shift) with 17 bits of
    `mul`: right to 8 millionths, finer than the meter.
    """

    def __init__(self, factor):
        if not 0 < factor < 16:
            raise ValueError("scale: above 0, below 16")
        shift = 0
        while factor * (1 << (13 + shift)) < (1 << 17):
            shift += 1
        self._mul = int(factor * (1 << (12 + shift)) + 0.5)
        self._shift = shift

    def of(self, register):
        """`register` (0..2**24-1) in the unit of the factor, rounded down."""
        m = self._mul
        return (register >> 12) * m + ((register & 0xFFF) * m >> 12) >> self._shift


class BL0942:
    """One BL0942 on `uart` (any, readinto, write, never blocking), address 0.

    `shunt_uohm` is the shunt in microohms, `divider` the ratio of mains voltage to input voltage;
    `*_cal` are (numerator, denominator) from a calibration, 1/1 when there was none.

    After `poll(now_ms)`: `mv`, `ma`, `mw` (RMS and mean of the last 400 ms; power without sign: a
    turned-round shunt is no generator), `w`, `cf` (energy pulses, wraps at 2**24, each worth
    `mj_per_cf` millijoules), `freq_mhz` (mains frequency in millihertz), `state` OK, STARTING,
    OPEN (never answered), STALE (silent now) or CORRUPT, `stamp_ms`, and `reads`. Never raises.
    """

    def __init__(
        self,
        uart,
        shunt_uohm=1000,
        divider=3824,
        period_ms=500,
        v_cal=(1, 1),
        i_cal=(1, 1),
        p_cal=(1, 1),
    ):
        self._uart = uart
        self._period_ms = period_ms
        self._buf = bytearray(_FRAME)
        self._i_mv_per_ma = shunt_uohm / 1e6
        self._v_mv_per_mv = 1 / divider
        self.calibrate(v_cal, i_cal, p_cal)
        self._asked_ms = 0
        self._asked = False
        self._waiting = False
        self._misses = 0
        self._bad = 0
        self.mv = 0
        self.ma = 0
        self.mw = 0
        self.w = 0
        self.cf = 0
        self.freq_mhz = 0
        self.state = STARTING
        self.stamp_ms = 0
        self.reads = 0

    def calibrate(self, v_cal, i_cal, p_cal):
        """Take other factors, as of the constructor, from the next value on. Slow code."""
        i_mv_per_ma = self._i_mv_per_ma
        v_mv_per_mv = self._v_mv_per_mv
        # WATT is in mV^2: mA of shunt current times mV of mains are microwatts, hence 1000 for mW.
        mw = p_cal[0] / p_cal[1] / (_P_LSB_PER_MV2 * i_mv_per_ma * v_mv_per_mv * 1000)
        self._v = Scale(v_cal[0] / v_cal[1] / (_V_LSB_PER_MV * v_mv_per_mv))
        self._i = Scale(i_cal[0] / i_cal[1] / (_I_LSB_PER_MV * i_mv_per_ma))
        self._p = Scale(mw)
        self.mj_per_cf = int(mw * _CF_WATT_S + 0.5)

    def poll(self, now_ms):
        """Send a request, or collect what has come; never waits."""
        if self._waiting:
            self._collect(now_ms)
        elif not self._asked or ticks_diff(now_ms, self._asked_ms) >= self._period_ms:
            self._ask(now_ms)

    def _ask(self, now_ms):
        uart = self._uart
        # What is still in the buffer belongs to no question: this is the resynchronisation.
        for _ in range(4):
            if not uart.any():
                break
            uart.readinto(self._buf)
        uart.write(_REQUEST)
        self._asked_ms = now_ms
        self._asked = True
        self._waiting = True

    def _collect(self, now_ms):
        if self._uart.any() >= _FRAME:
            self._waiting = False
            if self._uart.readinto(self._buf) == _FRAME and self._intact():
                self._take()
            else:
                self._miss(CORRUPT)
        elif ticks_diff(now_ms, self._asked_ms) > _TIMEOUT_MS:
            self._waiting = False
            self._miss(STALE if self.reads else OPEN)

    def _miss(self, state):
        self._misses += 1
        if self._misses >= _TRIES:
            self.state = state

    def _intact(self):
        buf = self._buf
        if buf[0] != _HEAD:
            return False
        # The last byte is the complement of the sum of all others, so all together make 0xFF.
        return sum(buf) + _REQUEST[0] & 0xFF == 0xFF

    def _word(self, at):
        buf = self._buf
        return buf[at] | buf[at + 1] << 8 | buf[at + 2] << 16

    def _take(self):
        watt = self._word(10)
        if watt & 0x800000:
            watt = 0x1000000 - watt
        self.ma = self._i.of(self._word(1))
        self.mv = self._v.of(self._word(4))
        self.mw = self._p.of(watt)
        self.w = (self.mw + 500) // 1000
        self.cf = self._word(13)
        period_us = self._buf[16] | self._buf[17] << 8
        self.freq_mhz = 1_000_000_000 // period_us if period_us else 0
        self._misses = 0
        self.state = OK
        self.stamp_ms = self._asked_ms
        self.reads += 1
