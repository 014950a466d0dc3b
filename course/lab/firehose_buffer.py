"""What a delivery stream holds back: records wait until there is enough of them or the first has waited long enough.

https://docs.aws.amazon.com/firehose/latest/dev/create-configure-backup.html (buffering hints)
Records of a Kinesis stream are read as they come: https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, Final

from moto.kinesis.models import kinesis_backends
from moto.moto_api._internal import mock_random

MIB: Final = 2**20
_RETRY_EVERY: Final = 60.0
_KEPT_FOR: Final = 24 * 3600.0


@dataclass
class Waiting:
    """A record on its way."""

    at: float
    data: bytes
    source: dict[str, Any] | None = None  # where in a Kinesis stream it came from
    number: str = field(default_factory=lambda: str(mock_random.uuid4()))


@dataclass
class Buffer:
    """The records of one delivery stream that are not delivered yet."""

    records: list[Waiting] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)  # how far each shard of the source was read
    retry_at: float = 0.0

    def batch(self, size: int, seconds: float) -> tuple[float, int] | None:
        """When the next batch is due and how many records it has; None if nothing waits."""
        if not self.records:
            return None
        end, total = self.records[0].at + seconds, 0
        for count, record in enumerate(self.records):
            if record.at > end:
                return max(end, self.retry_at), count
            total += len(record.data)
            if total >= size:
                return max(record.at, self.retry_at), count + 1
        return max(end, self.retry_at), len(self.records)

    def put_back(self, records: list[Waiting], now: float) -> None:
        """Try again in a while what could not be delivered; AWS gives up after a day."""
        self.records[:0] = [record for record in records if now - record.at < _KEPT_FOR]
        self.retry_at = now + _RETRY_EVERY


def of(delivery_stream: Any) -> Buffer:
    """The buffer of a delivery stream; it lives on moto's object and goes with it."""
    buffer: Buffer = delivery_stream.__dict__.setdefault("lab_buffer", Buffer())
    return buffer


def hints(destination: dict[str, Any]) -> tuple[int, float]:
    """Size in bytes and seconds after which a destination gets what waits."""
    asked = destination.get("BufferingHints") or {}
    seconds = asked.get("IntervalInSeconds")
    return int(asked.get("SizeInMBs") or 5) * MIB, float(300 if seconds is None else seconds)


def start_reading(delivery_stream: Any, account: str, region: str) -> None:
    """A Kinesis source is read from its end on."""
    of(delivery_stream).read = {name: len(shard.records) for name, shard in _shards(delivery_stream, account, region)}


def read_source(delivery_stream: Any, account: str, region: str) -> None:
    """Take over what came into the Kinesis stream since the last look."""
    buffer = of(delivery_stream)
    for name, shard in _shards(delivery_stream, account, region):
        records = list(shard.records.values())
        for one in records[buffer.read.get(name, 0) :]:
            source = {
                "sequenceNumber": str(one.sequence_number),
                "subsequenceNumber": 0,
                "partitionKey": one.partition_key,
                "shardId": name,
                "approximateArrivalTimestamp": int(one.created_at * 1000),
            }
            buffer.records.append(Waiting(one.created_at, base64.b64decode(one.data), source))
        buffer.read[name] = len(records)
    buffer.records.sort(key=lambda record: record.at)


def _shards(delivery_stream: Any, account: str, region: str) -> list[tuple[str, Any]]:
    arn = (delivery_stream.source or {}).get("KinesisStreamARN")
    stream = kinesis_backends[account][region].streams.get(arn.rpartition("/")[2]) if arn else None
    return list(stream.shards.items()) if stream else []
