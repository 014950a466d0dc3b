"""One node of a cache: its keyspace, how much memory it has, and what leaves when the memory is full.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
The lab scales memory down: a MiB stands for a GiB, so that a lesson can fill a node with a few hundred values. Redis
evicts by a sample of keys; the lab looks at all of them, so that every run shows the same.
"""

from __future__ import annotations

import itertools
import random
from typing import Any, Final

from fakeredis import FakeServer

from course.lab.clock import clock

SCALE: Final = 1024
RESERVED_PERCENT: Final = 25  # for backups and failover, unless reserved-memory-percent says otherwise
DEFAULT_POLICY: Final = "volatile-lru"
_OVERHEAD: Final = 64  # bytes that Redis keeps beside each key and value, roughly

# maxmemory in bytes, from the page above.
_MEMORY: Final = {
    "cache.t3.micro": 536_870_912,
    "cache.t3.small": 1_471_026_299,
    "cache.t3.medium": 3_317_862_236,
    "cache.t4g.micro": 536_870_912,
    "cache.t4g.small": 1_471_026_299,
    "cache.t4g.medium": 3_317_862_236,
    "cache.m5.large": 6_854_542_746,
    "cache.m6g.large": 6_854_542_746,
    "cache.m7g.large": 6_854_542_746,
    "cache.r5.large": 14_037_181_030,
    "cache.r6g.large": 14_037_181_030,
    "cache.r7g.large": 14_037_181_030,
    "cache.r7g.xlarge": 28_261_849_702,
}


class Node:
    """A keyspace with a limit. `parameters` are those of its parameter group."""

    def __init__(self, name: str, node_type: str, parameters: dict[str, str], role: str = "primary") -> None:
        self.name = name
        self.node_type = node_type
        self.parameters = parameters
        self.role = role
        self.down_until = 0.0
        self.hits = self.misses = self.evicted = 0
        self._turns = itertools.count()
        self.empty()

    def empty(self) -> None:
        """A new process without any data, as after a restart."""
        self.server = FakeServer(version=(7, 2))
        self._size: dict[tuple[int, bytes], int] = {}
        self._turn: dict[tuple[int, bytes], int] = {}
        self._uses: dict[tuple[int, bytes], int] = {}
        self._used = 0

    @property
    def is_down(self) -> bool:
        """Whether it is restarting."""
        return clock.now().timestamp() < self.down_until

    @property
    def max_memory(self) -> int:
        """Bytes for data; a MiB for each GiB of the node type."""
        reserved = int(self.parameters.get("reserved-memory-percent", RESERVED_PERCENT))
        return _MEMORY.get(self.node_type, _MEMORY["cache.m7g.large"]) * (100 - reserved) // 100 // SCALE

    @property
    def policy(self) -> str:
        """What leaves when the memory is full."""
        return self.parameters.get("maxmemory-policy", DEFAULT_POLICY)

    def used_memory(self) -> int:
        """Bytes taken by keys that are still alive."""
        alive = {(number, key) for number, db in self._databases() for key in db}
        for gone in [entry for entry in self._size if entry not in alive]:
            self._forget(gone)
        return self._used

    def keys(self) -> int:
        """How many keys are alive."""
        return sum(len(db) for _, db in self._databases())

    def make_room(self) -> bool:
        """Evict until the data fit again; False when the policy leaves nothing to evict."""
        if self._used <= self.max_memory or self.used_memory() <= self.max_memory:
            return True
        while self._used > self.max_memory:
            leaves = self._next_to_leave()
            if leaves is None:
                return False
            number, key = leaves
            del self.server.dbs[number][key]
            self._forget(leaves)
            self.evicted += 1
        return True

    def touch(self, number: int, key: bytes, written: bool) -> None:
        """Note that a key was used; measure it again when it was written."""
        entry = (number, key)
        item = self.server.dbs[number].get(key)
        if item is None:
            self._forget(entry)
            return
        self._turn[entry] = next(self._turns)
        self._uses[entry] = self._uses.get(entry, 0) + 1
        if written or entry not in self._size:
            size = len(key) + _bytes_of(item.value) + _OVERHEAD
            self._used += size - self._size.get(entry, 0)
            self._size[entry] = size

    def _databases(self) -> list[tuple[int, Any]]:
        now = clock.now().timestamp()
        found = list(self.server.dbs.items())
        for _, db in found:
            db.time = now  # otherwise fakeredis looks at the time of the last command
        return found

    def _forget(self, entry: tuple[int, bytes]) -> None:
        self._used -= self._size.pop(entry, 0)
        self._turn.pop(entry, None)
        self._uses.pop(entry, None)

    def _next_to_leave(self) -> tuple[int, bytes] | None:
        keys, _, rule = self.policy.partition("-")
        if not rule:
            return None  # noeviction
        expiry = {entry: self.server.dbs[entry[0]][entry[1]].expireat for entry in self._size}
        candidates = [entry for entry in self._size if keys == "allkeys" or expiry[entry] is not None]
        if not candidates:
            return None
        if rule == "random":
            return random.Random(next(self._turns)).choice(candidates)
        order: dict[str, Any] = {"lru": self._turn.__getitem__, "lfu": self._uses.__getitem__,
                                 "ttl": expiry.__getitem__}  # fmt: skip
        return min(candidates, key=order[rule])


def _bytes_of(value: Any) -> int:
    """The size of a value, roughly: what its texts hold, and what Redis keeps around each."""
    if isinstance(value, bytes):
        return len(value)
    try:
        return sum(len(part) + _OVERHEAD if isinstance(part, bytes) else 2 * _OVERHEAD for part in value)
    except TypeError:
        return _OVERHEAD
