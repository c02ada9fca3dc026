"""The link over TLS to a real mosquitto with client certificates and an access control list."""

import datetime
import sys
from pathlib import Path

import pytest

from nuanbu.sim import Device

sys.path.insert(0, str(Path(__file__).parent))
import guard as side
from certificates import DAY, Authority
from test_whole_heater import insist, link_settings, live

PLACE = side.PLACE.format("east")
# What docs/protocol says a device needs, and no more. %u is the name in the certificate.
ACL = f"""
user guard
topic readwrite nuanbu/#
pattern read {PLACE}/%u/limit
pattern read {PLACE}/%u/welcome
pattern read {PLACE}/%u/command
pattern read {PLACE}/%u/received
pattern read {side.ZONE.format("east")}
pattern read {PLACE}/collector/#
pattern write {PLACE}/%u/#
"""


class Site:
    """Broker with certificates, and heaters that connect to it."""

    def __init__(self, folder, micropython):
        # mosquitto gives root's rights away and must still be able to read.
        for part in (folder, *list(folder.parents)[:2]):
            part.chmod(0o755)
        self.folder, self.micropython = folder, micropython
        self.umqtt = side.UMQTTS[-1]
        self.authority = Authority(folder)
        self.started = []
        (folder / "acl").write_text(ACL)
        (folder / "acl").chmod(0o644)

    def broker(self, certificate=None):
        cert, key = certificate or self.authority.issue("localhost")
        self.mosquitto = side.Mosquitto(
            self.folder, f"cafile {self.authority.path}", f"certfile {cert}", f"keyfile {key}",
            "require_certificate true", "use_identity_as_username true",
            f"acl_file {self.folder / 'acl'}", "allow_anonymous false",
        )  # fmt: skip
        return self.mosquitto

    def guard(self):
        cert, key = self.authority.issue("guard")
        tls = {"ca": self.authority.path, "cert": cert, "key": key}
        self.started.append(side.Guard(self.mosquitto.port, tls=tls))
        return self.started[-1]

    def heater(self, certificate=None, authority=None):
        cert, key = certificate or self.authority.issue("htr-1")
        keys = {
            "ca": (authority or self.authority).path.read_text(),
            "cert": cert.read_text(),
            "cert_key": key.read_text(),
        }
        more = {"link.tls": True, "link.host": "localhost"}
        heater = side.Heater(
            self.micropython, self.umqtt, self.folder, self.mosquitto.port, keys=keys, more=more
        )
        self.started.append(heater)
        return heater


@pytest.fixture
def site(tmp_path, micropython):
    site = Site(tmp_path, micropython)
    yield site
    for one in site.started:
        one.close() if isinstance(one, side.Guard) else one.stop()
    site.mosquitto.stop()


def test_limits_and_commands_over_tls(site):
    site.broker()
    server = site.guard()
    device = site.heater()
    server.wait("hello")
    sent = server.limit(300)
    server.wait("ack", seq=sent["seq"], status="accepted")
    device.wait(lambda s: s["w"] == 300)
    server.heartbeat()
    sent = server.command("setpoint", {"setpoint_mdeg": 21_000})
    assert server.wait("result", id=sent["id"])["status"] == "done"


def test_a_broker_of_another_authority_is_refused(site):
    site.broker()
    device = site.heater(authority=Authority(site.folder, "another authority"))
    seen = device.wait(lambda s: s["error"], 15)
    assert seen["session"] == 0 and not seen["online"]


@pytest.mark.parametrize("begins", [DAY, -3 * DAY])
def test_a_certificate_out_of_its_time_is_refused(site, begins):
    lasts = DAY if begins < datetime.timedelta() else 10 * DAY
    site.broker(site.authority.issue("localhost", begins, lasts))
    device = site.heater()
    seen = device.wait(lambda s: s["error"], 15)
    assert seen["session"] == 0


def test_a_heater_without_the_right_certificate_gets_nowhere(site):
    site.broker()
    stranger = Authority(site.folder, "stranger authority").issue("htr-1")
    device = site.heater(certificate=stranger)
    seen = device.wait(lambda s: s["error"], 15)
    assert seen["session"] == 0


def test_one_heater_cannot_speak_for_another(site):
    site.broker()
    server = site.guard()
    device = site.heater(certificate=site.authority.issue("htr-2"))  # says it is htr-1
    device.wait(lambda s: s["s"] >= 3 or s["error"], 15)
    with pytest.raises(AssertionError):
        server.wait("hello", 3)


PART = 140  # characters of a certificate that fit into a frame of the console


def put(device, name, text):
    parts = [text[at : at + PART] for at in range(0, len(text), PART)]
    for part in parts[:-1]:
        device.request("key.put", k=name, v=part, more=True)
    device.request("key.put", k=name, v=parts[-1])


def test_the_whole_heater_commissioned_over_its_console(site):
    site.broker()
    cert, key = site.authority.issue("htr-1")
    with Device(speed=10.0) as device:
        device.request("key.put", k="device", v=side.DEVICE_KEY.hex())
        device.request("key.put", k="zone.district", v=side.ZONE_KEY.hex())
        put(device, "ca", site.authority.path.read_text())
        put(device, "cert", cert.read_text())
        put(device, "cert_key", key.read_text())
        settings = {"link.tls": True, "link.host": "localhost", "heater.serial": "htr-1"}
        device.set({**link_settings(site.mosquitto.port), **settings})
        device.power_cycle(1.0)
        cert, key = site.authority.issue("guard")
        tls = {"ca": site.authority.path, "cert": cert, "key": key}
        server = side.Guard(site.mosquitto.port, tls=tls, clock=lambda: device.elapsed_ms / 1000)
        site.started.append(server)
        live(device, lambda _: server.nonce is not None)
        insist(device, lambda: server.limit(500), lambda r: r.snapshot["limit_w"] == 500)
        found = device.request("net.link")
        assert (found["link"], found["sessions"], found["time"]) == ("online", 1, "server")
