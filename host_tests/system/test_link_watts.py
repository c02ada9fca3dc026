"""What a limit, a raise and a silent server do to the power of the element: real time, the whole
firmware, a real broker, solid-state switches and relays side by side.

`make soak` prints the distributions, as does pytest -m soak with this file alone.
"""

import random
import statistics
import sys
import threading
import time
from pathlib import Path

import pytest

from nuanbu.sim import Device

sys.path.insert(0, str(Path(__file__).parent))
import guard as side
from test_whole_heater import RATED_W, link_settings

HEATERS = 10  # of each kind
FAILSAFE_W = 600
WINDOW = 100  # ticks: the switching window of a solid-state switch, the least time with a mean
TICK_W = RATED_W / WINDOW  # its resolution
COLD_C = 8.0  # the room wants all it can get


class Life(threading.Thread):
    """One heater in its own district, from commissioning to the silence of its server."""

    def __init__(self, number, kind, port):
        super().__init__(daemon=True)
        self.number, self.kind, self.port = number, kind, port
        self.rnd = random.Random(number)
        self.acks, self.falls, self.silences, self.over_w = [], [], [], []
        self.slowness = 0.0
        self.error = None

    def run(self):
        try:
            with Device(speed=1.0) as self.device:
                self.live()
        except BaseException as error:  # told by the main thread
            self.error = error

    def live(self):
        device = self.device
        district, name = f"d{self.number}", f"htr-{self.number}"
        device.request("key.put", k="device", v=side.DEVICE_KEY.hex())
        device.request("key.put", k="zone.district", v=side.ZONE_KEY.hex())
        settings = dict(link_settings(self.port), **{"link.district": district})
        settings.update({"heater.serial": name, "control.relay_profile": "precise"})
        settings["heater.modulator"] = self.kind
        device.set(settings)
        device.power_cycle(1.0)
        self.seconds = lambda: device.elapsed_ms / 1000
        self.server = side.Guard(self.port, clock=self.seconds, district=district, device=name)
        began, began_s = time.monotonic(), self.seconds()
        try:
            self.obey()
            self.silence()
        finally:
            self.slowness = (time.monotonic() - began) / (self.seconds() - began_s)
            self.server.close()

    def watts(self, seconds):
        """Power of each tick, with the server's heartbeat every 30 s."""
        powers = []
        for _ in range(round(seconds * 10)):
            if self.beating and self.seconds() - self.beaten_s >= 30:
                self.beat()
            powers.append(self.device.step(0.1, room_c=COLD_C).power_w)
        return powers

    def beat(self):
        self.beaten_s = self.seconds()
        self.server.heartbeat()

    def obey(self):
        self.beating, self.beaten_s = False, 0.0
        while self.server.nonce is None:
            self.watts(0.5)
        self.watts(2)
        self.beating = True
        self.beat()
        if self.kind == "ssr":
            self.limit(1600)
            self.watts(50)  # the ramp, up
            for watts in (1560, 1500, 700, 0):
                self.watts(self.rnd.uniform(3, 13))
                self.falls.append(self.fall(watts))
            self.raise_to(1500)
        else:
            self.limit(1900)
            for watts in (1880, 1800, 1700):
                self.until_on()
                self.watts(self.rnd.uniform(1, 4))
                self.falls.append(self.fall(watts))
            self.limit(1900)
            self.until_on()

    def limit(self, watts):
        """Send it and live on until it is acknowledged; the powers meanwhile."""
        sent = self.server.limit(watts)
        at_s, powers = self.seconds(), []
        while True:
            powers += self.watts(0.1)
            while not self.server.seen.empty():
                kind, message = self.server.seen.get()
                assert kind != "invalid", message
                if kind == "ack" and message["seq"] == sent["seq"]:
                    assert message["status"] == "accepted", message
                    self.acks.append(self.seconds() - at_s)
                    return powers
            assert self.seconds() - at_s < 30, "no ack"

    def until_on(self):
        end_s = self.seconds() + 400
        while self.watts(0.1)[0] < RATED_W / 2:
            assert self.seconds() < end_s, "the relay does not come on"

    def fall(self, watts):
        powers = self.limit(watts)
        return self.reached(powers + self.watts(25), watts)

    def raise_to(self, watts):
        # What a window could not give because the grant rose within it, the next one adds: so the
        # mean of two of them is held against the ramp.
        powers = self.limit(watts) + self.watts(40)
        for i in range(len(powers) - 2 * WINDOW):
            ramp_w = RATED_W * 0.03 * (i + 2 * WINDOW) / 10
            self.over_w.append(statistics.mean(powers[i : i + 2 * WINDOW]) - min(ramp_w, watts))

    def reached(self, powers, watts):
        """Seconds until the limit held: for a relay until it was off, for a solid-state switch
        until the mean of each of the following windows was not above it."""
        if self.kind == "relay":
            return next(i for i in range(len(powers)) if powers[i] == 0) / 10
        sums = [sum(powers[i : i + WINDOW]) / WINDOW for i in range(len(powers) - WINDOW)]
        high = [i for i in range(len(sums)) if sums[i] > watts * 1.01 + TICK_W]
        return (high[-1] + 1) / 10 if high else 0.0

    def silence(self):
        self.watts(self.rnd.uniform(0, 9))
        self.beat()
        self.beating = False
        if self.kind == "ssr":
            powers = self.watts(155)
        else:
            # The relay is on nearly all the time; if it happens to rest, nothing is to be seen.
            powers = self.watts(135)
            if not all(powers[1100:1180]):
                return
        assert max(powers[:1000]) > FAILSAFE_W
        before = 0 if self.kind == "ssr" else 1100  # a relay may rest once more before that
        self.silences.append(before / 10 + self.reached(powers[before:], FAILSAFE_W))


