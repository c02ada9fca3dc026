# Runs in MicroPython: hostile messages against a heater under a limit of 300 W. None may change
# the limit, the lease or a setting, and each must be counted under exactly one reason.
#
#   micropython link_messages.py FIRMWARE UMQTT COUNT SEED
#
# Half of the attacks are signed with the right key, so that not the signature alone is tested:
# what was genuine once, is late, or is genuine nonsense.

import sys

sys.path[:0] = sys.argv[1:3] + [sys.argv[1] + "/../lib"]

import json  # noqa: E402
import random  # noqa: E402

from heater import signals  # noqa: E402
from heater.limits import arbiter, levels  # noqa: E402
from heater.link import agent, net, rooms, sign, topics  # noqa: E402
from heater.link.collector import Collector  # noqa: E402
from heater.link.mailbox import Mailbox  # noqa: E402

count, seed = int(sys.argv[3]), int(sys.argv[4])
random.seed(seed)
UTC = 1_790_000_000
KEYS = {"device": bytes(range(32)), "zone.district": b"z" * 32, "collector": b"c" * 32}
CFG = {
    "link.enabled": True, "link.company": "h", "link.district": "e", "link.building": "b",
    "link.unit": "u", "link.household": "1", "link.collector": "c1", "link.collector_first": False,
    "link.collector_fresh_s": 900, "limits.levels": 8, "limits.failsafe_w": 600,
    "limits.failsafe_min_s": 7200, "limits.autonomous": False, "limits.spread_s": 0,
    "limits.frost_floor_w": 0, "limits.installed_w": 3500, "heater.rated_w": 2000,
}  # fmt: skip


class Keys:
    def key(self, name):
        return KEYS.get(name)


class Settings:
    revision = 1

    def __init__(self):
        self.touched = 0

    def get(self, name):
        return CFG[name]

    def row(self, name):
        return None

    def stage(self, name, value, who):
        self.touched += 1

    def discard(self, who):
        pass

    def commit(self, who):
        self.touched += 1
        return 1, ""


class Store:
    def load(self, name):
        return None

    def save(self, name, data):
        return True

    def save_soon(self, name, data):
        pass


acted = []
sent = {}
settings = Settings()
leases = levels.Leases(0, False)
limits = arbiter.Arbiter()
limits.configure(settings)
leases.configure(settings, 0)
collector = Collector()
collector.configure(settings)
places = topics.Topics(settings, "d1")
inbox, outgoing = Mailbox(16), Mailbox(32)
network = net.Net(places, Keys(), None, inbox, outgoing)
house = rooms.Rooms(
    settings, Store(), leases, collector, {}, {}, {"identify": acted.append}, lambda: None,
    lambda utc_s, now_s: None, {}, arbiter.CAUSE_NAMES,
)  # fmt: skip
desk = agent.Agent(network, inbox, outgoing, house)
snap = signals.Snapshot()
now = 10
numbers = {"epoch": 1, "seq": 100, "beat": 100, "command": 100, "reading": 100}

TOPIC = {kind: places.of(kind) for kind in topics.TO_DEVICE}
TOPIC["heartbeat"] = "nuanbu/1/h/e/heartbeat"
TOPIC["reading"] = "nuanbu/1/h/e/b/u/1/collector/c1/reading"
KEY = {"heartbeat": "zone.district", "reading": "collector"}


def genuine(kind):
    base = {"v": 1, "epoch": 1}
    if kind == "limit":
        numbers["seq"] += 1
        base.update(level="district", guard="g", seq=numbers["seq"], iat=UTC + now,
                    exp=UTC + now + 180, active=True, limit_w=300, periods=[], ramp=30, rnd_s=0,
                    slot=-1, cause={"level": "unit", "node": "u"}, reason="")  # fmt: skip
    elif kind == "heartbeat":
        numbers["beat"] += 1
        base.update(level="district", guard="g", seq=numbers["beat"], now=UTC + now, min_seq=0,
                    abnormal=False)  # fmt: skip
    elif kind == "welcome":
        base.update(level="district", guard="g", nonce=desk.handshake.nonce, now=UTC + now,
                    seq=numbers["seq"] + 1, command_seq=numbers["command"] + 1)  # fmt: skip
    elif kind == "command":
        numbers["command"] += 1
        base.update(id="c%d" % numbers["command"], seq=numbers["command"], iat=UTC + now,
                    ttl_s=60, name="identify", args={"seconds": 5})  # fmt: skip
    elif kind == "received":
        base = {"v": 1, "stream": "events", "next": 5, "nonce": desk.handshake.nonce}
    else:
        numbers["reading"] += 1
        base.update(seq=numbers["reading"], t=UTC + now, room_mdeg=19_000, battery_permille=-1)
    return base


def arrive(kind, payload):
    network.deliver(TOPIC[kind].encode(), payload)
    snap.room_state, snap.room_mdeg = signals.OK, 19_500
    desk.poll(now, snap)
    while True:
        item = outgoing.get()
        if item is None:
            break
        # One of each sort, for the test to hold against the published schemas.
        sort = item[0], item[1].get("status"), item[1].get("reason")
        if sort not in sent:
            sent[sort] = item


def send(kind, message, key=None):
    if ("genuine", kind) not in sent:
        sent["genuine", kind] = kind, message, False
    key = KEYS[KEY.get(kind, "device")] if key is None else key
    arrive(kind, sign.signed(key, TOPIC[kind], message))


def total(counters):
    return sum(counters.values())


