"""The worked example of docs/group.md does what it says, line by line, and so does a server with
the broker of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nuanbu.errors import UserError
from nuanbu.group import cli, keyfile, sealed

REPO = Path(__file__).resolve().parents[3]


def run(folder, script):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-u", "-c", script], cwd=folder, env={**os.environ, "PATH": path},
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    text = (REPO / "docs/group.md").read_text(encoding="utf-8")
    script = re.search(r"<!-- tested: .*?-->\n```sh\n(.*?)```", text, re.S)[1]
    done = run(folder, script)
    assert done.returncode == 0, done.stderr
    return folder / "trial", done


def test_the_example_runs_and_prints_no_key(trial):
    folder, done = trial
    keys = [json.loads(row) for row in (folder / "keys.jsonl").read_text().splitlines()]
    assert [row.get("device", row.get("meter")) for row in keys] == [
        "htr-1", "htr-2", "substation-3"
    ]  # fmt: skip
    for row in keys:
        assert row["key"] not in done.stdout + done.stderr
    assert "b7\tbuilding\t9000\t9000\t1200\t2" in done.stdout
    for name in ("keys.jsonl", "group.db", "company.key"):
        assert (folder / name).stat().st_mode & 0o077 == 0, name
    rows = (folder / "ledger.csv").read_text().splitlines()
    assert [row.split(",")[3] for row in rows[1:]] == [
        "replaced", "registered", "registered", "limit", "limit"
    ]  # fmt: skip
    assert "设备运行台账" in (folder / "ledger.html").read_text(encoding="utf-8")


def test_a_report_that_was_changed_is_not_verified(trial, tmp_path):
    folder, _ = trial
    page, seal = tmp_path / "ledger.html", tmp_path / "ledger.html.seal.json"
    page.write_bytes((folder / "ledger.html").read_bytes())
    seal.write_bytes((folder / "ledger.html.seal.json").read_bytes())
    good = sealed.verify(page)
    with pytest.raises(UserError, match="another key than named"):
        sealed.verify(page, "00" * 32)
    seal.write_text(seal.read_text().replace('"newest_row": 5', '"newest_row": 4'))
    with pytest.raises(UserError, match=r"seal\.json: was changed"):
        sealed.verify(page, good["public_key"])
    page.write_bytes(page.read_bytes() + b" ")
    with pytest.raises(UserError, match=r"ledger\.html: was changed"):
        sealed.verify(page)


def test_a_key_file_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "keys.jsonl"
    path.write_text('{"device": "a"}\n')
    path.chmod(0o644)
    with pytest.raises(UserError, match="others may read it"), keyfile.added(path, [{"x": 1}]):
        raise AssertionError
    path.chmod(0o600)
    with pytest.raises(ZeroDivisionError), keyfile.added(path, [{"device": "b"}]):
        raise ZeroDivisionError
    assert path.read_text() == '{"device": "a"}\n'


def test_a_server_with_its_own_broker_is_seen_and_audited(trial):
    folder, _ = trial
    db = ["--db", f"sqlite:///{folder}/group.db"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    words = ["serve", "east", "--company", "heatco", "--embedded", "--port", port]
    main = "from nuanbu.group.cli import app; app()"
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-c", main, *words, *db], stderr=log)
    try:
        end = time.monotonic() + 60
        one = {}
        while not one.get("connected") and time.monotonic() < end:
            time.sleep(0.5)
            result = CliRunner().invoke(cli.app, ["status", "--json", *db])
            one = json.loads(result.stdout) if result.exit_code == 0 else {}
        assert one["connected"], (folder / "serve.log").read_text()
        assert {node["id"]: node["limit_w"] for node in one["nodes"]}["b7"] == 3000
        time.sleep(12)  # the journal is written every ten seconds
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
    assert server.returncode == 0, (folder / "serve.log").read_text()
    audit = CliRunner().invoke(cli.app, ["audit", *db])
    assert audit.exit_code == 0 and "0 differences" in audit.stdout
    shown = CliRunner().invoke(cli.app, ["status", "--lang", "zh", *db])
    assert shown.exit_code == 0 and "htr-1" in shown.stdout and "无联系" in shown.stdout
    out = folder / "out.html"
    assert CliRunner().invoke(cli.app, ["report", str(out), *db]).exit_code == 0
    assert out.read_text(encoding="utf-8").count("<svg") == 3
