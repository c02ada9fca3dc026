"""The wizard against the firmware: questions, resuming, the certificate at its end."""

import json

import pytest
from installer_run import nuanbu

from nuanbu.installer import settings, wizard
from nuanbu.installer.client import Client
from nuanbu.installer.figures.scripted import ScriptedDesk
from nuanbu.installer.trouble import Trouble
from nuanbu.sim.cable import HeldDevice, VirtualPort
from nuanbu.sim.pty import SerialHeater

ANSWERS = "y\nN42\n1500\n7/2/301\nZhang\n20.0\n"  # six questions


@pytest.fixture
def heater():
    with SerialHeater(speed=60.0) as heater:
        heater.call(lambda device: device.world(element_rated_w=1500))
        yield heater


def values(heater, *names):
    return heater.call(lambda device: [device.get(name) for name in names])


def test_six_answers_lead_to_a_certificate(heater, tmp_path):
    words = ["--lang", "en", "wizard", "--out", str(tmp_path)]
    said = nuanbu(heater.port, *words, typed=ANSWERS)
    assert said.code == 0, said.notes + said.out
    names = ["heater.serial", "heater.rated_w", "link.building", "link.unit", "link.household"]
    assert values(heater, *names) == ["N42", 1500, "7", "2", "301"]
    record = json.loads(next(tmp_path.glob("*.json")).read_text())
    assert record["passed"] and record["isolated_adapter"]
    assert (record["serial"], record["operator"]) == ("N42", "Zhang")
    assert len(list(tmp_path.glob("*.html"))) == 1
    assert list(tmp_path.glob("*wizard*")) == []  # nothing is left to resume
    assert record["place"] == "7/2/301" and record["profile"]["id"] == "class1-fixed-1"


def test_it_goes_on_where_it_stood_and_asks_nothing_twice(heater, tmp_path):
    first = nuanbu(heater.port, "wizard", "--out", str(tmp_path), typed="y\nN42\n1500\n")
    assert first.code == 1  # standard input ended at the fourth question
    assert values(heater, "heater.serial") == [""]  # nothing was written yet
    second = nuanbu(heater.port, "wizard", "--out", str(tmp_path), typed="7/2/301\nZhang\n\n")
    assert second.code == 0, second.notes
    assert values(heater, "heater.serial", "link.household") == ["N42", "301"]


def test_the_next_flat_needs_only_what_differs(tmp_path):
    """Enter takes rated power, building and name of the flat before; whether the adapter is
    isolated is asked each time."""
    for serial, typed in (
        ("N42", "y\n1500\n7/2/301\nZhang\n20.0\n"),
        ("N43", "y\n\n7/2/302\n\n\n"),
    ):
        with SerialHeater(speed=60.0, settings={"heater.serial": serial}) as heater:
            heater.call(lambda device: device.world(element_rated_w=1500))
            said = nuanbu(heater.port, "wizard", "--out", str(tmp_path), typed=typed)
            assert said.code == 0, said.notes
            assert values(heater, "heater.rated_w", "link.unit") == [1500, "2"]
    records = [json.loads(path.read_text()) for path in sorted(tmp_path.glob("*.json"))]
    assert records[-1]["operator"] == "Zhang" and records[-1]["place"] == "7/2/302"


def test_heater_after_heater_until_it_is_stopped(tmp_path):
    """--repeat in virtual time: the cable stays a while, then goes on to the next flat."""
    devices = [
        HeldDevice(settings={"heater.serial": f"N{number}"}, seed=number) for number in range(2)
    ]
    answers = {
        "ask_isolated": True, "ask_rated": 2000, "ask_operator": "Li", "ask_reference": None,
        "ask_place": "7/2/301",
    }  # fmt: skip

    class Walking(ScriptedDesk):
        """Carries the cable on whenever the next heater is asked for."""

        def say(self, key, more=""):
            if key == "next_heater":
                self.walked += 1
                if self.walked == 2:
                    raise KeyboardInterrupt
                # At first nobody moves the cable; see pause.

        def pause(self, seconds):
            self.waited += 1
            self.port_ = VirtualPort(devices[1])

    desk = Walking(answers=answers, port_=VirtualPort(devices[0]))
    desk.walked = desk.waited = 0
    with devices[0], devices[1], pytest.raises(KeyboardInterrupt):
        wizard.wizard(desk, out=tmp_path, repeat=True)
    serials = sorted(json.loads(path.read_text())["serial"] for path in tmp_path.glob("*.json"))
    assert serials == ["N0", "N1"]
    assert desk.waited >= 1  # at the finished heater nothing was begun again
    assert desk.asked.count("ask_isolated") == 2


def test_answers_that_cannot_be_meant_are_asked_again(heater, tmp_path):
    typed = "y\nN42\nmuch\n1500\n7-2-301\n7/2/301\nZhang\nwarm\n20,0\n"
    said = nuanbu(heater.port, "wizard", "--out", str(tmp_path), "--lang", "en", typed=typed)
    assert said.code == 0, said.notes
    assert "much" in said.notes and "7-2-301" in said.notes and "warm" in said.notes
    assert values(heater, "heater.rated_w", "link.household") == [1500, "301"]


def test_a_dry_run_writes_nothing(heater, tmp_path):
    words = ["--dry-run", "wizard", "--out", str(tmp_path)]
    assert nuanbu(heater.port, *words, typed=ANSWERS).code == 0
    assert heater.call(lambda device: device.request("cfg.hash")["rev"]) == 0
    assert list(tmp_path.glob("*.html")) == []


def test_a_cable_that_comes_out_is_waited_for(heater):
    class Desk:
        lang = "en"
        said = []

        def connect(self):
            return Client(heater.port, "en")

        def say(self, key, more=""):
            self.said.append(key)

        def clock(self):
            return 0.0

    tries = []

    def work(client):
        tries.append(client)
        if len(tries) == 1:
            raise Trouble("unplugged", "en", port=client.name)
        return settings.read(client)["control.mode"]

    desk = Desk()
    assert wizard.patient(desk, work) == "heat"  # type: ignore[arg-type]
    assert desk.said == ["plug_in"]
