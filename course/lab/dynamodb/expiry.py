"""Time to live: items go some time after the second that their attribute names.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html

AWS deletes them within a few days, and leaves attributes alone that lie more than five years back. The lab looks for
them every six hours: until then they are read like all others, as on AWS.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.dynamodb import changes
from course.lab.dynamodb.tables import attributes_of

SWEEP_SECONDS: Final = 6 * 3600
_OLDEST: Final = 5 * 365 * 86_400
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
_BY_THE_SERVICE: Final = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


class _Expiry:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        """The sweep that finds the first item expired."""
        oldest = clock.now().timestamp() - _OLDEST  # those are never deleted: nothing to wait for
        times = [at for table in _tables() for _, at in _expiring(table) if at > oldest]
        return _sweep_after(min(times)) if times else None

    def deliver(self, now: float) -> list[Delivery]:
        """Delete what had expired by the last sweep."""
        made = []
        for table in _tables():
            gone = [item for item, at in _expiring(table) if _sweep_after(at) <= now and at > now - _OLDEST]
            for item in gone:
                _delete(table, item)
            if gone:
                made.append(note("time to live", table.name, f"{len(gone)} expired items deleted"))
        return made


def _tables() -> Iterator[Table]:
    for account in dynamodb_backends.values():
        for backend in account.values():
            yield from (table for table in backend.tables.values() if table.ttl["TimeToLiveStatus"] == "ENABLED")


def _expiring(table: Table) -> Iterator[tuple[Any, float]]:
    attribute = table.ttl["AttributeName"]
    for item in table.all_items():
        value = item.attrs.get(attribute)
        if value is not None and value.is_number():
            yield item, float(value.value)


def _sweep_after(at: float) -> float:
    return math.floor(at / SWEEP_SECONDS + 1) * SWEEP_SECONDS


def _delete(table: Table, item: Any) -> None:
    before = len(table.stream_shard.items) if table.stream_shard else 0
    hash_key = DynamoType({item.hash_key.type: item.hash_key.value})
    range_key = DynamoType({item.range_key.type: item.range_key.value}) if item.range_key else None
    gone = attributes_of(item)
    table.delete_item(hash_key, range_key)
    changes.tell(table, changes.key_of(table, gone), gone, None)
    if table.stream_shard and len(table.stream_shard.items) > before:
        table.stream_shard.items[-1].record["userIdentity"] = _BY_THE_SERVICE


add_source(_Expiry())
