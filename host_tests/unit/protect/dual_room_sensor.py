# One test for each monitor of the room sensor, as in dual_hazards.py: what it says at its limit,
# which source is believed then, and that what rooms really do raises no alarm.

from rig import Bare, Board, Rig, off_within

from heater.protect.monitors import R_ROOM_DRIFT
from heater.signals import CORRUPT, OPEN, SHORT, STALE


def test_room_sensor():
    for state in (OPEN, SHORT, CORRUPT, STALE):
        rig = Rig().warm()
        rig.room_state = state
        assert rig.run(2, "room_sensor") <= 1.0
        rig.run(1)
        assert rig.guard.room_source == 2 and not rig.guard.room_ok
        rig.run(2)
        assert rig.guard.ceiling_permille == 150 and rig.guard.heat_ok
        rig.energy_ws = 0
        rig.duty = 1000
        rig.run(600)
        assert 0 < rig.energy_ws <= 600 * 2000 * 0.15
        rig.remote = 21_000
        rig.run(2)
        assert (rig.guard.room_source, rig.guard.room_mdeg) == (1, 21_000)
        rig.room_state = 0
        rig.run(15)
        assert rig.guard.room_source == 0 and not rig.has("room_sensor")


def test_room_none():
    rig = Rig().warm()
    rig.room_state = OPEN
    rig.run(3)
    assert rig.has("room_none") and rig.guard.heat_ok
    rig.meter_state = STALE  # degraded heat needs every other protection
    rig.run(15)
    assert not rig.guard.heat_ok
    rig.meter_state = 0
    rig.run(15)
    assert rig.guard.heat_ok


def test_room_frozen():
    rig = Rig()
    rig.duty = 300
    rig.run(3600)
    rig.duty = 800
    assert rig.run(3600, "room_frozen") <= 1200  # 1 kW more, 150 Wh
    rig.room += 63
    rig.run(90)
    assert not rig.codes()


def test_room_frozen_not_when_nothing_changes():
    from heater.protect.monitors import R_ROOM_FROZEN, ROWS
    from heater.protect.room import Room

    signal = [0] * len(ROWS)
    inp = Rig().inp
    inp.room_mdeg, inp.room_state = 22_000, 0
    room = Room()
    room.own_ok = True
    for second in range(24 * 3600):  # the reading never moves once
        room.second(inp, 2000 if second % 10 < 4 else 0, signal)
        assert signal[R_ROOM_FROZEN] <= 150


def test_room_jump():
    for shift in (3_000, -3_000):
        rig = Rig().warm()
        rig.room += shift
        assert rig.run(5, "room_jump") <= 4
        rig.run(3600)
        assert rig.has("room_jump")
        rig.remote = 18_000
        rig.run(2)
        assert rig.guard.room_source == 1  # the collector is believed meanwhile
        rig.room -= shift
        rig.run(1810)
        assert not rig.has("room_jump")


def test_room_jump_across_a_stall():
    rig = Rig().warm()
    rig.room_state = STALE
    rig.run(2)
    rig.room += 3_000
    rig.room_state = 0
    rig.run(5)
    assert rig.has("room_jump")


def test_room_jump_not_by_a_window():
    rig = Rig().warm()
    air = rig.room
    for _ in range(6000):  # outside -30 degC, one air change a minute, sensor lag 60 s
        air += (-30_000 - air) * 0.1 / 60
        rig.room += (air - rig.room) * 0.1 / 60
        rig.tick()
    assert not rig.has("room_jump")


def lived_in():
    """One that knows its emitter and a load of 700 permille, as after a day of it."""
    rig = Rig()
    rig.rise, rig.tau_s, rig.noise = 59_000.0, 220.0, 63
    for duty in (700, 0, 700, 0, 700):
        rig.duty = duty
        rig.run(900)
    assert rig.guard.weld.known()
    rig.run(2 * 3600)
    assert not rig.codes()
    counts = rig.guard.drift.count
    counts[:] = [36_000 if n else 0 for n in counts]
    return rig


