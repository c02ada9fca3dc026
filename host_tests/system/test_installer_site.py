"""The acceptance on site against the firmware: window, sensor, network, server, mains.

Virtual time; what the link does is scripted at the port, because a broker lives by the wall clock.
"""

import json

import pytest

from nuanbu.installer import onsite
from nuanbu.installer.client import Client
from nuanbu.installer.outcome import Outcome
from nuanbu.installer.profile import load
from nuanbu.sim.cable import HeldDevice, VirtualPort

AIRING_W_PER_K = 250  # of an open window, ten times the loss of the plant


class Simulated:
    """Hands that do to the simulated heater what an installer does to a real one."""

    def __init__(self, device, leaves=(), port=None):
        self._device = device
        self._leaves = leaves
        self._port = port
        self.asked = []

    def do(self, step):
        self.asked.append(step)
        if step in self._leaves:
            return False
        device = self._device
        if step == "open_window":
            device.plant.room_loss_w_per_k = AIRING_W_PER_K
        elif step == "close_window":
            device.plant.room_loss_w_per_k = 25
        elif step in ("pull_sensor", "plug_sensor"):
            device.inject("room_open", int(step == "pull_sensor"))
        elif step == "power_cycle":
            device.power_cycle(10)
        elif self._port:
            self._port.link = {"wifi_off": "down", "server_off": "silent"}.get(step, "up")
        return True


class Linked(VirtualPort):
    """What the console says of a link that is up, down or without a server, said in its place."""

    link = "up"
    silent_s = 120  # from the silence to the fail-safe share

    def __init__(self, device):
        super().__init__(device)
        self._since = None

    def read(self, size):
        said = super().read(1 << 20)
        return b"".join(self._retold(line) for line in said.splitlines(keepends=True))

    def _retold(self, line):
        try:
            message = json.loads(line)
            state = message["r"]
            at_s = state["t"]
            state["net"] = "down" if self.link == "down" else "up"
        except (ValueError, KeyError, TypeError):
            return line
        if "cause" not in state:
            return line
        if self.link != "silent":
            self._since = None
        elif self._since is None:
            self._since = at_s
        elif at_s - self._since >= self.silent_s:
            state["cause"] = "failsafe"
        return json.dumps(message).encode() + b"\n"


def lines_of(device, parts, leaves=(), port=None, **broken):
    port = port or VirtualPort(device)
    outcome = Outcome()
    hands = Simulated(device, leaves, port if isinstance(port, Linked) else None)
    for fault, value in broken.items():
        device.inject(fault, value)
    with Client("virtual", port=port) as client:
        before = client.request("cfg.hash")["sha256"]
        for _ in range(300):  # proof test and the first heat are over
            client.pause(0.2)
        site = onsite.Site(client, outcome, hands, load("class1-fixed"))
        site.run(parts, lambda part: None)
        assert client.request("cfg.hash")["sha256"] == before
    return {line.key: line for line in outcome.lines}, hands


def test_a_good_heater_passes_in_its_room_and_through_a_power_cut():
    with HeldDevice(settings={"control.mode": "plan"}) as device:
        lines, hands = lines_of(device, ("step", "window", "sensor", "power"))
    assert {key: line.verdict for key, line in lines.items()} == {
        "step_k_h": "pass", "window_s": "pass", "sensor_pulled": "pass", "power_cut": "pass",
    }  # fmt: skip
    assert lines["power_cut"].reading.startswith("plan, ")
    assert lines["power_cut"].limit.startswith("plan, ")
    assert hands.asked == [
        "open_window", "close_window", "pull_sensor", "plug_sensor", "power_cycle",
    ]  # fmt: skip


def test_a_heater_that_gives_nothing_fails_where_it_shows():
    with HeldDevice() as device:
        lines, _ = lines_of(device, ("step",), element_open=1)
    assert lines["step_k_h"].verdict == "fail"


def test_a_heater_that_cannot_stop_fails_at_window_and_sensor():
    with HeldDevice() as device:
        lines, _ = lines_of(device, ("window", "sensor"), switch_welded=1, contactor_welded=1)
    assert lines["window_s"].verdict == "fail"
    assert lines["sensor_pulled"].verdict == "fail"


def test_what_is_left_out_or_not_there_is_not_measured():
    with HeldDevice(settings={"plan.window": False}) as device:
        lines, hands = lines_of(device, onsite.PARTS[1:], leaves=("pull_sensor", "power_cycle"))
    assert {line.verdict for line in lines.values()} == {"skip"}
    assert lines["wifi_off"].reading == lines["failsafe"].reading == "net: none"
    assert hands.asked == ["pull_sensor", "power_cycle"]


def test_a_power_cut_that_was_none_fails():
    class Idle:
        def do(self, step):
            return True

    outcome = Outcome()
    with HeldDevice() as device, Client("virtual", port=VirtualPort(device)) as client:
        onsite.Site(client, outcome, Idle(), load("class1-fixed")).run(("power",), lambda p: None)
    assert outcome.failed == ["power_cut"]


@pytest.mark.parametrize(("failsafe_w", "verdict"), [(2000, "pass"), (1000, "fail")])
def test_network_and_server_off(failsafe_w, verdict):
    """The heater itself has no link here and heats at 2000 W: it obeys one share only."""
    with HeldDevice(settings={"limits.failsafe_w": failsafe_w}) as device:
        lines, hands = lines_of(device, ("wifi", "server"), port=Linked(device))
    assert lines["wifi_off"].verdict == "pass"
    assert lines["failsafe"].verdict == verdict
    assert "2000 W" in lines["failsafe"].reading
    assert hands.asked == ["wifi_off", "wifi_on", "server_off", "server_on"]
