from heater.console.frames import IMPROV
from heater.console.improv import Improv


class Wifi:
    def __init__(self):
        self.given = None
        self.is_joined = False
        self.networks = None

    def join(self, ssid, password):
        self.given = (ssid, password)
        return True

    def joined(self):
        return self.is_joined

    def scan(self):
        self.networks = None

    def found(self):
        return self.networks


def checked(kind, data):
    """A packet as the specification describes it, without its line feed."""
    body = b"IMPROV" + bytes([1, kind, len(data)]) + data
    total = 0
    for byte in body:
        total += byte
    return body + bytes([total % 256])


def packets(sent):
    """[(type, data)] of what was sent; every packet sound and on a line of its own."""
    found = []
    while sent:
        length = sent[8]
        packet = sent[: 10 + length]
        assert packet == checked(packet[7], packet[9:-1])
        assert sent[10 + length] == 10
        found.append((packet[7], packet[9:-1]))
        sent = sent[11 + length :]
    return found


def rpc(command, data=b""):
    return checked(3, bytes([command, len(data)]) + data)


def make(allowed=True):
    wifi = Wifi()
    return Improv(lambda: allowed, lambda: ("nuanbu", "1", "ESP32", "heater"), wifi), wifi


def texts(*words):
    return b"".join([bytes([len(word)]) + word for word in words])


def test_state_and_info():
    improv, wifi = make()
    assert packets(improv.packet(rpc(2))) == [(2, b"\x00"), (1, b"\x02")]
    told = packets(improv.packet(rpc(3)))
    body = texts(b"nuanbu", b"1", b"ESP32", b"heater")
    assert told == [(2, b"\x00"), (4, bytes([3, len(body)]) + body)]
    wifi.is_joined = True
    assert packets(improv.packet(rpc(2)))[1:] == [(1, b"\x04"), (4, b"\x02\x00")]


def test_joining_ends_well():
    improv, wifi = make()
    told = packets(improv.packet(rpc(1, texts(b"home", b'p\n\x03{"'))))
    assert told == [(2, b"\x00"), (1, b"\x03")]
    assert wifi.given == ("home", 'p\n\x03{"')
    assert improv.poll() == b""
    wifi.is_joined = True
    assert packets(improv.poll()) == [(1, b"\x04"), (4, b"\x01\x00")]
    assert improv.poll() == b""


def test_joining_that_fails_is_told_and_can_be_tried_again():
    improv, _ = make()
    improv.packet(rpc(1, texts(b"home", b"wrong")))
    told = b"".join([improv.poll() for _ in range(400)])
    assert packets(told) == [(2, b"\x03"), (1, b"\x02")]


def test_a_scan_does_not_wait_and_ends_with_an_empty_result():
    improv, wifi = make()
    assert packets(improv.packet(rpc(4))) == [(2, b"\x00")]
    assert improv.poll() == b""
    wifi.networks = [("home", -60, True), ("cafe", -80, False)]
    first = texts(b"home", b"-60", b"YES")
    second = texts(b"cafe", b"-80", b"NO")
    assert packets(improv.poll()) == [
        (4, bytes([4, len(first)]) + first),
        (4, bytes([4, len(second)]) + second),
        (4, b"\x04\x00"),
    ]
    assert improv.poll() == b""


def test_hostile_packets_change_nothing():
    improv, wifi = make()
    broken = bytearray(rpc(1, texts(b"home", b"secret")))
    broken[-1] ^= 1
    for frame in (
        bytes(broken),
        rpc(1, b"\xff" + b"abc"),
        rpc(1, texts(b"home")),
        rpc(1, texts(b"home", b"x") + b"more"),
        rpc(1, texts(b"\xff\xfe", b"x")),
        rpc(1, texts(b"", b"x")),
        checked(3, b""),
        checked(3, b"\x01\x09"),
        checked(1, b"\x02"),
    ):
        told = packets(improv.packet(frame))
        assert told == [(2, b"\x01")], frame
    assert packets(improv.packet(rpc(99))) == [(2, b"\x02")]
    assert wifi.given is None


def test_a_locked_heater_is_silent():
    improv, wifi = make(allowed=False)
    assert improv.packet(rpc(1, texts(b"home", b"x"))) == b""
    assert improv.packet(rpc(2)) == b""
    assert wifi.given is None
    assert IMPROV == b"IMPROV\x01"
