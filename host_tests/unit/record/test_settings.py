"""Staged change, commit, trial, revert: one at a time."""

import hashlib

import pytest
from flash_in_ram import StoreInRam
from settings_in_ram import HIGHEST, MODE, SETPOINT, code, put, started

from heater.record import events, table
from heater.record.settings import Settings
from heater.record.store import Store


@pytest.fixture
def store():
    return StoreInRam()


@pytest.fixture
def noted():
    return []


def hash_by_the_book(settings):
    """As docs/settings.md defines it, written a second time."""
    words = {True: "true", False: "false"}
    public, secret = [], []
    for row in table.ROWS:
        value = settings.get(row[0])
        if row[2] == "secret":
            secret.append(f"{row[0]}={'set' if value else ''}\n")
        else:
            shown = words[value] if isinstance(value, bool) else value
            public.append(f"{row[0]}={shown}\n")
    return hashlib.sha256("".join(sorted(public) + sorted(secret)).encode()).hexdigest()


def test_a_new_heater_has_the_defaults(store, noted):
    settings = started(store, noted)
    assert {name: settings.get(name) for name in settings.names()} == {
        row[0]: row[5] for row in table.ROWS
    }
    assert settings.revision == 0 and noted == [(events.SETTINGS_DEFAULT, 0)]


def test_staged_is_not_in_force(store):
    settings = started(store)
    assert settings.stage(SETPOINT, 21_000, "resident") is None
    assert settings.get(SETPOINT) == 22_000 and not store.blobs
    assert settings.staged("resident") == {SETPOINT: 21_000}
    assert settings.diff("resident") == [(SETPOINT, 22_000, 21_000)]
    settings.discard("resident")
    assert code(settings.commit("resident")) == "nothing"


def test_commit_is_in_force_and_on_flash(store, noted):
    settings = started(store, noted)
    revision, digest = put(settings, control__setpoint_mdeg=21_000, link__ssid="暖补 home")
    again = started(store)
    for each in (settings, again):
        assert (each.get(SETPOINT), each.get("link.ssid")) == (21_000, "暖补 home")
        assert (each.revision, each.hash()) == (revision, digest) == (1, hash_by_the_book(each))
    assert (events.SETTINGS_COMMITTED, 1) in noted


def test_a_commit_that_changes_nothing_writes_nothing(store):
    settings = started(store)
    assert put(settings, control__setpoint_mdeg=22_000) == (0, settings.hash())
    assert not store.blobs


def test_roles_stage_apart(store):
    settings = started(store)
    settings.stage("heater.rated_w", 1500, "installer")
    put(settings, "resident", control__mode="plan")
    assert settings.get("heater.rated_w") == 2000
    assert settings.staged("installer") == {"heater.rated_w": 1500}


@pytest.mark.parametrize("row", table.ROWS, ids=lambda row: row[0])
def test_only_the_role_named_and_higher_may(store, row):
    settings = started(store)
    roles = ("resident", "installer", "company", "factory")
    for who in roles:
        refusal = settings.stage(row[0], row[5], who)
        if roles.index(who) < roles.index(row[6]):
            assert (refusal["code"], refusal["who"], refusal["next"]) == ("role", row[6], "login")
        else:
            assert refusal is None


@pytest.mark.parametrize("name", ["", "control", "control.setpoint", None, 7, ["control.mode"]])
def test_names_that_are_none(store, name):
    assert code(started(store).stage(name, 1, "factory")) == "unknown"


# --- bounds drawn closer


def test_narrowed_bounds_hold_for_everyone_and_are_named(store):
    settings = started(store)
    put(settings, plan__highest_mdeg=24_000)
    for who in ("resident", "company"):
        refusal = settings.stage(SETPOINT, 24_500, who)
        assert (refusal["low"], refusal["high"]) == (5_000, 24_000)
    assert settings.bounds(SETPOINT) == (5_000, 24_000)
    assert settings.stage(SETPOINT, 24_000, "resident") is None


