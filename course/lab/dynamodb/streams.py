"""Streams of tables: records are kept for a day, and a write that changes nothing makes none.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html

Moto keeps a stream's records for ever and numbers them by their place, so trimmed records stay where they are and are
no longer handed out. Lambda's mappings read the list itself and are never a day behind.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamShard

from course.lab.clock import clock
from course.lab.dynamodb.units import key_names
from course.lab.wire import afterwards, answer_first

KEPT: Final = dt.timedelta(hours=24)


class LabShard(StreamShard):
    """A shard that forgets, and that records changes alone."""

    def add(self, old: Any, new: Any) -> None:
        """Record a write, unless it left the item as it was."""
        if old is not None and new is not None and old.to_json() == new.to_json():
            return
        if old is None and self.items and _inserted(self.items[-1]) == _inserted_key(self.table, new):
            self.items.pop()  # moto makes the item of an update with its key alone, and then once more as it shall be
        super().add(old, new)

    def get(self, start: int, quantity: int) -> list[dict[str, Any]]:
        """The records from this number on that are not too old."""
        oldest = clock.now() - KEPT
        trimmed = sum(_written(one) < oldest for one in self.items)
        return super().get(max(start, self.starting_sequence_number + trimmed), quantity)


def _inserted(record: Any) -> Any:
    """The key of the item whose coming a record tells."""
    return record.record["dynamodb"]["Keys"] if record.record["eventName"] == "INSERT" else None


def _inserted_key(table: Any, item: Any) -> dict[str, Any]:
    values: dict[str, Any] = item.to_json()["Attributes"]
    return {name: values[name] for name in key_names(table)}


def _written(record: Any) -> dt.datetime:
    moment: dt.datetime = record.record["dynamodb"]["ApproximateCreationDateTime"]
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC)  # moto keeps UTC without saying so


@afterwards("dynamodb")
def _after_a_table_changed(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation in ("CreateTable", "UpdateTable"):
        _adopt()


@answer_first
def _before_writes(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service == "dynamodb" and operation in ("UpdateItem", "PutItem", "BatchWriteItem", "TransactWriteItems"):
        _adopt()  # tables that CloudFormation made
    return None


def _adopt() -> None:
    for account in dynamodb_backends.values():
        for backend in account.values():
            for table in backend.tables.values():
                shard: Any = table.stream_shard
                if shard is not None and type(shard) is StreamShard:
                    shard.__class__ = LabShard
