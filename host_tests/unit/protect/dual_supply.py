# One test for each monitor of supply, element, switches and the firmware itself, named after it
# (see dual_hazards.py), and for what must not be a fault.

from rig import Bare, Rig, off_within, reset_only_by

from heater.signals import CORRUPT, MODE_HEAT, MODE_OFF

# --- supply and element


def test_element_open():
    rig = Rig().warm()
    rig.element = 0.0
    assert rig.run(120, "element_open") <= 60
    rig.element = 1.0
    rig.run(20)
    assert not rig.codes()


def test_element_weak():
    for volt in (198_000, 220_000, 242_000):
        for duty in (250, 500, 1000):
            rig = Rig().warm()
            rig.mains_mv = volt
            rig.duty = duty
            rig.element = 0.87
            rig.run(300)
            assert not rig.has("element_weak"), (volt, duty)
            rig.element = 0.70
            assert rig.run(120, "element_weak") <= 60, (volt, duty)


def test_over_power():
    rig = Rig().warm()
    rig.duty = 1000
    rig.mains_mv = 242_000
    rig.element = 1.12
    rig.run(120)
    assert not rig.has("over_power")
    rig.element = 1.20
    off_within(rig, 9)
    assert rig.has("over_power")


def swings_without_chatter(rig, low_mv, high_mv):
    moves = 0
    was = rig.guard.heat_ok
    for n in range(600):
        rig.mains_mv = low_mv if n % 2 else high_mv
        rig.run(1)
        moves += rig.guard.heat_ok != was
        was = rig.guard.heat_ok
    return moves


def test_mains_high():
    rig = Rig().warm()
    rig.mains_mv = 254_000
    rig.run(30)
    assert not rig.codes()
    rig.duty = 0
    rig.mains_mv = 256_000
    off_within(rig, 5)
    assert rig.has("mains_high")
    rig.mains_mv = 240_000
    assert rig.run(59) and rig.has("mains_high")
    rig.run(5)
    assert not rig.codes()
    assert swings_without_chatter(rig, 254_000, 258_000) <= 2


def test_mains_low():
    rig = Rig().warm()
    rig.duty = 0
    rig.mains_mv = 177_000
    rig.run(30)
    assert not rig.codes()
    rig.mains_mv = 175_000
    off_within(rig, 5)
    assert rig.has("mains_low")
    rig.mains_mv = 200_000
    assert rig.run(59) and rig.has("mains_low")
    rig.run(5)
    assert not rig.codes()
    assert swings_without_chatter(rig, 173_000, 178_000) <= 2


def joint(added_mohm):
    rig = Rig()
    rig.run(80 * 10)  # learns over 64 switchings
    assert not rig.codes()
    rig.loop_mohm += added_mohm
    rig.run(120 * 10)
    return rig


def test_joint_warm():
    assert not joint(250).codes()
    rig = joint(360)
    assert rig.has("joint_warm") and rig.guard.heat_ok and rig.guard.ceiling_permille == 500
    rig.loop_mohm -= 360
    rig.run(3600)
    assert rig.guard.clear("joint_warm", "remote") is None


def test_joint_hot():
    assert not joint(700).has("joint_hot")
    rig = joint(1000)
    assert rig.has("joint_hot") and not rig.out.contactor
    assert rig.guard.clear("joint_hot", "local") == "service_only"


def test_joint_not_by_steps_of_the_mains():
    rig = Rig()
    rig.run(80 * 10)
    for n in range(160):  # 40 V up or down between two switchings, one in eight
        if n % 8 == 0:
            rig.mains_mv = 240_000 if n % 16 else 200_000
        rig.run(10)
        assert not rig.codes(), n


def test_meter_lost():
    rig = Rig().warm()
    rig.meter_state = CORRUPT
    rig.run(9)
    assert not rig.codes()
    rig.run(5)
    assert rig.has("meter_lost") and rig.guard.heat_ok
    rig.meter_state = 0
    rig.run(15)
    assert not rig.codes()


def test_element_cold():
    for rise, tau_s in ((59_000.0, 220.0), (54_000.0, 1150.0), (64_000.0, 600.0)):
        rig = Rig(Bare)
        rig.rise, rig.tau_s, rig.duty, rig.noise = rise, tau_s, 900, 63
        rig.run(3 * 3600)  # an oil radiator takes that long to be known
        assert not rig.codes()
        rig.element = 0.0
        assert rig.run(900, "element_cold") <= 600, tau_s


