# What the room loses more than before: the open window of mild weather.

import micropython

from heater.plan.losses import Losses
from heater.plan.window import Window

RATED_W = 1000


def live(losses, seconds, loss_w, lag_s=600, regulating=1, missing_w=0):
    # seconds until it tells, None if it does not
    for i in range(seconds):
        losses.second(loss_w(i) if callable(loss_w) else loss_w, lag_s, regulating, RATED_W)
        if i % 15 == 14 and losses.sample(RATED_W, missing_w):
            return i + 1
    return None


def lived(hours=2, loss_w=400):
    losses = Losses()
    assert live(losses, hours * 3600, loss_w) is None
    return losses


def rising(to_w, seconds=240, from_w=400):
    return lambda i: from_w + (to_w - from_w) * min(i, seconds) // seconds


def test_a_loss_that_rises_within_minutes_is_a_window():
    assert 120 <= live(lived(), 600, rising(640)) <= 240
    # 160 W of 1000 are the least at a lag of 600 s, more where the room is quicker
    assert live(lived(), 900, rising(555)) is None
    assert live(lived(), 900, rising(575)) is not None
    assert live(lived(), 900, rising(585), lag_s=200) is None
    assert live(lived(), 900, rising(595), lag_s=200) is not None
    assert live(lived(), 900, rising(525), lag_s=2000) is None
    assert live(lived(), 900, rising(535), lag_s=2000) is not None


def test_a_loss_that_comes_back_or_creeps_is_none():
    losses = lived()
    live(losses, 900, 100)  # somebody cooks
    assert live(losses, 1200, rising(450, from_w=100)) is None
    # the weather: 240 W in an hour
    assert live(lived(), 3600, rising(640, 3600)) is None


def test_nothing_is_told_in_the_first_hour_nor_of_an_unknown_room():
    losses = lived(hours=1)
    losses.clear()
    assert live(losses, 3000, 400) is None
    assert live(losses, 590, rising(900)) is None
    assert live(lived(), 900, rising(900), lag_s=0) is None


def test_it_waits_after_a_change_of_the_set_point_after_rest_and_for_a_new_model():
    losses = lived()
    losses.unsettle()
    assert live(losses, 900, rising(900)) is None
    losses = lived()
    live(losses, 90, 400, regulating=0)
    assert live(losses, 900, rising(900)) is None
    losses = lived()
    live(losses, 75, 400, regulating=0)
    assert live(losses, 900, rising(900)) is not None
    losses = lived()
    assert live(losses, 900, lambda i: 400 if i < 2 else 700) is None


def test_half_of_what_is_missing_is_allowed_for():
    assert live(lived(), 900, rising(620), missing_w=160) is None
    assert live(lived(), 900, rising(620), missing_w=100) is not None


def test_it_remembers_what_held_the_room_before():
    losses = lived()
    live(losses, 240, rising(900))
    assert losses.before_w() == 400
    young = Losses()
    young.second(330, 600, 1, RATED_W)
    assert young.before_w() == 330


def test_the_window_opens_by_losses_alone():
    window = Window()
    window.rated_w = RATED_W
    was = []
    for i in range(2 * 3600 + 400):
        window.note(400 if i < 7200 else rising(700)(i - 7200), 600, 1)
        window.step(22000, 1, 500, 22000)
        was.append(window.open)
    assert was.index(1) > 7200 and window.before_w == 400


def test_with_a_relay_more_of_a_rise_and_a_longer_rest_are_allowed_for():
    def told(loss_w, cyclic, rest_s=0):
        losses = Losses()
        for i in range(3 * 3600):
            losses.second(400, 600, 1, RATED_W, cyclic)
            if i % 15 == 14:
                losses.sample(RATED_W, 0)
        heard = 0
        for i in range(rest_s + 2700 * (rest_s > 0) + 600):
            resting = i < rest_s
            since = i - rest_s - (2700 if rest_s else 0)
            losses.second(
                400 if since < 0 else rising(loss_w)(since), 600, 0 if resting else 1, RATED_W,
                cyclic,
            )  # fmt: skip
            if i % 15 == 14:
                heard |= losses.sample(RATED_W, 0)
        return heard

    assert told(580, 0) and not told(580, 1) and told(640, 1)
    # 45 min after a rest of 5 min
    assert told(640, 0, 300) and not told(640, 1, 300)


def test_a_second_allocates_nothing():
    losses = lived()
    micropython.heap_lock()
    try:
        for i in range(4000):
            losses.second(300 + i % 200, 600, i & 1, RATED_W)
            if i % 15 == 14:
                losses.sample(RATED_W, 20)
    finally:
        micropython.heap_unlock()
