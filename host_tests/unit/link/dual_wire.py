# Wire, Wi-Fi and the clock for certificates against fakes that behave as on the ESP32, where a
# socket that was told setblocking(True) blocks for ever. Runs on CPython and MicroPython.

from heater.link import realtime, secure, wifi, wire

ticks = [0]


def _ticks_ms():
    return ticks[0]


def _sleep_ms(ms):
    assert ms > 0
    ticks[0] += ms


class VirtualTime:
    def __enter__(self):
        self.kept = realtime.ticks_ms, realtime.sleep_ms
        realtime.ticks_ms, realtime.sleep_ms = _ticks_ms, _sleep_ms
        ticks[0] = 0

    def __exit__(self, *_):
        realtime.ticks_ms, realtime.sleep_ms = self.kept


class Hang(Exception):
    pass


class Esp32Socket:
    # script: what successive reads give: bytes, None (nothing there), b"" (closed)
    def __init__(self, script=(), takes=1000):
        self.script = list(script)
        self.takes = takes  # bytes a write accepts, 0: the peer does not read
        self.timeout_s = None
        self.blocking = True
        self.connected = None
        self.closed = False
        self.sent = b""

    def settimeout(self, seconds):
        self.timeout_s = seconds

    def setblocking(self, flag):
        self.blocking = flag
        self.timeout_s = None

    def connect(self, address):
        if self.timeout_s is None:
            raise Hang("connect without a time-out")
        self.connected = address

    def readinto(self, buffer):
        if self.blocking and (not self.script or self.script[0] is None):
            raise Hang("read that blocks for ever")
        if not self.script:
            return None
        piece = self.script.pop(0)
        if not piece:
            return None if piece is None else 0
        n = min(len(piece), len(buffer))
        buffer[:n] = piece[:n]
        if n < len(piece):
            self.script.insert(0, piece[n:])
        return n

    def write(self, data):
        if self.blocking and not self.takes:
            raise Hang("write that blocks for ever")
        if not self.takes:
            return None
        self.sent += bytes(data[: self.takes])
        return min(len(data), self.takes)

    def close(self):
        self.closed = True


class SocketModule:
    SOCK_STREAM = 1

    def __init__(self, made):
        self.made = made
        self.asked = []

    def getaddrinfo(self, host, port, *_):
        self.asked.append(host)
        return [(2, 1, 0, "", ("10.0.0.%d" % len(self.asked), port))]

    def socket(self):
        return self.made


def dialled(fake, limit_ms=1000, tls=None):
    return wire.dial(SocketModule(fake), "broker", 1883, tls, limit_ms)


def test_the_name_is_asked_for_again_with_each_connection():
    with VirtualTime():
        module = SocketModule(Esp32Socket())
        for number in (1, 2, 3):  # and each time the broker has moved
            wire.dial(module, "broker", 1883, None, 1000)
            assert module.made.connected == ("10.0.0.%d" % number, 1883)
        assert module.asked == ["broker"] * 3


def fails(call, *args):
    try:
        call(*args)
    except OSError as error:
        return error.args[0]
    raise AssertionError("no OSError")


def test_no_call_of_umqtt_makes_the_socket_block():
    with VirtualTime():
        fake = Esp32Socket([None] * 3)
        made = dialled(fake)
        for call in (made.setblocking, made.settimeout, made.connect):
            call(True)
        assert not fake.blocking and fake.connected == ("10.0.0.1", 1883)
        assert fails(made.read, 1) == 110
        assert 1000 <= ticks[0] <= 1010


def test_the_deadline_is_for_the_whole_operation():
    with VirtualTime():
        dribble = []
        for _ in range(1000):
            dribble += [b"x"] + [None] * 20  # one byte every 100 ms
        made = dialled(Esp32Socket(dribble))
        assert fails(made.read, 100) == 110
        assert 1000 <= ticks[0] <= 1010


def test_a_write_that_nobody_reads_ends():
    with VirtualTime():
        made = dialled(Esp32Socket(takes=0))
        assert fails(made.write, b"x" * 100) == 110
        assert 1000 <= ticks[0] <= 1010


