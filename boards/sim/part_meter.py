# The BL0942 energy meter on its UART: answers a packet request with the registers it holds, which
# it renews every 400 ms. Register values by the formulas of its data sheet (BL0942 V1.06), I and V
# in mV at the inputs, Vref 1.218 V: I_RMS = 305978 * I / Vref, V_RMS = 73989 * V / Vref,
# WATT = 3537 * I * V / Vref^2; one CF pulse is 1638.4 * 256 WATT-seconds.

from struct import pack_into

import board
import world

_REFRESH_MS = 400
_FRAME = 23
_PERIOD_US = 20_000  # 1 MHz / 50 Hz
_BAUD = board.METER_BAUD  # by a strap of the chip: 4800 or 9600
_BYTE_US = 10 * 1_000_000 // _BAUD  # 8N1
_CREEP_W = 3  # below this the chip counts nothing (its WA_CREEP register)

# Registers per engineering unit, in 1/2^20.
_V_PER_MV = int(73989 / 1.218 / board.METER_DIVIDER * (1 << 20))
_I_PER_MA = int(305978 / 1.218 * board.METER_SHUNT_UOHM / 1e6 * (1 << 20))
_P_PER_MW = int(
    3537 / 1.218 / 1.218 * board.METER_SHUNT_UOHM / 1000 / board.METER_DIVIDER * (1 << 20)
)
_WATT_MS_PER_CF = 16384 * 256 * 100  # in WATT milliseconds


class Meter:
    def __init__(self, baudrate):
        self._heard = baudrate == _BAUD
        self._out = bytearray(_FRAME)
        self._taken = _FRAME  # nothing to send
        self._sent_ms = 0  # when the answer began
        self._command = 0
        self._renewed_ms = -_REFRESH_MS
        self._energy_uj = 0
        self._mw = 0
        self._cf = 0
        self._cf_rest = 0
        self._seed = 7

    def write(self, data):
        if not self._heard:
            return
        for b in data:
            if self._command == 0x58 and b == 0xAA:
                self._answer()
            self._command = b

    def any(self):
        return min(self._arrived(), _FRAME) - self._taken if self._taken < _FRAME else 0

    def readinto(self, buf, n):
        n = min(n, self.any())
        for i in range(n):
            buf[i] = self._out[self._taken + i]
        self._taken += n
        return n

    def _arrived(self):
        return (world.now_ms - self._sent_ms) * 1000 // _BYTE_US

    def _renew(self):
        """The mean over the last whole refresh, as its filters make it."""
        span = world.now_ms - self._renewed_ms
        if span < _REFRESH_MS:
            return
        world.settle()
        uj = world._energy_uj
        self._mw = (uj - self._energy_uj) // span
        self._energy_uj = uj
        self._renewed_ms = world.now_ms
        if self._mw >= _CREEP_W * 1000:
            total = self._cf_rest + (self._mw * _P_PER_MW >> 20) * span
            self._cf = self._cf + total // _WATT_MS_PER_CF & 0xFFFFFF
            self._cf_rest = total % _WATT_MS_PER_CF

    def _answer(self):
        f = world.faults
        if "meter_silent" in f or ("breaker_off" in f and not world.mains_mv):
            return
        self._renew()
        mw = 0 if "meter_deaf" in f else self._mw  # its current channel is dead
        out = self._out
        mv = world.heater_mv()
        v = mv * _V_PER_MV >> 20
        i = (mw * 1000 // mv if mv else 0) * _I_PER_MA >> 20
        p = mw * _P_PER_MW >> 20
        # Words of 24 bits: each one's empty top byte is overwritten by the next.
        pack_into("<BI", out, 0, 0x55, i)
        pack_into("<I", out, 4, v)
        pack_into("<I", out, 7, i)
        pack_into("<I", out, 10, p)
        pack_into("<I", out, 13, self._cf)
        pack_into("<HIB", out, 16, _PERIOD_US, 0, 0)
        out[_FRAME - 1] = ~(0x58 + sum(out)) & 0xFF
        if "meter_garbage" in f:
            for k in range(_FRAME):
                self._seed = (self._seed * 75 + 74) % 65537
                out[k] = self._seed & 0xFF
        self._taken = 0
        self._sent_ms = world.now_ms + 1
