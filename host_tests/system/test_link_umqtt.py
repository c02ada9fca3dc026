"""The link on what later versions of umqtt.simple do otherwise; see umqtt_variants.py."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import fake_broker as fakes
import guard as side
import test_link_tls as tls
import umqtt_variants

HERE = Path(__file__).parent
ORIGINAL = side.REPO / ".tools/umqtt/1.3.4/umqtt/simple.py"
VERSIONS = umqtt_variants.VERSIONS[1:]
LONG = "t" * 200  # the subscription of a topic over 122 bytes was spoilt before 1.8.0

site = tls.site


@pytest.fixture(scope="module")
def variants(tmp_path_factory):
    return umqtt_variants.build(ORIGINAL, tmp_path_factory.mktemp("umqtt"))


def one_of_everything(peer, number):
    """A whole session; then one that is cut off within a message; then silence."""
    first, body = peer.packet()
    assert first == 0x10 and body[:6] == b"\x00\x04MQTT"
    peer.send(fakes.CONNACK)
    first, body = peer.packet()
    assert first == 0x82 and body[2:4] == b"\x00\xc8" and body[4:] == LONG.encode() + b"\x01"
    peer.send(b"\x90\x03" + body[:2] + b"\x01")
    if number == 0:
        first, body = peer.packet()
        assert first & 0xF6 == 0x32
        peer.send(b"\x40\x02\x09\x09")  # for nobody
        peer.send(b"\x40\x02" + body[3:5])
        peer.send(fakes.publish(fakes.TOPIC, fakes.GOOD, 7))
        assert peer.packet() == (0x40, b"\x00\x07")
    else:
        peer.packet()
        peer.send(fakes.publish(fakes.TOPIC, fakes.GOOD)[:-2])
    peer.hang()


@pytest.mark.parametrize("version", VERSIONS)
def test_sessions_and_what_ends_them(micropython, variants, version):
    steps = [["open"], ["follow", len(LONG)], ["send", "t", "x", 1], ["serve", 500]]
    plan = {"limit_ms": 1000, "steps": steps, "each": True, "runs": 2}
    with fakes.FakeBroker(one_of_everything) as broker:
        out = subprocess.run(
            [micropython, HERE / "drive_client.py", side.REPO / "firmware", variants[version],
             str(broker.port), json.dumps(plan)],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert out.returncode == 0, out.stderr
    seen = json.loads(out.stdout)
    assert [result for _, _, result, _ in seen["done"][:4]] == ["ok"] * 4
    assert [what for what, *_ in seen["done"][4:]] == ["open", "follow", "send"]
    assert seen["done"][-1][2].startswith("OSError")
    assert seen["delivered"] == [["t", fakes.GOOD.decode()]] and seen["strays"] == 1


@pytest.mark.parametrize("version", ["1.4.0", "1.8.0"])
def test_a_limit_over_tls_with_certificates(site, variants, version):
    site.umqtt = variants[version]
    site.broker()
    server = site.guard()
    device = site.heater()
    server.wait("hello")
    sent = server.limit(300)
    server.wait("ack", seq=sent["seq"], status="accepted")
    device.wait(lambda s: s["w"] == 300)
