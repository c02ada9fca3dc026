"""A town whose server writes a journal: ten minutes of it, in memory but for the database."""

import random

from nuanbu.group import wire
from nuanbu.group.book import LEASE_S, SKEW_S
from nuanbu.group.guard import Guard
from nuanbu.group.incarnation import Incarnation
from nuanbu.group.journal import Journal
from nuanbu.group.population import VirtualHeater
from nuanbu.group.recorded import Recorded
from nuanbu.group.tree import Heater, Layout, Node, Tree

T0 = 1_790_000_000
NODES = [Node("east", "district", firm_w=6000)]
for b in "bc":
    NODES += [
        Node(b, "building", "east", 4000),
        Node(b + "u", "unit", b, 4000),
        Node(b + "h", "household", b + "u", 4000, meter="m" + b),
    ]
HEATERS = [Heater(f"d{i}", "bh" if i < 3 else "ch", 2000, 300, 100, 1 + i % 2) for i in range(6)]


class Town:
    """A server whose guard is recorded, and heaters that lose a fifth of what is said."""

    def __init__(self, engine, seed=1):
        self.engine, self.rng, self.now = engine, random.Random(seed), T0
        self.heaters = {h.id: VirtualHeater(h, self.rng, 18_000, T0) for h in HEATERS}
        self.limits = {"east": 6000, "b": 4000}
        self.begin()

    def begin(self):
        tree = Tree(NODES, HEATERS)
        self.run = Incarnation(self.engine, "east")
        guard = Guard(Layout.of(tree), self.run.epoch, self.run.seq)
        self.run.restore(guard.layout, guard.book)
        self.log = Journal(self.engine, "east", self.run.epoch)
        self.guard = Recorded(guard, tree, self.log, self.now)
        for node, watts in self.limits.items():
            self.guard.limit(node, watts, None, self.now)

    def limit(self, node, watts, from_s=None):
        self.guard.limit(node, watts, from_s, self.now)
        if from_s is None:
            self.limits[node] = watts

    def seconds(self, count):
        for _ in range(count):
            self.now += 1
            for name, heater in self.heaters.items():
                self.said(name, heater.second(self.now))
            beat = self.guard.heartbeat(self.now)
            if beat:
                self.run.beating(self.now, self.log.write)
                self.log.written()
                self.tell(wire.heartbeat(beat, "g", self.run.epoch), *self.heaters)
            new, again = self.guard.cycle(self.now)
            if new:
                guard = self.guard.guard
                names = [order.device for order in new]
                self.run.issuing(guard.layout, guard.book, names, guard.seq, self.log.write)
                self.log.written()
            for order in new + again:
                self.tell(wire.limit(order, "g", self.run.epoch, order.cause[1]), order.device)

    def tell(self, message, *names):
        kind = "limit" if "limit_w" in message else "heartbeat"
        for name in names:
            if self.rng.random() < 0.8:
                self.said(name, self.heaters[name].hears(kind, message, self.now))

    def said(self, name, messages):
        for kind, message in messages:
            if self.rng.random() < 0.2:
                continue
            if kind == "hello":
                seq = self.guard.hello(name, self.now)
                welcome = wire.welcome(message["nonce"], self.now, "g", self.run.epoch, seq)
                self.heaters[name].hears("welcome", welcome, self.now)
            elif kind == "ack":
                self.guard.answered(name, message, self.now)
            else:
                self.guard.told(name, message, self.now)


def lived(engine):
    """Ten minutes with a cut that was announced, one that was not, a meter, and a restart."""
    town = Town(engine)
    town.seconds(120)
    town.limit("b", 2000, town.now + 60)
    town.seconds(100)
    town.guard.metered("ch", 4500, town.now)
    town.limit("east", 3600)
    town.seconds(100)
    town.limits["b"] = 2000
    town.begin()  # killed: what was not written is lost
    town.seconds(100)
    town.guard.metered("ch", 900, town.now)
    town.seconds(LEASE_S + SKEW_S)
    return town