def drift_before_named(reading_mdeg_h, room_mdeg_h):
    """Error of the reading, in mdeg, when it is named; both ends move by so much an hour."""
    rig = lived_in()
    rig.room_reads = rig.room
    for _ in range(6 * 360):
        rig.room_reads += reading_mdeg_h / 360
        rig.room_true += room_mdeg_h / 360
        rig.run(10, "room_drift")
        if rig.has("room_drift"):
            return abs(rig.room_reads - rig.room_true)
    return None


def test_room_drift():
    assert drift_before_named(500, 0) < 2000
    assert drift_before_named(-500, 0) < 2000
    assert drift_before_named(0, -500) < 2000  # frozen while the weather turns
    assert drift_before_named(500, 500) is None  # the room itself gets warmer


def test_no_drift_in_the_morning():
    # A night at a third of the power, then full power; the air follows after some minutes.
    rig = lived_in()
    rig.duty = 320
    rig.run(2 * 3600)
    counts = rig.guard.drift.count
    counts[:] = [36_000 if n else 0 for n in counts]
    rig.duty = 1000
    rig.run(360)
    for _ in range(90):
        rig.room += 3000 / 90
        rig.room_true = rig.room
        rig.run(10)
    rig.duty = 600
    rig.run(2 * 3600)
    assert not rig.codes()
    assert rig.guard.book.signal[R_ROOM_DRIFT] < 500


def test_room_disagrees():
    rig = Rig().warm()
    rig.remote = 20_400
    rig.run(3600)
    assert not rig.codes()
    rig.remote = 20_600
    assert rig.run(3600, "room_disagrees") <= 1805


def test_room_hot():
    rig = Rig().warm()
    rig.room = rig.room_true = 37_900
    rig.run(60)
    assert not rig.has("room_hot")
    rig.room = rig.room_true = 38_100
    off_within(rig, 8)
    assert rig.has("room_hot") and rig.out.contactor  # the contactor need not move


def apart(rig, hours):
    """Let hours without heat pass for what looks once a second, one minute in sixty ticks."""
    rest, inp, signal = rig.guard.rest, rig.inp, rig.guard.book.signal
    for _ in range(hours * 3600):
        rest.second(inp, 0, True, signal)
    rig.run(2)


def test_sensors_apart():
    rig = Rig().warm()
    rig.duty = 0
    rig.run(60)
    rig.body_held = rig.room_true + 3800  # colder by the window, warmer by the sun
    rig.run(2)
    apart(rig, 4)
    assert not rig.codes()
    rig.body_held = rig.room_true - 4300  # or the room sensor reads too much
    rig.run(2)
    apart(rig, 1)
    assert rig.codes() == ["sensors_apart"] and rig.guard.heat_ok
    assert rig.fault("sensors_apart")["measured"] == 4300
    rig.chip = int(rig.room_true) + 8000 - 4 * 4500
    rig.body_held = rig.room_true
    rig.run(2)
    apart(rig, 1)
    assert rig.has("sensors_apart")
    rig.chip = int(rig.room_true) + 12_000
    rig.run(2)
    apart(rig, 1)
    assert not rig.codes()
    rig.body_held = rig.room_true - 5000
    for _ in range(2):  # while the air moves, nothing is said
        rig.room += 1000
        rig.run(5)
    apart(rig, 1)
    assert not rig.codes()


def opened_after(board, mdeg_minute, minutes):
    """Minutes of a room that warms by so much until the contactor of a resting heater opens."""
    rig = Rig(board).warm()
    rig.duty = 0
    rig.run(30)
    rest, signal = rig.guard.rest, rig.guard.book.signal
    for minute in range(minutes):
        rig.inp.room_mdeg = 18_000 + mdeg_minute * (minute + 1)
        for _ in range(60):
            rest.second(rig.inp, 0, board is Board, signal)
        rig.run(1)
        if not rig.out.contactor:
            return minute + 1, rig
    return None, rig


def test_a_rest_in_which_the_room_gets_warm_needs_no_contactor():
    minutes, rig = opened_after(Bare, 60, 30)  # 0.6 K in ten minutes
    assert minutes is not None and minutes <= 15 and not rig.codes()
    rig.duty = 1000
    rig.run(10)
    assert rig.out.contactor and rig.out.stage  # heat that is asked for is given at once
    assert opened_after(Bare, 30, 35)[0] is None  # the sun
    assert opened_after(Board, 60, 30)[0] is None  # a meter knows better