def state():
    lease = leases._leases[3]
    limits_now = (
        lease.limit_w,
        lease.state,
        lease.end_s(),
        lease.abnormal,
        lease.epoch,
        lease.seq,
    )
    return limits_now, settings.touched, len(acted), collector.mdeg, desk.utc_s(now)


NONSENSE = ("NaN", "Infinity", "-Infinity", "1e400", "-1", "1" + "0" * 80, "1.5", "null", '"x"',
            "[]", "{}", "true", "2147483648", "[[[[]]]]", '"' + "a" * 500 + '"')  # fmt: skip
KINDS = ("limit", "heartbeat", "welcome", "command", "received", "reading")


def forged(kind):
    message = genuine(kind)
    message["epoch" if "epoch" in message else "next"] = random.getrandbits(20)
    send(kind, message, bytes([random.getrandbits(8) for _ in range(32)]))


def altered(kind):
    # One bit of a genuine payload changed: anywhere, so in the signature too.
    payload = sign.signed(KEYS[KEY.get(kind, "device")], TOPIC[kind], genuine(kind))
    changed = bytearray(payload)
    changed[random.randrange(len(payload))] ^= 1 << random.randrange(7)
    return spoilt(kind, payload, bytes(changed))


def cut(kind):
    payload = sign.signed(KEYS[KEY.get(kind, "device")], TOPIC[kind], genuine(kind))
    return spoilt(kind, payload, payload[: random.randrange(len(payload))])


def spoilt(kind, payload, changed):
    # MicroPython's parser forgives a missing last bracket and a wrong comma. What it reads is
    # then still what was signed: no attack.
    try:
        if json.loads(changed) == json.loads(payload):
            return False
    except Exception:
        pass
    arrive(kind, changed)
    return True


def other_topic(kind):
    message = genuine(kind)
    elsewhere = random.choice([TOPIC[k] for k in KINDS if k != kind] + ["nuanbu/1/x"])
    arrive(kind, sign.signed(KEYS[KEY.get(kind, "device")], elsewhere, message))


def replayed(kind):
    message = genuine(kind)
    if kind in ("welcome", "received"):
        message["nonce"] = "0" * 32
    else:
        message["seq"] = random.randrange(100)
        if kind == "command":
            message["id"] = "old%d" % message["seq"]
    send(kind, message)


def late(kind):
    message = genuine(kind)
    past, future = UTC + now - random.randint(2000, 90_000), UTC + now + random.randint(70, 9999)
    if kind in ("welcome", "received"):
        message["nonce"] = "1" * 32
    elif kind == "limit":
        message.update(random.choice(({"iat": past, "exp": past + 180},
                                      {"iat": future, "exp": future + 180},
                                      {"exp": UTC + now + 3700})))  # fmt: skip
    elif kind == "heartbeat":
        message["now"] = random.choice((past, future))
    elif kind == "command":
        message["iat"] = random.choice((past, future))
    else:
        message["t"] = random.choice((past, future))
    send(kind, message)


def nonsense(kind):
    # A value that does not belong there, in an otherwise genuine and signed message.
    message = genuine(kind)
    name = random.choice([name for name in message if name != "args"])
    raw = random.choice(NONSENSE)
    try:
        message[name] = json.loads(raw)
        payload = sign.signed(KEYS[KEY.get(kind, "device")], TOPIC[kind], message)
    except (ValueError, TypeError, OverflowError):
        message[name] = 0
        message["sig"] = "0" * 64
        text = sign.canonical(message)
        mark = '"' + name + '":0'
        payload = text.replace(mark, '"' + name + '":' + raw).encode()
    if harmless(kind, name, raw):
        return False
    arrive(kind, payload)
    return True


def harmless(kind, name, raw):
    # What happens to be allowed there, or to be meant: no attack.
    allowed = {"periods": "[]",
               "guard": '"', "reason": '"', "slot": "-1", "active": "true", "abnormal": "true",
               "battery_permille": "-1", "id": '"', "name": '"'}  # fmt: skip
    if (kind, name, raw) == ("welcome", "now", "2147483648"):
        return True  # a time in 2038, and the company's key says so
    return name in allowed and raw.startswith(allowed[name]) and len(raw) < 100


def start_over():
    # Between attacks life goes on: time passes, the server renews, or all would be expired.
    global now
    now += 1
    leases.step(now, limits)
    if now % 20 == 0:
        send("heartbeat", genuine("heartbeat"))
    if now % 1000 == 0:
        send("limit", genuine("limit"))
    if now % 20_000 == 0:
        greet()


def greet():
    while not desk.handshake.due(now):
        desk.handshake.begin()
    send("welcome", genuine("welcome"))


ATTACKS = (forged, altered, cut, other_topic, replayed, late, nonsense)
greet()
send("limit", genuine("limit"))
send("reading", genuine("reading"))
send("heartbeat", genuine("heartbeat"))
assert leases._leases[3].limit_w == 300 and collector.mdeg == 19_000
number = 0
while number < count:
    start_over()
    attack, kind = random.choice(ATTACKS), random.choice(KINDS)
    before, counted = state(), total(network.refused) + total(desk.refused)
    if attack(kind) is False:
        continue  # what came about by chance was no attack
    number += 1
    if state() != before:
        raise ValueError((number, attack.__name__, kind, before, state()))
    if total(network.refused) + total(desk.refused) != counted + 1:
        raise ValueError((number, attack.__name__, kind, network.refused, desk.refused))
if leases._leases[3].limit_w != 300:
    raise ValueError("the limit did not last")
for kind, message, _ in sent.values():
    print("SENT", kind, json.dumps(message))
print(count, sorted(network.refused.items()), sorted(desk.refused.items()))
