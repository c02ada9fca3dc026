"""The tree of the network: what hangs on what, how much each node surely carries, and whether the
whole of it can be kept safe. Everything here is data in, data or a refusal out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuanbu.errors import UserError
from nuanbu.group.allocate import Floats, Ints

LEVELS = ("household", "unit", "building", "district")
POWER_MAX_W = 2**31 - 1  # of a node, as a feeder meter may tell (docs/protocol)
_NAME_BYTES = 32  # of names in topics and in the cause of a limit (docs/protocol)


@dataclass(frozen=True)
class Node:
    """A place where a capacity holds.

    id: unique in the tree. name: the same in topics, where it need only differ from its
    neighbours; left out, the id. firm_w: what it carries at any time, also when no server lives,
    watts; the fail-safe shares below it must fit in. meter: name of its feeder meter, or "".
    """

    id: str
    level: str
    parent: str = ""
    firm_w: int = 0
    name: str = ""
    meter: str = ""


@dataclass(frozen=True)
class Heater:
    """A heater of a household. Powers in watts.

    failsafe_w: its limit while it hears no server. floor_w: what no limit takes from it (frost).
    weight: > 0; 2 for a vulnerable household, whose every missing degree counts twice. relay: it
    can only be on or off and needs a slot.
    """

    id: str
    household: str
    rated_w: int
    failsafe_w: int
    floor_w: int = 0
    weight: float = 1.0
    relay: bool = False

    @property
    def base_w(self) -> int:
        """What it may take at any instant, whatever it was told: after a restart the fail-safe
        limit holds, and in a freezing room the frost floor."""
        return max(self.failsafe_w, min(self.floor_w, self.rated_w))


class Refused(UserError):
    """A tree, device or limit that cannot be kept safe; says which node and which numbers.
    subject: id of the node or device that it came with, by which a file's line is found."""

    def __init__(self, message: str, hint: str = "", subject: str = ""):
        super().__init__(message, hint)
        self.subject = subject


class Tree:
    """A checked tree with its heaters. Raises Refused; nothing of a refused tree is used."""

    def __init__(self, nodes: Iterable[Node], heaters: Iterable[Heater] = ()):
        self.nodes = _by_id(nodes, "node")
        self.heaters = _by_id(heaters, "device")
        self._check_nodes()
        self._check_heaters()
        for node, sum_w in self.sums(lambda heater: heater.base_w).items():
            firm_w = self.nodes[node].firm_w
            if sum_w > firm_w:
                raise Refused(
                    f"{self.label(node)}: fail-safe limits of {sum_w} W below it, but its firm"
                    f" capacity is {firm_w} W; total silence would overload it",
                    "lower limits.failsafe_w of its heaters or correct the firm capacity",
                    self._crossing(node, firm_w, lambda heater: heater.base_w) or node,
                )

    def label(self, node: str) -> str:
        """A node for people: level and id."""
        return f"{self.nodes[node].level} {node}"

    def path(self, household: str) -> list[str]:
        """Ids from a node up to its district."""
        found = [household]
        while self.nodes[found[-1]].parent:
            found.append(self.nodes[found[-1]].parent)
        return found

    def segments(self, node: str) -> list[str]:
        """Names from the district down to a node, as they stand in topics."""
        return [self.nodes[one].name or one for one in reversed(self.path(node))]

    def sums(self, watts: Callable[[Heater], int]) -> dict[str, int]:
        """{node id: sum of watts(heater) over the heaters below it}, every node."""
        sums = dict.fromkeys(self.nodes, 0)
        for heater in self.heaters.values():
            for node in self.path(heater.household):
                sums[node] += watts(heater)
        return sums

    def check_limit(self, node: str, limit_w: int) -> str:
        """Refused unless this limit can be held at all. Returns a warning, or "" if it is safe
        whatever happens: between floors and fail-safe limits it holds only while the heaters
        are reached."""
        if node not in self.nodes:
            raise Refused(f"no node {node} in the tree", "nuanbu group tree show")
        floors_w = self.sums(lambda heater: min(heater.floor_w, heater.rated_w))[node]
        if not 0 <= limit_w <= POWER_MAX_W:
            raise Refused(
                f"{self.label(node)}: a limit of {limit_w} W, allowed are {floors_w} W, the frost"
                f" floors below it, to {POWER_MAX_W} W"
            )
        if limit_w < floors_w:
            raise Refused(
                f"{self.label(node)}: a limit of {limit_w} W, but the frost floors below it are"
                f" {floors_w} W, which no limit takes",
                "disconnect heaters, or give a limit at or above the floors",
                self._crossing(node, limit_w, lambda heater: min(heater.floor_w, heater.rated_w)),
            )
        base_w = self.sums(lambda heater: heater.base_w)[node]
        if limit_w < base_w:
            return (
                f"{self.label(node)}: {limit_w} W is below the fail-safe limits of {base_w} W;"
                " it holds only for heaters that are reached"
            )
        return ""

    def _crossing(self, node: str, most_w: int, watts: Callable[[Heater], int]) -> str:
        # The first heater, in the order they were given, with which the sum is too much.
        sum_w = 0
        for heater in self.heaters.values():
            if node in self.path(heater.household):
                sum_w += watts(heater)
                if sum_w > most_w:
                    return heater.id
        return ""

    def _check_nodes(self) -> None:
        for node in self.nodes.values():
            if node.level not in LEVELS:
                said = f"node {node.id}: level {node.level!r} is none of {', '.join(LEVELS)}"
                raise Refused(said, "", node.id)
            if not 0 <= node.firm_w <= POWER_MAX_W:
                said = (
                    f"{self.label(node.id)}: firm capacity of {node.firm_w} W, allowed are 0 to"
                    f" {POWER_MAX_W} W"
                )
                raise Refused(said, "", node.id)
            _check_name(node.name or node.id, f"node {node.id}")
        for node in self.nodes.values():
            self._check_ring(node)
        named: dict[tuple[str, str], str] = {}
        for node in self.nodes.values():
            above = self.nodes.get(node.parent)
            if node.level == LEVELS[-1]:
                if node.parent:
                    raise Refused(f"{self.label(node.id)}: a district has no parent", "", node.id)
            elif above is None:
                said = f"{self.label(node.id)}: parent {node.parent!r} is not in the tree"
                raise Refused(said, "", node.id)
            elif LEVELS.index(above.level) != LEVELS.index(node.level) + 1:
                said = (
                    f"{self.label(node.id)}: its parent {self.label(above.id)} is not one level up"
                )
                raise Refused(said, "", node.id)
            key = (node.parent, node.name or node.id)
            if key in named:
                said = f"nodes {named[key]} and {node.id} have the same name and parent"
                raise Refused(said, "", node.id)
            named[key] = node.id

    def _check_ring(self, node: Node) -> None:
        seen = [node.id]
        while node.parent in self.nodes:
            node = self.nodes[node.parent]
            if node.id in seen:
                ring = [*seen[seen.index(node.id) :], node.id]
                raise Refused("a cycle in the tree: " + " -> ".join(ring), "", node.id)
            seen.append(node.id)

    def _check_heaters(self) -> None:
        for heater in self.heaters.values():
            _check_name(heater.id, f"device {heater.id}")
            at = self.nodes.get(heater.household)
            if at is None or at.level != LEVELS[0]:
                said = f"device {heater.id}: {heater.household!r} is no household"
                raise Refused(said, "nuanbu group tree show", heater.id)
            if not 0 < heater.rated_w <= 1_000_000:
                said = f"device {heater.id}: rated power of {heater.rated_w} W, not 1 to 1000000"
                raise Refused(said, "", heater.id)
            if not 0 <= heater.failsafe_w <= heater.rated_w:
                raise Refused(
                    f"device {heater.id}: fail-safe limit of {heater.failsafe_w} W,"
                    f" allowed are 0 to its rated {heater.rated_w} W",
                    "",
                    heater.id,
                )
            if not 0 <= heater.floor_w <= POWER_MAX_W or not 0 < heater.weight < 1000:
                raise Refused(
                    f"device {heater.id}: floor of {heater.floor_w} W, weight {heater.weight};"
                    f" the floor must be 0 to {POWER_MAX_W} W, the weight above 0 and below 1000",
                    "",
                    heater.id,
                )


