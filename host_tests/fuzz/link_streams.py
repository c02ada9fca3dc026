# Runs in MicroPython: mutated and truncated MQTT streams through the client. What it delivers
# must be exactly what a second, independent reading of the same bytes finds.
#
#   micropython link_streams.py FIRMWARE UMQTT COUNT SEED
#
# Prints the number of streams, of messages delivered, and of streams by how they ended; the first
# difference ends it with an exception.

import sys

sys.path[:0] = sys.argv[1:3]

import random  # noqa: E402

from heater.link import client, wire  # noqa: E402

count, seed = int(sys.argv[3]), int(sys.argv[4])
random.seed(seed)
CONNACK = b"\x20\x02\x00\x00"


class Stream:
    # Gives the bytes in pieces of random size, then says that the peer has closed.
    def __init__(self, data):
        self.data = data
        self.at = 0

    def readinto(self, buffer):
        n = min(len(buffer), len(self.data) - self.at, random.randint(1, 9))
        buffer[:n] = self.data[self.at : self.at + n]
        self.at += n
        return n

    def write(self, data):
        return len(data)

    def close(self):
        pass


def publish():
    topic = bytes([97 + random.getrandbits(2) for _ in range(random.randint(1, 6))])
    payload = bytes([random.getrandbits(8) for _ in range(random.choice((0, 1, 5, 30, 130)))])
    pid = random.choice((b"", bytes([random.getrandbits(8), 1])))
    body = bytes([0, len(topic)]) + topic + pid + payload
    n = len(body)
    size = bytes([n]) if n < 128 else bytes([n % 128 | 128, n // 128])
    return bytes([0x32 if pid else 0x30 | random.choice((0, 0, 1))]) + size + body


def other():
    return random.choice(
        (
            b"\xd0\x00",
            b"\x40\x02\x00\x01",
            b"\x90\x03\x00\x01\x01",
            b"\xb0\x02\x00\x07",
            b"\x40\x02",
        )
    )


def mutate(data):
    data = bytearray(data)
    for _ in range(random.randint(0, 3)):
        at = random.randrange(len(data))
        kind = random.randrange(6)
        if kind == 0:
            data[at] ^= 1 << random.randrange(8)
        elif kind == 1:
            data[at] = random.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif kind == 2:
            data = data[:at] or bytearray(1)
        elif kind == 3:
            data = data[:at] + bytes([random.getrandbits(8)]) + data[at:]
        elif kind == 4:
            data = data[:at] + data[at + 1 :] or bytearray(1)
        else:
            data = data[:at] + data[random.randrange(len(data)) :] or bytearray(1)
    return bytes(data)


def expected(data):
    # Messages in `data` up to the first byte that is not MQTT, read all at once.
    found = []
    while len(data) >= 2:
        size = width = 0
        while width < 4 and width + 1 < len(data):
            size += (data[width + 1] & 127) << 7 * width
            width += 1
            if data[width] < 128:
                break
        else:
            return found
        if size > client.PACKET_MAX or len(data) < 1 + width + size:
            return found
        body, op = data[1 + width : 1 + width + size], data[0]
        data = data[1 + width + size :]
        if op >> 4 == 3:
            qos = (op & 6) >> 1
            head = 2 if qos == 1 else 0
            if qos > 1 or size < 3 + head:
                return found
            n = body[0] * 256 + body[1]
            if n == 0 or n > 254 or 2 + n + head > size:
                return found
            found.append((body[2 : 2 + n], body[2 + n + head :]))
        elif (op, size) not in (
            (0xD0, 0), (0x40, 2), (0x50, 2), (0x62, 2), (0x70, 2), (0x90, 3), (0xB0, 2)
        ):  # fmt: skip
            return found
    return found


def one():
    data = b"".join([publish() if random.randrange(4) else other() for _ in range(4)])
    data = mutate(data) if random.randrange(10) else data
    got = []

    def dial():
        made = wire.Wire(Stream(CONNACK + data))
        made.begin(60_000)
        return made

    session = client.Client("d", dial, lambda topic, payload: got.append((topic, payload)))
    session.open()
    end = "none"
    try:
        if random.randrange(2):
            session.send("t", b"x", False, 1)  # and meanwhile whatever comes
        while True:
            session.serve(0)
    except OSError as error:
        end = type(error).__name__
    wanted = expected(data)
    if got != wanted:
        raise ValueError((data, got, wanted))
    return len(got), end


# No deadline passes here, however busy the host: a message may not be missed for that.
client.realtime.sleep_ms = lambda ms: None
client.realtime.ticks_ms = lambda: 0
delivered = 0
ends = {}
for _ in range(count):
    n, end = one()
    delivered += n
    ends[end] = ends.get(end, 0) + 1
print(count, delivered, sorted(ends.items()))
