from heldswitch import RMT_SETTINGS, HeldSwitch

CLOCK_HZ = 80_000_000


class Rmt:
    """The peripheral in its own time: high while a pulse runs; writing waits for the last one."""

    def __init__(self):
        self.now_us = 0
        self.ends_us = 0
        self.waited_us = 0
        self.gaps_us = []

    def wait_done(self):
        return self.now_us >= self.ends_us

    def write_pulses(self, lengths, level):
        assert level == 1 and len(lengths) == 1 and 0 < lengths[0] < 1 << 15
        if self.ends_us > self.now_us:
            self.waited_us = self.ends_us - self.now_us
            self.now_us = self.ends_us
        else:
            self.waited_us = 0
            self.gaps_us.append(self.now_us - self.ends_us)
        self.ends_us = self.now_us + lengths[0] * RMT_SETTINGS["clock_div"] * 1_000_000 // CLOCK_HZ

    def level(self):
        return 1 if self.now_us < self.ends_us else 0


def test_held_while_told_and_off_within_a_tick_when_python_stops():
    rmt = Rmt()
    switch = HeldSwitch(rmt)
    for tick in range(36_000):  # an hour
        rmt.now_us = tick * 100_000
        switch.set(1)
        assert rmt.waited_us <= 1600 and rmt.level() == 1
    assert switch.operations == 1
    assert max(rmt.gaps_us) <= 150 and sum(rmt.gaps_us) < 3600 * 1_000_000 // 5000
    rmt.now_us += 102_000  # nobody calls any more
    assert rmt.level() == 0


def test_a_late_tick_is_a_gap_and_no_more():
    rmt = Rmt()
    switch = HeldSwitch(rmt)
    for tick in range(200):
        rmt.now_us = max(rmt.now_us, tick * 100_000 + (tick * 7919 % 40) * 1000)
        switch.set(1)
        assert rmt.level() == 1 and rmt.waited_us <= 41_000
    assert max(rmt.gaps_us) < 42_000


def test_off_sends_nothing():
    rmt = Rmt()
    switch = HeldSwitch(rmt)
    switch.set(1)
    switch.off()
    switch.off()
    rmt.now_us += 102_000
    switch.set(0)
    assert rmt.level() == 0 and switch.operations == 2


def test_a_pulse_longer_than_the_peripheral_can_is_refused():
    HeldSwitch(Rmt(), 100).set(1)
    try:
        HeldSwitch(Rmt(), 105)
    except ValueError:
        return
    raise AssertionError("106.5 ms do not fit 15 bits")
