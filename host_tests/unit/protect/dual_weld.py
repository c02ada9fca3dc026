# A switch that has welded, told by the body alone, and what looks like one.

from emitters import HOUR_S, LIVED, Convector, Oil, Room, lived

from heater.protect.monitors import R_SWITCH_WELDED_BODY
from heater.protect.weld import LOOK


def test_a_weld_opens_the_contactor():
    # Cold, at the end of full power, in the middle of warming up.
    for kind, cold_s, hot_s in ((Convector, 60, 60), (Oil, 60, 60)):
        for limit_s, before_s in ((cold_s, 0), (hot_s, HOUR_S), (hot_s, 600)):
            heater = lived(kind)
            assert heater.run(before_s, 1000) is None
            took_s = heater.opens(300, 1.0)
            assert took_s is not None and took_s <= limit_s, (kind, before_s, took_s)
            if not before_s:
                # Of rated power, in permille: all of it, but the contactor opens at half of it.
                assert 500 < heater.weld.share < 1500
            # What it was is known when the contactor has been opened three times.
            assert heater.signal[R_SWITCH_WELDED_BODY] > 1000 or heater.run(1800, 0, 1.0)
            heater.tripped = True
            for _ in range(60):
                heater.second(0, 1.0)
            assert heater.signal[R_SWITCH_WELDED_BODY] == 0  # gone, so that it can be cleared
            heater.tripped = False


def test_a_voltage_that_nobody_measures_neither_hides_a_weld_nor_looks_like_one():
    for kind in (Convector, Oil):
        for known, given in ((1.21, 0.81), (0.81, 1.21)):
            heater = lived(kind)
            heater.given = known
            for permille in (1000, 0, 600, 0):
                heater.run(HOUR_S, permille)
            heater.given = given
            heater.run(HOUR_S, 1000)
            took_s = heater.opens(300, 1.0)
            assert took_s is not None and took_s <= 55, (kind, given, took_s)
            del LIVED[kind]  # it knows another one now
        heater = lived(kind)
        heater.given = 1.21
        heater.run(HOUR_S, 1000)
        # The contactor may be opened to see; nothing is named, and it is closed again.
        assert heater.run(900, 0) is None and heater.contactor, kind
        del LIVED[kind]


def test_a_blanket_over_a_hot_heater_is_no_weld():
    for kind in (Convector, Oil):
        heater = lived(kind)
        assert heater.run(HOUR_S, 700) is None
        heater.cover = 0.2
        assert heater.run(HOUR_S, 0) is None
        assert lived(kind).weld.hold == 0  # and heat that is asked for is not withheld for long


def test_a_weld_of_a_heavy_emitter():
    cold = Oil()
    assert cold.run(2 * HOUR_S, 500) is None
    assert cold.run(3 * HOUR_S, 0) is None
    assert cold.run(900, 0, element=1.0) <= 65


def test_no_weld_by_what_a_core_still_gives():
    # A heater that is switched off while it warms up: its steel goes on warming for minutes.
    for warming_s in (120, 300, 600, 1200, 5400):
        oil = Oil()
        oil.run(warming_s, 1000)
        assert oil.run(1800, 0) is None, warming_s


def test_no_weld_by_the_sun_or_a_window():
    oil = Oil()
    oil.run(2 * HOUR_S, 500)
    oil.run(2 * HOUR_S, 0)
    room = Room()
    oil.room = room
    for _ in range(3):  # hours of sun, 2 K/h, in a room where the heater is off
        for _ in range(HOUR_S):
            room.mdeg += 1 if oil.ticks % 2 else 0
            assert not oil.second(0)
    for _ in range(900):  # the window opens: the air falls by 9 K, the body later
        room.mdeg -= 10
        assert not oil.second(0)
    for _ in range(1800):
        room.mdeg += 5
        assert not oil.second(0)


def test_a_look_for_a_cover_does_not_hide_a_weld():
    # The switch welds while half of the power is asked for: too much heat, and nothing is off.
    heater = lived(Oil)
    heater.run(2 * HOUR_S, 500)
    for _ in range(600):
        heater.second(500, 1.0)
        if heater.weld.hold:
            break
    assert heater.weld.hold == LOOK
    for _ in range(60):
        heater.second(500, 1.0)
    assert not heater.contactor
    del LIVED[Oil]
