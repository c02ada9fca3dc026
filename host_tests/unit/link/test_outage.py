"""Seven days without a server and fifty power cuts: every record arrives, and in order."""

import random

import pytest

from heater.link.forward import Forwarder
from heater.record.books import Books

DAY_S = 86_400
T0 = 1_790_000_000
STEP_S = 60
OURS = 90


class Server:
    """Keeps what arrives by number; now and then an answer is lost on its way."""

    def __init__(self, rnd):
        self.rnd = rnd
        self.kept = {}
        self.order = []
        self.sent = 0
        self.replayed = set()

    def take(self, message):
        self.sent += len(message["items"])
        for item in message["items"]:
            if item[0] not in self.kept:
                self.order.append(item[0])
            self.kept[item[0]] = item
            if message["replayed"]:
                self.replayed.add(item[0])
        return self.rnd.random() < 0.8


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_seven_days_and_fifty_power_cuts(tmp_path, seed):
    rnd = random.Random(seed)
    cuts = sorted(rnd.sample(range(STEP_S, 7 * DAY_S, STEP_S), 50))
    server, box = Server(rnd), []
    written = []

    def start():
        books = Books(str(tmp_path))
        books.open()
        forward = Forwarder(
            "events",
            books.sent_events,
            lambda kind, message, retain: box.append(message) or True,
            lambda: 20 - len(box),
        )
        return books, forward

    books, forward = start()
    since = 0
    for now in range(0, 8 * DAY_S, STEP_S):
        online = now >= 7 * DAY_S
        if cuts and now >= cuts[0]:
            cuts.pop(0)
            books, forward = start()  # what was in RAM is gone
            since = now
        books.clock(T0 + now, 4)
        if now < 7 * DAY_S and now % 3600 == 0:
            # A fault: what must not be lost is urgent, and is on flash before the cut.
            books.journal.add(OURS, len(written), 0, True)
            books.poll(now - since)
            written.append(len(written))
        books.poll(now - since)
        if now == 7 * DAY_S:
            forward.begin()
        if online:
            forward.step(now)
            while box:
                message = box.pop(0)
                if rnd.random() < 0.1:
                    continue  # the broker lost it
                if server.take(message):
                    forward.received(message["next"])
    assert [server.kept[n][4] for n in sorted(server.kept) if server.kept[n][3] == OURS] == written
    assert server.order == sorted(server.order)
    assert server.sent > len(server.kept)  # answers were lost, so some came twice
    made_before = [n for n in server.kept if server.kept[n][3] == OURS]
    assert set(made_before) <= server.replayed
    assert books.sent_events.backlog() == 0


def test_live_messages_keep_their_room():
    class Outbox:
        def peek(self, limit):
            return [(0, 1)], 1

        def backlog(self):
            return 1

        def ack(self, number):
            pass

    sent = []
    forward = Forwarder("events", Outbox(), lambda *message: sent.append(message), lambda: 7)
    for now in range(100):
        forward.step(now)
    assert sent == []
