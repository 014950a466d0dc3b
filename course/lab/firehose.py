"""Firehose beyond moto: buffering by the lab's clock, a Kinesis stream as source, transformation, limits.

https://docs.aws.amazon.com/firehose/latest/dev/limits.html
Delivery to S3 is simulated; other destinations take what they get, as moto's do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.firehose.exceptions import InvalidArgumentException, ValidationException
from moto.firehose.models import FirehoseBackend, firehose_backends
from moto.moto_api._internal import mock_random

from course.lab import firehose_buffer, firehose_objects
from course.lab.agenda import Delivery, add_source, note
from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.firehose_buffer import MIB, Waiting
from course.lab.stand_in import stand_in
from course.lab.wire import Unsupported, answer_first

_MOST_RECORD: Final = 1_024_000
_MOST_ENTRIES: Final = 500
_MOST_BATCH: Final = 4 * MIB
_SIZES: Final = (1, 128)
_INTERVALS: Final = (0, 900)


class LabFirehose(FirehoseBackend):
    """Moto's backend, but what is put waits in a buffer."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.firehose.models"

    def create_delivery_stream(self, *args: Any, **more: Any) -> str:
        _check(args, more)
        arn = super().create_delivery_stream(*args, **more)
        firehose_buffer.start_reading(self.delivery_streams[arn.rpartition("/")[2]], self.account_id, self.region_name)
        return arn

    def update_destination(self, *args: Any, **more: Any) -> None:
        _check(args, more)
        super().update_destination(*args, **more)

    def put_record_batch(self, delivery_stream_name: str, records: list[dict[str, bytes]]) -> dict[str, Any]:
        if len(records) > _MOST_ENTRIES:
            raise ValidationException(
                "1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length "
                f"less than or equal to {_MOST_ENTRIES}"
            )
        for record in records:
            if len(record["Data"]) > _MOST_RECORD:
                raise ValidationException(
                    "1 validation error detected: Value at 'record.data' failed to satisfy constraint: Member must "
                    f"have length less than or equal to {_MOST_RECORD}"
                )
        if sum(len(record["Data"]) for record in records) > _MOST_BATCH:
            raise InvalidArgumentException("Records size exceeds 4 MB limit")
        source = self.delivery_streams.get(delivery_stream_name)
        if source is not None and source.delivery_stream_type == "KinesisStreamAsSource":
            raise InvalidArgumentException(
                f"This operation is not permitted on KinesisStreamAsSource delivery stream type: {delivery_stream_name}"
            )
        return super().put_record_batch(delivery_stream_name, records)

    def put_s3_records(self, delivery_stream_name: str, version_id: str, s3_destination: dict[str, Any],
                       records: list[dict[str, bytes]]) -> list[dict[str, str]]:  # fmt: skip
        """Where moto writes an object at once, keep the records until they are due."""
        buffer = firehose_buffer.of(self.delivery_streams[delivery_stream_name])
        now = clock.now().timestamp()
        buffer.records += [Waiting(now, bytes(record["Data"])) for record in records]
        return [{"RecordId": str(mock_random.uuid4())} for _ in records]


class _Deliveries:
    """All delivery streams with a bucket."""

    def next_due(self) -> float | None:
        times = []
        for backend, stream, destination in _to_buckets():
            firehose_buffer.read_source(stream, backend.account_id, backend.region_name)
            if found := firehose_buffer.of(stream).batch(*firehose_buffer.hints(destination)):
                times.append(found[0])
        return min(times, default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for backend, stream, destination in list(_to_buckets()):
            firehose_buffer.read_source(stream, backend.account_id, backend.region_name)
            buffer = firehose_buffer.of(stream)
            while (found := buffer.batch(*firehose_buffer.hints(destination))) and found[0] <= now:
                records = buffer.records[: found[1]]
                del buffer.records[: found[1]]
                made.append(_one(backend, stream, destination, records, now))
        return made


def _one(backend: Any, stream: Any, destination: dict[str, Any], records: list[Waiting], now: float) -> Delivery:
    name, bucket = stream.delivery_stream_name, destination["BucketARN"].rpartition(":")[2]
    try:
        said = firehose_objects.deliver(stream, destination, records, backend.account_id)
    except Exception as wrong:  # a bucket that is gone, a function that is none: AWS tries again for a day
        firehose_buffer.of(stream).put_back(records, now)
        said = f"{len(records)} records not delivered ({type(wrong).__name__}); tried again"
    return note(f"delivery stream {name}", f"bucket {bucket}", said)


def _to_buckets() -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    for account in list(firehose_backends.values()):
        for backend in account.values():
            for stream in list(backend.delivery_streams.values()):
                for destination in stream.destinations:
                    if settings := destination.get("ExtendedS3") or destination.get("S3"):
                        yield backend, stream, settings


def _check(args: tuple[Any, ...], more: dict[str, Any]) -> None:
    """Refuse hints out of bounds."""
    for settings in [one for one in (*args, *more.values()) if isinstance(one, dict) and "BucketARN" in one]:
        for field, (least, most) in {"SizeInMBs": _SIZES, "IntervalInSeconds": _INTERVALS}.items():
            value = (settings.get("BufferingHints") or {}).get(field)
            if value is not None and not least <= int(value) <= most:
                raise ValidationException(
                    f"1 validation error detected: Value '{value}' at 'bufferingHints.{field}' failed to satisfy "
                    f"constraint: Member must have value between {least} and {most}"
                )


@answer_first
def _firehose(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "firehose":
        return None
    install()
    call = asked(operation)
    settings = (call.params if call else {}).get("ExtendedS3DestinationConfiguration") or {}
    for feature in ("DataFormatConversionConfiguration", "DynamicPartitioningConfiguration"):
        if (settings.get(feature) or {}).get("Enabled"):
            raise Unsupported(f"The lab does not simulate Firehose's {feature} yet; leave it out here.")
    return None


install = stand_in(firehose_backends, LabFirehose)


install()
add_source(_Deliveries())