# --- the two switches


def test_switch_welded():
    for duty in (0, 300, 700):
        rig = Rig().warm()
        rig.duty = duty
        rig.run(60)
        while rig.out.stage or (rig.ticks % 100) * 10 < duty:
            rig.tick()  # until the switch ought to be open
        rig.switch_welded = True
        assert rig.seconds_to_off(10) <= 4.0, duty
        rig.run(2)
        assert rig.has("switch_welded") and not rig.out.contactor and rig.power_w == 0
        rig.run(3600)
        assert not rig.out.contactor
        reset_only_by(rig, "switch_welded", "service")


def test_switch_welded_body():
    rig = Rig(Bare)
    rig.run(60)
    rig.duty = 0
    rig.run(30)
    rig.switch_welded = True
    assert rig.run(120, "switch_welded_body") <= 60
    rig.run(1)
    assert not rig.out.contactor and rig.power_w == 0
    rig.switch_welded = False
    rig.run(3600)
    reset_only_by(rig, "switch_welded_body", "service")


def test_switch_welded_body_not_by_its_own_core():
    rig = Rig(Bare)
    rig.duty = 1000
    rig.run(600)
    rig.duty = 0
    core = 4_000.0  # heat that still comes out of the core after switching off
    for _ in range(9000):
        rig.body += core * 0.1 / 10
        core -= core * 0.1 / 10
        rig.tick()
        assert not rig.codes()


def test_contactor_welded():
    rig = Rig()
    rig.contactor_welded = True  # found by the proof test, before anything heats
    rig.run(15)
    assert rig.has("contactor_welded")
    assert rig.energy_ws < 2000 * 4
    rig.run(3600)
    assert rig.energy_ws < 2000 * 4 and not rig.guard.heat_ok
    both = Rig().warm()
    both.switch_welded = both.contactor_welded = True
    both.duty = 0
    assert both.run(20, "contactor_welded") <= 15
    both.run(60)
    assert both.guard.clear("contactor_welded", "service") == "present"


# --- where it stands


def test_tilted():
    rig = Rig().warm()
    rig.tilted = 1
    rig.tick()
    rig.tilted = 0
    rig.run(5)
    assert not rig.codes()  # a knock is no fall
    rig.tilted = 1
    off_within(rig, 0.5)
    assert rig.has("tilted")
    rig.tilted = 0
    rig.run(14)
    assert not rig.codes() and rig.out.contactor


def test_chip_hot():
    rig = Rig().warm()
    rig.chip = 79_000
    rig.run(10)
    assert rig.guard.ceiling_permille == 1000
    rig.chip = 88_000
    rig.run(10)
    assert 0 < rig.guard.ceiling_permille < 1000 and not rig.codes()
    rig.chip = 95_100
    off_within(rig, 6)
    assert rig.has("chip_hot")


# --- what is not a fault


def test_cold_start():
    rig = Rig()
    rig.room = rig.room_true = rig.body = -35_000.0
    rig.chip = -33_000
    rig.duty = 1000
    rig.run(10)
    assert rig.power_w > 1900 and not rig.codes()


def test_freezing_room():
    rig = Rig().warm()
    rig.mode = MODE_OFF
    rig.room = rig.room_true = 5_100
    rig.run(5)
    assert not rig.guard.frost_demand
    rig.room = 4_900
    rig.run(2)
    assert rig.guard.frost_demand
    rig.room = 6_900
    rig.run(2)
    assert rig.guard.frost_demand
    rig.room = 7_000
    rig.run(2)
    assert not rig.guard.frost_demand


def test_contactor_spared():
    rig = Rig().warm()
    moves = rig.contactor_moves
    for _ in range(12):
        rig.run(600)
        rig.duty = 0 if rig.duty else 500
    assert rig.contactor_moves == moves  # closed while heating is possible
    rig.duty = 0
    rig.mode = MODE_OFF
    rig.run(1790)
    assert rig.out.contactor
    rig.run(30)
    assert not rig.out.contactor and rig.load_breaks == 0
    rig.mode = MODE_HEAT
    rig.duty = 500
    rig.run(10)
    assert rig.out.contactor
