# The time that certificates are judged by, before there is a trusted one. Runs on CPython and
# MicroPython.

from heater.link import realtime, secure

KNOWN_S = 1_800_000_000
MONTH_S = 30 * 86_400
ticks = [0]


class Clock:
    """A platform's clock; NTP answers or not; certificates are good within `valid`."""

    def __init__(self, now_s, ntp_s=None, valid=(0, 1 << 40)):
        self.now_s, self.ntp_s, self.valid = now_s, ntp_s, valid
        self.asked = 0
        self.time = secure.CertificateTime(lambda: self.now_s, self.ask, self.put, KNOWN_S)

    def ask(self):
        self.asked += 1
        if self.ntp_s is None:
            raise OSError(110)
        self.now_s = self.ntp_s

    def put(self, utc_s):
        self.now_s = utc_s

    def connect(self, tries=400):
        """Number of connections until one is not refused for its dates, None: never."""
        kept = realtime.ticks_ms, realtime.ticks_diff, realtime.ticks_add
        realtime.ticks_ms = lambda: ticks[0]
        realtime.ticks_diff = lambda end, start: end - start
        realtime.ticks_add = lambda start, delta: start + delta
        tried = 0
        try:
            while tried < tries:
                ticks[0] += 1000
                if not self.time.ready():
                    assert ticks[0] < 1 << 29
                    continue
                tried += 1
                if self.valid[0] <= self.now_s < self.valid[1]:
                    return tried
                self.time.refused(ValueError("validity"))
            return None
        finally:
            realtime.ticks_ms, realtime.ticks_diff, realtime.ticks_add = kept


def test_a_clock_that_was_kept_is_enough():
    clock = Clock(KNOWN_S + 5)
    assert clock.connect() == 1
    assert (clock.time.source, clock.asked) == ("kept", 0)


def test_a_boot_without_a_clock_asks_by_ntp():
    clock = Clock(946_684_800, KNOWN_S + 100)
    assert clock.connect() == 1
    assert (clock.time.source, clock.now_s) == ("ntp", KNOWN_S + 100)


def test_without_ntp_the_latest_known_time_is_tried_first():
    clock = Clock(946_684_800)
    assert clock.connect() == 1
    assert (clock.time.source, clock.now_s, clock.asked) == ("guess", KNOWN_S, 3)


def test_a_certificate_renewed_while_the_heater_was_dark_is_found():
    # Off for two summers, no NTP in the company's network, certificates that last 90 days.
    begin = KNOWN_S + 20 * MONTH_S - 1
    clock = Clock(946_684_800, valid=(begin, begin + 90 * 86_400))
    assert clock.connect() == 21
    assert begin <= clock.now_s


def test_the_guess_begins_anew_in_the_end_and_ntp_is_still_asked():
    clock = Clock(946_684_800, valid=(1, 2))
    assert clock.connect(200) is None
    assert clock.now_s == KNOWN_S + (200 - 146) * MONTH_S
    asked = clock.asked
    ticks[0] += 600_000
    clock.connect(1)
    assert clock.asked == asked + 1
    clock.ntp_s, clock.valid = KNOWN_S + 7, (KNOWN_S, KNOWN_S + 10)
    ticks[0] += 600_000
    assert clock.connect() == 1 and clock.time.source == "ntp"


def test_a_wrong_clock_is_not_kept_for_ever():
    clock = Clock(KNOWN_S + 40_000 * 86_400, KNOWN_S + 9, (KNOWN_S, KNOWN_S + 10))
    assert clock.connect() == 2
    assert (clock.time.source, clock.asked) == ("ntp", 1)


def test_only_a_refused_certificate_moves_the_guess():
    clock = Clock(946_684_800)
    clock.connect()
    for error in (OSError(111), OSError(-30592), MemoryError(), AssertionError()):
        clock.time.refused(error)
        assert clock.now_s == KNOWN_S
    clock.time.refused(ValueError())
    assert clock.now_s == KNOWN_S + MONTH_S


def test_the_time_of_the_server_ends_all_guessing():
    clock = Clock(946_684_800)
    clock.connect()
    clock.time.told(KNOWN_S + 12_345)
    clock.time.refused(ValueError())
    assert (clock.time.source, clock.now_s) == ("server", KNOWN_S + 12_345)
    assert clock.time.ready()
