"""The whole link (threads, mailboxes, agent) against a broker that closes every session it has
just accepted: what is left behind after many of them."""

import statistics
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import fake_broker as fakes
import guard as side
import umqtt_variants


def closes_once_all_is_said(peer, _):
    """CONNECT, all subscriptions and the first message, properly answered; then the end."""
    peer.packet()
    peer.send(fakes.CONNACK)
    while True:
        first, body = peer.packet()
        if first == 0x82:
            peer.send(b"\x90\x03" + body[:2] + b"\x01")
        else:
            end = 2 + (body[0] << 8 | body[1])
            peer.send(b"\x40\x02" + body[end : end + 2])
            return


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("version", ["1.3.4", "1.8.0"])  # the oldest and the newest
def test_ten_thousand_reconnects_leave_nothing_behind(
    micropython, repo, tmp_path, figure, version
):
    umqtt = umqtt_variants.best(version, repo / ".tools", tmp_path / "umqtt")
    with fakes.FakeBroker(closes_once_all_is_said) as broker:
        heater = side.Heater(micropython, umqtt, tmp_path, broker.port, hasty=True)
        try:
            # Until all that is ever made is there, and the box of what waits to be sent is full:
            # nothing gets out here, and what stands in it is no growth.
            heater.wait(lambda s: s["session"] >= 500 and s["room"] == 0, 1200)
            at = len(heater.lines)
            last = heater.now()["session"] + 10_020
            heater.wait(lambda s: s["session"] >= last, 3000)
        finally:
            heater.stop()
    first, last = heater.lines[at : at + 20], heater.lines[-20:]
    grown = {
        what: statistics.median(s[what] for s in last) - statistics.median(s[what] for s in first)
        for what in ("heap", "files", "threads")
    }
    sessions = last[-1]["session"] - first[0]["session"]
    # A heap swings by what is under way at the moment; growth is what goes beyond that.
    swing = max(s["heap"] for s in first) - min(s["heap"] for s in first)
    still = grown["heap"] <= swing and grown["files"] <= 0 and grown["threads"] <= 0
    told = (
        f"heap {grown['heap']:+.0f} B (it swings by {swing} B), "
        f"open files {grown['files']:+.0f}, threads {grown['threads']:+.0f}"
    )
    figure(f"{sessions} reconnects, umqtt.simple {umqtt.name}", told, "no growth", still)
    assert still, grown
