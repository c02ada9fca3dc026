"""`nuanbu cal`, and what the works may do beyond it: the REPL of a heater that is locked off."""

import json
from datetime import date

import pytest
from installer_run import nuanbu

from nuanbu.installer import calibration
from nuanbu.installer.client import Client
from nuanbu.installer.trouble import Trouble
from nuanbu.sim.cable import HeldDevice, VirtualPort
from nuanbu.sim.pty import SerialHeater

DAY = date(2026, 11, 28)


@pytest.fixture
def device():
    with HeldDevice() as device:
        yield device


@pytest.fixture
def client(device):
    with Client("virtual", port=VirtualPort(device)) as client:
        yield client


@pytest.mark.parametrize(
    ("kind", "error"),
    [("room", 0.7), ("body", -1.2), ("mains", 1.02), ("current", 0.97), ("power", 1.03)],
)
def test_the_heater_reads_what_the_instrument_reads_afterwards(client, kind, error):
    factor = calibration.KINDS[kind].factor
    seen = []

    def instrument(shown):
        seen.append(shown)
        return shown * error if factor else shown + error

    done = calibration.calibrate(client, kind, instrument, day=DAY)
    wanted = seen[0] * error if factor else seen[0] + error
    # By an independent reading, some seconds later.
    field, at, scale = {
        "room": ("room", 0, 1e3), "body": ("body", 0, 1e3), "mains": ("meter", 0, 1e3),
        "current": ("meter", 1, 1e3), "power": ("meter", 2, 1),
    }[kind]  # fmt: skip
    if kind not in ("current", "power"):
        now = client.request("meas")[field][at] / scale
        assert now == pytest.approx(wanted, abs=2 if kind == "body" else 0.3)
    assert done.back == pytest.approx(wanted, rel=0.02, abs=1)
    assert client.request("cfg.get", k=done.setting)["v"] == done.new != done.old
    assert client.request("cfg.get", k="calibration.date_d")["v"] == (DAY - date(1970, 1, 1)).days
    assert client.request("cfg.hash")["trial_s"] == 0
    assert client.request("cfg.get", k="control.mode")["v"] == "heat"


def test_a_correction_no_sensor_should_need_is_refused(client, device):
    with pytest.raises(Trouble) as caught:
        calibration.calibrate(client, "room", lambda seen: seen + 4, day=DAY)
    assert caught.value.trouble == "rejected" and "3000" in str(caught.value)
    assert client.request("cfg.get", k="calibration.room_mdeg")["v"] == 0


def test_a_part_that_is_not_measured_is_named(client, device):
    device.inject("meter_silent")
    client.pause(5)
    with pytest.raises(Trouble) as caught:
        calibration.calibrate(client, "mains", lambda seen: 220.0, day=DAY)
    assert caught.value.trouble == "not_measured"


def test_a_corrected_sensor_survives_a_factory_reset(client):
    calibration.calibrate(client, "room", lambda seen: seen + 0.5, day=DAY)
    new = client.request("cfg.get", k="calibration.room_mdeg")["v"]
    client.request("sys.reset", sure=True)
    assert client.request("cfg.get", k="calibration.room_mdeg")["v"] == new != 0


@pytest.mark.parametrize(
    ("day", "months", "wanted"),
    [
        (date(2026, 11, 28), 12, date(2027, 11, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_the_next_calibration_is_due_on_a_day_that_exists(day, months, wanted):
    assert calibration.next_due(day, months) == wanted


def test_the_command_leaves_a_record_with_old_new_instrument_and_date(tmp_path):
    with SerialHeater(speed=20.0) as heater:
        words = ["cal", "room", "--reference", "20.4", "--out", str(tmp_path), "--json",
                 "--instrument", "TH-7 No. 12, 2026-03-01", "--operator", "Li"]  # fmt: skip
        dry = nuanbu(heater.port, "--dry-run", *words)
        assert dry.code == 0 and list(tmp_path.iterdir()) == []
        assert heater.call(lambda device: device.get("calibration.room_mdeg")) == 0
        said = nuanbu(heater.port, "--lang", "en", *words)
        assert said.code == 0, said.notes
        new = heater.call(lambda device: device.get("calibration.room_mdeg"))
        shown = nuanbu(heater.port, "--lang", "zh", "cal")
    made = said.data
    assert made["kind"] == "calibration" and made["operator"] == "Li"
    assert made["instruments"] == "TH-7 No. 12, 2026-03-01" and made["next_due"] > made["time"]
    assert made["correction"]["old"] == 0 and made["correction"]["new"] == new != 0
    assert made["correction"]["reference"] == 20.4
    assert json.loads(next(tmp_path.glob("*.json")).read_text()) == made
    page = next(tmp_path.glob("*.html")).read_text()
    assert "record of calibration" in page and "TH-7 No. 12" in page and str(new) in page
    assert "最近校准" in shown.notes and "K" in shown.out
    assert nuanbu(heater.port, "cal", "knob").code == 2


# --- the REPL


def at_the_repl(client):
    """Lock the heater off and go to the REPL."""
    client.request("sys.lock", on=1)
    client.pause(1)
    assert client.request("sys.repl", sure=True) == {}


def ask(port, line):
    port.write(line)
    port.pause(1.0)
    return port.read(4096)


def test_the_repl_is_there_only_for_a_heater_that_is_locked_off(client, device):
    with pytest.raises(Trouble) as caught:
        client.request("sys.repl", sure=True)
    assert caught.value.trouble == "rejected" and "lock" in str(caught.value)
    at_the_repl(client)
    port = client._port
    assert b">>> " in ask(port, b"")
    assert b"42" in ask(port, b"6*7\r\n")
    assert b"NameError" in ask(port, b"nonsense\r\n")
    # Nothing is on, whatever time passes; then a restart gives the heater back.
    report = device.step(60.0)
    assert report.power_w == 0 and not report.contactor
    port.write(b"machine.reset()\r\n")
    port.pause(3.0)
    client.greet()
    assert client.about["product"] == "nuanbu"
    assert device.step(120.0).power_w == 0  # still locked, until somebody ends that
    client.request("sys.lock", on=0)
    assert device.step(120.0).power_w > 1000


def test_who_forgets_the_heater_at_the_repl_gets_it_back(device, client):
    at_the_repl(client)
    assert device.step(1700.0).resets == []
    assert device.step(200.0).resets == [3]  # the watchdog
    client.greet()


def test_an_installer_may_not(device, client):
    device.set({"heater.serial": "N1"})
    with pytest.raises(Trouble) as caught:
        client.request("sys.repl", sure=True)
    assert caught.value.trouble == "login_needed"
