# Runs in MicroPython: random settings by way of the console and of signed messages, byte for byte
# as they arrive, into the real settings. None outside its bounds may take effect, none that fits
# may be refused, and every refusal must say name, value and bounds.
#
#   micropython settings_interfaces.py ROOT_OF_REPOSITORY COUNT SEED
#   micropython settings_interfaces.py ROOT_OF_REPOSITORY serve ROLE
#
# Prints "console asked N wrong W unnamed U" and the same for mqtt; "serve" is a console on
# standard input and output, for settings_files.py.

import sys

root = sys.argv[1]
sys.path[:0] = [root + "/boards/sim", root + "/firmware", root + "/lib",
                root + "/host_tests/unit/record"]  # fmt: skip

import json  # noqa: E402
import random  # noqa: E402

from flash_in_ram import StoreInRam  # noqa: E402

from heater import services, signals  # noqa: E402
from heater.console import methods_settings  # noqa: E402
from heater.console.frames import LineReader  # noqa: E402
from heater.console.server import Console  # noqa: E402
from heater.limits import arbiter, levels  # noqa: E402
from heater.link import agent, net, rooms, sign, topics  # noqa: E402
from heater.link.collector import Collector  # noqa: E402
from heater.link.mailbox import Mailbox  # noqa: E402
from heater.plan import check as plan_check  # noqa: E402
from heater.record import table  # noqa: E402
from heater.record.settings import Settings  # noqa: E402

FORMS = ("plan.week", "plan.exceptions", "plan.tz")
ROLES = ("resident", "installer", "company", "factory")
ROWS = {row[0]: row for row in table.ROWS}
NAMES = [row[0] for row in table.ROWS]
WORDS = ("", "22000", "plan", "heat", "CST-8", "mon-sun 06:00 comfort", "2027-02-05 sun", "x" * 60,
         "暖" * 9, "a\tb", "mon 25:00 tropical", "true")  # fmt: skip
HOSTILE = (None, True, False, 0, -1, 1, 0.5, 22000.0, 1e30, 2**31, -(2**31), 2**62, [], [1], {},
           {"v": 1})  # fmt: skip


def made():
    settings = Settings(StoreInRam())
    settings.load()
    settings.judge_by(plan_check.refusal)
    return settings


def some_value(row):
    dice = random.random()
    if dice < 0.2:
        return random.choice(HOSTILE)
    if dice < 0.3 or (row[1] == "str" and type(row[3]) is int):
        return random.choice(WORDS)
    if row[1] == "bool":
        return dice < 0.6
    if row[1] == "str":
        return random.choice(row[3])
    edge = random.choice((row[3], row[4]))
    return random.choice((edge, edge - 1, edge + 1, random.randint(row[3], row[4])))


def limits(settings, staged, row):
    """Bounds in force, by the rule in table.py and not by way of Settings."""
    low, high = row[3], row[4]
    names, pairs = table.NARROWED
    if row[0] in names:
        for low_name, high_name in pairs:
            low = max(low, staged.get(low_name, settings.get(low_name)))
            high = min(high, staged.get(high_name, settings.get(high_name)))
    return low, high


def fits(row, value, low, high):
    """Whether the table allows the value, said without the code under test."""
    if row[1] == "int":
        return type(value) is int and low <= value <= high
    if row[1] == "bool":
        return type(value) is bool
    if type(value) is not str:
        return False
    if type(row[3]) is tuple:
        return value in row[3]
    octets = value.encode()
    sound = row[3] <= len(octets) <= row[4] and not any(o < 32 or o == 127 for o in octets)
    return sound and not plan_check.refusal(row[0], value)


def told(refusal_text, row, value, low, high):
    """Whether a refusal says name, value, and what would be accepted (bounds, words or role)."""
    if row[0] not in refusal_text:
        return False
    scalar = type(value) in (int, bool, float) and abs(value) < 10**18
    if scalar and str(value) not in refusal_text:
        return False
    if type(value) is str and row[0] in FORMS:
        # Such a refusal says which part of the text is wrong, and what it should be.
        return not value.strip() or any(word[:12] in refusal_text for word in value.split())
    if type(value) is str and value[:12] not in refusal_text:
        return False
    if type(row[3]) is tuple:
        bounds = row[3][0] in refusal_text
    else:
        bounds = str(low) in refusal_text and str(high) in refusal_text
    return bounds or row[6] in refusal_text  # a role is told who may


def sound(settings):
    for row in table.ROWS:
        low, high = limits(settings, {}, row)
        if not fits(row, settings.get(row[0]), low, high):
            return False
    return True


class Wire:
    def __init__(self):
        self.data = b""
        self.sent = []

    def any(self):
        return len(self.data)

    def readinto(self, buf):
        n = min(len(buf), len(self.data))
        buf[:n] = self.data[:n]
        self.data = self.data[n:]
        return n

    def write(self, data):
        if data:
            self.sent.append(bytes(data))


def console(settings, who, wire):
    methods = services._settings(settings, who)
    methods.update(methods_settings.methods(settings, who, services._accept))
    return Console(LineReader(wire), methods, {})


def ask(port, wire, method, **parameters):
    wire.data += json.dumps({"id": 1, "m": method, "p": parameters}).encode() + b"\n"
    while wire.data or not wire.sent:
        port.poll()
    answer = json.loads(b"".join(wire.sent))
    wire.sent.clear()
    return answer


