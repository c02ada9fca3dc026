"""The AsyncAPI document and the two pages of docs/protocol, each complete and of one mind."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from heater.control import modulator

DOCS = Path(__file__).resolve().parents[3] / "docs/protocol"
TOOLS = DOCS.parents[1] / ".tools"
SCHEMAS = {path.stem for path in (DOCS / "schemas").glob("*.json")} - {"commands"}
PAGES = [(DOCS / name).read_text() for name in ("README.md", "README.zh-CN.md")]
PARSER = "@asyncapi/parser@3.6.3"
JUDGE = """
const { Parser, fromFile } = require('@asyncapi/parser');
fromFile(new Parser(), process.argv[2]).parse().then(({ document, diagnostics }) => {
  const found = diagnostics.map(d => [d.severity, d.path.join('.'), d.message]);
  console.log(JSON.stringify({ valid: document !== undefined, found }));
});
"""


@pytest.fixture(scope="module")
def api():
    return yaml.safe_load((DOCS / "asyncapi.yaml").read_text())


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def test_every_reference_of_the_asyncapi_document_leads_somewhere(api):
    found = list(references(api))
    assert found
    for reference in found:
        file, _, pointer = reference.partition("#")
        if file:
            assert (DOCS / file).is_file(), reference
            continue
        value = api
        for name in pointer.strip("/").split("/"):
            value = value[name]


def test_the_asyncapi_document_has_every_message_once_and_its_topics(api):
    files = [r for r in references(api["components"]["messages"]) if r.startswith("schemas/")]
    assert sorted(Path(file).stem for file in files) == sorted(SCHEMAS)
    used = [Path(op["channel"]["$ref"]).name for op in api["operations"].values()]
    assert sorted(used) == sorted(api["channels"])
    for channel in api["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel["parameters"])
    table = "".join(line for line in PAGES[0].splitlines() if line.startswith("| `"))
    assert len(api["channels"]) >= len(SCHEMAS)
    for channel in api["channels"].values():
        kind = channel["address"].rsplit("/", 1)[1]
        assert re.search(rf"[/`]{kind}`", table), channel["address"]


def test_both_languages_say_the_same():
    # Names, numbers of rows and links; the words between them are for readers to judge.
    def skeleton(page):
        names = set(re.findall(r"`([\x21-\x7e]+)`", page))
        return {
            "links": sorted(re.findall(r"\((schemas/\w+\.json)\)", page)),
            "names": {name for name in names if "<" not in name},
            "rows": sum(line.startswith("|") for line in page.splitlines()),
            "chapters": sum(line.startswith("## ") for line in page.splitlines()),
        }

    english, chinese = map(skeleton, PAGES)
    assert english == chinese
    assert {Path(link).stem for link in english["links"]} == SCHEMAS | {"commands"}


def test_the_periods_of_relays_are_those_of_the_firmware():
    periods = [modulator.PROFILES[name][0] for name in ("default", "precise")]
    assert "The period is {} s, or {} s with the precise profile".format(*periods) in PAGES[0]
    assert "周期为 {} 秒，精密方式为 {} 秒".format(*periods) in PAGES[1]


@pytest.mark.soak
def test_the_official_parser_finds_the_asyncapi_document_valid(figure):
    if not shutil.which("npm"):
        pytest.skip(f"needs npm, for {PARSER}")
    place = TOOLS / "asyncapi"
    place.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", place, PARSER]
    subprocess.run(install, check=True, timeout=600)
    (place / "judge.js").write_text(JUDGE)
    told = subprocess.run(
        ["node", place / "judge.js", DOCS / "asyncapi.yaml"],
        check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    answer = json.loads(told.stdout)
    errors = [one for one in answer["found"] if one[0] < 2]  # 0 error, 1 warning
    figure(f"asyncapi.yaml by {PARSER}", f"{len(errors)} errors and warnings", "0", not errors)
    assert answer["valid"] and not errors, answer
