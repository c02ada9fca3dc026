# The BL0942 on its UART as in boards/sim/part_meter.py (formulas there), in integers of 31 bits:
# register values by watts and milliamperes, whose scale needs fewer bits than milliwatts.

from struct import pack_into

import board
import world

_REFRESH_MS = 400
_FRAME = 23
_PERIOD_US = 20_000  # 1 MHz / 50 Hz
_BYTE_US = 10 * 1_000_000 // board.METER_BAUD  # 8N1
_V_PER_MV_Q6 = int(73989 / 1.218 / board.METER_DIVIDER * (1 << 6))
_I_PER_MA_Q8 = int(305978 / 1.218 * board.METER_SHUNT_UOHM / 1e6 * (1 << 8))
_P_PER_W_Q8 = int(3537 / 1.218 / 1.218 * board.METER_SHUNT_UOHM / board.METER_DIVIDER * (1 << 8))
_WATT_TICKS_PER_CF = 16384 * 256  # in WATT times ticks of 100 ms: 30 s of 2.9 kW are small


class Meter:
    def __init__(self, baudrate):
        self._heard = baudrate == board.METER_BAUD
        self._out = bytearray(_FRAME)
        self._taken = _FRAME  # nothing to send
        self._sent_ms = 0  # when the answer began
        self._command = 0
        self._renewed_ms = -_REFRESH_MS
        self._w = 0
        self._cf = 0
        self._cf_rest = 0

    def write(self, data):
        if not self._heard:
            return
        for b in data:
            if self._command == 0x58 and b == 0xAA:
                self._answer()
            self._command = b

    def any(self):
        if self._taken >= _FRAME:
            return 0
        return min((world.now_ms - self._sent_ms) * 1000 // _BYTE_US, _FRAME) - self._taken

    def readinto(self, buf, n):
        n = min(n, self.any())
        for i in range(n):
            buf[i] = self._out[self._taken + i]
        self._taken += n
        return n

    def _renew(self):
        """The mean over the last whole refresh, as its filters make it."""
        span = world.now_ms - self._renewed_ms
        if span < _REFRESH_MS:
            return
        self._w = world.take_energy_mj() // span
        self._renewed_ms = world.now_ms
        total = self._cf_rest + (self._w * _P_PER_W_Q8 >> 8) * (span // 100)
        self._cf = self._cf + total // _WATT_TICKS_PER_CF & 0xFFFFFF
        self._cf_rest = total % _WATT_TICKS_PER_CF

    def _answer(self):
        if "meter_silent" in world.faults:
            return
        self._renew()
        out = self._out
        mv = world.mains_mv
        i = (self._w * 100_000 // (mv // 10) if mv else 0) * _I_PER_MA_Q8 >> 8
        # Words of 24 bits: each one's empty top byte is overwritten by the next.
        pack_into("<BI", out, 0, 0x55, i)
        pack_into("<I", out, 4, mv * _V_PER_MV_Q6 >> 6)
        pack_into("<I", out, 7, i)
        pack_into("<I", out, 10, self._w * _P_PER_W_Q8 >> 8)
        pack_into("<I", out, 13, self._cf)
        pack_into("<HIB", out, 16, _PERIOD_US, 0, 0)
        out[_FRAME - 1] = ~(0x58 + sum(out)) & 0xFF
        self._taken = 0
        self._sent_ms = world.now_ms + 1
