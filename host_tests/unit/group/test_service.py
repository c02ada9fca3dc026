"""The server with a real broker and the firmware's own link: what an operator says is obeyed, and
a server that is killed is replaced without the heater losing anything."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nuanbu.errors import UserError
from nuanbu.group import cli

REPO = Path(__file__).resolve().parents[3]
sys.path.append(str(REPO / "host_tests/system"))
import guard as side  # noqa: E402

TREE = """id,level,parent,firm_w
east,district,,4000
b7,building,east,3000
u2,unit,b7,3000
0301,household,u2,3000
"""


class Operator:
    """The command line, and servers as processes of their own."""

    def __init__(self, folder):
        self.db = f"sqlite:///{folder}/group.db"
        self.folder, self.servers = folder, []

    def __call__(self, *words):
        result = CliRunner().invoke(cli.app, [*words, "--db", self.db])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result

    def key(self, device):
        """What the file of keys says of a device."""
        rows = map(json.loads, (self.folder / "keys.jsonl").read_text().splitlines())
        return next(row for row in rows if row.get("device") == device)

    def serve(self, port):
        words = ["from nuanbu.group.cli import app; app()", "serve", "east", "--company", "heatco"]
        more = ["--db", self.db, "--port", str(port)]
        with open(self.folder / f"server{len(self.servers)}.log", "wb") as log:
            command = [sys.executable, "-c", *words, *more]
            self.servers.append(subprocess.Popen(command, stderr=log))
        return self.servers[-1]


@pytest.fixture
def operator(tmp_path):
    one = Operator(tmp_path)
    yield one
    for server in one.servers:
        server.kill()
        server.wait()


@pytest.fixture
def broker(tmp_path):
    broker = side.Mosquitto(tmp_path, "allow_anonymous true")
    yield broker
    broker.stop()


def made(operator, tmp_path):
    """A tree with one heater; returns its keys."""
    (tmp_path / "tree.csv").write_text(TREE)
    operator("tree", "import", str(tmp_path / "tree.csv"))
    keys = ("--keys", str(tmp_path / "keys.jsonl"))
    said = operator("device", "add", "htr-1", "0301", "2000", "600", *keys)
    key = operator.key("htr-1")
    assert key["key"] not in said.output and said.stdout == ""
    return key


def test_a_heater_follows_the_operator_and_outlives_the_server(
    operator, broker, micropython, tmp_path
):
    keys = made(operator, tmp_path)
    keys.pop("device")
    first = operator.serve(broker.port)
    umqtt = sorted((REPO / ".tools/umqtt").glob("*"))[-1]
    known = {"device": keys["key"], "zone.district": keys["zone.district"]}
    heater = side.Heater(micropython, umqtt, tmp_path, broker.port, keys=known)
    try:
        heater.wait(lambda s: s["w"] == 600, 20)
        heater.wait(lambda s: s["lease"] == "limited" and s["w"] > 1500, 90)
        operator("limit", "b7", "900")
        heater.wait(lambda s: s["w"] == 900, 20)

        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        before = len(heater.lines)
        operator.serve(broker.port)
        time.sleep(4)
        operator("limit", "b7", "800")
        heater.wait(lambda s: s["w"] == 800, 90)
        assert {s["lease"] for s in heater.lines[before:]} == {"limited"}
        assert max(s["w"] for s in heater.lines[before:]) <= 900
    finally:
        heater.stop()


def test_a_second_server_ends_the_first(operator, broker, tmp_path):
    made(operator, tmp_path)
    first = operator.serve(broker.port)
    log = tmp_path / "server0.log"
    end = time.monotonic() + 30
    while b"epoch" not in log.read_bytes() and time.monotonic() < end:
        time.sleep(0.1)
    operator.serve(broker.port)
    assert first.wait(60) != 0
    assert b"another server has taken over" in log.read_bytes()


def test_refusals_reach_the_operator(operator, tmp_path):
    made(operator, tmp_path)
    with pytest.raises(UserError, match="no node b9"):
        operator("limit", "b9", "900")
    for watts in ("-5", "-50", "99999999999999999999"):
        with pytest.raises(UserError, match=f"building b7: a limit of {watts} W, allowed are 0 W"):
            operator("limit", "b7", watts)
    with pytest.raises(UserError, match="building b7: fail-safe limits of 3100 W"):
        operator("device", "add", "htr-2", "0301", "3000", "2500", "--keys", f"{tmp_path}/k")
    assert not (tmp_path / "k").exists()
    with pytest.raises(UserError, match="time '2026-12-01': no zone"):
        operator("limit", "b7", "900", "--at", "2026-12-01")
    assert "holds only for heaters that are reached" in operator("limit", "b7", "500").stderr
    assert "b7\tbuilding\t3000\t500\t600\t1" in operator("tree", "show").stdout
    operator("device", "retire", "htr-1")
    assert "b7\tbuilding\t3000\t500\t0\t0" in operator("tree", "show").stdout
