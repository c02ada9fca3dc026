"""Slots, feeder trim and what is known of rooms."""

import numpy as np
import pytest

from nuanbu.group.means import WINDOW_S, Means
from nuanbu.group.seen import GAIN_K_PER_W, RELAY_GAIN_K_PER_W, SILENT_S, Seen
from nuanbu.group.slots import Turns
from nuanbu.group.trim import Trim


def peak_w(begin, granted_w, rated_w, members):
    """Highest mean of one second over a switching period of 100 s, in 1000 steps."""
    steps = np.arange(1000)[:, None]
    on = (steps - begin[members]) % 1000 < 1000 * (granted_w / rated_w)[members]
    total_w = (on * rated_w[members]).sum(axis=1)
    return max(np.roll(total_w, -k)[:10].mean() for k in range(1000))


def turns(rated_w, relay=None):
    return Turns(np.ones(len(rated_w), bool) if relay is None else relay, rated_w)


def test_relay_heaters_with_like_limits_peak_near_their_mean_below_every_node():
    rated_w = np.full(50, 2000.0)
    begin = turns(rated_w).begin
    for share in np.linspace(0.1, 0.9, 17):
        granted_w = share * rated_w
        for members in (slice(0, 50), slice(10, 30), slice(33, 41), slice(7, 10)):
            highest_w = peak_w(begin, granted_w, rated_w, members)
            assert highest_w <= granted_w[members].sum() + 2 * 2000
    assert peak_w(begin, 0.5 * rated_w, rated_w, slice(0, 50)) <= 1.15 * 50_000


def test_relay_heaters_with_unlike_limits_are_moved_until_they_peak_near_their_limit():
    rng, everybody, peaks = np.random.default_rng(1), np.arange(50), []
    for _ in range(10):
        rated_w = rng.choice([800.0, 1000.0, 1500.0, 2500.0], 50)
        watts = rated_w * rng.uniform(0.2, 0.9, 50)
        limit_w, laid = watts.sum(), turns(rated_w)
        before_w = peak_w(laid.begin, watts, rated_w, slice(0, 50))
        laid.place(everybody, slice(0, 50), limit_w, watts)
        assert ((laid.begin >= 0) & (laid.begin < 1000)).all()
        after_w = peak_w(laid.begin, watts, rated_w, slice(0, 50))
        peaks.append((before_w / limit_w, after_w / limit_w))
    before, after = np.array(peaks).T
    assert after.max() <= 1.15 < before.max() and (after < before).all()


def test_nobody_is_moved_but_who_gets_a_new_limit_and_where_it_helps():
    rated_w = np.full(50, 2000.0)
    watts = np.full(50, 1000.0)
    laid = turns(rated_w)
    begin = laid.begin.copy()
    laid.place(np.array([3, 4]), slice(0, 50), 2 * watts.sum(), watts)  # never above the limit
    assert (laid.begin == begin).all()
    laid.begin[:] = 0  # all at once
    laid.place(np.array([3, 4]), slice(0, 50), watts.sum(), watts)
    assert list(np.flatnonzero(laid.begin)) == [3, 4]
    laid.place(np.array([40]), slice(40, 41), 500.0, watts)  # alone it can do nothing
    assert laid.begin[40] == 0


def test_heaters_without_a_relay_get_no_turn_and_take_their_mean():
    relay = np.array([True, False, True, True])
    rated_w = np.full(4, 2000.0)
    laid = turns(rated_w, relay)
    assert list(laid.begin) == [0, -1, 618, 236]
    laid.place(np.arange(4), slice(0, 4), 2500.0, np.full(4, 700.0))
    assert laid.begin[1] == -1
    on = np.zeros(1000)
    for i in (0, 2, 3):
        on[(np.arange(350) + laid.begin[i]) % 1000] += 1
    assert on.max() == 2  # more than one is needed, and all three at once would be too many


def test_a_relays_swing_is_not_taken_for_its_room():
    means, told = Means(2), []
    for t in range(0, 6 * WINDOW_S, 50):
        swing = np.sin(2 * np.pi * t / WINDOW_S)
        told.append(means.add(np.array([0, 1]), np.array([20 + 2 * swing, 18.0]), t))
    late = np.array(told)[WINDOW_S // 50 :]
    assert np.abs(late[:, 0] - 20).max() < 0.05 and np.allclose(late[:, 1], 18)
    assert means.add(np.array([1]), np.array([21.0]), 20 * WINDOW_S) == [21.0]  # after a silence


def test_a_room_with_a_relay_is_answered_softly():
    relay = np.array([True, False])
    seen, who, far_k = Seen(np.full(2, 2000.0), relay), np.array([0, 1]), []
    for t in range(0, 4 * WINDOW_S, 60):
        on = t % WINDOW_S < WINDOW_S // 2
        room_k = np.full(2, 20.0 + (1 if on else -1))
        power_w = np.full(2, 2000.0 if on else 0.0)
        seen.state(who, t, room_k, np.full(2, 22.0), power_w, np.full(2, 1000.0))
        if t >= 2 * WINDOW_S:
            far_k.append(seen.short_k() / seen.gain_k_per_w)
    swing_w = np.ptp(np.array(far_k), axis=0)  # of what it would take to reach the set-point
    assert swing_w[0] < 400 < 3000 < swing_w[1]
    assert seen.gain_k_per_w[0] == RELAY_GAIN_K_PER_W and seen.gain_k_per_w[1] == GAIN_K_PER_W


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
    seen = Seen(np.full(2, 2000.0), np.zeros(2, bool))
    who = np.array([0, 1])
    for t in range(0, 36_000, 60):
        room_k = np.array([20.0, 20.0])
        seen.state(who, t, room_k, np.full(2, 22.0), np.array([1500.0, 500.0]), np.zeros(2))
    short = seen.short_k()
    assert short[0] - short[1] == pytest.approx(1000 * GAIN_K_PER_W, rel=0.05)  # 1 kW more


def test_a_heater_is_counted_on_until_it_has_been_silent():
    seen = Seen(np.full(1, 2000.0), np.zeros(1, bool))
    assert not seen.reachable(0)[0]
    one = np.ones(1)
    seen.state(np.array([0]), 100, 20 * one, 22 * one, one, np.array([400.0]))
    assert seen.reachable(100 + SILENT_S - 1)[0] and not seen.reachable(100 + SILENT_S)[0]
    assert seen.wanted_w()[0] == pytest.approx(540)
