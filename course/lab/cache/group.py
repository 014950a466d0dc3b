"""A shard: one primary, its replicas that follow a little later, and what happens when the primary is lost.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.html
Replication is asynchronous. On AWS the lag is mostly well under a second; in the lab a write reaches the replicas with
`lab.settle()` or when the clock moves on, so that a lesson can look at the moment in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.elasticache.models import elasticache_backends

from course.lab.agenda import Delivery, add_source, note
from course.lab.cache.node import Node
from course.lab.clock import clock

RESTART_SECONDS = 60


class Shard:
    """The nodes that hold the same data."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.pending: list[tuple[float, int, list[bytes]]] = []
        self._next_reader = 0

    @property
    def primary(self) -> Node:
        """The node that takes writes."""
        return next(node for node in self.nodes if node.role == "primary")

    @property
    def replicas(self) -> list[Node]:
        """The nodes that only answer reads."""
        return [node for node in self.nodes if node.role == "replica"]

    def reader(self) -> Node:
        """Whom the reader endpoint names now: the replicas in turn, or the primary where there are none."""
        nodes = [node for node in self.replicas if not node.is_down] or [self.primary]
        self._next_reader += 1
        return nodes[self._next_reader % len(nodes)]

    def replicate(self, node: Node, number: int, words: list[bytes]) -> None:
        """Remember a write for the replicas."""
        if node.role == "primary" and self.replicas:
            self.pending.append((clock.now().timestamp(), number, words))

    def catch_up(self) -> int:
        """Bring the replicas to where the primary is; tells how many writes they got."""
        from course.lab.cache.connection import replay

        waiting, self.pending = self.pending, []
        for _, number, words in waiting:
            for node in self.replicas:
                replay(node, number, words)
        return len(waiting)

    def fail_over(self) -> Node:
        """Lose the primary. A replica takes its place with what it has; the lost node comes back as its replica."""
        lost, chosen = self.primary, self.replicas[0]
        self.pending.clear()  # what had not reached the replica is gone
        chosen.role, lost.role = "primary", "replica"
        lost.empty()
        copy_data(chosen, lost)
        lost.down_until = clock.now().timestamp() + RESTART_SECONDS
        return chosen


def copy_data(source: Node, target: Node) -> None:
    """A full copy, as a new replica gets it."""
    import copy

    for number, db in source.server.dbs.items():
        for key in db:
            target.server.dbs[number][key] = copy.deepcopy(db[key])
            target.touch(number, key, written=True)


class _Replication:
    """The replicas of all clusters, as a source of the lab's agenda."""

    def next_due(self) -> float | None:
        return min((shard.pending[0][0] for shard in _shards() if shard.pending), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        return [
            note(shard.primary.name, f"{len(shard.replicas)} replicas", f"{count} writes")
            for shard in _shards()
            if (count := shard.catch_up())
        ]


def _shards() -> Iterator[Shard]:
    for account in elasticache_backends.values():
        for backend in account.values():
            for group in (*backend.replication_groups.values(), *backend.cache_clusters.values()):
                yield from shards_of(group)


def shards_of(group: Any) -> list[Shard]:
    """The shards behind a replication group or a cluster, as far as somebody has connected to it."""
    shards: list[Shard] = group.__dict__.get("lab_shards", [])
    return shards


add_source(_Replication())
