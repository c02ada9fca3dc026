# A Sensirion SHT4x on I2C, in the room's air like the one-wire sensor: no answer while it
# measures, big-endian words each with a CRC-8 (polynomial 0x31, start 0xFF).

import world

_MEASURE_MS = 9
_RH_PERMILLE = 400


class Sht4x:
    ADDRESS = 0x44

    def __init__(self):
        self._out = bytearray(6)
        self._ready_ms = -1

    def write(self, addr, buf):
        self._check(addr)
        if buf[0] == 0xFD:
            self._word(0, (world.room_mdeg + 45_000) * 65_535 // 175_000)
            self._word(3, (_RH_PERMILLE + 60) * 65_535 // 1250)
            self._ready_ms = world.now_ms + _MEASURE_MS

    def read_into(self, addr, buf):
        self._check(addr)
        if self._ready_ms < 0 or world.now_ms < self._ready_ms:
            raise OSError(19)  # ENODEV, what the port makes of a missing acknowledge
        self._ready_ms = -1
        buf[:] = self._out
        if "air_crc" in world.faults:
            buf[0] ^= 0x40

    def _check(self, addr):
        if addr != self.ADDRESS or "air_open" in world.faults:
            raise OSError(19)

    def _word(self, at, value):
        value = min(max(value, 0), 0xFFFF)
        out = self._out
        out[at] = value >> 8
        out[at + 1] = value & 0xFF
        crc = 0xFF
        for i in (at, at + 1):
            for bit in range(7, -1, -1):
                top = crc >> 7 ^ out[i] >> bit & 1
                crc = crc << 1 & 0xFF
                if top:
                    crc ^= 0x31
        out[at + 2] = crc
