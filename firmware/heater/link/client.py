# umqtt.simple made safe to use: the same client on a Wire, with incoming packets read whole
# before anything of them is believed.
#
# Works with umqtt.simple 1.3.4 and 1.4.0 to 1.8.0. They differ in how they open a socket (time-out
# or none, `ssl` as a flag or a context), so this opens it instead: the module's `socket` is
# replaced by a door that hands out the Wire already connected.

import errno
import struct

from micropython import const
from umqtt import simple

from heater.link import realtime

CONNECT_MS = const(15_000)  # TCP, TLS and the CONNACK; a handshake costs an ESP32 about 1 s
_OPERATION_MS = const(10_000)  # one publish or subscribe with its acknowledgement
_PACKET_MS = const(5_000)  # one incoming packet, from its first byte
PACKET_MAX = const(4096)  # bytes of an incoming packet after its fixed header
_TOPIC_MAX = const(256)

_PUBLISH = const(0x30)
_PUBACK = const(0x40)
_SUBACK = const(0x90)
_PINGRESP = const(0xD0)
# Acknowledgements and the length each must have; SUBACK carries one code per topic.
_ACKS = {0x40: 2, 0x50: 2, 0x62: 2, 0x70: 2, 0x90: 3, 0xB0: 2}


class ProtocolError(OSError):
    """The peer sent what no broker sends; the connection is of no more use."""


class _Door:
    # Stands in the place of umqtt's socket module.
    def __init__(self, opened):
        self._opened = opened

    def getaddrinfo(self, host, port, *_):
        return ((0, 0, 0, "", (host, port)),)

    def socket(self, *_):
        return self._opened


class Client(simple.MQTTClient):
    """One MQTT session. All methods raise OSError (or what the TLS library raises) when the
    connection is of no more use; the caller then calls `drop()` and builds a new one.

    deliver(topic, payload): called with whole messages only, both bytes. dial(): returns a
    connected Wire. Texts may hold any character, they travel as UTF-8.
    """

    operation_ms = _OPERATION_MS
    packet_ms = _PACKET_MS

    def __init__(self, client_id, dial, deliver, user=None, password=None, keepalive_s=60):
        super().__init__(
            client_id.encode(),
            "",
            1,
            user.encode() if user else None,
            password.encode() if user else None,
            keepalive_s,
        )
        self._dial = dial
        self._deliver = deliver
        self._keepalive_ms = keepalive_s * 1000
        self._pinged_ms = 0
        self._pong_due = False
        self._awaited_op = 0  # kind and packet identifier of the acknowledgement waited for
        self._awaited = 0
        self.strays = 0  # acknowledgements that nobody waited for
        self.set_callback(deliver)

    def open(self, will_topic=None, will=b""):
        """Connect with a clean session; retained last will at QoS 1 if a topic is given."""
        if will_topic:
            self.set_last_will(will_topic.encode(), will, True, 1)
        link = self._dial()
        simple.socket = _Door(link)  # type: ignore
        self.sock = None
        self.pid = 0
        try:
            self.connect(True)
        except BaseException:
            link.close()
            self.sock = None
            raise
        self._pinged_ms = realtime.ticks_ms()
        self._pong_due = False

    def send(self, topic, payload, retain=False, qos=0):
        """Publish bytes; with qos 1 return when the broker has it."""
        self._begin(_PUBACK if qos else 0)
        self.publish(topic.encode(), payload, retain, qos)

    def follow(self, topic, qos=1):
        """Subscribe. Own packet: umqtt.simple before 1.8.0 spoils topics over 122 bytes."""
        self._begin(_SUBACK)
        self.pid += 1
        body = struct.pack("!HH", self.pid, len(topic.encode())) + topic.encode() + bytes((qos,))
        high, low = divmod(len(body), 128)
        length = bytes((low | 128, high)) if high else bytes((low,))
        self.sock.write(b"\x82" + length + body)
        while self.wait_msg() != _SUBACK:
            pass
        if self.sock.read(4)[3] > 1:
            raise ProtocolError(errno.EACCES)

    def serve(self, wait_ms):
        """Handle at most one incoming packet, waiting up to wait_ms for it to begin.

        Sends and checks the keep-alive ping. True when there was a packet.
        """
        self._keep_alive()
        if not self.sock.ready(wait_ms):
            return False
        self.sock.begin(self.packet_ms)
        self.wait_msg()
        return True

    def drop(self):
        """Close without a word; the broker then publishes the last will. Never raises."""
        if self.sock is not None:
            self.sock.close()
            self.sock = None

    def leave(self):
        """Say goodbye and close; no last will. Never raises."""
        try:
            self.sock.begin(1000)
            self.sock.write(b"\xe0\0")
        except Exception:
            pass
        self.drop()

    def wait_msg(self):
        """One whole packet. What umqtt waits for is given back to it to be read."""
        op = self.sock.read(1)[0]
        size = self._recv_len()
        kind = op & 0xF0
        if kind == _PUBLISH:
            self._incoming(op, size)
            realtime.sleep_ms(1)  # in a flood the main thread must get its turns
            return op
        if op == _PINGRESP and size == 0:
            self._pong_due = False
            return None
        if op not in _ACKS or size != _ACKS[op]:
            raise ProtocolError(errno.EINVAL)
        body = self.sock.read(size)
        # 0 is no packet identifier: nothing is waited for.
        if self._awaited and (op, body[0] << 8 | body[1]) == (self._awaited_op, self._awaited):
            self._awaited = 0
            self.sock.give_back(bytes((size,)) + body)
            return op
        self.strays += 1
        return None

    def _recv_len(self):
        length = 0
        for shift in (0, 7, 14, 21):
            byte = self.sock.read(1)[0]
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                if length > PACKET_MAX:
                    raise ProtocolError(errno.ENOBUFS)
                return length
        raise ProtocolError(errno.EINVAL)

    def _incoming(self, op, size):
        qos = op >> 1 & 3
        if qos > 1 or size < 2 + 2 * qos + 1:
            raise ProtocolError(errno.EINVAL)
        packet = self.sock.read(size)
        end = 2 + (packet[0] << 8 | packet[1])
        if end > size - 2 * qos or end > _TOPIC_MAX or end == 2:
            raise ProtocolError(errno.EINVAL)
        self._deliver(packet[2:end], packet[end + 2 * qos :])
        if qos:
            self.sock.write(b"\x40\x02" + packet[end : end + 2])

    def _begin(self, ack_op):
        # Packet identifiers are 1..65535; umqtt counts on for ever. It will use the next one.
        if self.pid >= 65535:
            self.pid = 0
        self._awaited = self.pid + 1 if ack_op else 0
        self._awaited_op = ack_op
        self.sock.begin(self.operation_ms)

    def _keep_alive(self):
        # A ping every half keep-alive, answered before the next is due: a peer that is gone is
        # noticed within one keep-alive time.
        now_ms = realtime.ticks_ms()
        if realtime.ticks_diff(now_ms, self._pinged_ms) >= self._keepalive_ms // 2:
            if self._pong_due:
                raise OSError(errno.ETIMEDOUT)
            self.sock.begin(self.operation_ms)
            self.ping()
            self._pinged_ms = now_ms
            self._pong_due = True
