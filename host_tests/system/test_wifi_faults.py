"""Everything that Wi-Fi does wrong, to the whole firmware: room control never notices.

Two heaters in equal rooms; one has no network at all, the other lives through a fault. Their
elements must do the same in every ten seconds.
"""

import contextlib
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from nuanbu.sim import Device

sys.path.insert(0, str(Path(__file__).parent))
import guard as side
from test_whole_heater import link_settings

OUTDOOR_C = -20.0
STEP_S = 10
# In this real time a heater may live two minutes for a server to get a word in: a welcome that
# took 30 s by the heater's clock is none.
SLOWLY_S = 12


class Wire:
    """Between heater and broker. It can leave connections silent, as an access point does to those
    who have roamed to another, and be slow, as a weak signal is."""

    def __init__(self, port):
        self.to = port
        self.delay_s = 0.0
        self._pairs = []  # [near, far, whether it is alive]
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def silence(self):
        """What is open now says nothing more, and is not closed either."""
        for pair in self._pairs:
            pair[2] = False

    def close(self):
        self._server.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        for near, far, _ in self._pairs:
            for one in (near, far):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()
        for one in (self._server, *(end for near, far, _ in self._pairs for end in (near, far))):
            one.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                pair = [near, socket.create_connection(("127.0.0.1", self.to)), True]
                self._pairs.append(pair)
                for one, other in ((near, pair[1]), (pair[1], near)):
                    thread = threading.Thread(target=self._carry, args=(pair, one, other))
                    self._threads.append(thread)
                    thread.start()

    def _carry(self, pair, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(4096):
                time.sleep(self.delay_s)
                if pair[2]:
                    other.sendall(data)
            if pair[2]:
                other.shutdown(socket.SHUT_WR)


class Pair:
    """`alone` has no network, `tried` one with faults; `live` holds them against each other."""

    def __init__(self, alone, tried):
        self.alone, self.tried = alone, tried

    def live(self, minutes, real_s, what):
        """Both live for so many minutes, for which the network gets so many real seconds."""
        other = None
        for _ in range(minutes * 60 // STEP_S):
            began = time.monotonic()
            one, other = (
                d.step(float(STEP_S), outdoor_c=OUTDOOR_C) for d in (self.alone, self.tried)
            )
            assert one.power_w == other.power_w, (what, self.tried.elapsed_ms)
            assert other.snapshot["late_ticks"] == 0 and not other.resets, what
            left_s = real_s * STEP_S / minutes / 60 - (time.monotonic() - began)
            time.sleep(max(0.0, left_s))
        return other

    def ask(self, method):
        """What the tried one answers at its console. It takes ticks, so both are asked."""
        self.alone.request(method)
        return self.tried.request(method)

    def state(self):
        """What the installer is told of the network."""
        return self.ask("net.link")

    def until(self, condition, what, wait_s=60.0):
        end = time.monotonic() + wait_s
        while not condition(self.state()):
            assert time.monotonic() < end, (what, self.state())
            self.live(1, 1.0, what)


def heater(port, ssid):
    device = Device()
    device.request("key.put", k="device", v=side.DEVICE_KEY.hex())
    device.request("key.put", k="zone.district", v=side.ZONE_KEY.hex())
    device.set({**link_settings(port), "heater.serial": "htr-1", "link.ssid": ssid})
    device.power_cycle(1.0)
    return device


@pytest.fixture
def place(tmp_path):
    with contextlib.ExitStack() as left:
        broker = side.Mosquitto(tmp_path, "allow_anonymous true")
        left.callback(broker.stop)
        wire = Wire(broker.port)
        left.callback(wire.close)
        alone = left.enter_context(heater(1, ""))
        tried = left.enter_context(heater(wire.port, "home"))
        server = side.Guard(broker.port, clock=lambda: tried.elapsed_ms / 1000)
        left.callback(server.close)
        yield Pair(alone, tried), wire, server


def joined(found):
    return found["link"] == "online" and found["wifi"] == "joined"


def away(pair, fault, minutes, real_s, told=None, value=1):
    """A fault for a while; tells what the installer was told of it, and waits for its end."""
    pair.until(joined, fault)
    pair.tried.inject(fault, value)
    pair.live(minutes, real_s, fault)
    found = pair.state()
    assert told is None or found["wifi_error"] == told
    pair.tried.inject(fault, 0)
    pair.until(joined, fault)


@pytest.mark.timeout(300)
def test_a_boot_without_a_clock(place):
    pair, _, server = place
    server.answering = False
    assert pair.live(10, 3, "no clock").power_w > 0
    pair.until(joined, "no clock")
    assert pair.ask("time.get")["quality"] == "none"
    server.answering = True
    pair.live(2, SLOWLY_S, "the time of the server")
    assert pair.ask("time.get")["quality"] == "server"
    assert pair.live(10, 3, "a clock").power_w > 0


@pytest.mark.timeout(300)
def test_a_network_that_cannot_be_joined(place):
    away(place[0], "wifi_password", 10, 13, "wrong_password")
    away(place[0], "wifi_no_ap", 10, 13, "no_ap_found")


@pytest.mark.timeout(300)
def test_a_weak_signal(place):
    pair, wire, _ = place
    wire.delay_s = 0.3  # what arrives is late
    away(pair, "wifi_weak", 10, 6)  # and it comes and goes


@pytest.mark.timeout(300)
def test_roaming(place):
    pair, wire, _ = place
    pair.until(joined, "roaming")
    first = pair.state()["sessions"]
    for sessions in range(first + 1, first + 4):
        # Away for a moment, and what was open by the other access point is silent for ever.
        pair.tried.inject("wifi_down")
        wire.silence()
        pair.live(2, 1, "roaming")
        # On a busy host the link's thread may not have seen yet that it was away.
        pair.until(lambda state: state["link"] != "online", "roaming")
        pair.tried.inject("wifi_down", 0)
        pair.until(joined, "roaming")
        assert pair.state()["sessions"] == sessions


@pytest.mark.timeout(300)
def test_a_driver_that_fails(place):
    away(place[0], "wifi_raises", 5, 3, "OSError")
    away(place[0], "wifi_hang", 5, 3, value=2)  # seconds in which a call does not return


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("hours", [2, pytest.param(48, marks=pytest.mark.soak)])
def test_hours_away(place, hours):
    pair, _, server = place
    pair.until(joined, "before")
    pair.live(2, SLOWLY_S, "before")
    assert server.nonce
    pair.tried.inject("wifi_down")
    pair.live(60 * hours, 14 + hours, "hours away")
    assert pair.state()["link"] == "trying"
    before = len(server.records.get("hours", ()))
    pair.tried.inject("wifi_down", 0)
    pair.until(joined, "back")
    # What was booked meanwhile arrives, all of it.
    pair.live(3, 1.5 * SLOWLY_S, "back")
    kept = server.records["hours"]
    assert len(kept) >= before + hours - 1 and sorted(kept) == list(range(len(kept)))
    assert server.replayed > 0
