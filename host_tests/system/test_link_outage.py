"""Seven days without a broker and fifty power cuts: the whole firmware, its flash, a real broker.

The power is cut while the firmware runs, between any two instructions, so also amid a write. What
must arrive is known here: each start that lasted an hour, each change of a setting that was told
to be done; and all that the heater itself finds on its flash at the end.
"""

import itertools
import random
import sys
import time
from pathlib import Path

import pytest

from nuanbu.sim import Device

sys.path.insert(0, str(Path(__file__).parent))
import guard as side
from test_whole_heater import link_settings

DAY_S = 86_400
DAYS, CUTS = 7, 50
BOOT, COMMITTED = 1, 6  # codes of heater.record.events
SPEED = 20.0


class Story:
    """What happened to a heater, told by the one who did it to him."""

    def __init__(self, device, rnd):
        self.device, self.rnd = device, rnd
        self.boots, self.revisions = 0, []
        self.began_ms = device.elapsed_ms

    def live(self, seconds):
        while seconds > 0:
            part = min(seconds, 3600)
            self.device.step(part)
            seconds -= part

    def change(self):
        """A resident turns the knob."""
        self.device.set({"control.setpoint_mdeg": self.rnd.randrange(18_000, 23_000, 100)})
        self.revisions.append(self.device.request("hello")["rev"])

    def cut(self):
        """Cut the power somewhere within the next minute."""
        # A start is on flash after an hour, for a heater that restarts in a loop must not wear it
        # out; everything else told here at once.
        self.boots += self.device.elapsed_ms - self.began_ms > 3_700_000
        self.device.begin(60_000)
        time.sleep(self.rnd.uniform(0, 0.03))
        self.device.power_cycle(self.rnd.uniform(1, 900))
        self.began_ms = self.device.elapsed_ms

    def journal(self):
        """All events on flash, by number."""
        found, at = {}, 0
        while True:
            answer = self.device.request("log.get", at=at)
            found.update((one[0], one) for one in answer["ev"])
            if answer["next"] >= answer["of"]:
                return found
            at = answer["next"]


def outage(device, rnd, days, cuts):
    story = Story(device, rnd)
    times = [(at, "cut") for at in rnd.sample(range(300, days * DAY_S), cuts)]
    times += [(at, "change") for at in rnd.sample(range(300, days * DAY_S), 12 * days)]
    now = 0
    for at, what in sorted(times):
        story.live(max(3, at - now))  # a second or two until it is on flash
        now = at
        story.cut() if what == "cut" else story.change()
    story.live(max(3, days * DAY_S - now))
    return story


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_nothing_is_lost_and_nothing_comes_twice(tmp_path, figure):
    rnd = random.Random(7)
    broker = side.Mosquitto(tmp_path, "allow_anonymous true")
    broker.stop()
    with Device(flash=tmp_path / "flash.bin", start="2026-01-10T00:00:00+08:00") as device:
        device.request("key.put", k="device", v=side.DEVICE_KEY.hex())
        device.request("key.put", k="zone.district", v=side.ZONE_KEY.hex())
        device.set({**link_settings(broker.port), "heater.serial": "htr-1"})
        device.step(5)
        device.power_cycle(1.0)
        story = outage(device, rnd, DAYS, CUTS)
        kept = story.journal()
        broker.start()
        device._speed = SPEED
        server = side.Guard(broker.port, clock=lambda: device.elapsed_ms / 1000)
        try:
            began_s = device.elapsed_ms / 1000
            states, quiet = [], 0
            while quiet < 60:
                had = sum(map(len, server.records.values()))
                device.step(1.0)
                quiet = quiet + 1 if had and had == sum(map(len, server.records.values())) else 0
                assert device.elapsed_ms / 1000 - began_s < 7200, server.records.keys()
            took_s = device.elapsed_ms / 1000 - began_s - 60
            while not server.seen.empty():
                kind, message = server.seen.get()
                assert kind != "invalid", message
                if kind == "state":
                    states.append(message["uptime_s"])
        finally:
            server.close()
            broker.stop()
    events, hours = server.records["events"], server.records["hours"]
    revisions = [one[4] for one in events.values() if one[3] == COMMITTED]
    boots = sum(one[3] == BOOT for one in events.values())
    lost = [number for number in kept if events.get(number) != kept[number]]
    gaps = [
        number
        for stream in (events, hours)
        for number in range(max(stream) + 1)
        if number not in stream
    ]
    for stream in (events, hours):
        assert list(stream) == sorted(stream)  # in order
    # The last hour goes on during the connection; all before was made without one.
    assert server.unmarked.get("events", set()) <= {n for n in events if n not in kept}
    missing = [revision for revision in story.revisions if revision not in revisions]
    longest = max(later - earlier for earlier, later in itertools.pairwise(states))
    total = len(events) + len(hours)
    figure(f"records of {DAYS} days without a server and {CUTS} power cuts",
           f"{total} arrived ({boots} starts, {len(story.revisions)} changes, {len(hours)} hours) "
           f"in {took_s:.0f} s, {len(lost) + len(gaps) + len(missing)} lost, "
           f"{server.doubled} sent again and dropped by number", "0 lost, 0 doubled")  # fmt: skip
    figure("live state meanwhile, longest pause", f"{longest} s", "60 s", longest <= 61)
    assert not lost and not gaps and not missing, (lost, gaps, missing)
    assert boots >= story.boots
    assert len(hours) >= DAYS * 24 - CUTS
