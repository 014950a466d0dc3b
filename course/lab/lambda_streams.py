"""Lambda reads a DynamoDB or Kinesis stream: in order, with a position in each shard.

DynamoDB: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
Kinesis: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
Errors: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html

How long Lambda waits before it retries a batch is not documented; here 1 second, doubled up to a minute.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any, Final

from moto.dynamodb.models import dynamodb_backends
from moto.kinesis.models import kinesis_backends
from moto.moto_api._internal import mock_random

from course.lab import lambda_invoke, lambda_versions
from course.lab.agenda import Delivery, note
from course.lab.events_pattern import matches_any
from course.lab.lambda_answers import Refused
from course.lab.lambda_destinations import send, stamp

_SLOWEST: Final = 60.0
_NO_LIMIT: Final = -1


@dataclass
class Record:
    """One record of a stream."""

    sequence: str
    at: float
    event: dict[str, Any]
    seen: dict[str, Any]  # what a filter sees


@dataclass
class Batch:
    """Records that were read and are not done with."""

    records: list[Record]
    due: float
    runs: int = 0


@dataclass
class Shard:
    """How far a mapping has read one shard."""

    read: int = 0
    batches: list[Batch] = field(default_factory=list)


def start(backend: Any, mapping: Any) -> dict[str, Shard]:
    """The position from which a new mapping reads."""
    shards: dict[str, Shard] = {}
    for name, records in _records(backend, mapping).items():
        shards[name] = Shard()
        if mapping.starting_position == "LATEST":
            shards[name].read = len(records)
        elif mapping.starting_position == "AT_TIMESTAMP":
            moment = float(mapping.starting_position_timestamp or 0)
            shards[name].read = sum(record.at < moment for record in records)
    return shards


def next_due(backend: Any, mapping: Any) -> float | None:
    """When the next batch of any shard is complete or is tried again."""
    times: list[float] = []
    for name, records in _records(backend, mapping).items():
        shard = _shard(backend, mapping, name)
        if shard.batches:
            times.append(shard.batches[0].due)
        elif len(records) > shard.read:
            new = records[shard.read :]
            full = len(new) >= int(mapping.batch_size)
            times.append(
                new[int(mapping.batch_size) - 1].at if full else new[0].at + float(mapping.max_batch_window or 0)
            )
    return min(times, default=None)


def deliver(backend: Any, mapping: Any, now: float) -> list[Delivery]:
    """Hand one batch of each shard to the function, if it is due."""
    made: list[Delivery] = []
    for name, records in _records(backend, mapping).items():
        shard = _shard(backend, mapping, name)
        if not shard.batches:
            _read(mapping, shard, records, now)
        if shard.batches and shard.batches[0].due <= now:
            made += _hand_over(backend, mapping, name, shard, now)
    return made


def _read(mapping: Any, shard: Shard, records: list[Record], now: float) -> None:
    new = records[shard.read : shard.read + int(mapping.batch_size)]
    full = len(new) >= int(mapping.batch_size)
    if not new or (not full and new[0].at + float(mapping.max_batch_window or 0) > now + 0.001):
        return
    shard.read += len(new)
    kept = [record for record in new if matches_any(mapping.filter_criteria, record.seen)]
    if kept:
        shard.batches.append(Batch(kept, now))


def _hand_over(backend: Any, mapping: Any, shard_name: str, shard: Shard, now: float) -> list[Delivery]:
    batch = shard.batches.pop(0)
    shown = _shown(mapping)
    too_old = mapping.max_record_age if mapping.max_record_age is not None else _NO_LIMIT
    if too_old != _NO_LIMIT and now - batch.records[0].at > too_old:
        where = _give_up(backend, mapping, shard_name, batch, "RecordAgeExceeded")
        return [note(shown, mapping.function_arn.split(":", 6)[-1], f"{len(batch.records)} records too old{where}")]
    try:
        target = lambda_versions.find(backend, mapping.function_arn, None)
        outcome = lambda_invoke.run(backend, target, {"Records": [record.event for record in batch.records]})
    except Refused as refused:
        batch.due = now + _pause(batch)
        batch.runs += 1
        shard.batches.insert(0, batch)
        return [note(shown, mapping.function_arn.split(":", 6)[-1], f"{refused.message}; tried again")]
    batch.runs += 1
    name, said = target.function.function_name, f"{len(batch.records)} records, {outcome.said}"
    done = _done(mapping, batch, outcome)
    if done == len(batch.records):
        return [note(shown, name, said)]
    left = Batch(batch.records[done:], now + _pause(batch), batch.runs)
    limit = mapping.max_retry_attempts if mapping.max_retry_attempts is not None else _NO_LIMIT
    if mapping.bisect_on_error and len(left.records) > 1:
        # Halving does not use up a retry.
        half = len(left.records) // 2
        runs = batch.runs - 1
        shard.batches[:0] = [Batch(left.records[:half], now, runs), Batch(left.records[half:], now, runs)]
        return [note(shown, name, f"{said}; split in two")]
    if limit != _NO_LIMIT and batch.runs > limit:
        where = _give_up(backend, mapping, shard_name, left, "RetryAttemptsExhausted")
        return [note(shown, name, f"{said}; given up after {batch.runs} attempts{where}")]
    shard.batches.insert(0, left)
    return [note(shown, name, f"{said}; again in {left.due - now:.0f} s")]


def _done(mapping: Any, batch: Batch, outcome: Any) -> int:
    """How many records from the start of the batch are done with."""
    if outcome.failed:
        return 0
    if "ReportBatchItemFailures" not in (mapping.function_response_types or []):
        return len(batch.records)
    result = json.loads(outcome.payload)
    failures = (result or {}).get("batchItemFailures") if isinstance(result, dict | None) else [{}]
    if not failures:
        return len(batch.records)
    order = [record.sequence for record in batch.records]
    named = [str(one.get("itemIdentifier")) for one in failures]
    return min(order.index(name) for name in named) if set(named) <= set(order) else 0


def _pause(batch: Batch) -> float:
    return float(min(2.0 ** max(batch.runs - 1, 0), _SLOWEST))


def _give_up(backend: Any, mapping: Any, shard_name: str, batch: Batch, condition: str) -> str:
    """Tell the OnFailure destination which records were lost; not what was in them."""
    arn = (mapping.destination_config or {}).get("OnFailure", {}).get("Destination")
    if not arn:
        return ", dropped"
    target = lambda_versions.find(backend, mapping.function_arn, None)
    kind = "KinesisBatchInfo" if ":kinesis:" in mapping.event_source_arn else "DDBStreamBatchInfo"
    record = {
        "requestContext": {
            "requestId": str(mock_random.uuid4()),
            "functionArn": target.arn,
            "condition": condition,
            "approximateInvokeCount": batch.runs,
        },
        "responseContext": {"statusCode": 200, "executedVersion": target.version, "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": stamp(),
        kind: {
            "shardId": shard_name,
            "startSequenceNumber": batch.records[0].sequence,
            "endSequenceNumber": batch.records[-1].sequence,
            "approximateArrivalOfFirstRecord": _moment(batch.records[0].at),
            "approximateArrivalOfLastRecord": _moment(batch.records[-1].at),
            "batchSize": len(batch.records),
            "streamArn": mapping.event_source_arn,
        },
    }
    return send(arn, json.dumps(record), None)


def _moment(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shard(backend: Any, mapping: Any, name: str) -> Shard:
    shards: dict[str, Shard] = lambda_invoke.state_of(backend).positions.setdefault(mapping.uuid, {})
    return shards.setdefault(name, Shard())  # a shard that came by a split is read from its start


def _shown(mapping: Any) -> str:
    kind = "stream" if ":kinesis:" in mapping.event_source_arn else "table"
    return f"{kind} {mapping.event_source_arn.split('/')[1]}"


def _records(backend: Any, mapping: Any) -> dict[str, list[Record]]:
    """The records of each shard of the mapping's stream, oldest first."""
    arn, account, region = mapping.event_source_arn, backend.account_id, backend.region_name
    name = arn.split("/")[1]
    if ":kinesis:" in arn:
        stream = kinesis_backends[account][region].streams.get(name)
        function = _role(backend, mapping)
        return {
            shard.shard_id: [_of_kinesis(arn, region, shard.shard_id, function, one) for one in shard.records.values()]
            for shard in (stream.shards.values() if stream else [])
        }
    table = dynamodb_backends[account][region].tables.get(name)
    if table is None or table.stream_shard is None:
        return {}
    return {table.stream_shard.id: [_of_dynamodb(arn, region, one.to_json()) for one in table.stream_shard.items]}


