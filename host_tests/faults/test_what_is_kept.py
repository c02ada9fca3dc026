"""What must outlast a power cut, and what flash and memory may do to it meanwhile."""

import sys
from types import SimpleNamespace

import pytest

from heater.plan import local
from heater.plan.scheduler import Plan
from heater.protect.guard import Guard
from heater.record.settings import Settings
from heater.record.store import Store
from nuanbu.sim import Device

HOUR_S = 3600.0


def codes(reply):
    return {f["code"] for f in reply.faults}


def test_a_turned_bit_of_the_program_is_found():
    with Device(board="sim") as device:
        device.step(20.0, room_c=10.0)
        assert device.request("sys.program")["program"] == "sound"
        device.inject("program_bit")
        reply = device.step(HOUR_S + 60.0, room_c=10.0)
        assert codes(reply) == {"program_damaged"}
        assert device.step(10.0, room_c=10.0).power_w == 0
        device.inject("program_bit", 0)
        device.power_cycle(5.0)
        reply = device.step(60.0, room_c=10.0)
        assert codes(reply) == {"program_damaged"} and reply.power_w == 0


def test_a_service_lock_is_set_and_kept():
    with Device(board="sim") as device:
        device.step(20.0, room_c=10.0)
        device.request("sys.lock", on=1)
        assert device.step(5.0, room_c=3.0).contactor is False
        device.power_cycle(5.0)
        reply = device.step(60.0, room_c=3.0)
        assert codes(reply) == {"service_lock"} and reply.power_w == 0
        device.request("sys.lock", on=0)
        device.step(20.0, room_c=3.0)
        reply = device.step(10.0, room_c=3.0)
        assert not reply.faults and reply.power_w > 1500


def test_a_restart_that_was_asked_for_is_no_crash():
    with Device(board="sim") as device:
        for _ in range(7):  # within ten minutes
            device.request("sys.restart")
            reply = device.step(20.0, room_c=10.0)
            assert reply.resets == [2] and not reply.faults


@pytest.fixture
def lasting(monkeypatch):
    """heater.lasting, with what it needs of the port."""
    machine = SimpleNamespace(WDT_RESET=3, HARD_RESET=2, PWRON_RESET=1)
    machine.RTC = lambda: SimpleNamespace(memory=lambda data: None)
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.delitem(sys.modules, "heater.lasting", raising=False)
    import heater.lasting

    yield heater.lasting
    sys.modules.pop("heater.lasting", None)


def stub(path):
    store = Store(str(path))
    settings = Settings(store)
    settings.load()
    return SimpleNamespace(
        guard=Guard(), settings=settings, books=SimpleNamespace(store=store),
        latches_due_s=0, acts_due_s=0,
    )  # fmt: skip


def latched(lasting, path):
    """Latches written twice: without a fault first, then with a leakage."""
    heater = stub(path)
    lasting.restore_latches(heater, 1)
    assert lasting.save_latches(heater)
    heater.guard.book.raise_(0, 5, 20_000, 10_000)
    assert lasting.save_latches(heater)


def flags(heater):
    return {f["code"] for f in heater.guard.faults()} | {
        code for i, code in ((38, "settings_damaged"),) if heater.guard.book.signal[i]
    }


def test_a_damaged_copy_of_the_latches_withholds_heat(lasting, tmp_path):
    latched(lasting, tmp_path)
    sound = stub(tmp_path)
    lasting.restore_latches(sound, 1)
    assert flags(sound) == {"leak_high"}
    newest = tmp_path / "guard.a"  # of generations 1 and 2 the even one
    data = bytearray(newest.read_bytes())
    data[-3] ^= 0x10
    newest.write_bytes(data)
    heater = stub(tmp_path)  # the older copy is sound and knows of no leakage
    lasting.restore_latches(heater, 1)
    assert flags(heater) == {"settings_damaged"}


def full_flash(path, plan):
    """A heater whose flash refuses until `heater.full` is false."""
    heater = stub(path)
    heater.full = True
    save = heater.books.store.save
    heater.books.store.save = lambda *words: False if heater.full else save(*words)
    heater.inp = SimpleNamespace(uptime_s=100)
    heater.plan = plan
    heater.clock = SimpleNamespace(trusted=False)
    heater.buttons = SimpleNamespace(awake=0)
    heater.model_changed = False
    return heater


def test_a_full_flash_does_not_lose_a_latch(lasting, tmp_path):
    heater = full_flash(tmp_path, SimpleNamespace(unsaved=0, week_unsaved=0, acted=0))
    heater.guard.book.raise_(0, 5, 20_000, 10_000)
    heater.guard.dirty = 1
    lasting.poll(heater)
    heater.full = False
    heater.inp.uptime_s = 120
    lasting.poll(heater)  # a flash that refused is left alone for a minute
    assert heater.books.store.load("guard") is None and heater.guard.dirty
    heater.inp.uptime_s = 160
    lasting.poll(heater)
    assert heater.books.store.load("guard") and not heater.guard.dirty


def test_a_full_flash_does_not_lose_what_was_pressed(lasting, tmp_path):
    heater = full_flash(tmp_path, Plan())
    heater.plan.configure(heater.settings)
    heater.plan.press(local.MODE)  # heat: plan is next
    heater.plan.press(local.LOCK)
    lasting.poll(heater)
    heater.full = False
    heater.inp.uptime_s = 120
    lasting.poll(heater)  # a flash that refused is left alone for a minute
    assert heater.settings.get("control.mode") == "heat" and heater.plan.unsaved
    heater.inp.uptime_s = 160
    lasting.poll(heater)
    assert heater.settings.get("control.mode") == "plan" and not heater.plan.unsaved
    again = stub(tmp_path).settings
    assert (again.get("control.mode"), again.get("plan.child_lock")) == ("plan", True)


def test_a_turned_value_in_ram_is_found(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "esp32", SimpleNamespace())
    monkeypatch.delitem(sys.modules, "heater.integrity", raising=False)
    from heater.integrity import Integrity

    heater = stub(tmp_path)
    integrity = Integrity(heater.guard, heater.settings)
    assert integrity.condition()["program"] == "unchecked"  # neither image nor list here
    integrity.step(0)
    heater.settings.stage("heater.rated_w", 1500, "installer")
    heater.settings.commit("installer")
    integrity.step(3600)
    assert not flags(heater)
    heater.settings._values["heater.rated_w"] ^= 64
    integrity.step(5000)  # within the hour nobody looks
    assert not flags(heater)
    integrity.step(7200)
    assert flags(heater) == {"settings_damaged"}
    sys.modules.pop("heater.integrity", None)
