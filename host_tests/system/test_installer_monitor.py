"""The live view: its screen by its pilot, on the firmware at a pseudo-terminal, and the CSV."""

import asyncio
import csv
import json

import pytest
from installer_run import nuanbu
from textual.widgets import Static
from textual_plotext import PlotextPlot

from nuanbu.installer import monitor
from nuanbu.installer.desk import Desk
from nuanbu.installer.screen import PLOTS, SHOWN, History, Screen
from nuanbu.installer.trouble import Trouble
from nuanbu.installer.words import label
from nuanbu.sim.pty import SerialHeater

PATIENCE_S = 30.0


@pytest.fixture
def heater():
    with SerialHeater(speed=20.0) as heater:
        yield heater


def screen(heater, language):
    desk = Desk(port=heater.port, lang=language).settle()

    def follow(take, ended):
        monitor.telemetry(desk, take, ended, 0.0, 10.0)

    return Screen(follow, "test", language)


async def until(pilot, reached):
    for _ in range(int(PATIENCE_S / 0.05)):
        if reached():
            return
        await pilot.pause(0.05)
    raise AssertionError("never came")


def text_of(app):
    """What a person reads on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_values_and_plots_move_stand_still_and_go_on(heater, language):
    async def run():
        app = screen(heater, language)
        async with app.run_test(size=(110, 44)) as pilot:
            await until(pilot, lambda: len(app.history.times) > 30)
            app.draw()
            await pilot.pause(0.1)
            shown = text_of(app).replace(" ", "")
            for key in SHOWN:
                assert label(key, language).replace(" ", "") in shown
            assert "22.0°C" in shown  # the set-point
            assert any("⠀" < letter <= "⣿" for letter in shown)  # braille: a curve was drawn
            assert len(app.query(PlotextPlot)) == len(PLOTS)

            await pilot.press("p")
            kept_s = app.history.times[-1]
            still = app.query_one("#values", Static).render()
            await until(pilot, lambda: app.history.times[-1] > kept_s + 1)
            assert app.query_one("#values", Static).render() is still  # held, but nothing is lost
            await pilot.press("p")
            await pilot.pause(0.1)
            assert app.query_one("#values", Static).render() is not still

            await pilot.press("q")
        assert app.return_value is None

    asyncio.run(run())
    assert nuanbu(heater.port, "status").code == 0  # the port is free, no telemetry in the way


def test_a_heater_that_goes_away_ends_it_with_the_reason():
    async def run():
        def follow(take, ended):
            take(EVENT)
            raise Trouble("unplugged", "en", port="COM3")

        app = Screen(follow, "test", "en")
        async with app.run_test() as pilot:
            await until(pilot, lambda: app.return_value is not None)
        return app.return_value

    trouble = asyncio.run(run())
    assert trouble is not None and trouble.trouble == "unplugged"


EVENT = {
    "ev": "tlm", "t": 50, "room": 20_125, "set": 22_000, "body": 40_000, "w": 1500, "lim": 2000,
    "mv": 221_500, "ua": 120, "on": [1, 3], "f": 0, "late": 0,
}  # fmt: skip


def test_values_in_peoples_units_and_a_restart_begins_anew():
    history = History(kept=3)
    for t in (50, 51, 52, 53):
        history.take({**EVENT, "t": t})
    assert list(history.times) == [51, 52, 53]
    assert history.shown("room") == "20.12 °C" and history.shown("mains") == "221.5 V"
    history.take({**EVENT, "t": 1, "w": 7})
    assert list(history.times) == [1] and history.shown("power") == "7 W"


def test_the_monitor_records_every_value(heater, tmp_path):
    path = tmp_path / "values.csv"
    said = nuanbu(
        heater.port, "monitor", "--json", "--seconds", "1", "--hz", "10", "--record", str(path)
    )
    assert said.code == 0
    events = [json.loads(line) for line in said.out.splitlines()]
    rows = list(csv.DictReader(path.read_text().splitlines()))
    # Ten values in each second of the heater's, however many of those the machine gave it; what
    # nobody read in time is lost, as at any port.
    lived_s = events[-1]["t"] - events[0]["t"]
    assert 20 < len(rows) == len(events) <= (lived_s + 1) * 10
    assert [int(row["t"]) for row in rows] == [event["t"] for event in events]
    assert all(event["late"] == 0 for event in events)
    quiet = nuanbu(heater.port, "status", "--json")
    assert quiet.code == 0  # no telemetry is left over in the way of other commands
