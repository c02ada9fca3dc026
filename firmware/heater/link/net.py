# What the network's thread does all its life: join the Wi-Fi, connect, subscribe, carry finished
# messages out and checked messages in, and begin again after whatever went wrong.
#
# It shares two mailboxes and a few plain numbers with the main thread, nothing else. It cannot be
# stopped from outside while the platform resolves a name; that is why it is a thread.

import gc

from micropython import const

from heater.link import messages, realtime, sign
from heater.link.backoff import Backoff

_SLICE_MS = const(100)  # how long to wait for a packet before looking for something to send
_BURST = const(10)  # packets in a row before a pause, so that a flood cannot take the processor
_LASTED_MS = const(60_000)  # a session this long was a success
_ONLINE = const(b'{"online":true,"v":1}')
_OFFLINE = const(b'{"online":false,"v":1}')


class Net:
    """The network's side.

    topics: `Topics`. keys: `Keys`. make_client(deliver): a new `Client` not yet open. network:
    object with `step()` that keeps Wi-Fi up and tells whether it is, None where the host has a
    network of its own. inbox, outgoing: `Mailbox`. time: `CertificateTime` for a connection with
    TLS: `ready()` before each, `refused(error)` when none came about. ask_time(): called before
    each, so that a heater whose server is silent learns the time from the network.

    In: (kind, message) of authentic messages of the right form. Out: (kind, message, retain).
    """

    def __init__(
        self, topics, keys, make_client, inbox, outgoing, network=None, time=None, ask_time=None
    ):
        self.online = False
        self.session = 0  # counts connections
        self.tries = 0
        self.beat_ms = realtime.ticks_ms()  # last sign of life of this thread
        self.last_error = ""  # of the last connection: name of the exception and its number
        self.refused = {}  # reason -> how many messages were refused for it
        self.accepted = 0
        self._topics = topics
        self._keys = keys
        self._make_client = make_client
        self._network = network
        self._time = time
        self._ask_time = ask_time
        self._inbox = inbox
        self._outgoing = outgoing
        self._sending = None  # taken out of the box, not yet sent
        self._client = None
        self._backoff = Backoff()
        self._stop = False

    def run(self):
        """The thread's body. Returns only after `stop()`."""
        while not self._stop:
            self.beat_ms = realtime.ticks_ms()
            if not self._ready():
                realtime.sleep_ms(_SLICE_MS)
                continue
            try:
                self._live()
            except Exception as error:
                # Whatever it was, this connection is of no more use: OSError from the wire,
                # AssertionError and IndexError from umqtt, ValueError from TLS, MemoryError.
                self.last_error = type(error).__name__ + " " + str(error.args[:1])
                if self._time is not None and not self.online:
                    self._time.refused(error)
            self._close()
            if not self._stop:
                self._rest(self._backoff.next_ms())

    def rssi_dbm(self):
        """Strength of the Wi-Fi signal, 0 while not joined or without Wi-Fi."""
        return 0 if self._network is None else self._network.rssi_dbm

    def stop(self):
        """Ask the thread to end at the next opportunity."""
        self._stop = True

    def _ready(self):
        try:
            if self._network is not None and not self._network.step():
                return False
            if self._ask_time is not None:
                self._ask_time()
            return self._time is None or self._time.ready()
        except Exception as error:
            self.last_error = type(error).__name__
            return False

    def _live(self):
        self.tries += 1
        gc.collect()  # a handshake wants its memory in one piece
        self._client = self._make_client(self.deliver)
        self._client.open(self._topics.of("status"), _OFFLINE)
        for topic in self._topics.wanted():
            self.beat_ms = realtime.ticks_ms()
            self._client.follow(topic)
        self._client.send(self._topics.of("status"), _ONLINE, True, 1)
        began_ms = realtime.ticks_ms()
        self.session += 1
        self.online = True
        while not self._stop:
            self.beat_ms = realtime.ticks_ms()
            self._send_one()
            self._serve()
            if realtime.ticks_diff(self.beat_ms, began_ms) > _LASTED_MS:
                self._backoff.reset()
            if self._network is not None and not self._network.step():
                return
        self._client.leave()

    def _serve(self):
        wait_ms = _SLICE_MS
        for _ in range(_BURST):
            if not self._client.serve(wait_ms):
                return
            wait_ms = 0
        realtime.sleep_ms(_SLICE_MS // 2)

    def _send_one(self):
        if self._sending is None:
            self._sending = self._outgoing.get()
        if self._sending is None:
            return
        kind, message, retain = self._sending
        key = self._keys.key("device")
        if key is not None:
            topic = self._topics.of(kind)
            self._client.send(topic, sign.signed(key, topic, message), retain, 1)
        self._sending = None

    def deliver(self, topic, payload):
        """One incoming message, bytes. Never raises; what is refused is counted by reason."""
        try:
            self._deliver(str(topic, "utf-8"), payload)
        except messages.Malformed as error:
            self._refuse(error.args[0])
        except Exception:  # no message may ever do more than be refused
            self._refuse("broken")

    def _deliver(self, topic, payload):
        route = self._topics.route(topic)
        if route is None:
            return self._refuse("topic")
        kind, key_name = route
        message = messages.parse(kind, payload)
        key = self._keys.key(key_name)
        if key is None:
            return self._refuse("no_key")
        if kind == "heartbeat" and key_name != "zone." + message["level"]:
            return self._refuse("level")
        if not sign.genuine(key, topic, message):
            return self._refuse("forged")
        if not self._inbox.put((kind, message)):
            return self._refuse("full")
        self.accepted += 1

    def _refuse(self, reason):
        self.refused[reason] = self.refused.get(reason, 0) + 1

    def _close(self):
        self.online = False
        if self._client is not None:
            self._client.drop()
            self._client = None

    def _rest(self, wait_ms):
        while wait_ms > 0 and not self._stop:
            self.beat_ms = realtime.ticks_ms()
            if self._network is not None:
                self._network.step()
            realtime.sleep_ms(min(wait_ms, _SLICE_MS))
            wait_ms -= _SLICE_MS
