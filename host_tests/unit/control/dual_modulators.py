# Modulators: what a demand in watts makes of the switch. Runs on CPython and MicroPython.

from heater.control import modulator


def mean_of(modulator_under_test, grant_w, available_w, ticks):
    total = 0
    for _ in range(ticks):
        modulator_under_test.step(grant_w, available_w)
        total += modulator_under_test.effective_w
    return total / ticks


def test_solid_state_mean_is_the_grant():
    for grant in (7, 100, 333, 1000, 1999):
        assert abs(mean_of(modulator.make("ssr"), grant, 2000, 10_000) - grant) < 20, grant


def test_relay_mean_is_the_grant_and_cycles_keep_to_the_budget():
    for grant in (300, 1000, 1700):
        relay = modulator.make("relay")
        mean = mean_of(relay, grant, 2000, 6 * 3600 * 10)
        assert abs(mean - grant) < 40, grant
        assert relay.switchings <= 14


def test_only_rest_lets_a_pulse_begin_before_its_cycle():
    relay = modulator.make("relay")
    distances = []
    last = 0
    for tick in range(4 * 16_000):
        before = relay.switchings
        relay.step(1000, 2000)
        if relay.switchings != before:
            distances.append(tick - last)
            last = tick
    # The first pulse is half a regular one, for the account begins in the middle.
    assert distances[0] == 0 and distances[1] > 11_000 and min(distances[2:]) > 15_000, distances
    for _ in range(10):
        relay.hold_off()
    for _ in range(600 + 1):
        relay.step(1000, 2000)
    assert relay.effective_w == 2000


def test_stages_use_the_neighbouring_levels():
    stages = modulator.make("stages", 400)
    seen = set()
    for _ in range(100_000):
        seen.add(stages.step(1000, 2000))
    assert seen == {0, 1, 2} or seen == {1, 2}
    assert abs(mean_of(stages, 1000, 2000, 100_000) - 1000) < 20


def test_off_by_interlock_is_at_once():
    for kind in ("ssr", "relay", "stages"):
        m = modulator.make(kind, 400)
        m.step(2000, 2000)
        assert m.effective_w == 2000
        m.hold_off()
        assert (m.stage, m.effective_w) == (0, 0)


def pulse_of(relay):
    """Let the second pulse of 1000 W granted, the first that waits, last past its least time."""
    begun = relay.switchings
    ticks = 0
    while relay.switchings < begun + 2 and ticks < 100_000:
        relay.step(1000, 2000)
        ticks += 1
    for _ in range(700):
        relay.step(1000, 2000)
    assert relay.effective_w == 2000


def test_a_fallen_limit_ends_the_pulse_at_once_and_a_smaller_demand_does_not():
    for lower_w in (999, 300):
        relay = modulator.make("relay")
        pulse_of(relay)
        relay.step(lower_w, 2000)
        assert relay.effective_w == 2000
        relay.cut()
        relay.step(lower_w, 2000)
        assert relay.effective_w == 0


def test_a_demand_that_falls_lets_the_pulse_come_to_its_end():
    relay = modulator.make("relay")
    pulse_of(relay)
    owed_ws = relay.owed_ws
    ticks = 0
    while relay.effective_w and ticks < 20_000:
        relay.step(0, 2000)
        ticks += 1
    assert ticks == owed_ws * 10 // 2000 > 600


def test_a_cut_cycle_is_not_charged_and_the_room_still_gets_its_heat():
    relay = modulator.make("relay")
    begun = relay.switchings
    given_w = 0
    for _ in range(60):  # every two minutes the server takes a little and gives it back
        for limit_w in (1000, 990):
            relay.cut()
            for _ in range(600):
                relay.step(limit_w, 2000)
                given_w += relay.effective_w
    assert relay.switchings - begun > 6
    assert 700 < given_w // 72_000 <= 1000
    pulse_of(relay)
