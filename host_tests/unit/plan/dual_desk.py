# The plan as a person asks for it: overrides in words, local times as text.

from plan_home import MONDAY, Home, refusal

from heater.plan.desk import Desk


def desk(home):
    return Desk(home.plan, home.clock, lambda: home.uptime_s)


def test_three_kinds_of_override_and_its_end():
    home = Home(9)
    told = desk(home)
    told.hold(23000, None, "next", 0)
    home.at(9, 1)
    view = told.view()
    assert (view["set"], view["hold"], view["left_s"]) == (23000, "next", 8 * 3600 - 60)
    told.hold(23500, None, "for", 600)
    home.at(9, 2)
    assert (told.view()["hold"], told.view()["left_s"]) == ("for", 540)
    told.hold(None, "eco", "until", MONDAY + 10 * 3600)
    home.at(9, 3)
    view = told.view()
    assert (view["preset"], view["set"], view["hold"]) == ("eco", 20000, "until")
    assert view["left_s"] == 57 * 60 and view["why"] == "override"
    told.free()
    home.at(9, 4)
    view = told.view()
    assert (view["hold"], view["why"], view["next"]) == ("none", "plan", "comfort")


def test_a_preset_given_alone_has_its_own_end():
    home = Home(9)
    told = desk(home)
    for preset, kind in (("boost", "for"), ("away", "held"), ("frost", "held"), ("eco", "next")):
        told.hold(None, preset, "own", 0)
        home.at(9, 1)
        assert (told.view()["preset"], told.view()["hold"]) == (preset, kind)


def test_what_cannot_be_is_refused_with_value_and_bounds():
    home = Home(9, plan__highest_mdeg=25000)
    told = desk(home)
    text = refusal(told.hold, 26000, None, "next", 0)
    assert "26000" in text and "5000" in text and "25000" in text
    text = refusal(told.hold, None, "tropical", "own", 0)
    assert "tropical" in text and "comfort" in text and "away" in text
    assert "already past" in refusal(told.hold, 21000, None, "until", MONDAY)
    assert told.view()["hold"] == "none"


def test_local_times_as_text():
    home = Home(9)
    told = desk(home)
    for text in ("2027-01-04T09:00", "2027-01-04 09:00"):
        assert told.epoch_s(text) == home.clock.epoch_s()
    assert told.text(home.clock.t_s) == "2027-01-04 09:00"
    assert told.time() == {
        "epoch_s": MONDAY + 9 * 3600, "quality": "server", "local": "2027-01-04 09:00",
        "tz": "CST-8",
    }  # fmt: skip
    for text in ("", "tuesday", "2027-01-04", "2027-02-29T03:00", "2027-01-04T25:00", "x" * 500):
        refusal(told.epoch_s, text)
    assert desk(Home()).time()["local"] == "" and desk(Home()).time()["quality"] == "none"
