# Runs in MicroPython: books, leases, arbiter and link of a heater as the app puts them together,
# with an element that takes what it is granted. Time may be scaled for what the leases see;
# the network is real. Prints a JSON line for every virtual second.
#
#   micropython device_link.py FIRMWARE LIB UMQTT DATA_DIR CONFIG
#
# CONFIG: a file of JSON {"device", "settings": {}, "keys": {}, "scale": n, "demand_w": n,
#         "events_every_s": n, "hasty": bool (no pause between connections)}

import json
import sys

firmware, lib, umqtt, data_dir, config = sys.argv[1:6]
sys.path[:0] = [firmware, lib, umqtt]

import gc  # noqa: E402
import os  # noqa: E402
import time  # noqa: E402

from heater import signals  # noqa: E402
from heater.limits import arbiter, levels  # noqa: E402
from heater.link import backoff, start  # noqa: E402
from heater.link.collector import Collector  # noqa: E402
from heater.link.commands import Refused  # noqa: E402
from heater.link.keys import Keys  # noqa: E402
from heater.link.rooms import Rooms  # noqa: E402
from heater.record.books import Books  # noqa: E402

with open(config) as file:
    config = json.load(file)
scale = config.get("scale", 1)
books = Books(data_dir)
books.open()
for name in config["settings"]:
    refusal = books.settings.stage(name, config["settings"][name], "factory")
    if refusal:
        raise ValueError(refusal)
books.settings.commit("factory")
keys = Keys(books.store)
keys.open()
for name in config["keys"]:
    refusal = keys.set(name, config["keys"][name])
    if refusal:
        raise ValueError(name + " " + refusal)

if config.get("hasty"):
    backoff.Backoff.next_ms = lambda self: 1

snap = signals.Snapshot()
inp = signals.Inputs()
limits = arbiter.Arbiter()
leases = levels.Leases(config.get("hash", 0), config.get("power_loss", False))
collector = Collector()
identified = []


def configure():
    cfg = books.settings
    limits.configure(cfg)
    leases.configure(cfg, inp.uptime_s)
    collector.configure(cfg)
    snap.setpoint_mdeg = cfg.get("control.setpoint_mdeg")
    snap.mode = signals.MODE_NAMES.index(cfg.get("control.mode"))


def identify(args):
    identified.append(args["seconds"])


def proof_test(args):
    raise Refused("busy", {})


configure()
rooms = Rooms(
    books.settings,
    books.store,
    leases,
    collector,
    {"events": books.sent_events, "hours": books.sent_hours},
    {"events": books.journal.read, "hours": books.ledger.ring.read},
    {"identify": identify, "proof_test": proof_test},
    configure,
    lambda utc_s, now_s: None,
    {"firmware": "0.1.0", "board": "sim"},
    arbiter.CAUSE_NAMES,
)
link = start.Link(rooms, keys, config["device"])
if config.get("hasty"):
    # Nothing gets out in so short a session: the box is as full as it will ever be from the start.
    with open(firmware + "/../docs/protocol/examples/ack.json") as file:
        ack = json.load(file)["message"]
    ack.pop("sig")
    while link.outgoing.put(("ack", dict(ack), False)):
        pass
link.open()

demand_w = config.get("demand_w", 5000)
snap.demand_w = demand_w
snap.room_state = signals.OK
snap.room_mdeg = 19_000
began_ms = due_ms = time.ticks_ms()
second = -1


def count(folder):
    return len(list(os.ilistdir("/proc/self/" + folder)))


events = 0
while True:
    now_ms = time.ticks_ms()
    inp.uptime_s = time.ticks_diff(now_ms, began_ms) * scale // 1000
    if inp.uptime_s != second:
        for at in range(second + 1, inp.uptime_s + 1):
            leases.step(at, limits)
            for _ in range(10):
                limits.grant(demand_w, False)
        second = inp.uptime_s
        snap.power_w = snap.grant_w = limits.grant_w
        snap.limit_w = limits.limit_w
        snap.limit_cause = limits.cause
        snap.uptime_s = second
        collector.fill(inp)
        every_s = config.get("events_every_s")
        if every_s and second // every_s != events:
            events = second // every_s
            books.journal.add(90, events, 0, True)
        books.poll(second)
        gc.collect()
        print(
            json.dumps(
                {
                    "s": second,
                    "utc": link.agent.utc_s(second),
                    "w": limits.grant_w,
                    "cause": arbiter.CAUSE_NAMES[limits.cause],
                    "lease": leases.state_name(),
                    "online": link.net.online,
                    "session": link.net.session,
                    "error": link.net.last_error,
                    "refused": link.net.refused,
                    "unapplied": link.agent.refused,
                    "remote_mdeg": inp.remote_mdeg,
                    "remote_state": inp.remote_state,
                    "setpoint_mdeg": snap.setpoint_mdeg,
                    "identified": identified,
                    "room": link.outgoing.room(),
                    "heap": gc.mem_alloc(),
                    "files": count("fd"),
                    "threads": count("task"),
                }
            )
        )
    else:
        limits.grant(demand_w, False)
    link.agent.poll(inp.uptime_s, snap)
    due_ms = time.ticks_add(due_ms, 50)
    left_ms = time.ticks_diff(due_ms, time.ticks_ms())
    if left_ms > 0:
        time.sleep_ms(left_ms)
    else:
        due_ms = time.ticks_ms()