def _role(backend: Any, mapping: Any) -> str:
    try:
        return str(lambda_versions.find(backend, mapping.function_arn, None).function.role)
    except Refused:
        return ""


def _of_dynamodb(arn: str, region: str, raw: dict[str, Any]) -> Record:
    data = dict(raw["dynamodb"])
    moment = data.get("ApproximateCreationDateTime")
    # Moto keeps UTC without saying so.
    at = (
        moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp()
        if isinstance(moment, dt.datetime)
        else float(moment or 0)
    )
    data["ApproximateCreationDateTime"] = int(at)
    data["SequenceNumber"] = str(data["SequenceNumber"])
    event = {
        "eventID": raw["eventID"],
        "eventName": raw["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": data,
        "eventSourceARN": arn,
    }
    event = json.loads(json.dumps(event, default=str))
    return Record(data["SequenceNumber"], at, event, event)


def _of_kinesis(arn: str, region: str, shard: str, role: str, raw: Any) -> Record:
    kinesis = {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": raw.partition_key,
        "sequenceNumber": str(raw.sequence_number),
        "data": raw.data,
        "approximateArrivalTimestamp": round(raw.created_at, 3),
    }
    event = {
        "kinesis": kinesis,
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{raw.sequence_number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": role,
        "awsRegion": region,
        "eventSourceARN": arn,
    }
    try:
        data: Any = json.loads(base64.b64decode(raw.data))
    except ValueError:
        data = None
    # A filter names `data`, decoded, beside the record's own fields.
    return Record(str(raw.sequence_number), raw.created_at, event, {**kinesis, **event, "data": data})
