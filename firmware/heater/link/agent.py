# The main thread's end of the link: takes checked messages out of the mailbox, hands them to
# leases, commands and collector, and puts answers and telemetry into the other box. Slow code,
# called after the tick; it never waits for the network.

import json

from micropython import const

from heater import signals
from heater.link import forward
from heater.link.commands import Commands
from heater.link.handshake import Handshake
from heater.link.telemetry import Telemetry

_FILE = const("link")
_SAVE_S = const(21_600)  # lease numbers change every minute; the welcome covers what is not saved
# The measured effect of a limit is told over the time after it in which it must be in force: a
# relay is allowed 10 s to obey.
_EFFECT_FROM_S = const(10)
_EFFECT_TO_S = const(30)
_RATE = const(4)  # messages handled in one call at most

# Settings a server must know to plan with this heater.
_TOLD = const((
    "heater.rated_w",
    "limits.installed_w",
    "limits.failsafe_w",
    "limits.failsafe_min_s",
    "limits.frost_floor_w",
    "limits.levels",
))

# How the results of a lease are told to the server (names of heater.limits.lease).
_STATUS = {
    "accepted": "accepted",
    "duplicate": "accepted",
    "replayed": "superseded",
    "old_epoch": "superseded",
    "expired": "expired",
}


class Agent:
    """Everything of the link that the main thread does.

    net: `Net` (online, session). inbox, outgoing: `Mailbox`. rooms: `Rooms`.
    """

    def __init__(self, net, inbox, outgoing, rooms):
        self.refused = {}  # reason -> authentic messages that were not applied
        self.handshake = Handshake()
        actions = dict(rooms.actions)
        actions["log"] = self._log
        self.commands = Commands(rooms.settings, actions, rooms.changed, self._save)
        self.telemetry = Telemetry(self._put, rooms.cause_names)
        self._net = net
        self._inbox = inbox
        self._outgoing = outgoing
        self._rooms = rooms
        self._leases = rooms.leases
        self._collector = rooms.collector
        self._forwarders = [
            forward.Forwarder(name, rooms.streams[name], self._put, outgoing.room)
            for name in rooms.streams
        ]
        self._session = 0
        self._second = -1
        self._saved = None
        self._saved_s = 0
        self._effect = None  # [epoch, seq, level, since_s, seconds, sum of watts, peak]

    def open(self):
        """Read what must survive a restart. A damaged file loses no safety: the server's welcome
        says again which numbers are past."""
        data = self._rooms.store.load(_FILE)
        if data is None:
            return
        try:
            state = json.loads(data)
            self._leases.restore(state["leases"])
            self.commands.restore(state["commands"])
            self._collector.restore(state["collector"])
        except (ValueError, KeyError, TypeError, IndexError):
            pass

    def poll(self, now_s, snap):
        """Call after each tick. now_s: uptime; snap: the `Snapshot`. True if the leases may have
        changed."""
        handled = False
        for _ in range(_RATE):
            item = self._inbox.get()
            if item is None:
                break
            handled = True
            self._handle(item[0], item[1], now_s, snap)
        if now_s != self._second:
            self._second = now_s
            self._each_second(now_s, snap)
        return handled

    def utc_s(self, now_s):
        """Trusted UTC, None while unknown."""
        return self.handshake.utc_s(now_s)

    # --- in

    def _handle(self, kind, message, now_s, snap):
        if kind == "limit":
            self._limit(message, now_s, snap)
        elif kind == "heartbeat":
            self._count(self._leases.heartbeat(message, now_s, self.utc_s(now_s)))
        elif kind == "welcome":
            self._welcome(message, now_s)
        elif kind == "command":
            self._command(message, now_s, snap)
        elif kind == "received":
            self._received(message)
        elif kind == "reading":
            self._reading(message, now_s, snap)
        elif kind == "time":  # from this heater's own thread, by NTP
            self._rooms.network_time(message, now_s)

    def _limit(self, message, now_s, snap):
        result = self._leases.result_name(self._leases.offer(message, now_s, self.utc_s(now_s)))
        status = _STATUS.get(result, "rejected")
        if result == "accepted":
            self._effect = [message["epoch"], message["seq"], message["level"], now_s, 0, 0, 0]
        else:
            self._refuse(result)
        reason = "" if status == "accepted" else result
        self._acknowledge(
            message["epoch"], message["seq"], message["level"], status, reason, now_s, snap
        )

    def _acknowledge(self, epoch, seq, level, status, reason, now_s, snap, mean_w=-1, peak_w=-1):
        self._put(
            "ack",
            {
                "v": 1,
                "epoch": epoch,
                "seq": seq,
                "level": level,
                "status": status,
                "reason": reason,
                "t": self.utc_s(now_s) or 0,
                "state": self._leases.state_name(),
                "limit_w": self._leases.limit_w(),
                "cause": self._rooms.cause_names[snap.limit_cause],
                "demand_w": snap.demand_w,
                "mean_w": mean_w,
                "peak_w": peak_w,
                "room_mdeg": snap.room_mdeg if snap.room_state == signals.OK else None,
            },
            False,
        )

    def _welcome(self, message, now_s):
        why = self.handshake.answer(message, now_s)
        if why is not None:
            self._refuse(why)
            return
        self._rooms.set_clock(self.utc_s(now_s), now_s)
        self._count(self._leases.welcome(message, now_s))
        if self._leases.commands(message["level"]):
            self.commands.welcome(message["epoch"], message["command_seq"])

    def _command(self, message, now_s, snap):
        status, reason, facts = self.commands.handle(message, self.utc_s(now_s))
        if reason:
            self._refuse(reason)
        self._put(
            "result",
            {
                "v": 1,
                "id": message["id"],
                "name": message["name"],
                "status": status,
                "reason": reason,
                "t": self.utc_s(now_s) or 0,
                "facts": facts,
            },
            False,
        )

    def _log(self, args):
        read = self._rooms.readers[args["stream"]]
        records, following = read(args["from"], forward.BATCH)
        if records:
            self._put("records", forward.batch(args["stream"], records, following, True), False)
        return {"sent": len(records), "next": following}

    def _received(self, message):
        if message["nonce"] != self.handshake.nonce:
            self._refuse("nonce")
            return
        for one in self._forwarders:
            if one.stream == message["stream"]:
                one.received(message["next"])

    def _reading(self, message, now_s, snap):
        why = self._collector.offer(
            message, now_s, self.utc_s(now_s), snap.room_mdeg,
            snap.room_state == signals.OK and snap.room_source == 0,
        )  # fmt: skip
        if why is not None:
            self._refuse(why)

    # --- out

    def _each_second(self, now_s, snap):
        if now_s - self._saved_s >= _SAVE_S:
            self._save_soon(now_s)
        self._measure(now_s, snap)
        if not self._net.online:
            return
        if self._net.session != self._session:
            self._session = self._net.session
            self.handshake.begin()
            self.telemetry.begin()
            for one in self._forwarders:
                one.begin()
        if self.handshake.due(now_s, self._leases.wants_welcome()):
            self._hello(now_s)
        leases = self._leases
        self.telemetry.faults(self._rooms.faults())
        self.telemetry.step(
            snap, leases.state_name(), leases.limit_w(), self._net.rssi_dbm(),
            now_s, self.utc_s(now_s),
        )  # fmt: skip
        if self.handshake.welcomed():
            for one in self._forwarders:
                one.step(now_s)

    def _hello(self, now_s):
        hello = {
            "v": 1,
            "nonce": self.handshake.nonce,
            "uptime_s": now_s,
            "revision": self._rooms.settings.revision,
        }
        for name in _TOLD:
            hello[name.split(".")[1]] = self._rooms.settings.get(name)
        hello.update(self._rooms.about)
        self._put("hello", hello, False)

    def _measure(self, now_s, snap):
        effect = self._effect
        if effect is None:
            return
        if now_s - effect[3] > _EFFECT_FROM_S:
            effect[4] += 1
            effect[5] += snap.power_w
            effect[6] = max(effect[6], snap.power_w)
        if now_s - effect[3] >= _EFFECT_TO_S:
            self._effect = None
            self._acknowledge(
                effect[0], effect[1], effect[2], "effect", "", now_s, snap,
                effect[5] // effect[4], effect[6],
            )  # fmt: skip

    def _put(self, kind, message, retain):
        return self._outgoing.put((kind, message, retain))

    def _count(self, result):
        if result:
            self._refuse(self._leases.result_name(result))

    def _refuse(self, reason):
        self.refused[reason] = self.refused.get(reason, 0) + 1

    def _state(self):
        return {
            "leases": self._leases.saved(),
            "commands": self.commands.state(),
            "collector": self._collector.saved(),
        }

    def _save(self):
        self._rooms.store.save(_FILE, json.dumps(self._state()).encode())

    def _save_soon(self, now_s):
        self._saved_s = now_s
        data = json.dumps(self._state()).encode()
        if data != self._saved:
            self._saved = data
            self._rooms.store.save_soon(_FILE, data)
