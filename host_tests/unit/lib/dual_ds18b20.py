from ds18b20 import DS18B20
from sensor_state import CORRUPT, OK, OPEN, SHORT, STALE, STARTING

# What a call may cost: reset 960 us, a byte 8 slots of 70 us.
RESET_US = 960
BYTE_US = 560

# A reading of 23.125 degC as the kernel's w1_therm documentation prints it, and the scratchpad of
# a part that has just got its supply.
RECORDED = bytes((0x72, 0x01, 0x4B, 0x46, 0x7F, 0xFF, 0x0E, 0x10, 0x57))
POWER_UP = bytes((0x50, 0x05, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10, 0x1C))

# Temperature and register of the data sheet's table.
SHEET = (
    (125_000, 0x07D0),
    (85_000, 0x0550),
    (25_062, 0x0191),
    (10_125, 0x00A2),
    (500, 0x0008),
    (0, 0x0000),
    (-500, 0xFFF8),
    (-10_125, 0xFF5E),
    (-25_063, 0xFE6F),
    (-55_000, 0xFC90),
)


def crc(data):
    # Long division on a bit string: nothing in common with the driver's shifts.
    bits = "".join("".join(str(b >> i & 1) for i in range(8)) for b in data)
    reg = [0] * 8
    for c in bits:
        feedback = reg[0] ^ int(c)
        reg = reg[1:] + [feedback]
        if feedback:
            reg[3] ^= 1
            reg[2] ^= 1
    return sum(b << i for i, b in enumerate(reg))


def pad(raw, config=0x7F):
    body = bytes((raw & 0xFF, raw >> 8 & 0xFF, 0x4B, 0x46, config, 0xFF, 0x10 - (raw & 15), 0x10))
    return body + bytes((crc(body),))


class Level:
    def __init__(self):
        self.level = 1

    def value(self):
        return self.level


class Bus:
    """A bus that answers with `pad`, books what was written, and sums up the time on the wire."""

    def __init__(self, scratchpad=RECORDED):
        self.pin = Level()
        self.present = True
        self.pad = scratchpad
        self.log = []
        self.us = 0
        self.at = 0

    def reset(self):
        self.us += RESET_US
        self.log.append("reset")
        return self.present

    def writebyte(self, b):
        self.us += BYTE_US
        self.log.append(b)
        self.at = 0

    def readbyte(self):
        self.us += BYTE_US
        self.at += 1
        return self.pad[self.at - 1]


def turn(sensor, ms, start=0, step=100):
    t = start
    while t < start + ms:
        t += step
        sensor.poll(t & ((1 << 30) - 1))
    return t


def test_the_recorded_reading():
    sensor = DS18B20(Bus())
    assert sensor.state == STARTING
    turn(sensor, 1500)
    assert (sensor.state, sensor.mdeg, sensor.reads) == (OK, 23_125, 1)


def test_the_data_sheets_table():
    for mdeg, raw in SHEET:
        bus = Bus(pad(80 * 16 + 8))  # warm before, so that 85 degC is no power-up value
        sensor = DS18B20(bus)
        turn(sensor, 1500)
        bus.pad = pad(raw)
        turn(sensor, 3000, 1500)
        assert sensor.state == OK and sensor.mdeg == mdeg, (mdeg, sensor.mdeg)


def test_commands_in_order_and_conversion_time_kept():
    bus = Bus()
    sensor = DS18B20(bus)
    t = 0
    converted = asked = None
    for t in range(0, 1500, 50):
        sensor.poll(t)
        if converted is None and 0x44 in bus.log:
            converted = t
        if asked is None and 0xBE in bus.log:
            asked = t
    assert bus.log[:6] == ["reset", 0xCC, 0x44, "reset", 0xCC, 0xBE]
    assert asked - converted >= 750


def test_no_call_takes_two_milliseconds():
    bus = Bus()
    sensor = DS18B20(bus)
    for t in range(0, 60_000, 100):
        bus.us = 0
        sensor.poll(t)
        assert bus.us <= 2000
    assert sensor.reads >= 60_000 // 1600


def test_open_and_short_show_within_a_second():
    for level, present, state in ((1, False, OPEN), (0, True, SHORT)):
        for offset in range(0, 1500, 100):
            bus = Bus()
            sensor = DS18B20(bus)
            now = turn(sensor, 3000 + offset)
            assert sensor.state == OK
            bus.pin.level = level
            bus.present = present
            bus.pad = bytes(9) if state == SHORT else b"\xff" * 9
            turn(sensor, 1000, now)
            assert sensor.state == state
            bus.pin.level = 1
            bus.present = True
            bus.pad = RECORDED
            turn(sensor, 1700, now + 1000)
            assert sensor.state == OK


def test_every_single_flipped_bit_is_refused():
    for i in range(72):
        bad = bytearray(RECORDED)
        bad[i // 8] ^= 1 << i % 8
        sensor = DS18B20(Bus(bad))
        turn(sensor, 4000)
        assert sensor.state == CORRUPT and sensor.reads == 0


def test_zeros_have_a_good_checksum_and_are_refused():
    assert crc(bytes(8)) == 0
    sensor = DS18B20(Bus(bytes(9)))
    turn(sensor, 4000)
    assert sensor.state == CORRUPT and sensor.reads == 0


def test_one_burst_of_noise_is_no_fault_and_two_are():
    bus = Bus()
    sensor = DS18B20(bus)
    now = turn(sensor, 1500)
    good = sensor.reads
    bus.pad = bytes(8) + b"\x01"
    while bus.log.count(0xBE) < 2:
        now = turn(sensor, 100, now)
    now = turn(sensor, 300, now)
    bus.pad = RECORDED
    while sensor.reads == good:
        assert sensor.state == OK
        now = turn(sensor, 100, now)
    bus.pad = bytes(8) + b"\x01"
    turn(sensor, 4000, now)
    assert sensor.state == CORRUPT and sensor.mdeg == 23_125


def test_silence_after_presence():
    bus = Bus()
    sensor = DS18B20(bus)
    now = turn(sensor, 1500)
    bus.pad = b"\xff" * 9
    turn(sensor, 4000, now)
    assert sensor.state == STALE


def test_the_power_up_value_counts_only_near_it():
    assert crc(POWER_UP[:8]) == POWER_UP[8]
    bus = Bus(POWER_UP)
    sensor = DS18B20(bus)
    now = turn(sensor, 4000)
    assert sensor.state == CORRUPT
    bus.pad = RECORDED
    now = turn(sensor, 2000, now)
    bus.pad = POWER_UP
    now = turn(sensor, 4000, now)
    assert sensor.state == CORRUPT and sensor.mdeg == 23_125
    bus.pad = pad(84 * 16)
    now = turn(sensor, 2000, now)
    bus.pad = POWER_UP
    turn(sensor, 4000, now)
    assert sensor.state == OK and sensor.mdeg == 85_000


def test_a_lower_resolution_hides_its_undefined_bits():
    for config, mdeg in ((0x1F, 23_000), (0x3F, 23_250), (0x5F, 23_375), (0x7F, 23_437)):
        sensor = DS18B20(Bus(pad(0x0177, config)))
        turn(sensor, 1500)
        assert sensor.state == OK and sensor.mdeg == mdeg


def test_the_age_is_that_of_the_conversion():
    bus = Bus()
    sensor = DS18B20(bus)
    converted = None
    for t in range(100, 2000, 100):
        sensor.poll(t)
        if converted is None and 0x44 in bus.log:
            converted = t
    assert sensor.reads and sensor.stamp_ms == converted
