# DS18B20 one-wire thermometer, read in slices so that no call holds the processor over 2 ms.
#
# A reset takes 0.96 ms and a byte 0.56 ms on the wire; the bus allows any pause between two bits,
# so one reading is spread over several calls:
#
#   start (reset, skip ROM) -> convert -> 750 ms wait -> address (reset, skip ROM)
#     -> read command and 2 bytes -> 3 bytes -> 3 bytes -> the CRC, and the verdict
#
# Called every 100 ms this makes a reading every 1.4 s or `period_ms`, whichever is longer, and
# a reset, which is when a broken or shorted wire shows, at least every 0.9 s.

from crc import crc8_maxim
from micropython import const
from sensor_state import CORRUPT, OK, OPEN, RANGE, SHORT, STALE, STARTING
from ticks import ticks_diff

_SKIP_ROM = const(0xCC)
_CONVERT_T = const(0x44)
_READ_SCRATCHPAD = const(0xBE)

_CONVERSION_MS = const(750)  # maximum at 12 bits
_BYTES = const(9)
_CONFIG = const(4)  # offset of the configuration register: 0 R1 R0 1 1 1 1 1
_POWER_ON_RAW = const(0x0550)  # 85 degC: what the register holds until the first conversion
_HOT_RAW = const(80 * 16)
_BAD_READS = const(2)  # in a row before the reading is given up; one burst of noise is no fault

_START = const(0)
_CONVERT = const(1)
_WAIT = const(2)
_ADDRESS = const(3)
_COMMAND = const(4)
_READ = const(5)


class DS18B20:
    """One DS18B20 at 12 bits, alone on its bus (an address would take 5 ms more on the wire).

    `ow` is a onewire.OneWire; its `pin` is read to tell a shorted bus from a present sensor.
    Call `poll(now_ms)` every tick. After each, `mdeg` is the last good temperature in millidegrees
    (-55000..125000), `stamp_ms` the ticks_ms at which its conversion was started, `state` one of
    sensor_state, and `reads` counts good readings. poll never raises.
    """

    def __init__(self, ow, period_ms=1500):
        self._ow = ow
        self._pin = ow.pin
        self._period_ms = period_ms
        self._buf = bytearray(_BYTES)
        self._n = 0
        self._phase = _START
        self._started_ms = 0
        self._at_once = True  # start with the next poll, whatever the period
        self._bad = 0
        self._good_raw = 0
        self.mdeg = 0
        self.state = STARTING
        self.stamp_ms = 0
        self.reads = 0

    def poll(self, now_ms):
        """Do the next slice of bus work, at most 1.7 ms. `now_ms` is time.ticks_ms()."""
        phase = self._phase
        if phase == _WAIT:
            if ticks_diff(now_ms, self._started_ms) >= _CONVERSION_MS:
                self._address()
        elif phase == _READ:
            self._read()
        elif phase == _START:
            self._start(now_ms)
        elif phase == _CONVERT:
            self._convert(now_ms)
        elif phase == _COMMAND:
            self._command()
        else:
            self._address()

    def _start(self, now_ms):
        if not self._at_once and ticks_diff(now_ms, self._started_ms) < self._period_ms:
            return
        if self._select():
            self._at_once = False
            self._started_ms = now_ms
            self._phase = _CONVERT

    def _convert(self, now_ms):
        self._ow.writebyte(_CONVERT_T)
        self._started_ms = now_ms
        self._phase = _WAIT

    def _address(self):
        self._phase = _COMMAND if self._select() else _START

    def _command(self):
        self._ow.writebyte(_READ_SCRATCHPAD)
        self._n = 0
        self._phase = _READ
        self._take(2)

    def _read(self):
        self._take(3)
        if self._n == _BYTES:
            self._phase = _START
            self._judge()

    def _take(self, n):
        buf = self._buf
        ow = self._ow
        end = min(self._n + n, _BYTES)
        for i in range(self._n, end):
            buf[i] = ow.readbyte()
        self._n = end

    def _select(self):
        """Reset the bus and address the sensor; False (and `state` set) if that is impossible."""
        if not self._ow.reset():
            self._lost(OPEN)
            return False
        if not self._pin.value():
            # The bus must be back high once the presence pulse is over (240 us at the most).
            self._lost(SHORT)
            return False
        self._ow.writebyte(_SKIP_ROM)
        return True

    def _lost(self, state):
        self.state = state
        self._at_once = True

    def _judge(self):
        buf = self._buf
        if self._silent():
            self._reject(STALE)
            return
        # The CRC of zeros is zero; the five ones in the configuration register rule that out.
        if buf[_CONFIG] & 0x9F != 0x1F or crc8_maxim(buf, _BYTES):
            self._reject(CORRUPT)
            return
        raw = buf[0] | buf[1] << 8
        if raw & 0x8000:
            raw -= 0x10000
        raw &= ~(7 >> (buf[_CONFIG] >> 5))  # bits below the resolution are undefined
        if raw == _POWER_ON_RAW and (not self.reads or self._good_raw < _HOT_RAW):
            self._reject(CORRUPT)  # it lost its supply during the conversion
            return
        if not -55 * 16 <= raw <= 125 * 16:
            self._reject(RANGE)
            return
        self._bad = 0
        self._good_raw = raw
        self.mdeg = raw * 125 // 2  # 1/16 K
        self.stamp_ms = self._started_ms
        self.state = OK
        self.reads += 1

    def _silent(self):
        """Nothing but ones: present at the reset, but no answer to the read command."""
        for b in self._buf:
            if b != 0xFF:  # noqa: SIM110 (all() would make a generator: an allocation)
                return False
        return True

    def _reject(self, state):
        self._bad += 1
        if self._bad < _BAD_READS:
            self._phase = _ADDRESS  # read the same conversion once more
        else:
            self.state = state
