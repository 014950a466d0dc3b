"""What flows through a pipe: read a batch, filter it, enrich it, hand it to the target; try again or give up.

Batches and concurrency: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
Filters: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html
Errors: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

from course.lab import lambda_queues, lambda_streams
from course.lab.agenda import Delivery, note
from course.lab.events_as_role import Parcel, require
from course.lab.events_as_role import deliver as deliver_as_role
from course.lab.events_pattern import matches_any
from course.lab.events_targets import Undeliverable
from course.lab.pipes_steps import Failed, Item, of_queue, of_stream, through

_READING: Final = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "kinesis": ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"),
    "dynamodb": ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"),
}
_KINDS: Final = {"sqs": "SqsQueue", "kinesis": "KinesisStream", "dynamodb": "DynamoDBStream"}
_AGAIN: Final = 60.0  # a pipe that may not read looks again after a minute
_SLOWEST: Final = 60.0


@dataclass
class Shard:
    """How far a pipe has read one shard, and the batch it is busy with."""

    read: int = 0
    busy: list[Item] = field(default_factory=list)
    due: float = 0.0
    tries: int = 0


def start(pipe: Any) -> dict[str, Shard]:
    """The position from which a new pipe reads a stream."""
    if _service(pipe) == "sqs":
        return {}
    found = lambda_streams.start(_place(pipe), _as_mapping(pipe))
    return {name: Shard(read=shard.read) for name, shard in found.items()}


def next_due(pipe: Any) -> float | None:
    """When the pipe next has something to do."""
    times: list[float] = []
    if _service(pipe) == "sqs":
        due = lambda_queues.next_due(_place(pipe), _as_mapping(pipe))
        times += [due] if due is not None else []
    else:
        for name, records in _records(pipe).items():
            shard = _shards(pipe).setdefault(name, Shard())
            new = records[shard.read :]
            if shard.busy:
                times.append(shard.due)
            elif new:
                full = len(new) >= _size(pipe)
                times.append(new[_size(pipe) - 1].at if full else new[0].at + _window(pipe))
    not_before: float = pipe.__dict__.get("lab_not_before", 0.0)
    return max(min(times), not_before) if times else None


def deliver(pipe: Any, now: float) -> list[Delivery]:
    """Move what is due."""
    due = next_due(pipe)
    if due is None or due > now:
        return []
    try:
        for action in _READING[_service(pipe)]:
            require(pipe.role_arn, action, pipe.source)
    except Undeliverable as lacking:
        pipe.__dict__["lab_not_before"] = now + _AGAIN
        return [note(_shown(pipe), f"pipe {pipe.name}", f"cannot read, {lacking}")]
    if _service(pipe) == "sqs":
        return _from_queue(pipe)
    made: list[Delivery] = []
    for name, records in _records(pipe).items():
        made += _from_shard(pipe, _shards(pipe).setdefault(name, Shard()), records, now)
    return made


def _from_queue(pipe: Any) -> list[Delivery]:
    from moto.sqs.models import sqs_backends

    place = _place(pipe)
    backend: Any = sqs_backends[place.account_id][place.region_name]
    queue = backend.queues[pipe.source.rpartition(":")[2]]
    batch = backend.receive_message(queue.name, min(_size(pipe), 10), 0, int(queue.visibility_timeout), ["All"])
    items = [of_queue(message, lambda_queues._record(place, queue, message)) for message in batch]
    wanted = [item for item in items if matches_any(_filters(pipe), item.seen)]
    dropped = [item for item in items if item not in wanted]
    done = list(dropped)  # what the filter drops is deleted
    made = [note(_shown(pipe), "filter", f"{len(dropped)} messages dropped")] if dropped else []
    if wanted:
        try:
            told, finished = through(pipe, wanted)
            done += finished
            left = len(wanted) - len(finished)
            back = f"; {left} come back after the visibility timeout" if left else ""
            made.append(note(_shown(pipe), f"pipe {pipe.name}", told + back))
        except Failed as failed:
            made.append(
                note(
                    _shown(pipe), f"pipe {pipe.name}", f"{failed}; the messages come back after the visibility timeout"
                )
            )
    for item in done:
        backend.delete_message(queue.name, item.handle)
    return made


def _from_shard(pipe: Any, shard: Shard, records: list[Any], now: float) -> list[Delivery]:
    if not shard.busy:
        new = records[shard.read : shard.read + _size(pipe)]
        full = len(new) >= _size(pipe)
        if not new or (not full and new[0].at + _window(pipe) > now + 0.001):
            return []
        shard.read += len(new)
        shard.busy = [of_stream(one) for one in new if matches_any(_filters(pipe), one.seen)]
        shard.due, shard.tries = now, 0
        if not shard.busy:
            return [note(_shown(pipe), "filter", f"{len(new)} records dropped")]
    if shard.due > now:
        return []
    shard.tries += 1
    try:
        told, _ = through(pipe, shard.busy)
    except Failed as failed:
        return [note(_shown(pipe), f"pipe {pipe.name}", f"{failed}{_again_or_not(pipe, shard, now)}")]
    shard.busy = []
    return [note(_shown(pipe), f"pipe {pipe.name}", told)]


def _again_or_not(pipe: Any, shard: Shard, now: float) -> str:
    """A stream waits for its batch: try again, or give the batch up to the dead-letter queue."""
    settings = _settings(pipe)
    most, oldest = settings.get("MaximumRetryAttempts", -1), settings.get("MaximumRecordAgeInSeconds", -1)
    used_up = most != -1 and shard.tries > most
    too_old = oldest != -1 and now - shard.busy[0].at > oldest
    if not used_up and not too_old:
        pause = min(2.0 ** (shard.tries - 1), _SLOWEST)
        shard.due = now + pause
        return f"; again in {pause:.0f} s"
    lost, shard.busy = shard.busy, []
    arn = (settings.get("DeadLetterConfig") or {}).get("Arn")
    if not arn:
        return f"; {len(lost)} records dropped"
    try:
        for item in lost:
            deliver_as_role(pipe.role_arn, Parcel(arn, item.text, ""))
    except Undeliverable as refused:
        return f"; {len(lost)} records lost, dead-letter queue: {refused}"
    return f"; {len(lost)} records kept in {arn.rpartition(':')[2]}"


def _records(pipe: Any) -> dict[str, list[Any]]:
    return lambda_streams._records(_place(pipe), _as_mapping(pipe))


def _shards(pipe: Any) -> dict[str, Shard]:
    found: dict[str, Shard] = pipe.__dict__.setdefault("lab_shards", {})
    return found


def _service(pipe: Any) -> str:
    return str(pipe.source.split(":")[2])


def _place(pipe: Any) -> Any:
    """The account and Region of the source, in the form that Lambda's readers of queues and streams want."""
    from moto.awslambda_simple.models import lambda_simple_backends

    _, _, _, region, account, _ = pipe.source.split(":", 5)
    return lambda_simple_backends[account][region]


