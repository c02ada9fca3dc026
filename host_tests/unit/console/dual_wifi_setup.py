from heater.console import methods_net
from heater.console.server import LOGIN, RequestError
from heater.console.wifi_setup import WifiSetup


class Wlan:
    """A station with two networks in reach; `broken` makes every call raise."""

    def __init__(self):
        self.calls = []
        self.up = False
        self.broken = False

    def active(self, on):
        if self.broken:
            raise OSError("Wifi Internal Error")
        self.calls.append("active")

    def disconnect(self):
        self.calls.append("disconnect")

    def connect(self, ssid, password):
        self.calls.append((ssid, password))
        self.up = True

    def isconnected(self):
        return self.up

    def scan(self):
        return [
            (b"far", b"", 1, -80, 3, False),
            (b"\xff\xfe", b"", 6, -50, 3, False),
            (b"near", b"", 6, -40, 0, False),
        ]


class Bench:
    def __init__(self):
        self.wlan = Wlan()
        self.kept = []
        self.later = []
        self.good = True
        self.wifi = WifiSetup(lambda: self.wlan, self._keep, self.later.append)

    def _keep(self, ssid, password):
        self.kept.append((ssid, password))
        return self.good

    def run(self):
        self.later.pop(0)()


def test_nothing_waits_on_the_callers_thread():
    bench = Bench()
    assert bench.wifi.join("home", "secret")
    assert bench.kept == [("home", "secret")] and bench.wlan.calls == []
    assert not bench.wifi.joined()
    assert not bench.wifi.scan() and not bench.wifi.join("other", "x")  # one thing at a time
    bench.run()
    assert ("home", "secret") in bench.wlan.calls and bench.wifi.joined()


def test_a_refused_network_is_not_joined():
    bench = Bench()
    bench.good = False
    assert not bench.wifi.join("home", "secret")
    assert bench.later == []


def test_a_scan_gives_the_strongest_first():
    bench = Bench()
    assert bench.wifi.scan()
    assert bench.wifi.found() is None
    bench.run()
    assert bench.wifi.found() == [("near", -40, False), ("far", -80, True)]


def test_a_radio_that_raises_is_not_joined_and_not_busy():
    bench = Bench()
    bench.wlan.broken = True
    assert bench.wifi.join("home", "secret")
    bench.run()
    assert not bench.wifi.joined()
    assert bench.wifi.scan()
    bench.run()
    assert bench.wifi.found() == []


def test_the_methods_need_the_role_and_texts():
    class Session:
        allowed = False

        def require(self, role):
            if not self.allowed:
                raise RequestError(LOGIN, "no")

    bench = Bench()
    session = Session()
    table = methods_net.methods(session, bench.wifi)
    for name, p in (("net.scan", {}), ("net.join", {"ssid": "a"})):
        try:
            table[name](p)
            raise AssertionError(name + " without the role")
        except RequestError as error:
            assert error.code == LOGIN
    session.allowed = True
    for p in ({}, {"ssid": ""}, {"ssid": 5}, {"ssid": "a", "password": None}):
        try:
            table["net.join"](p)
            raise AssertionError(p)
        except RequestError:
            pass
    assert table["net.join"]({"ssid": "home", "password": "x"}) == {}
    assert table["net.state"]({}) == {"joined": False}
