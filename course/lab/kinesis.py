"""Kinesis beyond moto: shards that split and merge as on AWS, limits by the clock, consumers that are pushed to.

Limits: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
PutRecords: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
Large records: https://docs.aws.amazon.com/streams/latest/dev/large-records.html
"""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.exceptions import JsonRESTError
from moto.kinesis.exceptions import ConsumerNotFound, InvalidArgumentError, ResourceInUseError
from moto.kinesis.models import Consumer, KinesisBackend, Shard, Stream, kinesis_backends

from course.lab.asked import asked
from course.lab.kinesis_limits import MIB, may_write
from course.lab.kinesis_push import subscribe
from course.lab.kinesis_reading import Position, get_records, rate_exceeded, rate_exceeded_message, start
from course.lab.kinesis_shards import LabStream
from course.lab.place import place_of
from course.lab.stand_in import stand_in
from course.lab.wire import answer_first, is_open, json_answer, json_error

_MOST_ENTRIES: Final = 500
_MOST_REQUEST: Final = 10 * MIB
_MOST_CONSUMERS: Final = 20
_RESHARDS_A_DAY: Final = 10
_DAY: Final = 86_400.0


class LabKinesis(KinesisBackend):
    """Moto's backend with the lab's streams."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.kinesis.models"

    def create_stream(self, *args: Any, **more: Any) -> Stream:
        made: Any = super().create_stream(*args, **more)
        made.__class__ = LabStream
        call = asked("CreateStream")
        made.record_kib = int((call.params if call else {}).get("MaxRecordSizeInKiB") or 1024)
        stream: Stream = made.take_over()
        return stream

    def put_record(self, stream_arn: Any, stream_name: Any, partition_key: Any, explicit_hash_key: Any,
                   data: str) -> tuple[str, str]:  # fmt: skip
        stream: Any = self.describe_stream(stream_arn, stream_name)
        size = _size(partition_key, data)
        if size > stream.record_kib * 1024:
            raise _too_large("data", stream.record_kib * 1024)
        shard = stream.get_shard_for_key(partition_key, explicit_hash_key)
        if not may_write(shard, size):
            raise rate_exceeded(stream, shard.shard_id)
        return super().put_record(stream_arn, stream_name, partition_key, explicit_hash_key, data)

    def put_records(self, stream_arn: Any, stream_name: Any, records: list[dict[str, Any]]) -> dict[str, Any]:
        stream: Any = self.describe_stream(stream_arn, stream_name)
        if len(records) > _MOST_ENTRIES:
            return super().put_records(stream_arn, stream_name, records)  # moto refuses it as AWS does
        sizes = [_size(record.get("PartitionKey"), record.get("Data") or "") for record in records]
        for position, size in enumerate(sizes, 1):
            if size > stream.record_kib * 1024:
                raise _too_large(f"records.{position}.member.data", stream.record_kib * 1024)
        if sum(sizes) > _MOST_REQUEST:
            raise InvalidArgumentError("Records size exceeds 10 MB limit")
        answers, written, count = [], 0, 0
        for record, size in zip(records, sizes, strict=True):
            key, explicit = record.get("PartitionKey"), record.get("ExplicitHashKey")
            shard = stream.get_shard_for_key(key, explicit)
            if not may_write(shard, size):
                code = "ProvisionedThroughputExceededException"
                answers.append({"ErrorCode": code, "ErrorMessage": rate_exceeded_message(stream, shard.shard_id)})
                continue
            number, shard_id = stream.put_record(key, explicit, record.get("Data"))
            answers.append({"SequenceNumber": number, "ShardId": shard_id})
            written, count = written + size, count + 1
        self._send_stream_metrics(stream.stream_name, incoming_bytes=written, incoming_records=count)
        return {"FailedRecordCount": len(records) - count, "Records": answers}

    def get_shard_iterator(self, stream_arn: Any, stream_name: Any, shard_id: str, shard_iterator_type: str,
                           starting_sequence_number: Any, at_timestamp: Any) -> str:  # fmt: skip
        stream = self.describe_stream(stream_arn, stream_name)
        position = start(stream, shard_id, shard_iterator_type, starting_sequence_number, at_timestamp)
        return position.token()

    def list_shards(self, stream_arn: Any, stream_name: Any, **pages: Any) -> Any:  # type: ignore[override]
        stream: Any = self.describe_stream(stream_arn, stream_name)
        stream.forget_expired()
        found, token = super().list_shards(stream_arn=stream_arn, stream_name=stream_name, **pages)
        call = asked("ListShards")
        wanted = (call.params if call else {}).get("ShardFilter") or {}
        return [shard for shard in found if _passes(stream, shard, wanted)], token

    def increase_stream_retention_period(self, stream_arn: Any, stream_name: Any, retention_period_hours: int) -> None:
        stream: Any = self.describe_stream(stream_arn, stream_name)
        stream.expire()
        super().increase_stream_retention_period(stream_arn, stream_name, retention_period_hours)

    def update_shard_count(self, stream_arn: Any, stream_name: Any, target_shard_count: int) -> int:
        stream: Any = self.describe_stream(stream_arn, stream_name)
        before = len(stream.open_shards())
        if not before / 2 <= target_shard_count <= before * 2:
            raise JsonRESTError(
                "LimitExceededException",
                f"UpdateShardCount cannot scale to less than half or more than double the current open shard count. "
                f"Current open shard count: {before} Target shard count: {target_shard_count}",
            )
        _count_reshard(stream)
        return super().update_shard_count(stream_arn, stream_name, target_shard_count)

    def register_stream_consumer(self, stream_arn: str, consumer_name: str) -> Consumer:
        stream = self._find_stream_by_arn(stream_arn)
        if any(one.consumer_name == consumer_name for one in stream.consumers):
            raise ResourceInUseError(
                f"Consumer {consumer_name} under stream {stream.stream_name} already exists for account "
                f"{self.account_id}."
            )
        if len(stream.consumers) >= _MOST_CONSUMERS:
            raise JsonRESTError(
                "LimitExceededException",
                f"Stream {stream.stream_name} already has {_MOST_CONSUMERS} registered consumers, the most allowed.",
            )
        consumer = super().register_stream_consumer(stream_arn, consumer_name)
        consumer.consumer_arn += f":{int(consumer.created.timestamp())}"
        return consumer

    def deregister_stream_consumer(self, stream_arn: str, consumer_name: str, consumer_arn: str) -> None:
        consumer = self.describe_stream_consumer(stream_arn, consumer_name, consumer_arn)
        self._find_stream_by_arn(consumer.stream_arn).delete_consumer(consumer.consumer_arn)


@answer_first
def _kinesis(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "kinesis":
        return None
    install()
    if operation not in ("GetRecords", "ListStreams", "SubscribeToShard", "UpdateMaxRecordSize"):
        return None
    body: Any = request.body
    wanted, backend = json.loads(body), _backend(request)
    try:
        match operation:
            case "GetRecords":
                position = Position.of(wanted["ShardIterator"])
                stream = backend.describe_stream(None, position.stream)
                return json_answer(request, get_records(stream, position, wanted.get("Limit")))
            case "ListStreams":
                return json_answer(request, _list_streams(backend, wanted))
            case "SubscribeToShard":
                return _subscribe(request, backend, wanted)
            case _:
                stream = backend.describe_stream(wanted.get("StreamARN"), None)
                stream.record_kib = int(wanted["MaxRecordSizeInKiB"])
                return json_answer(request, {})
    except JsonRESTError as refused:
        return json_error(request, refused.error_type, refused.message)


def _subscribe(request: AWSPreparedRequest, backend: Any, wanted: dict[str, Any]) -> AWSResponse:
    name = wanted["ConsumerARN"].split(":stream/")[-1].split("/")[0]
    stream = backend.describe_stream(None, name)
    if stream.get_consumer_by_arn(wanted["ConsumerARN"]) is None:
        raise ConsumerNotFound(consumer=wanted["ConsumerARN"], account_id=backend.account_id)
    where = wanted["StartingPosition"]
    position = start(stream, wanted["ShardId"], where["Type"], where.get("SequenceNumber"), where.get("Timestamp"))
    return subscribe(request, stream, position)


def _list_streams(backend: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html"""
    after = wanted.get("NextToken") or wanted.get("ExclusiveStartStreamName") or ""
    names = sorted(name for name in backend.streams if name > after)
    shown = names[: wanted.get("Limit") or 100]
    answer: dict[str, Any] = {"HasMoreStreams": len(shown) < len(names), "StreamNames": shown}
    summaries = [backend.streams[name].to_json_summary()["StreamDescriptionSummary"] for name in shown]
    kept = ("StreamName", "StreamARN", "StreamStatus", "StreamModeDetails")
    answer["StreamSummaries"] = [{field: one[field] for field in kept} for one in summaries]
    return {**answer, "NextToken": shown[-1]} if answer["HasMoreStreams"] else answer


