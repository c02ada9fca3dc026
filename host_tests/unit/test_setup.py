"""Set-up: what it picks, and the one line it says when it cannot go on."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools/setup"))

import debs
import get_micropython
import get_mosquitto
import get_umqtt
from say import Missing


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """An empty PATH, and a function that puts a shell script on it."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("MICROPYTHON", raising=False)

    def add(name, body):
        debs.write_script(folder / name, body)
        return folder / name

    return add


def test_help_lists_every_target(repo):
    text = (repo / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.M)[1].split())
    said = subprocess.run(["make", "-s", "help"], cwd=repo, capture_output=True, text=True).stdout
    listed = {line.split()[1] for line in said.splitlines()}
    assert listed == phony - {"setup-run"}
    assert all(len(line.split()) > 3 for line in said.splitlines())


def test_every_dependency_is_pinned(repo):
    project = tomllib.loads((repo / "tools/pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["test"]
    rows = []
    for lock in (repo / "tools").glob("requirements*.txt"):
        rows += [row for row in lock.read_text().splitlines() if not row.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9.-]+==[0-9a-z.]+", row) for row in rows)
    pinned = {row.split("==")[0] for row in rows}
    assert {re.match(r"[a-z0-9-]+", name)[0] for name in wanted} <= pinned


# What apt-get update --print-uris says of one suite.
URI = "'{}/dists/{}/InRelease' some_file 0 \n"


@pytest.mark.parametrize(
    ("uris", "mirror"),
    [
        (URI.format("http://a.example/debian", "bookworm"), "http://a.example/debian/"),
        (
            URI.format("http://b.example/security", "bookworm-security")
            + URI.format("https://a.example/x/debian", "bookworm"),
            "https://a.example/x/debian/",
        ),
        (
            URI.format("mirror+file:/etc/apt/mirrors/debian.list", "bookworm"),
            "mirror+file:/etc/apt/mirrors/debian.list/",
        ),
        (URI.format("http://a.example/debian", "stable"), "http://a.example/debian/"),
    ],
)
def test_the_mirror_is_the_machines_own(programs, uris, mirror):
    programs("apt-get", f'/bin/cat <<"END"\n{uris}END\n')
    assert debs._mirror("bookworm") == mirror


def test_no_mirror_of_this_system(programs):
    programs(
        "apt-get", f'/bin/cat <<"END"\n{URI.format("http://a.example/node", "nodistro")}END\n'
    )
    with pytest.raises(Missing, match=r"no mirror for bookworm: add one to"):
        debs._mirror("bookworm")


def test_without_apt_the_hint_says_what_to_do(programs, tmp_path):
    with pytest.raises(Missing, match=r"no apt-get .* set MICROPYTHON= to a MicroPython 1\.25"):
        get_micropython.ensure(tmp_path)
    with pytest.raises(Missing, match=r"no apt-get .* apt-get install mosquitto"):
        get_mosquitto.ensure(tmp_path)


@pytest.mark.parametrize(
    "body", ["exit 0\n", "exit 3\n", "echo nonsense; exit 1\n", "kill -9 $$\n"]
)
def test_micropython_that_is_none_is_refused(programs, tmp_path, monkeypatch, body):
    monkeypatch.setenv("MICROPYTHON", str(programs("other", body)))
    with pytest.raises(Missing, match="cannot be used") as refused:
        get_micropython.ensure(tmp_path)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "bin").exists()


def test_micropython_on_the_path_is_used(programs, tmp_path, micropython):
    programs("micropython", f'exec "{micropython}" "$@"\n')
    version = get_micropython.ensure(tmp_path)
    assert tuple(int(part) for part in version.split(".")) >= (1, 25, 0)
    said = subprocess.run(
        [tmp_path / "bin/micropython", "-c", "print(6 * 7)"], capture_output=True, text=True
    )
    assert said.stdout == "42\n"


@pytest.mark.parametrize(("said", "version"), [("2.0.18", "2.0.18"), ("1.6.15", None)])
def test_mosquitto_of_version_2(programs, said, version):
    program = programs("mosquitto", f'echo "mosquitto version {said}"; exit 3\n')
    assert get_mosquitto._version(program) == version


def test_umqtt_with_another_hash_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(get_umqtt, "_download", lambda python: b"something else")
    with pytest.raises(Missing, match="another hash"):
        get_umqtt.ensure(tmp_path)
    assert not list(tmp_path.rglob("*.py"))


def test_a_wrapper_runs_with_the_libraries_of_its_root(tmp_path):
    root = tmp_path / "roots/part"
    (root / "usr/lib/x/").mkdir(parents=True)
    (root / "usr/lib/x/libc.so.6").touch()
    loader = root / "usr/lib64/ld-linux-test.so.2"
    debs.write_script(loader, 'printf "%s|" "$@"\n')
    debs.wrap(root, "usr/bin/thing", tmp_path / "bin/thing")
    said = subprocess.run(
        [tmp_path / "bin/thing", "a b", "c"], cwd="/", capture_output=True, text=True
    ).stdout
    there = f"{tmp_path}/bin/../roots/part"
    assert said == f"--library-path|{there}/usr/lib/x|{there}/usr/bin/thing|a b|c|"
