"""A table of heaters over several ports, and the live view, against the firmware."""

from contextlib import ExitStack

import pytest
from installer_run import nuanbu

from nuanbu.installer import batch
from nuanbu.installer.client import Client
from nuanbu.sim.pty import SerialHeater

SPEED = 20.0
TABLE = """heater.serial,control.setpoint_mdeg,plan.child_lock,link.household
N1,20500,true,101
N2,21000,,102
N3,21500,false,103
"""


@pytest.fixture
def heaters():
    """Three heaters N1 to N3, and one that is in no table."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(SerialHeater(speed=SPEED, settings={"heater.serial": serial}))
            for serial in ("N3", "N1", "N2", "X9")
        ]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    return path


def run(table, heaters, *words):
    at = [word for heater in heaters for word in ("--at", heater.port)]
    return nuanbu("", "--lang", "en", *words, "batch", str(table), *at)


def revisions(heaters):
    return [heater.call(lambda device: device.request("cfg.hash")["rev"]) for heater in heaters]


def test_every_heater_gets_its_own_row_and_the_second_run_writes_nothing(table, heaters):
    assert run(table, heaters, "--dry-run").code == 0
    assert revisions(heaters) == [1, 1, 1, 1]  # the serial number, from before
    first = run(table, heaters, "--json")
    assert first.code == 0
    assert [row["result"] for row in first.data] == ["written"] * 3
    wanted = {"N1": (20_500, "101"), "N2": (21_000, "102"), "N3": (21_500, "103")}
    for heater in heaters[:3]:
        serial, *values = heater.call(
            lambda device: [
                device.get(name)
                for name in ("heater.serial", "control.setpoint_mdeg", "link.household")
            ]
        )
        assert tuple(values) == wanted[serial]
    after = revisions(heaters)
    assert after[3] == 1  # in no table: never written to
    again = run(table, heaters, "--json")
    assert [row["result"] for row in again.data] == ["same"] * 3
    assert revisions(heaters) == after


def test_keys_go_along_once_and_results_into_a_file(table, heaters, tmp_path):
    rows = [f'{{"device": "N{n}", "key": "{n}a{"0" * 62}"}}' for n in (1, 2)]
    (tmp_path / "keys.jsonl").write_text("\n".join(rows))
    options = ["--keys", str(tmp_path / "keys.jsonl"), "--results", str(tmp_path / "out.csv")]
    at = [word for heater in heaters[:3] for word in ("--at", heater.port)]
    first = nuanbu("", "batch", str(table), *at, *options, "--json")
    assert first.code == 0
    there = {
        heater.call(lambda device: device.get("heater.serial")): heater.call(
            lambda device: device.request("key.list")["present"]
        )
        for heater in heaters[:3]
    }
    assert there == {"N1": ["device"], "N2": ["device"], "N3": []}
    again = nuanbu("", "batch", str(table), *at, *options, "--json")
    assert [row["result"] for row in again.data] == ["same"] * 3
    kept = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    assert kept[0] == "serial,port,result,detail" and len(kept) == 4


def test_more_ports_than_can_be_served_are_refused(table):
    at = [word for number in range(17) for word in ("--at", f"none{number}")]
    assert nuanbu("", "batch", str(table), *at).code == 2


def test_a_part_that_fails_has_its_own_exit_code_and_costs_only_its_row(table, heaters):
    table.write_text(TABLE.replace("21000", "99000"))
    said = run(table, heaters[:3], "--json")
    assert said.code == 8
    assert {row["serial"]: row["result"] for row in said.data} == {
        "N1": "written", "N2": "failed", "N3": "written",
    }  # fmt: skip
    absent = run(table, heaters[:1])
    assert absent.code == 8 and "not there" in absent.out


def test_a_heater_swapped_before_the_commit_is_not_written_to(heaters):
    """The cable moves to another heater between the first look and the commit."""

    class Moved(Client):
        def request(self, method, **parameters):
            if method == "cfg.set" and not self.writes > 1:
                self.writes = 2
                result = super().request(method, **parameters)
                self._port.close()
                self._port = other._port
                return result
            return super().request(method, **parameters)

    other = Client(heaters[0].port)
    rows = [batch.Row("N1", {"control.setpoint_mdeg": "19000"})]
    batch.run(rows, [heaters[1].port], "en", connect=Moved)
    assert rows[0].result == batch.FAILED and "N3" in rows[0].detail
    assert revisions(heaters[:2]) == [1, 1]


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "heater.serial,x\nN1\n", "heater.serial,x\n,1\n",
     "heater.serial,x\nN1,1\nN1,2\n"],
)  # fmt: skip
def test_a_table_that_cannot_be_meant(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(text)
    assert nuanbu("", "batch", str(path), "--at", "none").code == 2
