"""Capacity units: what reads and writes use of a table and of its indexes.

Reads and writes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
Global indexes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations
Local indexes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ThroughputConsiderations

A transaction doubles the units of the table. Whether it doubles those of indexes the guide does not say; here it does
not.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from course.lab.dynamodb.sizes import Attributes, item_size

Consistency = Literal["eventual", "strong", "transactional"]
READ_BYTES: Final = 4096
WRITE_BYTES: Final = 1024
_FACTOR: Final[dict[Consistency, float]] = {"eventual": 0.5, "strong": 1.0, "transactional": 2.0}


@dataclass
class Used:
    """What a request used of one table: the table itself, and its indexes by name."""

    table: float = 0.0
    local: Counter[str] = field(default_factory=Counter)
    globally: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> float:
        return self.table + sum(self.local.values()) + sum(self.globally.values())

    def add(self, other: Used) -> None:
        """Count another request's units to this one's."""
        self.table += other.table
        self.local.update(other.local)
        self.globally.update(other.globally)

    def shown(self, table: str, detail: str, transaction: str = "") -> dict[str, Any]:
        """As the API shows it: TOTAL, or INDEXES with each part; transactions also name the kind of units."""
        kind = {f"{transaction}CapacityUnits": self.total} if transaction else {}
        answer: dict[str, Any] = {"TableName": table, "CapacityUnits": self.total, **kind}
        if detail == "INDEXES":
            answer["Table"] = {"CapacityUnits": self.table}
            for name, parts in (("LocalSecondaryIndexes", self.local), ("GlobalSecondaryIndexes", self.globally)):
                if parts:
                    answer[name] = {index: {"CapacityUnits": units} for index, units in parts.items()}
        return answer


def read_units(size: int, consistency: Consistency) -> float:
    """Units of reading so many bytes at once; nothing found counts as one."""
    return max(1, math.ceil(size / READ_BYTES)) * _FACTOR[consistency]


def write_units(table: Any, old: Attributes | None, new: Attributes | None, transactional: bool = False) -> Used:
    """Units of a write that replaces `old` with `new` in moto's table."""
    used = Used(_write_units(old, new) * (2 if transactional else 1))
    for index in table.indexes or []:
        if units := _index_units(table, index, old, new):
            used.local[index.name] += float(units)  # type: ignore[assignment]
    for index in table.global_indexes or []:
        if units := _index_units(table, index, old, new):
            used.globally[index.name] += float(units)  # type: ignore[assignment]
    return used


def _write_units(*versions: Attributes | None) -> int:
    largest = max((item_size(one) for one in versions if one is not None), default=0)
    return max(1, math.ceil(largest / WRITE_BYTES))


def _index_units(table: Any, index: Any, old: Attributes | None, new: Attributes | None) -> int:
    before, after = entry(table, index, old), entry(table, index, new)
    if before == after:
        return 0  # nothing that the index holds has changed
    keys = [key["AttributeName"] for key in index.schema]
    moved = before is not None and after is not None and any(before.get(key) != after.get(key) for key in keys)
    if moved:
        return _write_units(before) + _write_units(after)  # one entry goes, another comes
    return _write_units(before, after)


def entry(table: Any, index: Any, item: Attributes | None) -> Attributes | None:
    """What an index holds of an item: None if the item lacks a key of the index."""
    if item is None:
        return None
    keys = {key["AttributeName"] for key in index.schema}
    if not keys <= set(item):
        return None
    projection = index.projection or {}
    if projection.get("ProjectionType", "ALL") == "ALL":
        return item
    held = keys | set(key_names(table)) | set(projection.get("NonKeyAttributes") or ())
    return {name: value for name, value in item.items() if name in held}


def key_names(table: Any) -> list[str]:
    """The attributes of the table's key."""
    return [name for name in (table.hash_key_attr, table.range_key_attr) if name]


def sizes(items: Iterable[Attributes]) -> int:
    """Bytes of several items."""
    return sum(item_size(item) for item in items)
