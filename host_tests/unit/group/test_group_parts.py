"""Slots, feeder trim and what is known of rooms."""

import numpy as np
import pytest

from nuanbu.group import slots
from nuanbu.group.seen import GAIN_K_PER_W, SILENT_S, Seen
from nuanbu.group.trim import Trim


def peak_w(begin, granted_w, rated_w, members):
    """Highest mean of one second over a switching period of 100 s, in 1000 steps."""
    steps = np.arange(1000)[:, None]
    on = (steps - begin[members]) % 1000 < 1000 * (granted_w / rated_w)[members]
    total_w = (on * rated_w[members]).sum(axis=1)
    return max(np.roll(total_w, -k)[:10].mean() for k in range(1000))


def test_relay_heaters_with_like_limits_peak_near_their_mean_below_every_node():
    rated_w = np.full(50, 2000.0)
    begin = slots.turns(np.ones(50, dtype=bool))
    for share in np.linspace(0.1, 0.9, 17):
        granted_w = share * rated_w
        for members in (slice(0, 50), slice(10, 30), slice(33, 41), slice(7, 10)):
            highest_w = peak_w(begin, granted_w, rated_w, members)
            assert highest_w <= granted_w[members].sum() + 2 * 2000
    assert peak_w(begin, 0.5 * rated_w, rated_w, slice(0, 50)) <= 1.15 * 50_000


def test_heaters_without_a_relay_get_no_turn_and_take_no_room():
    relay = np.array([True, False, True, True])
    assert list(slots.turns(relay)) == [0, -1, 618, 236]


def test_the_trim_takes_away_what_else_hangs_on_the_feeder():
    trim, other_w = Trim(1), 700.0
    for t in range(0, 400, 10):
        trim.read(0, t, trim.capacity_w(np.array([5000.0]))[0] + other_w, 5000, 1000)
    assert trim.trim_w[0] == pytest.approx(-other_w, abs=10)


def test_the_trim_does_not_wind_up_where_nothing_can_be_taken_and_never_raises():
    trim = Trim(1)
    for t in range(0, 3000, 10):
        trim.read(0, t, 9000, 5000, 4000)
    assert trim.trim_w[0] == -1000
    for t in range(3000, 3020, 10):
        trim.read(0, t, 3000, 5000, 4000)
    assert trim.trim_w[0] > -500
    for t in range(3020, 4000, 10):
        trim.read(0, t, 0, 5000, 4000)
    assert trim.trim_w[0] == 0


def test_a_room_that_loses_more_is_predicted_colder():
    seen = Seen(np.full(2, 2000.0))
    who = np.array([0, 1])
    for t in range(0, 36_000, 60):
        room_k = np.array([20.0, 20.0])
        seen.state(who, t, room_k, np.full(2, 22.0), np.array([1500.0, 500.0]), np.zeros(2))
    short = seen.short_k()
    assert short[0] - short[1] == pytest.approx(1000 * GAIN_K_PER_W, rel=0.05)  # 1 kW more


def test_a_heater_is_counted_on_until_it_has_been_silent():
    seen = Seen(np.full(1, 2000.0))
    assert not seen.reachable(0)[0]
    one = np.ones(1)
    seen.state(np.array([0]), 100, 20 * one, 22 * one, one, np.array([400.0]))
    assert seen.reachable(100 + SILENT_S - 1)[0] and not seen.reachable(100 + SILENT_S)[0]
    assert seen.wanted_w()[0] == pytest.approx(540)