def test_the_closer_of_two_bounds_holds(store):
    settings = started(store)
    put(settings, "company", plan__company_highest_mdeg=23_000, plan__company_lowest_mdeg=16_000)
    put(settings, "installer", plan__highest_mdeg=25_000, plan__lowest_mdeg=10_000)
    assert settings.bounds(SETPOINT) == (16_000, 23_000)


def test_a_value_outside_moves_to_the_new_bound(store):
    settings = started(store)
    put(settings, control__setpoint_mdeg=28_000)
    put(settings, plan__highest_mdeg=24_000)
    assert settings.get(SETPOINT) == started(store).get(SETPOINT) == 24_000


def test_bounds_staged_together_with_the_value(store):
    settings = started(store)
    put(settings, plan__highest_mdeg=20_000)
    assert settings.stage(HIGHEST, 26_000, "installer") is None
    assert settings.stage(SETPOINT, 25_000, "installer") is None
    assert isinstance(settings.commit("installer"), tuple)
    assert settings.get(SETPOINT) == 25_000


def test_a_value_staged_before_the_bounds_came_closer(store):
    settings = started(store)
    settings.stage(SETPOINT, 28_000, "resident")
    put(settings, plan__highest_mdeg=24_000)
    refusal = settings.commit("resident")
    assert (refusal["code"], refusal["value"], refusal["high"]) == ("range", "28000", 24_000)


def test_bounds_that_leave_no_choice(store):
    settings = started(store)
    put(settings, "company", plan__company_lowest_mdeg=20_000)
    assert settings.stage(HIGHEST, 19_000, "installer") is None
    refusal = settings.commit("installer")
    assert (refusal["code"], refusal["name"]) == ("crossed", HIGHEST)
    assert (refusal["low"], refusal["high"]) == (20_000, 30_000)
    assert settings.get(HIGHEST) == 30_000


def test_bounds_that_would_leave_no_choice_once_a_trial_is_taken_back(store):
    settings = started(store)
    put(settings, "company", plan__company_highest_mdeg=15_000)
    put(settings, "company", confirm_s=60, plan__company_highest_mdeg=25_000)
    assert settings.stage("plan.lowest_mdeg", 20_000, "installer") is None
    assert code(settings.commit("installer")) == "crossed"


# --- trial


def test_a_trial_runs_out(store, noted):
    settings = started(store, noted)
    put(settings, control__setpoint_mdeg=20_000)
    settings.poll(1000)
    put(settings, confirm_s=60, control__setpoint_mdeg=25_000, control__mode="plan")
    assert settings.get(SETPOINT) == 25_000 and settings.trial_left_s() == 60
    assert not settings.poll(1059)
    assert settings.poll(1060)
    assert (settings.get(SETPOINT), settings.get(MODE)) == (20_000, "heat")
    assert settings.revision == 3 and (events.SETTINGS_REVERTED, 3) in noted
    assert not settings.poll(1061) and settings.trial_left_s() == 0
    assert started(store).get(SETPOINT) == 20_000


def test_a_confirmed_trial_stays(store):
    settings = started(store)
    put(settings, confirm_s=60, control__setpoint_mdeg=25_000)
    assert settings.confirm() == (1, settings.hash())
    settings.poll(10_000)
    assert settings.get(SETPOINT) == started(store).get(SETPOINT) == 25_000
    assert code(settings.confirm()) == code(settings.revert()) == "nothing"


def test_a_restart_ends_a_trial(store, noted):
    put(started(store), confirm_s=60, control__setpoint_mdeg=25_000)
    settings = started(store, noted)
    assert settings.get(SETPOINT) == 22_000 and settings.trial_left_s() == 0
    assert (events.SETTINGS_REVERTED, 2) in noted
    assert started(store).revision == 2


def test_revert_by_hand(store):
    settings = started(store)
    before = settings.hash()
    put(settings, confirm_s=60, control__setpoint_mdeg=25_000)
    assert settings.revert() == (2, before)


def test_one_trial_at_a_time(store):
    settings = started(store)
    put(settings, confirm_s=60, control__setpoint_mdeg=25_000)
    settings.stage(MODE, "plan", "installer")
    assert code(settings.commit("installer", 60)) == "pending"