@dataclass(frozen=True)
class Layout:
    """A tree as arrays: heaters in tree order, each node a range of them.

    node_ids[l][k] is node k of level l (0 household ... 3 district) among those that have
    heaters; starts[l][k] is its first heater.
    """

    heaters: list[Heater]
    node_ids: list[list[str]]
    starts: list[Ints]

    @classmethod
    def of(cls, tree: Tree) -> Layout:
        """The arrays of a tree."""
        paths = {h: tuple(reversed(tree.path(h))) for h in {x.household for x in _all(tree)}}
        heaters = sorted(_all(tree), key=lambda x: (paths[x.household], x.id))
        node_ids: list[list[str]] = [[] for _ in LEVELS]
        starts: list[list[int]] = [[] for _ in LEVELS]
        for i, heater in enumerate(heaters):
            for level, node in enumerate(reversed(paths[heater.household])):
                if not node_ids[level] or node_ids[level][-1] != node:
                    node_ids[level].append(node)
                    starts[level].append(i)
        return cls(heaters, node_ids, [np.array(s, dtype=np.int64) for s in starts])

    def sums(self, level: int, values: Floats) -> Floats:
        """Sums of one value a heater over the nodes of a level."""
        return np.add.reduceat(values, self.starts[level]) if len(values) else np.zeros(0)

    def spread(self, level: int, values: NDArray) -> NDArray:
        """The value of each heater's node of a level."""
        counts = np.diff(np.append(self.starts[level], len(self.heaters)))
        return np.repeat(values, counts)


def _all(tree: Tree) -> Sequence[Heater]:
    return list(tree.heaters.values())


def _by_id(items: Iterable, what: str) -> dict:
    found: dict = {}
    doubled = defaultdict(list)
    for item in items:
        if item.id in found:
            doubled[item.id].append(item)
        found.setdefault(item.id, item)
    for name, more in doubled.items():
        places = [getattr(one, "household", "") for one in (found[name], *more)]
        said = f" (in {' and '.join(places)})" if any(places) else ""
        raise Refused(f"{what} {name} stands in the tree {len(more) + 1} times{said}", "", name)
    return found


def _check_name(name: str, what: str) -> None:
    if not 1 <= len(name.encode()) <= _NAME_BYTES or any(c in name for c in "/+#\0"):
        said = f"{what}: the name {name!r} must have 1 to 32 bytes and none of / + #"
        raise Refused(said, "", what.split(" ", 1)[1])
