"""The profiles of limits: those supplied, and files that are none."""

import json

import pytest

from nuanbu.installer import profile
from nuanbu.installer.certificate_words import CERTIFICATE
from nuanbu.installer.trouble import Trouble
from nuanbu.installer.words import LABELS


@pytest.mark.parametrize("name", profile.names())
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_limit_has_a_source_and_words(name, language):
    loaded = profile.load(name, language)
    assert loaded.id.startswith(name) and loaded.date and loaded.source and loaded.title
    for key in loaded.lines:
        limit = loaded.limit(key, 2000)
        assert limit.source and limit.unit
        chinese = any("\u4e00" <= letter <= "\u9fff" for letter in limit.source)
        assert chinese == (language == "zh") or limit.source.startswith("docs/")
        assert limit.low is not None or limit.high is not None
    for key in loaded.manual:
        assert key in CERTIFICATE and f"ask_{key}" in LABELS


def test_leakage_of_a_fixed_heater_grows_with_its_power():
    loaded = profile.load("class1-fixed")
    highest = [loaded.limit("leakage_ma", watts).high for watts in (500, 2000, 3500, 20_000)]
    assert highest == [0.75, 1.5, 2.625, 5]
    assert profile.load("class2").limit("leakage_ma", 3500).high == 0.25


def test_bounds_are_included():
    limit = profile.load("class1-fixed").limit("rcd_ma")
    assert limit.holds(15) and limit.holds(30)
    assert not limit.holds(14.9) and not limit.holds(30.1)
    assert str(limit) == "15 … 30 mA"


def own(tmp_path, change):
    content = json.loads(
        (profile.resources.files("nuanbu.installer") / "profiles/class2.json").read_text("utf-8")
    )
    change(content)
    path = tmp_path / "own.json"
    path.write_text(json.dumps(content))
    return str(path)


def test_a_profile_of_ones_own(tmp_path):
    def change(content):
        content["id"] = "works-7"
        content["lines"]["leakage_ma"]["max"] = 0.1

    loaded = profile.load(own(tmp_path, change))
    assert loaded.id == "works-7" and loaded.limit("leakage_ma").high == 0.1


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("date"),
        lambda content: content.update(title=["x"]),
        lambda content: content["lines"]["rcd_ms"].update(source=["x", ""]),
        lambda content: content["lines"].pop("rated_power"),
        lambda content: content["lines"].update(smell={"max": 1, "unit": "K", "source": "x"}),
        lambda content: content["lines"]["rcd_ms"].pop("source"),
        lambda content: content["lines"]["rcd_ms"].update(unit="s"),
        lambda content: content["lines"]["rcd_ms"].update(max="100"),
        lambda content: content["lines"]["rcd_ms"].pop("max"),
        lambda content: content["lines"]["leakage_ma"].update(per_kw=1),
        lambda content: content.update(lines=[]),
    ],
)
def test_a_file_that_is_no_profile_is_refused(tmp_path, change):
    with pytest.raises(Trouble) as caught:
        profile.load(own(tmp_path, change))
    assert caught.value.trouble == "bad_file"


def test_a_profile_that_is_not_there_names_those_that_are():
    with pytest.raises(Trouble, match="class1-fixed"):
        profile.load("class9")
