# The proof test: what it finds, what it leaves out and says so, and that comfort does not notice.

from rig import Bare, Board, Rig

DAY_S = 25 * 3600


def tomorrow(board, **broken):
    """A heater a day after its start, at rest, with its daily test behind it."""
    rig = Rig(board).warm()
    rig.duty = 0
    rig.run(60)
    rig.body = rig.room_true  # cold by then
    rig.skip(DAY_S)
    for name, value in broken.items():
        setattr(rig, name, value)
    rig.run(150)
    return rig, rig.guard.proof.result()


def test_at_start():
    rig = Rig().warm()
    said = rig.guard.proof.result()
    assert (said["quiet"], said["leak"], said["contactor"]) == ("passed", "passed", "passed")
    bare = Rig(Bare).warm(10)  # nothing keeps a cold room waiting
    said = bare.guard.proof.result()
    assert (said["quiet"], said["leak"], said["contactor"]) == ("skipped", "skipped", "skipped")


def test_daily_with_a_meter():
    rig, said = tomorrow(Board)
    assert said["count"] == 2 and said["contactor"] == "passed" and not rig.codes()
    assert said["reading_ua"] > 8000


def test_daily_by_the_body():
    rig, said = tomorrow(Bare)
    assert said["count"] == 2 and said["contactor"] == "passed" and not rig.codes()
    before_ws = rig.energy_ws
    rig.duty = 500
    rig.run(60)
    assert rig.energy_ws - before_ws > 20 * 2000  # and it heats again
    rig, said = tomorrow(Bare, contactor_welded=True)
    assert said["contactor"] == "failed" and rig.codes() == ["contactor_welded"]
    assert not rig.guard.heat_ok


def test_a_hot_body_is_left_out():
    rig = Rig(Bare).warm()
    rig.duty = 0
    rig.run(60)
    rig.skip(DAY_S)
    rig.body = rig.room_true + 30_000
    rig.run(10)
    assert rig.guard.proof.result()["contactor"] == "skipped" and not rig.codes()


def test_sensors_against_each_other():
    rig = Rig()
    rig.body = rig.room_true + 200  # cold for long
    rig.chip = int(rig.room_true) + 6000
    rig.warm()
    assert rig.guard.proof.result()["sensors"] == "passed"
    rig = Rig()
    rig.body = rig.room_true + 20_000  # it was heating until the power failed
    rig.warm()
    proof = rig.guard.proof
    assert proof.result()["sensors"] == "skipped" and proof.outcome() // 1000 == 3
    for off, said in ((1000, "passed"), (-6000, "failed")):
        rig.duty = 0
        rig.body_held = rig.room_true + off
        rig.chip = int(rig.room_true) + 6000
        rig.run(2)
        for _ in range(3 * 3600):
            rig.guard.rest.second(rig.inp, 0, True, rig.guard.book.signal)
        rig.guard.proof.request()
        rig.run(30)
        assert proof.result()["sensors"] == said
