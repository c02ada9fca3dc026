"""Factory reset and migration of the settings."""

import pytest
from flash_in_ram import StoreInRam
from settings_in_ram import SETPOINT, code, put, started

from heater.record import events


@pytest.fixture
def store():
    return StoreInRam()


@pytest.fixture
def noted():
    return []


# --- factory reset


def test_reset_by_role_keeps_identity_and_what_higher_roles_set(store, noted):
    settings = started(store, noted)
    put(settings, "factory", heater__serial="NB-7", heater__rated_w=1800)
    put(settings, "company", limits__failsafe_w=700)
    put(settings, link__ssid="home", control__setpoint_mdeg=19_000)
    store.blobs.update(model=b"learned", counters=b"12 kWh", latch=b"tripped")
    revision, _ = settings.factory_reset("installer", ("model",))
    for each in (settings, started(store)):
        assert each.get("heater.serial") == "NB-7" and each.get("heater.rated_w") == 1800
        assert each.get("limits.failsafe_w") == 700
        assert (each.get("link.ssid"), each.get(SETPOINT)) == ("", 22_000)
        assert each.revision == revision == 4
    assert set(store.blobs) == {"settings", "counters", "latch"}
    assert (events.SETTINGS_RESET, 4) in noted


def test_a_reset_broken_off_is_finished_at_the_next_start(store, monkeypatch):
    class PowerCut(Exception):
        pass

    def cut(_):
        raise PowerCut

    settings = started(store)
    store.blobs["model"] = b"learned"
    put(settings, control__setpoint_mdeg=19_000)
    with monkeypatch.context() as patch:
        patch.setattr(store, "remove", cut)
        with pytest.raises(PowerCut):
            settings.factory_reset("installer", ("model",))
    assert "model" in store.blobs
    assert started(store).get(SETPOINT) == 22_000
    assert set(store.blobs) == {"settings"}
    store.blobs["model"] = b"learned anew"
    started(store)
    assert "model" in store.blobs


def test_a_resident_resets_only_what_a_resident_may_change(store):
    settings = started(store)
    put(settings, limits__installed_w=1000, plan__highest_mdeg=21_000)
    put(settings, "resident", plan__eco_mdeg=17_000)
    settings.factory_reset("resident")
    assert settings.get("limits.installed_w") == 1000
    assert settings.get("plan.eco_mdeg") == 20_000
    # The default of 22 degC lies above what the installer allows here.
    assert settings.get(SETPOINT) == 21_000


def test_reset_by_nobody(store):
    assert code(started(store).factory_reset("guest")) == "role"


def test_reset_does_not_confirm_a_trial_of_a_higher_role(store):
    settings = started(store)
    put(settings, "company", confirm_s=60, limits__failsafe_w=3000)
    settings.factory_reset("resident")
    settings.poll(60)
    assert settings.get("limits.failsafe_w") == 1000


def test_reset_ends_a_trial_of_what_it_resets(store):
    settings = started(store)
    put(settings, control__setpoint_mdeg=19_000)
    put(settings, confirm_s=60, control__setpoint_mdeg=25_000)
    settings.factory_reset("installer")
    assert not settings.poll(60)
    assert settings.get(SETPOINT) == started(store).get(SETPOINT) == 22_000


# --- migration


def test_an_older_file_is_migrated_and_kept_for_the_older_firmware(store, noted):
    put(started(store), control__setpoint_mdeg=21_000)
    old = store.blobs["settings"]

    def warmer(values):
        return {name: "23000" if name == SETPOINT else text for name, text in values.items()}

    assert started(store, noted, steps=(warmer,)).get(SETPOINT) == 23_000
    assert (events.SETTINGS_MIGRATED, 1) in noted
    assert store.blobs["settings-1"] == old and b"schema=2" in store.blobs["settings"]
    assert started(store, steps=(warmer,)).get(SETPOINT) == 23_000
    assert started(store).get(SETPOINT) == 21_000
