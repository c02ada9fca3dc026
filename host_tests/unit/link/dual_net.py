# The network thread's life, run on this thread with clients that fail in every way. Runs on
# CPython and MicroPython.

import published

from heater.link import messages, net, realtime, sign, topics
from heater.link.mailbox import Mailbox

KEY = bytes(range(32))
CFG = {
    "link.company": "h",
    "link.district": "e",
    "link.building": "b",
    "link.unit": "u",
    "link.household": "1",
    "link.collector": "",
    "limits.levels": 8,
}
ticks = [0]


class Keys:
    def key(self, name):
        return KEY if name in ("device", "zone.district") else None


class Client:
    # plan: {"open" | "follow" | "send" | "serve": error to raise}; serves `beats` times
    def __init__(self, plan, beats):
        self.plan = plan
        self.beats = beats
        self.followed = []
        self.sent = []
        self.dropped = False
        self.will = None

    def _maybe(self, step):
        if step in self.plan:
            raise self.plan[step]

    def open(self, will_topic, will):
        self.will = (will_topic, will)
        self._maybe("open")

    def follow(self, topic):
        self._maybe("follow")
        self.followed.append(topic)

    def send(self, topic, payload, retain, qos):
        if not topic.endswith("/status"):
            self._maybe("send")
        self.sent.append((topic, payload, retain, qos))

    def serve(self, wait_ms):
        self._maybe("serve")
        ticks[0] += wait_ms
        self.beats -= 1
        if self.beats < 0:
            raise OSError(104)
        return False

    def leave(self):
        pass

    def drop(self):
        self.dropped = True


class Life:
    """Runs Net through the given clients and stops it when they are used up."""

    def __init__(self, clients, network=None, time=None, put=(), ask_time=None):
        self.inbox, self.outgoing = Mailbox(4), Mailbox(8)
        for item in put:
            self.outgoing.put(item)
        self.clients = list(clients)
        self.used = []
        self.places = topics.Topics(CFG, "d1")
        self.net = net.Net(
            self.places, Keys(), self.make, self.inbox, self.outgoing, network, time, ask_time
        )

    def make(self, deliver):
        if not self.clients:
            self.net.stop()
            raise OSError(5)
        self.used.append(self.clients.pop(0))
        return self.used[-1]

    def run(self):
        kept = realtime.ticks_ms, realtime.sleep_ms
        realtime.ticks_ms = lambda: ticks[0]
        realtime.sleep_ms = self.sleep
        ticks[0] = 0
        try:
            self.net.run()
        finally:
            realtime.ticks_ms, realtime.sleep_ms = kept
        return self

    def sleep(self, ms):
        ticks[0] += ms
        assert ticks[0] < 40_000_000


def test_whatever_a_connection_raises_the_next_is_tried():
    errors = [OSError(110), ValueError("cert"), AssertionError(), IndexError(), MemoryError(),
              RuntimeError("recursion"), TypeError(), KeyError()]  # fmt: skip
    clients = []
    for step in ("open", "follow", "send", "serve"):
        clients += [Client({step: error}, 3) for error in errors]
    life = Life(clients, put=[("state", published.example("state"), True)] * 8).run()
    assert len(life.used) == 32
    assert all(client.dropped for client in life.used)
    assert not life.net.online


def test_every_session_subscribes_and_says_it_is_there():
    life = Life([Client({}, 5), Client({}, 5)]).run()
    for client in life.used:
        assert sorted(client.followed) == sorted(life.places.wanted())
        assert client.sent[0] == (life.places.of("status"), b'{"online":true,"v":1}', True, 1)
        assert client.will == (life.places.of("status"), b'{"online":false,"v":1}')
    assert life.net.session == 2


def test_what_was_not_sent_is_sent_in_the_next_session():
    message = ("ack", published.example("ack"), False)
    life = Life([Client({"send": OSError(110)}, 5), Client({}, 5)], put=[message]).run()
    assert len(life.used[0].sent) == 1
    topic, payload, retain, qos = life.used[1].sent[1]
    assert (topic, retain, qos) == (life.places.of("ack"), False, 1)
    assert payload == sign.signed(KEY, topic, message[1])


def test_pauses_grow_and_shrink_after_a_session_that_lasted():
    Life([Client({"open": OSError(111)}, 0) for _ in range(12)]).run()
    # Twelve pauses, each half to the whole of 1, 2, 4 ... 64, then 120 s, and a slice each.
    most = 127_000 + 5 * 120_000
    assert most // 2 <= ticks[0] <= most + 12 * 1000
    Life([Client({}, 700) for _ in range(12)]).run()  # 70 s each
    assert ticks[0] < 12 * 70_000 + 12 * 4_000


def test_no_connection_without_wifi_and_none_before_the_time_is_known():
    class Radio:
        rssi_dbm = -60

        def __init__(self):
            self.asked = 0

        def step(self):
            self.asked += 1
            return self.asked > 100

    class Time:
        def __init__(self):
            self.asked = 0
            self.errors = []

        def ready(self):
            self.asked += 1
            if self.asked == 1:
                raise OSError(1)
            return self.asked > 5

        def refused(self, error):
            self.errors.append(type(error))

    radio, time = Radio(), Time()
    certificate = Client({"open": ValueError("certificate")}, 0)
    life = Life([certificate, Client({}, 2)], radio, time).run()
    assert ticks[0] >= 100 * 100 and time.asked > 5 and life.net.session == 1
    assert time.errors == [ValueError, OSError]  # the last is that of the used-up clients
    assert life.net.rssi_dbm() == -60


def test_only_authentic_messages_of_the_right_form_reach_the_box():
    life = Life([])
    topic = life.places.of("received")
    good = {"v": 1, "stream": "events", "next": 1, "nonce": "0" * 32}
    payload = sign.signed(KEY, topic, good)
    life.net.deliver(topic.encode(), payload)
    kind, message = life.inbox.get()
    message.pop("sig")
    assert (kind, message) == ("received", good)
    heartbeat = {"v": 1, "level": "unit", "guard": "g", "epoch": 1, "seq": 1,
                 "now": 1_790_000_000, "min_seq": 0, "abnormal": False}  # fmt: skip
    zone = "nuanbu/1/h/e/heartbeat"
    for to, data, reason in (
        (topic, sign.signed(KEY, topic + "x", good), "forged"),
        (topic, payload[:-3] + b"}}}", "json"),
        (topic, b"x" * 5000, "size"),
        ("other", payload, "topic"),
        (zone, sign.signed(KEY, zone, heartbeat), "level"),
        (b"\xff\xfe", payload, "broken"),
    ):
        before = dict(life.net.refused)
        life.net.deliver(to if type(to) is bytes else to.encode(), data)
        assert life.inbox.get() is None
        assert life.net.refused.get(reason, 0) == before.get(reason, 0) + 1, (reason, to)
    for _ in range(5):
        life.net.deliver(topic.encode(), payload)
    assert life.net.refused["full"] == 1 and life.net.accepted == 5
    assert messages.SIZE_MAX < 5000


def test_the_network_is_asked_for_the_time_before_each_connection_but_not_without_wifi():
    class Radio:
        rssi_dbm = -60
        steps = 0

        def step(self):
            self.steps += 1
            return self.steps > 50

    radio, asked = Radio(), []
    clients = [Client({"open": OSError(111)}, 0), Client({}, 5)]
    life = Life(clients, radio, ask_time=lambda: asked.append(radio.steps)).run()
    assert len(asked) >= len(life.used) == 2 and min(asked) == 51
