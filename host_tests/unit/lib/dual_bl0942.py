import bl0942
from bl0942 import BL0942
from sensor_state import CORRUPT, OK, OPEN, STALE, STARTING


def frame(i=0, v=0, watt=0, cf=0, period_us=20_000):
    """An answer as the data sheet draws it, checksum included."""
    body = bytearray(b"\x55")
    for value in (i, v, i, watt & 0xFFFFFF, cf):
        body += bytes((value & 0xFF, value >> 8 & 0xFF, value >> 16 & 0xFF))
    body += bytes((period_us & 0xFF, period_us >> 8, 0, 0, 0, 0))
    return bytes(body) + bytes((0xFF - (0x58 + sum(body)) % 256,))


class Line:
    """A UART: every request is answered with `answer`, at once."""

    def __init__(self, answer):
        self.answer = answer
        self.waiting = b""
        self.asked = 0

    def any(self):
        return len(self.waiting)

    def readinto(self, buf):
        n = min(len(buf), len(self.waiting))
        buf[:n] = self.waiting[:n]
        self.waiting = self.waiting[n:]
        return n if n else None

    def write(self, data):
        assert data == b"\x58\xaa"
        self.asked += 1
        self.waiting += self.answer


def turn(meter, ms, start=0):
    for t in range(start + 100, start + ms + 1, 100):
        meter.poll(t & ((1 << 30) - 1))
    return start + ms


def near(seen, wanted, permille):
    return abs(seen - wanted) * 1000 <= permille * wanted


def test_registers_by_the_formulas_of_the_data_sheet():
    # 230 V, 8.5 A, 1955 W through 1 mOhm and 3824:1: registers worked out from the formulas.
    v = int(73989 * (230_000 / 3824) / 1.218)
    i = int(305978 * 8.5 / 1.218)
    watt = int(3537 * 8.5 * (230_000 / 3824) / 1.218**2)
    line = Line(frame(i, v, watt, cf=70_000))
    meter = BL0942(line)
    assert meter.state == STARTING
    turn(meter, 1000)
    assert meter.state == OK and meter.cf == 70_000 and meter.freq_mhz == 50_000
    assert near(meter.mv, 230_000, 1) and near(meter.ma, 8500, 1)
    assert near(meter.mw, 1_955_000, 1) and meter.w == 1955
    # One CF pulse is 1638.4 * 256 of WATT for a second.
    assert near(meter.mj_per_cf, int(1_955_000 / watt * 1638.4 * 256), 1)


def test_full_scale_fits_31_bits():
    meter = BL0942(Line(frame(0xFFFFFF, 0xFFFFFF, 0x7FFFFF)))
    turn(meter, 1000)
    assert meter.state == OK and meter.ma > 60_000 and meter.mv > 1_000_000
    for scale in (meter._v, meter._i, meter._p):
        assert 0xFFF * scale._mul + (0xFFF * scale._mul >> 12) < 1 << 30


def test_power_has_no_sign():
    meter = BL0942(Line(frame(watt=-623_000)))
    turn(meter, 1000)
    assert meter.state == OK and 990 < meter.w < 1010


def test_calibration_scales():
    line = Line(frame(2_000_000, 3_500_000, 1_000_000))
    plain = BL0942(line)
    turn(plain, 1000)
    set_right = BL0942(line, v_cal=(1010, 1000), i_cal=(980, 1000), p_cal=(3, 2))
    turn(set_right, 1000)
    assert near(set_right.mv * 100, plain.mv * 101, 1)
    assert near(set_right.ma * 100, plain.ma * 98, 1)
    assert near(set_right.mw * 2, plain.mw * 3, 1)


def test_every_flipped_bit_is_refused():
    good = frame(123_456, 3_500_000, 777_777, 42)
    for k in range(len(good) * 8):
        bad = bytearray(good)
        bad[k // 8] ^= 1 << k % 8
        meter = BL0942(Line(bytes(bad)))
        turn(meter, 3000)
        assert meter.state == CORRUPT and meter.reads == 0


def test_a_good_checksum_under_a_wrong_head_is_refused():
    good = frame(v=3_500_000)
    for head in (0x00, 0x54, 0xAA, 0xFF):
        bad = bytes((head,)) + good[1:22]
        meter = BL0942(Line(bad + bytes((0xFF - (0x58 + sum(bad)) % 256,))))
        turn(meter, 3000)
        assert meter.state == CORRUPT and meter.reads == 0


def test_never_there_and_gone_silent():
    line = Line(b"")
    meter = BL0942(line)
    turn(meter, 4000)
    assert meter.state == OPEN
    line.answer = frame(v=3_500_000)
    turn(meter, 1500, 4000)
    assert meter.state == OK
    line.answer = frame(v=3_500_000)[:10]
    turn(meter, 4000, 5500)
    assert meter.state == STALE


def test_one_bad_answer_is_no_fault():
    line = Line(frame(v=3_500_000))
    meter = BL0942(line)
    now = turn(meter, 1000)
    line.answer = b"\xaa" * 23
    now = turn(meter, 1000, now)
    assert meter.state == OK
    line.answer = frame(v=3_400_000)
    turn(meter, 1000, now)
    assert meter.state == OK and meter.mv < 215_000


def test_finds_its_step_again_after_stray_bytes():
    line = Line(frame(v=3_500_000))
    meter = BL0942(line)
    now = turn(meter, 1000)
    for stray in range(1, 60):
        reads = meter.reads
        line.waiting += b"\x55" * stray
        now = turn(meter, 2000, now)
        assert meter.reads > reads and meter.state == OK


def test_asks_no_more_often_than_the_meter_renews():
    line = Line(frame())
    turn(BL0942(line), 10_000)
    assert 15 <= line.asked <= 20


def test_units_of_the_registers_are_those_of_the_data_sheet():
    vref = 1.218
    for known, worked_out in (
        (bl0942._I_LSB_PER_MV, 305978 / vref),
        (bl0942._V_LSB_PER_MV, 73989 / vref),
        (bl0942._P_LSB_PER_MV2, 3537 / vref / vref),
        (bl0942._CF_WATT_S, 1638.4 * 256),
    ):
        assert abs(known / worked_out - 1) < 1e-6
