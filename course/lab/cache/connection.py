"""A connection of redis-py that ends at a node of the lab.

redis-py lets a pool name its class of connections. This one parses the commands on their way to fakeredis and adds what
a managed server does around them: it refuses, evicts, counts and replicates.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import redis
from fakeredis import FakeRedisConnection

from course.lab.cache.group import Shard
from course.lab.cache.node import Node

# Of a managed server these belong to AWS.
_NOT_YOURS: Final = frozenset({
    "BGREWRITEAOF", "BGSAVE", "CONFIG", "DEBUG", "MIGRATE", "MODULE", "PSYNC", "REPLICAOF", "SAVE", "SHUTDOWN",
    "SLAVEOF", "SYNC",
})  # fmt: skip
_READS: Final = frozenset({
    "GET", "MGET", "STRLEN", "GETRANGE", "EXISTS", "TTL", "PTTL", "TYPE", "HGET", "HGETALL", "HMGET", "HLEN", "HKEYS",
    "HVALS", "HEXISTS", "LRANGE", "LLEN", "LINDEX", "SMEMBERS", "SISMEMBER", "SCARD", "ZRANGE", "ZREVRANGE", "ZRANK",
    "ZREVRANK", "ZSCORE", "ZCARD", "ZCOUNT", "ZRANGEBYSCORE", "OBJECT",
})  # fmt: skip
_COUNTED: Final = frozenset({
    "GET", "MGET", "HGET", "HGETALL", "HMGET", "LRANGE", "SMEMBERS", "ZRANGE", "ZREVRANGE", "ZSCORE", "STRLEN",
})  # fmt: skip
_FREES: Final = frozenset({
    "DEL", "UNLINK", "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "PERSIST", "FLUSHDB", "FLUSHALL",
})  # fmt: skip
_NO_KEY: Final = frozenset({
    "PING", "ECHO", "AUTH", "HELLO", "SELECT", "CLIENT", "INFO", "COMMAND", "MULTI", "EXEC", "DISCARD", "WATCH",
    "UNWATCH", "DBSIZE", "KEYS", "SCAN", "RANDOMKEY", "TIME", "SUBSCRIBE", "PSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE",
    "RESET", "QUIT", "ROLE", "READONLY", "READWRITE", "ASKING", "CLUSTER", "WAIT",
})  # fmt: skip
_ALL_KEYS: Final = frozenset({"MGET", "DEL", "UNLINK", "EXISTS", "TOUCH"})
_EMPTIES: Final = frozenset({"FLUSHDB", "FLUSHALL"})


class NodeConnection(FakeRedisConnection):
    """A connection to whichever node stands behind an address now."""

    def __init__(self, *, find: Callable[[], tuple[Shard, Node]], **options: Any) -> None:
        self._find = find
        super().__init__(server=find()[1].server, **options)

    def connect(self) -> None:
        self._look()
        super().connect()

    def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        """Hand over each command, unless the node refuses it."""
        for words in _commands(command):
            shard, node = self._look()
            if not self._sock:
                super().connect()
            name = words[0].decode().upper()
            reply = _answer(shard, node, name, words)
            if reply is not None:
                self.get_socket().put_response(reply)
                continue
            if name in _COUNTED:
                found = [key in node.server.dbs[self.db] for key in _keys(name, words)]
                node.hits += sum(found)
                node.misses += len(found) - sum(found)
            super().send_packed_command([_packed(words)], check_health=False)  # type: ignore[no-untyped-call]
            writes = _writes(name)
            for key in _keys(name, words):
                node.touch(self.db, key, writes)
            if writes:
                shard.replicate(node, self.db, words)

    def _look(self) -> tuple[Shard, Node]:
        """The node behind the address; after a failover or a restart it is another process."""
        shard, node = self._find()
        if node.is_down:
            self.disconnect()  # type: ignore[no-untyped-call]
            raise redis.ConnectionError(
                f"Error connecting to {node.name}: the node is not available. Connection refused."
            )
        if node.server is not self._server:
            self.disconnect()  # type: ignore[no-untyped-call]
            self._server = node.server
        return shard, node


def replay(node: Node, number: int, words: list[bytes]) -> None:
    """Run a command on a node as its primary tells it to."""
    client = redis.Redis(
        connection_pool=redis.ConnectionPool(connection_class=FakeRedisConnection, server=node.server, db=number)
    )
    client.execute_command(*words)  # type: ignore[no-untyped-call]
    for key in _keys(words[0].decode().upper(), words):
        node.touch(number, key, written=True)


def _answer(shard: Shard, node: Node, name: str, words: list[bytes]) -> Any:
    """What a managed server says in place of the engine; None to let the engine answer."""
    if name in _NOT_YOURS:
        return redis.ResponseError(f"unknown command '{words[0].decode()}', with args beginning with: ")
    if name == "INFO":
        return _info(shard, node).encode()
    if not _writes(name):
        return None
    if node.role == "replica":
        return redis.ReadOnlyError("You can't write against a read only replica.")
    if name not in _FREES and not node.make_room():
        return redis.OutOfMemoryError("command not allowed when used memory > 'maxmemory'.")
    return None


def _writes(name: str) -> bool:
    return name not in _READS and name not in _NO_KEY and name not in _NOT_YOURS


def _keys(name: str, words: list[bytes]) -> list[bytes]:
    if name in _NO_KEY or name in _EMPTIES:
        return []
    if name in ("MSET", "MSETNX"):
        return words[1::2]
    return words[1:] if name in _ALL_KEYS else words[1:2]


def _info(shard: Shard, node: Node) -> str:
    lines = {
        "redis_version": "7.2.0",
        "role": "master" if node.role == "primary" else "slave",
        "connected_slaves": len(shard.replicas) if node.role == "primary" else 0,
        "used_memory": node.used_memory(),
        "maxmemory": node.max_memory,
        "maxmemory_policy": node.policy,
        "keyspace_hits": node.hits,
        "keyspace_misses": node.misses,
        "evicted_keys": node.evicted,
        "db0": f"keys={node.keys()},expires=0,avg_ttl=0",
    }
    return "".join(f"{name}:{value}\r\n" for name, value in lines.items())


def _packed(words: list[bytes]) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def _commands(command: Any) -> Iterator[list[bytes]]:
    """The commands in what redis-py is about to send: arrays of bulk strings, one after the other."""
    parts: Iterable[bytes] = [command.encode()] if isinstance(command, str) else command
    if isinstance(parts, (bytes, bytearray)):
        parts = [bytes(parts)]
    data = b"".join(bytes(part) for part in parts)
    at = 0

    def head() -> int:
        nonlocal at
        end = data.index(b"\r\n", at)
        number, at = int(data[at + 1 : end]), end + 2
        return number

    while at < len(data):
        words = []
        for _ in range(head()):
            size = head()
            words.append(data[at : at + size])
            at += size + 2
        yield words
