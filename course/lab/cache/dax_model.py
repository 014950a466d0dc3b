"""A model of DAX: an item cache and a query cache in front of DynamoDB.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html
On AWS the package `amazondax` connects to the cluster's endpoint and offers DynamoDB's own methods. `lab.dax(cluster)`
does the same for the calls below. It models what lessons need: both caches with their time to live and LRU,
write-through, strongly consistent reads that pass by, results that writes do not touch. One node, and no latency.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

import boto3

from course.lab.clock import clock

TTL_SECONDS: Final = 300  # the default of both caches


@dataclass
class Counter:
    """What the cluster did with the reads that it got."""

    item_hits: int = 0
    item_misses: int = 0
    query_hits: int = 0
    query_misses: int = 0
    passed_by: int = 0


@dataclass
class _Cache:
    ttl: float
    most: int
    entries: OrderedDict[str, tuple[float, Any]] = field(default_factory=OrderedDict)

    def get(self, key: str) -> Any:
        until, value = self.entries.get(key, (0.0, None))
        if until <= clock.now().timestamp():
            self.entries.pop(key, None)
            return None
        self.entries.move_to_end(key)
        return value

    def put(self, key: str, value: Any) -> None:
        self.entries[key] = (clock.now().timestamp() + self.ttl, value)
        self.entries.move_to_end(key)
        while len(self.entries) > self.most:
            self.entries.popitem(last=False)


class Dax:
    """The calls of a DynamoDB client that a DAX cluster answers."""

    def __init__(self, ttl: float, most: int) -> None:
        self.counted = Counter()
        self._dynamodb = boto3.client("dynamodb")
        self._items = _Cache(ttl, most)
        self._queries = _Cache(ttl, most)
        self._names: dict[str, list[str]] = {}

    def get_item(self, **asked: Any) -> Any:
        """From the item cache if it is there; strongly consistent reads go to the table and are not kept."""
        if asked.get("ConsistentRead"):
            self.counted.passed_by += 1
            return self._dynamodb.get_item(**asked)
        place = _text(asked)
        kept = self._items.get(place)
        if kept is not None:
            self.counted.item_hits += 1
            return {key: value for key, value in kept.items() if value is not None}
        self.counted.item_misses += 1
        answer = self._dynamodb.get_item(**asked)
        self._items.put(place, {"Item": answer.get("Item")})  # that an item is missing is kept too
        return answer

    def query(self, **asked: Any) -> Any:
        """From the query cache, which knows nothing of later writes."""
        return self._many(self._dynamodb.query, "Query", asked)

    def scan(self, **asked: Any) -> Any:
        """The same for a scan."""
        return self._many(self._dynamodb.scan, "Scan", asked)

    def put_item(self, **asked: Any) -> Any:
        """Write through: first the table, and only when that went well the item cache."""
        answer = self._dynamodb.put_item(**asked)
        key = {name: asked["Item"][name] for name in self._key_names(asked["TableName"])}
        self._items.put(_text({"TableName": asked["TableName"], "Key": key}), {"Item": asked["Item"]})
        return answer

    def update_item(self, **asked: Any) -> Any:
        """Write through; what the item became is read back for the cache."""
        answer = self._dynamodb.update_item(**asked)
        where = {"TableName": asked["TableName"], "Key": asked["Key"]}
        now = self._dynamodb.get_item(**where, ConsistentRead=True)
        self._items.put(_text(where), {"Item": now.get("Item")})
        return answer

    def delete_item(self, **asked: Any) -> Any:
        """Write through: the cache remembers that the item is gone."""
        answer = self._dynamodb.delete_item(**asked)
        self._items.put(_text({"TableName": asked["TableName"], "Key": asked["Key"]}), {"Item": None})
        return answer

    def _many(self, ask: Any, name: str, asked: dict[str, Any]) -> Any:
        if asked.get("ConsistentRead"):
            self.counted.passed_by += 1
            return ask(**asked)
        place = name + _text(asked)
        kept = self._queries.get(place)
        if kept is not None:
            self.counted.query_hits += 1
            return kept
        self.counted.query_misses += 1
        answer = ask(**asked)
        self._queries.put(place, answer)
        return answer

    def _key_names(self, table: str) -> list[str]:
        if table not in self._names:
            schema = self._dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
            self._names[table] = [part["AttributeName"] for part in schema]
        return self._names[table]


def dax(cluster: str, *, ttl: float = TTL_SECONDS, most: int = 10_000) -> Dax:
    """A client of a DAX cluster of the account.

    >>> lab.dax("photo-likes").get_item(TableName="likes", Key={"photo": {"S": "sunset"}})
    """
    for known in boto3.client("dax").describe_clusters()["Clusters"]:
        if known["ClusterName"] == cluster:
            if known["Status"] != "available":
                raise ValueError(f"The DAX cluster {cluster!r} is {known['Status']}; wait until it is available.")
            return Dax(ttl, most)
    raise ValueError(f"The account has no DAX cluster {cluster!r}. Make it with boto3's dax.create_cluster.")


def _text(asked: dict[str, Any]) -> str:
    """What makes two requests the same: all but how they are answered."""
    same = {name: value for name, value in asked.items() if name not in ("ConsistentRead", "ReturnConsumedCapacity")}
    return json.dumps(same, sort_keys=True, default=str)
