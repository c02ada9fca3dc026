# One test for each monitor of the firmware itself, named after it (see dual_hazards.py): time,
# exceptions, resets, program and settings, the service lock, and what it keeps.

from rig import Rig, off_within, reset_only_by

from heater.protect import memory as keep


def test_tick_late():
    rig = Rig().warm()
    for _ in range(60):  # one late tick every three seconds is life with a network
        rig.guard.note_late()
        rig.run(3)
    assert not rig.codes()
    for _ in range(15):
        rig.guard.note_late()
        rig.tick()
    assert rig.run(3, "tick_late") <= 2
    rig.run(40)
    assert not rig.codes() and rig.out.contactor


def test_exception():
    rig = Rig().warm()
    rig.out.safe()  # what the executive does first
    rig.guard.note_exception()
    rig.tick()
    assert rig.has("exception") and not rig.out.contactor
    assert rig.run(60) and not rig.codes() and rig.out.contactor


def test_safe_hold():
    memory = None
    for n in range(5):
        rig = Rig(memory=memory)
        rig.guard.note_reset(True, False)
        rig.run(30)
        assert rig.has("safe_hold") == (n == 4), n
        memory = keep.state(rig.guard)
    assert not rig.out.contactor
    assert Rig(memory=memory).run(60, "safe_hold") < 1
    assert rig.guard.clear("safe_hold", "remote") is None
    rig.run(20)
    assert rig.out.contactor


def test_safe_hold_forgets_after_ten_quiet_minutes():
    memory = None
    for _ in range(8):
        rig = Rig(memory=memory)
        rig.guard.note_reset(True, False)
        rig.run(601)
        assert not rig.codes()
        memory = keep.state(rig.guard)


def test_program_damaged():
    rig = Rig().warm()
    rig.guard.note_program(True)
    rig.run(5)
    assert not rig.codes()
    rig.guard.note_program(False)
    off_within(rig, 1.0)
    rig.guard.note_program(True)
    rig.run(5)
    reset_only_by(rig, "program_damaged", "service")


def test_settings_damaged():
    rig = Rig()
    rig.guard.note_settings(False)
    rig.run(30)
    assert rig.has("settings_damaged") and rig.energy_ws == 0
    rig.guard.note_settings(True)
    rig.run(1)
    reset_only_by(rig, "settings_damaged", "local")


def test_service_lock():
    rig = Rig().warm()
    rig.guard.lock_for_service(1)
    rig.tick()
    rig.tick()
    assert not rig.guard.heat_ok
    rig.run(5)
    assert not rig.out.contactor and rig.load_breaks == 0
    rig.room = rig.room_true = 4_000  # no frost protection either: somebody works at it
    rig.run(60)
    assert rig.has("service_lock") and not rig.guard.frost_demand and not rig.out.contactor
    for who in ("remote", "local", "service"):
        assert rig.guard.clear("all", who) in ("service_only", "present")
    again = Rig(memory=keep.state(rig.guard))  # a loss of power ends nothing
    again.run(60)
    assert again.has("service_lock") and again.energy_ws == 0
    assert again.guard.clear("service_lock", "service") == "present"
    again.guard.lock_for_service(0)
    again.run(20)
    assert not again.codes() and again.out.contactor
    assert not Rig(memory=keep.state(again.guard)).has("service_lock")


def test_a_crash_is_no_restart():
    # What software caused without announcing it is a crash of the interpreter: five of them end
    # in the safe hold like five bites of the watchdog. Announced ones never do.
    for announced in (True, False):
        memory = None
        for n in range(5):
            rig = Rig(memory=memory, by_software=n > 0)
            rig.run(5)
            if announced:
                rig.guard.announce_restart()
            memory = keep.state(rig.guard)
        rig = Rig(memory=memory, by_software=True)
        rig.run(5)
        assert rig.has("safe_hold") != announced


def test_a_state_of_the_version_before_is_taken():
    rig = Rig().warm()
    rig.leak_ua = 20_000
    rig.tick()
    now = keep.state(rig.guard)
    before = b"\x01\x03" + now[3:]
    again = Rig(memory=before)
    assert again.has("leak_high") and again.guard.health.resets == 3


def test_wraps_do_not_matter():
    rig = Rig().warm()
    rig.ticks = 0x3FFFFFFF // 100 - 50  # the tick counter of the device wraps
    rig.run(30)
    rig.ticks = 0x100000000 // 100 - 50  # 49.7 days
    rig.run(30)
    assert not rig.codes() and rig.out.contactor


def test_what_was_learned_outlasts_a_restart():
    old = Rig()
    old.noise = 63
    old.run(3600)
    kept = keep.learned(old.guard)
    new = Rig()
    keep.restore_learned(new.guard, kept)
    assert keep.learned(new.guard) == kept and new.guard.thermal.known
    for bad in (None, {}, [], {"thermal": [], "joint": [], "leak": []},
                dict(kept, joint=[0, 9999, 1]), dict(kept, thermal=[-1] * 20)):  # fmt: skip
        try:
            keep.restore_learned(new.guard, bad)
        except ValueError:
            continue
        raise AssertionError(bad)


def test_clearing_nothing_writes_nothing():
    rig = Rig().warm()
    rig.guard.dirty = 0
    for who in ("remote", "local", "service", "stranger"):
        rig.guard.clear("all", who)
        rig.run(1)
        assert not rig.guard.dirty


def test_a_stranger_ends_no_safe_hold():
    rig = Rig()
    for _ in range(5):
        rig.guard.note_reset(True, False)
    rig.run(5)
    assert rig.guard.clear("safe_hold", "stranger") == "unknown"
    rig.run(700)  # quiet for ten minutes, which does not end the hold
    assert rig.has("safe_hold") and rig.guard.clear("safe_hold", "remote") is None
    rig.run(20)
    assert rig.out.contactor