def _as_mapping(pipe: Any) -> Any:
    settings = _settings(pipe)
    return SimpleNamespace(
        event_source_arn=pipe.source,
        function_arn=f"arn:aws:lambda:{pipe.region_name}:{pipe.account_id}:function:none",
        uuid=pipe.arn,
        batch_size=_size(pipe),
        max_batch_window=_window(pipe),
        starting_position=settings.get("StartingPosition", "LATEST"),
        starting_position_timestamp=settings.get("StartingPositionTimestamp"),
    )


def _settings(pipe: Any) -> dict[str, Any]:
    found: dict[str, Any] = (pipe.source_parameters or {}).get(f"{_KINDS[_service(pipe)]}Parameters") or {}
    return found


def _size(pipe: Any) -> int:
    return int(_settings(pipe).get("BatchSize") or (10 if _service(pipe) == "sqs" else 100))


def _window(pipe: Any) -> float:
    return float(_settings(pipe).get("MaximumBatchingWindowInSeconds") or 0)


def _filters(pipe: Any) -> dict[str, Any] | None:
    return (pipe.source_parameters or {}).get("FilterCriteria")


def _shown(pipe: Any) -> str:
    called = {"sqs": "queue", "kinesis": "stream", "dynamodb": "table"}[_service(pipe)]
    name = pipe.source.split(":", 5)[-1]
    return f"{called} {name.split('/')[1] if '/' in name else name}"
