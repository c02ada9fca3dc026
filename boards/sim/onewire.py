# The one-wire bus with the room's DS18B20 on it: commands and bytes as on the wire. The master's
# side has the calls of MicroPython's own onewire module.

import world

_CONVERSION_MS = 750
_ROM = b"\x28\xaa\x01\x02\x03\x04\x05\xa7"
_READY = 0
_ROM_COMMAND = 1
_MATCHING = 2
_COMMAND = 3
_SENDING = 4


def _crc8(data, n):
    crc = 0
    for i in range(n):
        b = data[i]
        for _ in range(8):
            bit = (crc ^ b) & 1
            crc >>= 1
            if bit:
                crc ^= 0x8C
            b >>= 1
    return crc


class _DS18B20:
    def __init__(self):
        self._pad = bytearray((0x50, 0x05, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10, 0))  # power-up
        self._pad[8] = _crc8(self._pad, 8)
        self._state = _READY
        self._at = 0
        self._ends_ms = -1
        self._raw = 0
        self._seed = 1
        self._frozen_raw = None

    def reset(self):
        """A reset pulse; True when something pulls the bus low in answer."""
        if world.faults and "room_open" in world.faults:
            self._state = _READY
            return False
        self._state = _ROM_COMMAND
        return True

    def write(self, b):
        if self._state == _ROM_COMMAND:
            self._at = 0
            self._state = _COMMAND if b == 0xCC else (_MATCHING if b == 0x55 else _READY)
        elif self._state == _MATCHING:
            if b != _ROM[self._at]:
                self._state = _READY
                return
            self._at += 1
            if self._at == 8:
                self._state = _COMMAND
        elif self._state == _COMMAND:
            self._state = _READY
            if b == 0x44:
                self._convert()
            elif b == 0xBE:
                self._latch()
                self._at = 0
                self._state = _SENDING

    def read(self):
        at = self._at
        f = world.faults
        if f and "room_short" in f:
            return 0
        if self._state != _SENDING or at > 8:
            return 0xFF
        if f and ("room_silent" in f or "room_open" in f):
            return 0xFF
        self._at = at + 1
        b = self._pad[at]
        return b ^ 0x10 if at == 3 and f and "room_crc" in f else b

    def _convert(self):
        raw = self._frozen_raw
        if raw is None or "room_frozen" not in world.faults:
            total = 0
            for _ in range(3):
                self._seed = (self._seed * 75 + 74) % 65537
                total += self._seed
            # Three uniform numbers have a standard deviation of 32768 together.
            mdeg = world.room_mdeg + ((total - 98_304) * world.noise_mdeg >> 15)
            mdeg += world.faults.get("room_offset_mdeg", 0)
            raw = (min(max(mdeg, -55_000), 125_000) * 16 + 500) // 1000
        self._raw = raw
        self._frozen_raw = raw
        self._ends_ms = world.now_ms + _CONVERSION_MS

    def _latch(self):
        if self._ends_ms >= 0 and world.now_ms >= self._ends_ms:
            self._ends_ms = -1
            pad = self._pad
            pad[0] = self._raw & 0xFF
            pad[1] = self._raw >> 8 & 0xFF
            pad[6] = 0x10 - (pad[0] & 0x0F)
            pad[8] = _crc8(pad, 8)


class OneWire:
    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        self.pin = pin
        self._part = _DS18B20()

    def reset(self, required=False):
        return self._part.reset()

    def readbit(self):
        return self._part.read() & 1

    def readbyte(self):
        return self._part.read()

    def readinto(self, buf):
        for i in range(len(buf)):
            buf[i] = self._part.read()

    def writebyte(self, value):
        self._part.write(value)

    def write(self, buf):
        for b in buf:
            self._part.write(b)

    def select_rom(self, rom):
        self.reset()
        self.writebyte(self.MATCH_ROM)
        self.write(rom)

    def scan(self):
        return [bytearray(_ROM)]

    def crc8(self, data):
        return _crc8(data, len(data))
