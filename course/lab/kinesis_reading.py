"""Reading a shard: iterators that last five minutes, GetRecords with its limits, and the way on to child shards.

GetShardIterator: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
GetRecords: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from moto.core.exceptions import JsonRESTError
from moto.kinesis.exceptions import InvalidArgumentError, ResourceNotFoundError
from moto.kinesis.models import Record

from course.lab.clock import clock
from course.lab.kinesis_limits import MOST_BYTES_A_READ, MOST_RECORDS_A_READ, has_read, may_read

_ITERATOR_LIFE: Final = 300.0


@dataclass(frozen=True)
class Position:
    """A place in a shard: behind the record with the number `after`."""

    stream: str
    shard: str
    after: int
    made: float

    def token(self) -> str:
        """The position as AWS hands it out: a text that means nothing to the caller."""
        return base64.b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def of(cls, token: str) -> Position:
        try:
            return cls(**json.loads(base64.b64decode(token)))
        except (ValueError, TypeError):
            raise InvalidArgumentError("Invalid ShardIterator.") from None


def start(stream: Any, shard_id: str, kind: str, number: Any = None, moment: Any = None) -> Position:
    """The position that an iterator type names."""
    shard = stream.shards.get(shard_id)
    if shard is None:
        raise ResourceNotFoundError(
            f"Shard {shard_id} in stream {stream.stream_name} under account {stream.account_id} does not exist"
        )
    kept = shard.kept(stream.retention_period_hours)
    match kind:
        case "TRIM_HORIZON":
            after = 0
        case "LATEST":
            after = int(kept[-1].sequence_number) if kept else shard.starting_number
        case "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER":
            after = _number(stream, shard, number) - (kind == "AT_SEQUENCE_NUMBER")
        case "AT_TIMESTAMP":
            later = [record for record in kept if record.created_at >= float(moment or 0)]
            last = int(kept[-1].sequence_number) if kept else shard.starting_number
            after = int(later[0].sequence_number) - 1 if later else last
        case _:
            raise InvalidArgumentError(f"Invalid ShardIteratorType: {kind}")
    return Position(stream.stream_name, shard_id, after, clock.now().timestamp())


def waiting(stream: Any, position: Position) -> list[Record]:
    """The records behind the position that have not expired."""
    shard = stream.shards.get(position.shard)
    kept = shard.kept(stream.retention_period_hours) if shard is not None else []
    return [record for record in kept if record.sequence_number > position.after]


def is_at_end(stream: Any, position: Position) -> bool:
    """Whether the shard is closed and nothing of it is left to read."""
    shard = stream.shards.get(position.shard)
    return shard is None or (not shard.is_open and not waiting(stream, position))


def get_records(stream: Any, position: Position, limit: int | None) -> dict[str, Any]:
    """The answer to GetRecords."""
    now = clock.now().timestamp()
    if now - position.made > _ITERATOR_LIFE:
        raise JsonRESTError(
            "ExpiredIteratorException",
            f"Iterator expired. The iterator was created {now - position.made:.0f} seconds ago; iterators are valid "
            f"for {_ITERATOR_LIFE:.0f} seconds.",
        )
    if limit is not None and not 1 <= limit <= MOST_RECORDS_A_READ:
        raise InvalidArgumentError(f"Limit must be between 1 and {MOST_RECORDS_A_READ}.")
    shard = stream.shards.get(position.shard)
    if shard is not None and not may_read(shard):
        raise rate_exceeded(stream, position.shard)
    left = waiting(stream, position)
    taken = _first(left, limit or MOST_RECORDS_A_READ)
    if shard is not None:
        has_read(shard, sum(map(size, taken)))
    moved = Position(position.stream, position.shard, taken[-1].sequence_number if taken else position.after, now)
    answer: dict[str, Any] = {
        "Records": [shown(record) for record in taken],
        "MillisBehindLatest": behind(left, taken),
    }
    if is_at_end(stream, moved):
        answer["ChildShards"] = children(stream, position.shard)
    else:
        answer["NextShardIterator"] = moved.token()
    return answer


def behind(left: list[Record], taken: list[Record]) -> int:
    """How old the place is that a reader has come to; 0 when nothing more waits."""
    if len(taken) == len(left):
        return 0
    return max(0, int((clock.now().timestamp() - left[len(taken)].created_at) * 1000))


def shown(record: Record) -> dict[str, Any]:
    """A record as JSON."""
    return {
        "Data": record.data,
        "PartitionKey": record.partition_key,
        "SequenceNumber": str(record.sequence_number),
        "ApproximateArrivalTimestamp": record.created_at,
    }


def children(stream: Any, shard_id: str) -> list[dict[str, Any]]:
    """Where a reader goes on when a shard has ended."""
    found = []
    for shard in stream.children_of(shard_id):
        whole = shard.to_json()
        parents = [name for name in (shard.parent, shard.adjacent_parent) if name]
        found.append({"ShardId": shard.shard_id, "ParentShards": parents, "HashKeyRange": whole["HashKeyRange"]})
    return found


def size(record: Record) -> int:
    """Bytes of a record, its key included."""
    return len(record.data) * 3 // 4 + len(record.partition_key.encode())


def rate_exceeded(stream: Any, shard_id: str) -> JsonRESTError:
    return JsonRESTError("ProvisionedThroughputExceededException", rate_exceeded_message(stream, shard_id))


def rate_exceeded_message(stream: Any, shard_id: str) -> str:
    return f"Rate exceeded for shard {shard_id} in stream {stream.stream_name} under account {stream.account_id}."


def _first(left: list[Record], limit: int) -> list[Record]:
    taken: list[Record] = []
    total = 0
    for record in left[:limit]:
        total += size(record)
        if taken and total > MOST_BYTES_A_READ:
            break
        taken.append(record)
    return taken


def _number(stream: Any, shard: Any, number: Any) -> int:
    text = str(number or "")
    last = shard.ending_number if shard.ending_number is not None else stream.next_number
    if not text.isdigit() or not (int(text) in shard.records or shard.starting_number <= int(text) <= last):
        raise InvalidArgumentError(
            f"StartingSequenceNumber {text} used in GetShardIterator on shard {shard.shard_id} in stream "
            f"{stream.stream_name} under account {stream.account_id} is invalid because it did not come from this "
            "shard."
        )
    return int(text)
