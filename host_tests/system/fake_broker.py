"""A broker that misbehaves on purpose: one function a fault, each given a fresh connection."""

import contextlib
import socket
import struct
import threading
import time

CONNACK = b"\x20\x02\x00\x00"


def publish(topic: bytes, payload: bytes, pid: int = 0) -> bytes:
    body = struct.pack("!H", len(topic)) + topic
    if pid:
        body += struct.pack("!H", pid)
    body += payload
    return bytes([0x32 if pid else 0x30]) + length(len(body)) + body


def length(n: int) -> bytes:
    out = bytearray()
    while True:
        n, low = divmod(n, 128)
        out.append(low | (128 if n else 0))
        if not n:
            return bytes(out)


class Peer:
    """One accepted connection, with the broker's half of the protocol in small steps."""

    def __init__(self, sock):
        self.sock = sock
        sock.settimeout(30)

    def read(self, n):
        data = b""
        while len(data) < n:
            more = self.sock.recv(n - len(data))
            if not more:
                raise ConnectionError("client closed")
            data += more
        return data

    def packet(self):
        first = self.read(1)[0]
        size = shift = 0
        while True:
            byte = self.read(1)[0]
            size |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                return first, self.read(size)

    def send(self, data):
        self.sock.sendall(data)

    def welcome(self):
        """Take CONNECT and one SUBSCRIBE, answer both."""
        assert self.packet()[0] == 0x10
        self.send(CONNACK)
        first, body = self.packet()
        assert first == 0x82
        self.send(b"\x90\x03" + body[:2] + b"\x01")

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def hang(self):
        """Say nothing until the client goes."""
        with contextlib.suppress(OSError):
            while self.sock.recv(4096):
                pass


class FakeBroker:
    """Serves every connection with `script(peer, number of the connection)` on its own thread."""

    def __init__(self, script):
        self.script = script
        self.connections = 0
        self.server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self.server.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            number = self.connections
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock, number), daemon=True).start()

    def _serve(self, sock, number):
        with contextlib.suppress(OSError, AssertionError), sock:
            self.script(Peer(sock), number)


# --- the faults. GOOD is what may be delivered; anything else is a wrong value.

TOPIC = b"t"
GOOD = b"21500"


def silent_tcp(peer, _):
    peer.hang()


silent_tls = silent_tcp  # the client speaks TLS to it


def half_packet(peer, _):
    peer.welcome()
    peer.send(publish(TOPIC, GOOD)[:-2])
    peer.hang()


def byte_dribble(peer, _):
    peer.welcome()
    for byte in publish(TOPIC, GOOD * 20):
        peer.send(bytes([byte]))
        time.sleep(0.1)


def no_puback(peer, _):
    peer.welcome()
    peer.hang()


def late_puback(peer, _):
    peer.welcome()
    first = peer.packet()[1]
    time.sleep(0.3)
    pid = first[3:5]
    peer.send(b"\x40\x02\x77\x77")  # first one for nobody
    peer.send(b"\x40\x02" + pid)
    peer.send(b"\x40\x02" + pid)  # and the same once more, when nobody waits
    peer.send(publish(TOPIC, GOOD))
    peer.hang()


def stray_acks(peer, _):
    peer.welcome()
    peer.send(b"\x40\x02\x00\x09\xb0\x02\x00\x01\x90\x03\x00\x05\x00\x62\x02\x00\x01")
    peer.send(publish(TOPIC, GOOD))
    body = peer.packet()[1]
    peer.send(b"\x40\x02" + body[3:5])
    peer.hang()


def rst(peer, _):
    peer.welcome()
    peer.reset()


def fin_at(byte):
    def script(peer, _):
        peer.welcome()
        peer.send(publish(TOPIC, GOOD, 7)[:byte])
        peer.sock.shutdown(socket.SHUT_WR)
        peer.hang()

    return script


def huge_length(peer, _):
    peer.welcome()
    peer.send(b"\x30\xff\xff\xff\x7f" + b"\x00\x01t" + GOOD)
    peer.hang()


def seven_byte_length(peer, _):
    peer.welcome()
    peer.send(b"\x30\x88\x80\x80\x80\x80\x80\x00" + b"\x00\x01t" + GOOD)
    peer.hang()


def flood(peer, _):
    peer.welcome()
    end = time.monotonic() + 3
    hundred = publish(TOPIC, GOOD) * 100
    while time.monotonic() < end:
        peer.send(hundred)
        time.sleep(0.01)
    peer.hang()
