"""What people are shown: the live picture, the view, the report."""

import io
import json
import re

import numpy as np
import pytest
from rich.console import Console
from town import HEATERS, NODES, T0

from nuanbu.errors import UserError
from nuanbu.group import history, pages, picture, view
from nuanbu.group.tree import Tree
from nuanbu.group.words import LANGUAGES


@pytest.fixture
def past(town):
    return history.read(town.engine, "east", T0, town.now)


def taken(town):
    states = {}
    for name, heater in town.heaters.items():
        states[name] = heater._state(heater._up(town.now))
    about = {"guard": "g1", "refused": 3, "t": town.now, "connected": True}
    guard = town.guard.guard
    return picture.taken(guard, Tree(NODES, HEATERS), states, {"ch": (town.now, 900)}, about)


def test_a_picture_adds_up_and_is_the_same_when_it_comes_back(town):
    one = taken(town)
    nodes = {node["id"]: node for node in one["nodes"]}
    for name in ("granted_w", "worst_w", "power_w", "heaters", "reached"):
        assert nodes["east"][name] == nodes["b"][name] + nodes["c"][name]
        assert nodes["bh"][name] == nodes["b"][name]
    told = sum(heater.takes_w for heater in town.heaters.values())
    assert nodes["east"]["power_w"] == told
    assert (nodes["ch"]["meter_w"], nodes["bh"]["meter_w"]) == (900, None)
    assert nodes["east"]["limit_w"] == 3600
    coldest = max(h["setpoint"] - h["room"] for h in one["heaters"])
    assert nodes["east"]["coldest_k"] == pytest.approx(coldest, abs=0.01)
    picture.save(town.engine, "east", one)
    assert picture.load(town.engine, "east") == json.loads(json.dumps(one))
    with pytest.raises(UserError, match="district west: no server has run"):
        picture.load(town.engine, "west")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [80, 140])
def test_the_view_fits_and_says_what_is_wrong(town, lang, width):
    one = taken(town)
    one["nodes"][0]["short"] = True
    file = io.StringIO()
    console = Console(file=file, width=width, height=24)
    console.print(view.whole(one, lang, town.now + 40, coldest=3, nodes=4, width=width))
    shown = file.getvalue()
    assert max(map(len, shown.splitlines())) <= width
    assert "40" in shown.splitlines()[0]
    assert re.search(r"3\.6 ", shown)
    if width > 80:
        said = {"en": "cannot be held now", "zh": "当前无法保证"}[lang]
        assert said in shown
    # 7 nodes, 2 of them households; of the other 5 the fullest 3, and the top if not among them.
    hidden = re.search({"en": r"([12]) more nodes", "zh": r"另有 ([12]) 个节点"}[lang], shown)
    assert hidden and len(shown.splitlines()) == 1 + (1 + 5 - int(hidden[1]) + 1) + 1 + 3


def test_history_is_what_happened(town, past):
    nodes = {node.id: node for node in past.nodes}
    at = (town.now - 60 - T0) // past.step_s
    east = nodes["east"]
    assert east.limit_w[at] == 3600 and east.limit_w[5] == 6000
    assert east.granted_w[at] == pytest.approx(nodes["b"].granted_w[at] + nodes["c"].granted_w[at])
    assert 0.9 * 3600 < east.granted_w[at] <= 3600
    assert nodes["ch"].meter_w[at] == 900
    # The cut that was announced began with its second, by the period that went ahead.
    cut = (180 - 10) // past.step_s
    assert nodes["b"].limit_w[cut] == 4000 and nodes["b"].limit_w[cut + 2] == 2000
    assert nodes["b"].granted_w[cut + 2] <= 2000
    heater = next(one for one in past.heaters if one.heater.id == "d0")
    assert np.nanmax(heater.shortfall_k) == pytest.approx(4.0)
    assert sum(heater.limited_s.values()) > 200
    assert set(heater.limited_s) <= {(node.level, node.id) for node in NODES}
    assert past.epochs == 2 and past.broken == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_is_whole_and_loads_nothing(past, tmp_path, lang):
    path = tmp_path / "sub" / "report.html"
    pages.write(path, past, lang)
    text = path.read_text(encoding="utf-8")
    outside = re.findall(r'(?:src|href)="(?!#)[^"]*"|url\((?!#)[^)]*\)|@import', text)
    assert outside == []
    assert text.count("<svg") == 4  # feeder, rooms, two buildings
    assert not re.search(r"#01010[0-9a-f]\b", text)
    assert {"en": "Who was limited, and why", "zh": "谁受限，因为什么"}[lang] in text
    rows = re.findall(r"<tr><td>(d\d)<td>", text)
    assert sorted(rows) == [f"d{i}" for i in range(6)]


def test_no_history_is_said(town):
    with pytest.raises(UserError, match="the journal has nothing of this time"):
        history.read(town.engine, "east", T0 - 7200, T0 - 3600)
    with pytest.raises(UserError, match="language 'fr'"):
        view.whole(taken(town), "fr", town.now, 3)