def test_a_residents_change_meanwhile_outlives_the_trial(store):
    settings = started(store)
    put(settings, confirm_s=60, control__setpoint_mdeg=25_000, control__mode="plan")
    put(settings, "resident", control__setpoint_mdeg=21_000)
    settings.poll(60)
    assert (settings.get(SETPOINT), settings.get(MODE)) == (21_000, "heat")


@pytest.mark.parametrize("confirm_s", [-1, 1, 9, 3601, 60.0, True, "60", None, 10**12])
def test_times_to_confirm_out_of_bounds(store, confirm_s):
    settings = started(store)
    settings.stage(SETPOINT, 25_000, "installer")
    refusal = settings.commit("installer", confirm_s)
    assert (refusal["code"], refusal["low"], refusal["high"]) == ("confirm_s", 10, 3600)
    assert settings.get(SETPOINT) == 22_000


# --- flash that refuses, and damage


def test_nothing_is_in_force_that_the_flash_did_not_take(store):
    settings = started(store)
    store.works = False
    settings.stage(SETPOINT, 25_000, "resident")
    assert code(settings.commit("resident")) == "storage"
    assert (settings.get(SETPOINT), settings.revision) == (22_000, 0)


def test_a_revert_needs_no_flash(store):
    settings = started(store)
    put(settings, confirm_s=60, control__setpoint_mdeg=25_000)
    store.works = False
    assert settings.poll(60) and settings.get(SETPOINT) == 22_000
    assert started(store).get(SETPOINT) == 22_000


def test_with_the_budget_used_up_a_change_acts_now_and_is_written_later(store):
    settings = started(store)
    store.room = False
    put(settings, "resident", control__setpoint_mdeg=21_000)
    assert settings.get(SETPOINT) == 21_000 and not store.blobs
    assert b"=21000" in store.waiting["settings"]


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xff", b"schema=1\nrevision=x\n", b"schema=99\n", b"schema=0\n=\n"]
)
def test_rubbish_in_the_file_is_defaults(data):
    settings = started(StoreInRam({"settings": data}))
    assert settings.get(SETPOINT) == 22_000
    put(settings, control__setpoint_mdeg=21_000)


def test_damaged_settings_are_told_from_a_new_heater(tmp_path):
    def sound():
        settings = Settings(Store(str(tmp_path)))
        settings.load()
        return settings.sound

    assert sound()
    settings = Settings(Store(str(tmp_path)))
    settings.load()
    for setpoint in (20_000, 21_000):
        put(settings, control__setpoint_mdeg=setpoint)
    assert sound()
    copies = sorted(tmp_path.glob("settings.*"))
    copies[0].write_bytes(b"rubbish")
    assert sound()
    copies[1].write_bytes(b"rubbish")
    assert not sound()


def test_unusable_values_are_dropped_and_told(noted):
    data = b"schema=1\nrevision=5\ncontrol.mode=party\ngone.name=1\nplan.eco_mdeg=18000\n"
    settings = started(StoreInRam({"settings": data}), noted)
    assert (settings.get(MODE), settings.get("plan.eco_mdeg")) == ("heat", 18_000)
    assert (events.SETTINGS_DROPPED, 2) in noted and settings.revision == 5


def test_a_default_that_lies_outside_the_bounds_in_the_file_is_moved(noted):
    data = b"schema=1\nrevision=5\nplan.highest_mdeg=20000\n"
    assert started(StoreInRam({"settings": data})).get(SETPOINT) == 20_000


def test_what_a_trial_gives_back_lies_within_the_bounds_of_now(store):
    for end in ("revert", "time"):
        settings = started(StoreInRam())
        put(settings, "resident", control__setpoint_mdeg=28_000)
        put(settings, confirm_s=60, control__setpoint_mdeg=21_000)
        put(settings, "company", plan__company_highest_mdeg=24_000)
        assert settings.revert() if end == "revert" else settings.poll(60)
        assert settings.get(SETPOINT) == 24_000, end


def test_restart_needed(store):
    settings = started(store)
    put(settings, control__setpoint_mdeg=21_000)
    assert not settings.restart_needed
    put(settings, link__ssid="home")
    assert settings.restart_needed and not started(store).restart_needed
