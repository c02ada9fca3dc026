from buzzer import Buzzer
from chiptemp import ChipTemp
from contacts import Contacts
from led import Led
from outputs import Stages, Switch
from residual import Residual
from sensor_state import CORRUPT, OK, OPEN, RANGE, STALE, STARTING
from sht4x import SHT4x


class Pin:
    def __init__(self, level=0):
        self.level = level
        self.order = []

    def value(self, level=None):
        if level is None:
            return self.level
        self.level = level
        self.order.append(level)


class Adc:
    def __init__(self, uv=0):
        self.uv = uv

    def read_uv(self):
        return self.uv


# --- switches


def test_a_switch_starts_off_and_counts():
    for active in (0, 1):
        pin = Pin(active)
        switch = Switch(pin, active)
        assert pin.level != active
        for on in (1, 1, 0, 0, 1):
            switch.set(on)
            assert (pin.level == active) == bool(on)
        switch.off()
        switch.off()
        assert pin.level != active and switch.on == 0 and switch.operations == 4


def test_stages_never_overlap_on_the_way():
    first, second = Pin(), Pin()
    stages = Stages(Switch(first), Switch(second))
    closed = {0: (0, 0), 1: (1, 0), 2: (0, 1), 3: (1, 1)}
    for old in range(4):
        for new in range(4):
            stages.set(old)
            order = []
            first.order = second.order = order
            stages.set(new)
            assert order == sorted(order)  # off before on
            assert (first.level, second.level) == closed[new]
    stages.set(3)
    stages.set(7)
    assert (first.level, second.level) == (0, 0)
    stages.set(3)
    stages.off()
    assert (first.level, second.level) == (0, 0)


def test_one_stage_alone():
    pin = Pin()
    stages = Stages(Switch(pin))
    for stage in range(4):
        stages.set(stage)
        assert pin.level == (stage > 0)
    assert stages.operations == 1


# --- residual current


def settled(leak, adc, uv, start=0):
    adc.uv = uv
    for k in range(4):
        leak.poll(start + 100 * k)


def test_residual_current_from_the_amplifiers_gain():
    adc = Adc()
    leak = Residual(adc, uv_per_ma=50_000, zero_uv=250_000)
    leak.poll(0)
    assert leak.state == STARTING
    for ua in (0, 500, 6_000, 30_000, 55_000):
        settled(leak, adc, 250_000 + 50 * ua)
        assert (leak.state, leak.ua) == (OK, ua)


def test_a_dead_amplifier_is_not_no_current():
    adc = Adc()
    leak = Residual(adc, 50_000, 250_000)
    settled(leak, adc, 250_000)
    settled(leak, adc, 142_000)  # the least an ESP32 can read
    assert leak.state == OPEN


def test_a_current_off_the_scale_is_still_a_current():
    adc = Adc()
    leak = Residual(adc, 50_000, 250_000)
    settled(leak, adc, 3_130_000)
    assert leak.state == OK and leak.ua > 50_000


def test_the_comparator_is_seen_at_once_and_the_winding_driven():
    trip, test = Pin(), Pin()
    leak = Residual(Adc(250_000), 50_000, 250_000, trip, test)
    trip.level = 1
    leak.poll(0)
    assert leak.trip == 1
    leak.test(1)
    assert test.level == 1
    leak.test(0)
    assert test.level == 0


def test_rest_is_learned_slowly_and_a_leak_never():
    adc = Adc()
    leak = Residual(adc, 50_000, 250_000)
    settled(leak, adc, 270_000)  # 0.4 mA of offset
    for _ in range(500):
        leak.learn_zero()
    leak.poll(0)
    assert leak.ua <= 1
    settled(leak, adc, 250_000 + 50 * 6_000)
    for _ in range(5000):
        leak.learn_zero()
    leak.poll(0)
    assert leak.ua >= 5_000  # at most 1 mA of it is taken for rest


# --- SHT4x


class Air:
    """An I2C bus with a part that gives `answer`, or none."""

    def __init__(self, answer):
        self.answer = answer
        self.sent = []

    def writeto(self, addr, buf):
        if self.answer is None:
            raise OSError(19)
        self.sent.append((addr, bytes(buf)))

    def readfrom_into(self, addr, buf):
        if self.answer is None:
            raise OSError(19)
        buf[:] = self.answer


def turn(part, ms, start=0):
    for t in range(start + 100, start + ms + 1, 100):
        part.poll(t)
    return start + ms


def test_sht4x_words_and_checksums():
    # 0xBEEF with CRC 0x92 is the data sheet's own example of the checksum.
    bus = Air(b"\xbe\xef\x92\xbe\xef\x92")
    part = SHT4x(bus)
    turn(part, 500)
    assert bus.sent == [(0x44, b"\xfd")]
    assert part.state == OK
    assert abs(part.mdeg - (-45_000 + 175_000 * 0xBEEF / 65_535)) <= 2
    assert abs(part.rh_permille - (-60 + 1250 * 0xBEEF / 65_535)) <= 1


def test_sht4x_every_flipped_bit_is_refused():
    for k in range(48):
        bad = bytearray(b"\xbe\xef\x92\xbe\xef\x92")
        bad[k // 8] ^= 1 << k % 8
        part = SHT4x(Air(bytes(bad)))
        turn(part, 5000)
        assert part.state == CORRUPT and part.reads == 0


def test_sht4x_missing_and_gone():
    bus = Air(None)
    part = SHT4x(bus)
    now = turn(part, 3000)
    assert part.state == OPEN
    bus.answer = b"\xbe\xef\x92\xbe\xef\x92"
    now = turn(part, 2000, now)
    assert part.state == OK
    bus.answer = None
    turn(part, 3000, now)
    assert part.state == STALE


# --- contacts, LED, buzzer, chip


def test_contacts_ignore_bounce():
    pins = (Pin(1), Pin(1), Pin(1))
    contacts = Contacts(pins, active=0, ticks=2)
    assert contacts.poll() == 0 and contacts.poll() == 0
    pins[1].level = 0
    assert contacts.poll() == 0
    pins[1].level = 1
    assert contacts.poll() == 0
    pins[1].level = 0
    pins[2].level = 0
    assert contacts.poll() == 0 and contacts.poll() == 6
    pins[1].level = 1
    assert contacts.poll() == 6 and contacts.poll() == 4


def test_led_repeats_its_pattern_and_starts_it_anew():
    pin = Pin()
    led = Led(pin, (0, 0x00FF, 0x0001))
    seen = []
    for _ in range(20):
        led.show(1)
        seen.append(pin.level)
    assert seen == [1] * 8 + [0] * 8 + [1] * 4
    led.show(2)
    assert pin.level == 1
    led.show(99)
    assert pin.level == 0


def test_a_beep_ends_by_itself():
    pin = Pin()
    buzzer = Buzzer(pin)
    buzzer.beep(700, 200)
    levels = []
    for k in range(5):
        buzzer.poll(700 + 100 * k)
        levels.append(pin.level)
    assert levels == [1, 1, 0, 0, 0]
    buzzer.beep(0, 100)
    buzzer.beep(0, 0)
    assert pin.level == 0


def test_chip_temperature_in_both_scales():
    chip = ChipTemp(lambda: 41)
    chip.poll()
    assert (chip.mdeg, chip.state) == (41_000, OK)
    chip = ChipTemp(lambda: 122, fahrenheit=True)
    chip.poll()
    assert (chip.mdeg, chip.state) == (50_000, OK)
    chip = ChipTemp(lambda: 200)
    chip.poll()
    assert chip.state == RANGE
