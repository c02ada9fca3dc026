# Store and forward: the records of the heater's books, until the server itself has said that it
# has them. A broker's acknowledgement is not enough, it may lose what it took.

from micropython import const

BATCH = const(12)  # records in a message
_AGAIN_S = const(30)  # without word from the server a batch is sent again
_ROOM = const(8)  # so much room must be left for live messages


class Forwarder:
    """Sends one stream of records. books: outbox with `peek(limit)` -> (records, next),
    `ack(next)` and `backlog()`, as in heater.record. put(kind, message, retain); room(): free
    places of the outgoing box."""

    def __init__(self, stream, books, put, room):
        self.stream = stream
        self._books = books
        self._put = put
        self._room = room
        self._next = None  # number after the batch under way
        self._sent_s = 0
        self._live_from = 0  # records from this number on were made during this connection

    def begin(self):
        """A new connection: what waits now was made before it."""
        self._next = None
        records, following = self._books.peek(1)
        self._live_from = following - len(records) + self._books.backlog()

    def step(self, now_s):
        """Call once a second while the server is there: sends at most one batch."""
        if self._next is not None and now_s - self._sent_s < _AGAIN_S:
            return
        if self._room() < _ROOM:
            return
        records, following = self._books.peek(BATCH)
        if not records:
            if self._books.backlog():
                self._books.ack(following)  # nothing readable is left there
            return
        replayed = records[0][0] < self._live_from
        if self._put("records", batch(self.stream, records, following, replayed), False):
            self._next = following
            self._sent_s = now_s

    def received(self, following):
        """The server has everything before this number."""
        self._books.ack(following)
        if self._next is not None and following >= self._next:
            self._next = None


def batch(stream, records, following, replayed):
    """A message of records; `following` is the number after the last of them."""
    return {
        "v": 1,
        "stream": stream,
        "replayed": replayed,
        "next": following,
        "items": [list(record) for record in records],
    }