def spread(values):
    values = sorted(values)
    middle, ninth = values[len(values) // 2], values[-1 - len(values) // 20]
    return (
        f"{values[0]:.1f} / {middle:.1f} / {ninth:.1f} / {values[-1]:.1f} s "
        f"(least, median, 95 %, most of {len(values)})"
    )


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_power_obeys_in_time(tmp_path, figure):
    broker = side.Mosquitto(tmp_path, "allow_anonymous true")
    lives = [Life(2 * i, "ssr", broker.port) for i in range(HEATERS)]
    lives += [Life(2 * i + 1, "relay", broker.port) for i in range(HEATERS)]
    try:
        for life in lives:
            life.start()
            time.sleep(0.3)
        for life in lives:
            life.join()
    finally:
        broker.stop()
    for life in lives:
        if life.error:
            raise life.error
    for kind, reduction_s in (("ssr", 1.0), ("relay", 10.0)):
        falls = [fall for life in lives if life.kind == kind for fall in life.falls]
        figure(f"reduction acts, {kind}", spread(falls), f"<= {reduction_s} s",
               max(falls) <= reduction_s)  # fmt: skip
        silences = [one for life in lives if life.kind == kind for one in life.silences]
        assert len(silences) >= HEATERS / 2
        figure(f"fail-safe power after the last heartbeat, {kind}", spread(silences), "<= 122 s",
               max(silences) <= 122)  # fmt: skip
        assert min(silences) > 110  # a heater that falls early has not lived on its lease
    acks = [ack for life in lives for ack in life.acks]
    figure("limit acknowledged", spread(acks), "<= 2 s", max(acks) <= 2)
    over_w = max(over for life in lives for over in life.over_w)
    figure("raise above its ramp", f"{over_w:.0f} W", f"<= {TICK_W:.0f} W", over_w <= TICK_W)
    slowest = max(life.slowness for life in lives)
    figure("real time a simulated second took", f"{slowest:.2f} s", "1 s on a host with time")
