"""Throttling: token buckets of tables, of global indexes and of single keys, filled by the lab's clock.

Provisioned tables: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html
Burst capacity, up to 300 seconds: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
3,000 reads and 1,000 writes a second of one partition:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html

AWS takes a request whose units it does not know yet, and makes up for them with the next ones: a bucket may fall below
zero, and refuses only while it is empty. How full a new table's bucket is, AWS does not say: here it holds one second.
A partition key is alone in its partition here; on AWS several may share one, and fare worse. That goes for the keys of
global indexes too: a write that finds its index's partition without units is refused, whatever the table has left.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from course.lab import pace
from course.lab.dynamodb.units import Used

BURST_SECONDS: Final = 300
KEY_READS: Final = 3000.0
KEY_WRITES: Final = 1000.0
_LEAST: Final = 0.5  # what the smallest read uses


@dataclass
class Bucket:
    """Units that may be used now."""

    rate: float
    most: float
    left: float
    at: float

    def is_empty(self) -> bool:
        now = pace.now()
        self.left = min(self.most, self.left + max(0.0, now - self.at) * self.rate)
        self.at = now
        return self.left < _LEAST

    def take(self, units: float) -> None:
        self.left -= units


@dataclass(frozen=True)
class Throttle:
    """Why a request is refused."""

    reason: str
    resource: str
    provisioned: bool


class Buckets:
    """All buckets of one table."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, ...], Bucket] = {}

    def refuses(
        self, table: Any, kind: str, keys: list[str], index: str = "", written: Iterable[str] = ()
    ) -> Throttle | None:
        """Why no more of this kind ("Read" or "Write") can be served now; None if it can.

        `written` names the global indexes that a write changes as well.
        """
        if is_provisioned(table):
            names = [index] if index else ["", *written]
            for name in names:
                if self._of(table, kind, name).is_empty():
                    where = "Index" if name else "Table"
                    return Throttle(f"{where}{kind}ProvisionedThroughputExceeded", _arn(table, name), True)
        return next(filter(None, (self.refuses_key(table, kind, key, index) for key in keys)), None)

    def refuses_key(self, table: Any, kind: str, key: str, index: str = "") -> Throttle | None:
        """Why the partition of one key can serve no more of this kind now; None if it can."""
        if not self._of_key(kind, key, index).is_empty():
            return None
        where = "Index" if index else "Table"
        return Throttle(f"{where}{kind}KeyRangeThroughputExceeded", _arn(table, index), is_provisioned(table))

    def take(self, table: Any, kind: str, used: Used, keys: dict[str, float], index: str = "") -> None:
        """Count what a request has used."""
        if is_provisioned(table):
            self._of(table, kind, "").take(used.table + sum(used.local.values()))
            for name, entry_units in used.globally.items():
                self._of(table, kind, name).take(entry_units)
        for key, units in keys.items():
            self.take_key(kind, key, units, index)

    def take_key(self, kind: str, key: str, units: float, index: str = "") -> None:
        """Count what a request has used of one key's partition."""
        self._of_key(kind, key, index).take(units)

    def _of(self, table: Any, kind: str, index: str) -> Bucket:
        throughput = table.throughput if not index else table.get_index(index).throughput
        rate = float((throughput or {}).get(f"{kind}CapacityUnits") or 0)
        bucket = self._buckets.get((kind, index))
        if bucket is None or bucket.rate != rate:
            bucket = self._buckets[kind, index] = Bucket(rate, rate * BURST_SECONDS, rate, pace.now())
        return bucket

    def _of_key(self, kind: str, key: str, index: str) -> Bucket:
        rate = KEY_READS if kind == "Read" else KEY_WRITES
        fresh = Bucket(rate, rate, rate, pace.now())
        return self._buckets.setdefault((kind, index, key), fresh)


def is_provisioned(table: Any) -> bool:
    """Whether the table has capacity of its own, and not what each request needs."""
    return bool((table.billing_mode or "PROVISIONED") == "PROVISIONED")


def _arn(table: Any, index: str) -> str:
    return f"{table.table_arn}/index/{index}" if index else str(table.table_arn)