def _backend(request: AWSPreparedRequest) -> Any:
    return place_of(request).backend("kinesis")


def _size(key: Any, data: str) -> int:
    return len(b64decode(data)) + len(str(key or "").encode())


def _too_large(where: str, most: int) -> JsonRESTError:
    return JsonRESTError(
        "ValidationException",
        f"1 validation error detected: Value at '{where}' failed to satisfy constraint: Member must have length less "
        f"than or equal to {most}",
    )


def _passes(stream: Any, shard: Shard, wanted: dict[str, Any]) -> bool:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html"""
    match wanted.get("Type"):
        case "AT_LATEST":
            return shard.is_open
        case "AT_TRIM_HORIZON":
            return shard.parent not in stream.shards
        case "AFTER_SHARD_ID":
            return shard.shard_id > str(wanted.get("ShardId"))
    return True


def _count_reshard(stream: Any) -> None:
    """https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html"""
    from course.lab.clock import clock

    now = clock.now().timestamp()
    done = [at for at in stream.__dict__.get("lab_reshards", []) if now - at < _DAY]
    if len(done) >= _RESHARDS_A_DAY:
        raise JsonRESTError(
            "LimitExceededException",
            f"UpdateShardCount was called {_RESHARDS_A_DAY} times for stream {stream.stream_name} within 24 hours.",
        )
    stream.__dict__["lab_reshards"] = [*done, now]


_put_in_place = stand_in(kinesis_backends, LabKinesis)


def install() -> None:
    """Put the lab's classes in moto's place; streams that are there already become the lab's."""
    _put_in_place()
    for account in kinesis_backends.values():
        for backend in account.values():
            for stream in list[Any](backend.streams.values()):
                if is_open() and not isinstance(stream, LabStream):
                    stream.__class__ = LabStream
                    stream.take_over()


install()