def by_console(count):
    settings, wire = made(), Wire()
    role = ["resident"]
    port = console(settings, lambda: role[0], wire)
    staged = {who: {} for who in ROLES}
    wrong = unnamed = 0
    for number in range(count):
        who = role[0] = random.choice(ROLES)
        row = ROWS[random.choice(NAMES)]
        value = some_value(row)
        low, high = limits(settings, staged[who], row)
        may = ROLES.index(who) >= ROLES.index(row[6])
        answer = ask(port, wire, "cfg.set", k=row[0], v=value)
        if answer["ok"] != (may and fits(row, value, low, high)):
            wrong += 1
            print("console", who, row[0], value, answer)
        if answer["ok"]:
            staged[who][row[0]] = value
        elif not told(answer["e"]["text"], row, value, low, high):
            unnamed += 1
            print("console", who, row[0], value, answer)
        if random.random() < 0.03:
            if ask(port, wire, "cfg.commit", confirm_s=random.choice((0, 0, 30)))["ok"]:
                staged[who] = {}
            else:
                ask(port, wire, "cfg.drop")
                staged[who] = {}
            if not sound(settings):
                wrong += 1
                print("console: a setting outside its bounds is in force")
        settings.poll(number // 20)
    print("console asked", count, "wrong", wrong, "unnamed", unnamed)


class Keys:
    def key(self, name):
        return bytes(range(32)) if name == "device" else None


def by_mqtt(count):
    settings = made()
    settings.stage("link.household", "1", "installer")
    settings.commit("installer")
    leases, limits_, collector = levels.Leases(0, False), arbiter.Arbiter(), Collector()
    for room in (limits_, collector):
        room.configure(settings)
    leases.configure(settings, 0)
    places = topics.Topics(settings, "d1")
    inbox, outgoing = Mailbox(16), Mailbox(32)
    network = net.Net(places, Keys(), None, inbox, outgoing)
    house = rooms.Rooms(
        settings, StoreInRam(), leases, collector, {}, {}, {}, lambda: None,
        lambda utc_s, now_s: None, {}, arbiter.CAUSE_NAMES,
    )  # fmt: skip
    desk = agent.Agent(network, inbox, outgoing, house)
    snap = signals.Snapshot()
    utc_s, key = 1_790_000_000, Keys().key("device")

    def send(kind, message):
        network.deliver(places.of(kind).encode(), sign.signed(key, places.of(kind), message))
        desk.poll(10, snap)
        answer = None
        while True:
            item = outgoing.get()
            if item is None:
                return answer
            if item[0] == "result":
                answer = json.loads(json.dumps(item[1]))

    while not desk.handshake.due(10):
        desk.handshake.begin()
    send("welcome", {"v": 1, "epoch": 1, "level": "district", "guard": "g", "now": utc_s,
                     "nonce": desk.handshake.nonce, "seq": 1, "command_seq": 1})  # fmt: skip
    wrong = unnamed = 0
    shown = set()
    for number in range(1, count + 1):
        row = ROWS[random.choice(NAMES)]
        value = some_value(row)
        while type(value) not in (int, bool, str):  # a message can carry no other
            value = some_value(row)
        low, high = limits(settings, {}, row)
        before = settings.get(row[0])
        command = {
            "v": 1, "epoch": 1, "seq": number, "id": "c%d" % number, "iat": utc_s, "ttl_s": 600,
            "name": "set", "args": {row[0]: value},
        }  # fmt: skip
        answer = send("command", command)
        if answer and (answer["status"], answer["reason"]) not in shown:
            # One of each sort, for the test to hold against the published schemas.
            shown.add((answer["status"], answer["reason"]))
            print("SENT command", json.dumps(command))
            print("SENT result", json.dumps(answer))
        may = row[6] in ("resident", "company")
        good = may and fits(row, value, low, high)
        done = answer is not None and answer["status"] == "done"
        # Bounds that would leave nothing to choose are refused though the value itself fits.
        crossed = answer is not None and answer["reason"] == "crossed"
        after = settings.get(row[0])
        if (done != good and not crossed) or after != (value if done else before):
            wrong += 1
            print("mqtt", row[0], value, answer)
        if not done:
            facts = answer["facts"] if answer else {}
            if "who" in facts and answer["reason"] == "local_only":
                named = facts["name"] == row[0]
            else:
                text = facts.get("detail", "") + " ".join([str(v) for v in facts.values()])
                named = told(text, row, value, facts.get("low"), facts.get("high"))
            if not named:
                unnamed += 1
                print("mqtt", row[0], value, answer)
        if number % 50 == 0 and not sound(settings):
            wrong += 1
            print("mqtt: a setting outside its bounds is in force")
    print("mqtt asked", count, "wrong", wrong, "unnamed", unnamed)


def serve(role):
    settings, wire = made(), Wire()
    port = console(settings, lambda: role, wire)
    port._methods["hello"] = lambda p: {"product": "nuanbu", "serial": ""}
    while True:
        line = sys.stdin.buffer.readline()
        if not line:
            return
        wire.data += line
        while wire.data:
            port.poll()
        port.poll()
        for data in wire.sent:
            sys.stdout.buffer.write(data)
        wire.sent.clear()


if sys.argv[2] == "serve":
    serve(sys.argv[3])
else:
    random.seed(int(sys.argv[3]))
    by_console(int(sys.argv[2]))
    by_mqtt(int(sys.argv[2]))