def test_reads_are_whole_and_writes_are_whole():
    with VirtualTime():
        fake = Esp32Socket([b"a", None, b"bc", None, b"defgh"], takes=3)
        made = dialled(fake)
        assert made.read(4) == b"abcd" and made.read(0) == b"" and made.read(4) == b"efgh"
        made.write(b"0123456789", 8)
        assert fake.sent == b"01234567"


def test_a_short_read_is_an_error_not_a_short_value():
    with VirtualTime():
        made = dialled(Esp32Socket([b"21", b""]))
        assert fails(made.read, 5) == 104


def test_reads_are_capped():
    with VirtualTime():
        made = dialled(Esp32Socket([b"x" * 10]))
        for n in (4097, -1, 1 << 28):
            fails(made.read, n)


def test_ready_looks_without_losing():
    with VirtualTime():
        made = dialled(Esp32Socket([None] * 50 + [b"ab", b""]))
        assert made.ready(10) is False
        assert made.ready(1000) is True and made.ready(0) is True
        made.begin(1000)
        made.give_back(b"z")
        assert made.read(3) == b"zab"
        assert fails(made.ready, 10) == 104


def test_a_refused_handshake_closes_the_socket():
    class Tls:
        def wrap_socket(self, sock, server_hostname, do_handshake_on_connect):
            assert not sock.blocking and server_hostname == "broker"
            assert do_handshake_on_connect is False
            raise ValueError("certificate")

    with VirtualTime():
        fake = Esp32Socket()
        try:
            dialled(fake, 1000, Tls())
        except ValueError:
            assert fake.closed
            return
        raise AssertionError


# --- Wi-Fi


class Radio:
    def __init__(self):
        self.on = False
        self.there = False  # an access point that lets us in
        self.code = 1001
        self.breaks = False
        self.asked = []

    def active(self, on):
        self.on = on

    def connect(self, ssid, password):
        if self.breaks:
            raise OSError("Wifi Internal Error")
        self.asked.append((ssid, password))

    def disconnect(self):
        pass

    def isconnected(self):
        return self.on and self.there

    def status(self, what=None):
        return -70 if what == "rssi" else self.code


def station():
    radio = Radio()
    return radio, wifi.Wifi(radio, "home", "secret", {202: "wrong_password", 201: "no_ap_found"})


def pass_time(one, seconds):
    joined = 0
    for _ in range(seconds * 10):
        joined += one.step()
        ticks[0] += 100
    return joined


def test_wifi_joins_and_tells_its_strength():
    with VirtualTime():
        radio, one = station()
        assert not one.step() and radio.asked == [("home", "secret")]
        radio.there = True
        assert one.step() and one.rssi_dbm == -70


def test_wrong_password_is_named_and_tried_ever_less_often():
    with VirtualTime():
        radio, one = station()
        radio.code = 202
        pass_time(one, 3600)
        assert one.reason == "wrong_password"
        assert 3600 // 140 <= one.tries <= 60
        radio.there = True
        assert pass_time(one, 121) > 0 and one.reason == ""


def test_roaming_is_not_a_loss():
    with VirtualTime():
        radio, one = station()
        radio.there = True
        pass_time(one, 1)
        radio.there = False
        assert pass_time(one, 9) == 0
        radio.there = True
        assert one.step() and one.tries == 1


def test_hours_away_and_back():
    with VirtualTime():
        radio, one = station()
        radio.there = True
        pass_time(one, 1)
        radio.there = False
        assert pass_time(one, 4 * 3600) == 0 and one.rssi_dbm == 0
        radio.there = True
        assert pass_time(one, 125) > 0


def test_a_driver_that_raises_is_tried_again():
    with VirtualTime():
        radio, one = station()
        radio.breaks = True
        assert pass_time(one, 60) == 0 and one.reason == "OSError"
        radio.breaks = False
        radio.there = True
        assert pass_time(one, 125) > 0


# --- certificates


def test_pem_is_read_as_its_last_block():
    pem = "x\n-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n"
    pem += "-----BEGIN PRIVATE KEY-----\nAQID\nBAUG\n-----END PRIVATE KEY-----\n"
    assert secure._der(pem) == b"\x01\x02\x03\x04\x05\x06"
    try:
        secure._der("no pem")
    except ValueError:
        return
    raise AssertionError
