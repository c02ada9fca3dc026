"""What the figures of `nuanbu bench installer` are made of, on a small scale; and that they can
be missed."""

import random

from nuanbu.installer import settings, wizard
from nuanbu.installer.figures import batches, commissioning, selftest, unplug


def test_a_scripted_installer_is_through_in_a_minute_and_six_questions():
    found = commissioning.measure(2)
    assert found.questions == 6 and found.failed == 0
    assert 10 < found.p95 <= 60


def test_the_percentile_is_that_of_the_slow_ones():
    found = commissioning.Commissioned([float(n) for n in range(1, 101)], [], 0, 0)
    assert found.p95 == 95.0
    assert commissioning.Commissioned([1.0, 9.0], [], 0, 0).p95 == 9.0


def test_cut_at_steps_far_apart_it_ends_where_the_undisturbed_one_does():
    found = unplug.measure(every=41)
    assert found.cuts >= 6 and found.steps > 50
    assert found.mixed == found.different == found.asked_twice == 0


def test_a_wizard_that_forgets_its_answers_would_be_noticed(monkeypatch):
    monkeypatch.setattr(wizard.Notes, "_write", lambda self, path: None)
    assert unplug.measure(at=b"cfg.commit", most=1).asked_twice > 0


def test_settings_that_are_committed_one_by_one_would_be_noticed(monkeypatch):
    together = settings.apply

    def one_by_one(client, wanted, **options):
        for name, value in wanted.items():
            done = together(client, {name: value}, **options)
        return done

    monkeypatch.setattr(settings, "apply", one_by_one)
    assert unplug.measure(at=b"cfg.commit", most=1).mixed > 0


def test_a_table_over_ports_whose_heaters_are_changed_by_hand():
    found = batches.measure(6, 3)
    assert found.written == 6
    assert found.wrong == found.again == found.dry == 0
    assert 20 <= found.seconds <= 600


def test_good_heaters_differ_and_pass():
    first, second = (selftest.good_heater(random.Random(seed)) for seed in (1, 2))
    with first[0], second[0]:
        assert first[1]["mains_v"] != second[1]["mains_v"]
    assert selftest._good(1)[0] == []
    assert selftest._broken(("element weak by 15 %", 1)) != []
