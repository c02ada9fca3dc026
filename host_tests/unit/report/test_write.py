"""The report as a file: whole, self-contained, in two languages and two kinds of light."""

import re
from html.parser import HTMLParser
from string import Formatter

import pytest

from nuanbu.errors import UserError
from nuanbu.report import charts
from nuanbu.report.record import Meta, RunRecord
from nuanbu.report.texts import TEXTS, duration, text
from nuanbu.report.write import EVENTS_SHOWN, render, write_report

VOID = {"meta", "br", "link", "img", "hr", "input"}


def make_run(minutes=300):
    run = RunRecord(
        Meta("corner-convector", "corner <living> room", "week.csv", "2026-01-23T22:00:00+08:00",
             1400.0, settle_s=1800.0, wall_s=5.0, settings={"control.profile": "precise"})
    )  # fmt: skip
    for k in range(minutes):
        run.add(
            room_c=20.0 + min(2.0, k / 60), sensor_c=20.0 + min(2.0, k / 70), setpoint_c=22.0,
            outdoor_c=-30.0 - k / 300, body_c=60.0, power_w=700.0 + k % 7, grant_w=1400.0,
            contactor=float(k % 100 < 90), mains_v=221.0, switchings=k // 5,
            contactor_switchings=1,
        )  # fmt: skip
    run.event(600, "mode", "set to <heat> & kept")
    run.event(3600, "window", "opened", 4200)
    run.event(9000, "fault", "F07 body too hot")
    return run


@pytest.fixture(scope="module")
def pages():
    return {lang: render(make_run(), lang) for lang in ("en", "zh")}


class Checker(HTMLParser):
    """Collects identifiers and addresses, and that every element is closed in its turn."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.addresses, self.tags = [], [], [], set()

    def handle_starttag(self, tag, attrs):
        self.note(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.note(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def note(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "xlink:href", "data", "action"):
                self.addresses.append(value)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_well_formed_and_needs_nothing_from_outside(pages, lang):
    page = pages[lang]
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert all(address.startswith("#") for address in checker.addresses)
    assert not checker.tags & {"script", "link", "iframe", "img", "object"}
    outside = re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)
    assert "://" not in outside
    assert all(ref.startswith("#") for ref in re.findall(r"url\(([^)]*)\)", page))
    assert "@import" not in page


def test_no_two_drawings_share_an_identifier(pages):
    checker = Checker()
    checker.feed(pages["en"])
    assert len(checker.ids) > 50
    drawings = re.findall(r"<svg.*?</svg>", pages["en"], re.DOTALL)
    assert len(drawings) == 10
    seen = set()
    for drawing in drawings:
        # Names of groups ("axes_1") repeat and are never referred to; referred ones must not.
        own = set(re.findall(r"(?:url\(#|href=\"#)([\w-]+)", drawing))
        assert own
        assert not own & seen
        assert all(f'id="{name}"' in drawing for name in own)
        seen |= own


def test_colours_follow_the_page_in_light_and_dark(pages):
    page = pages["en"]
    assert not any(colour in page for colour in charts.ROLES.values())
    used = set(re.findall(r"var\(--([a-z]+)\)", page)) - {"mark"}
    light, dark = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    for theme in (light, dark):
        assert used <= set(re.findall(r"--([a-z]+):", theme))


def test_every_drawing_comes_for_desk_and_phone(pages):
    assert pages["en"].count('<svg class="wide"') == pages["en"].count('<svg class="narrow"') == 5


def test_what_the_user_may_write_is_escaped(pages):
    assert "set to &lt;heat&gt; &amp; kept" in pages["en"]
    assert "&lt;living&gt;" in pages["en"]
    assert "<living>" not in pages["en"]


def test_languages(pages):
    assert '<html lang="en">' in pages["en"]
    assert '<html lang="zh-CN">' in pages["zh"]
    assert "平均偏差" in pages["zh"]
    assert "mean deviation" not in pages["zh"]
    words = re.sub(r"<[^>]*>", "", pages["en"].replace("Nuanbu 暖补", "").split("</style>")[1])
    assert not re.search("[\u4e00-\u9fff]", words)


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_every_text_is_there_twice_with_the_same_fields(key):
    en, zh = TEXTS[key]
    assert re.search("[\u4e00-\u9fff]", zh)
    assert not re.search("[\u4e00-\u9fff]", en)
    fields = [{name for _, name, _, _ in Formatter().parse(s) if name} for s in (en, zh)]
    assert fields[0] == fields[1]


def test_the_same_run_is_the_same_file():
    assert render(make_run()) == render(make_run())


def test_the_time_axis_shows_the_date_at_midnight(pages):
    assert ">01-24</text>" in pages["en"]
    assert ">23:00</text>" in pages["en"]


def test_many_events_are_cut_and_said():
    run = make_run(60)
    for k in range(EVENTS_SHOWN):
        run.event(k, "info", f"note {k}")
    page = render(run)
    assert "and 3 more" in page
    assert f"note {EVENTS_SHOWN - 4}<" in page
    assert f"note {EVENTS_SHOWN - 3}<" not in page


def test_a_quiet_run_says_so():
    run = make_run(60)
    run.events.clear()
    assert text("no_events", "en") in render(run)


def test_a_minute_is_enough():
    assert "<svg" in render(make_run(1))


def test_it_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = write_report(tmp_path / "deep" / "report.html", make_run(60))
    before = path.read_text(encoding="utf-8")
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]

    def broken(run):
        raise RuntimeError("drawing failed")

    monkeypatch.setattr(charts, "draw", broken)
    with pytest.raises(RuntimeError):
        write_report(path, make_run(90))
    assert path.read_text(encoding="utf-8") == before
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_what_cannot_be_written_is_said_in_a_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"report\.html: cannot be written"):
        write_report(tmp_path / "file" / "report.html", make_run(60))
    with pytest.raises(UserError, match="no samples"):
        write_report(tmp_path / "r.html", make_run(0))
    with pytest.raises(UserError, match=r"allowed: en, zh"):
        write_report(tmp_path / "r.html", make_run(60), lang="de")
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize("size", sorted(charts.SIZES))
def test_a_spike_of_a_minute_in_a_week_is_drawn(size):
    values = [20.0] * (7 * 1440)
    values[4321] = 35.0
    values[7654] = 5.0
    run = make_run(1)
    run.samples = {name: list(values) for name in run.samples}
    hours, drawn = charts._thinned(run.samples["room_c"], size)
    assert max(drawn) == 35.0
    assert min(drawn) == 5.0
    assert hours == sorted(hours)
    assert hours[drawn.index(35.0)] == 4322 / 60
    assert len(drawn) <= 1.2 * charts.POINTS[size]


@pytest.mark.parametrize(("seconds", "en", "zh"), [
    (59, "1 min", "1 分钟"), (1800, "30 min", "30 分钟"), (7200, "2 hours", "2 小时"),
    (86400, "24 hours", "24 小时"), (604800, "7 days", "7 天"),
])  # fmt: skip
def test_durations_read_well(seconds, en, zh):
    assert duration(seconds, "en") == en
    assert duration(seconds, "zh") == zh
