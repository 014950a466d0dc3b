"""Export tasks: a range of time of a log group as files in a bucket, one task at a time.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateExportTask.html

AWS says that log data may take up to 12 hours until it can be exported. In the lab it always takes as long: events that
came later than 12 hours before the task are not in its files. A task takes a minute of the lab's clock.
"""

from __future__ import annotations

import datetime as dt
import gzip
from dataclasses import dataclass, field
from typing import Any, Final

from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.iam.services import service_may
from course.lab.logs.groups import expire
from course.lab.place import Place
from course.lab.service import Call, Operation, Refusal

_READY_AFTER: Final = 12 * 3_600_000
_TAKES: Final = 60.0
_ACTIVE: Final = ("PENDING", "RUNNING")
_STARTS: Final = 5.0


@dataclass
class Export:
    """A task that was asked for."""

    id: str
    name: str
    group: str
    bucket: str
    prefix: str
    span: tuple[int, int]
    place: Place
    began: float = field(default_factory=lambda: clock.now().timestamp())
    ended: float | None = None
    end: str = ""

    @property
    def status(self) -> str:
        """As an observer sees it now."""
        return self.end or ("PENDING" if clock.now().timestamp() < self.began + _STARTS else "RUNNING")


def _kept(place: Place) -> dict[str, Export]:
    kept: dict[str, Export] = place.kept("logs", "lab_exports", dict)
    return kept


def _create(call: Call) -> dict[str, str]:
    given, place = call.given, call.place
    group, bucket = given["logGroupName"], given["destination"]
    if group not in place.backend("logs").groups:
        raise Refusal("ResourceNotFoundException", "The specified log group does not exist.")
    if given["to"] < given["from"]:
        raise Refusal("InvalidParameterException", "The to time must not be before the from time.")
    buckets = s3_backends[place.account]["aws"].buckets
    if bucket not in buckets:
        message = "The given bucket does not exist. Please make sure the bucket is valid."
        raise Refusal("InvalidParameterException", message)
    if buckets[bucket].region_name != place.region:
        message = "The given bucket is not in the Region of the log group. Please make sure the bucket is valid."
        raise Refusal("InvalidParameterException", message)
    _let_in(place, group, bucket)
    if any(one.status in _ACTIVE for one in _kept(place).values()):
        raise Refusal("LimitExceededException", "Resource limit exceeded.")
    made = Export(
        id=str(mock_random.uuid4()),
        name=given.get("taskName") or "",
        group=group,
        bucket=bucket,
        prefix=given.get("destinationPrefix") or "exportedlogs",
        span=(given["from"], given["to"]),
        place=place,
    )
    _write(made, "aws-logs-write-test", b"Permission Check Successful")
    _kept(place)[made.id] = made
    return {"taskId": made.id}


def _let_in(place: Place, group: str, bucket: str) -> None:
    """The bucket's policy must let the service of this Region look at the bucket, and write to it."""
    service, source = (
        f"logs.{place.region}.amazonaws.com",
        f"arn:aws:logs:{place.region}:{place.account}:log-group:{group}",
    )
    arn = f"arn:aws:s3:::{bucket}"
    for action, resource in (("s3:GetBucketAcl", arn), ("s3:PutObject", f"{arn}/aws-logs-write-test")):
        more: Any = {"s3:x-amz-acl": "bucket-owner-full-control"}
        if not service_may(service, action, resource, source, more).allowed:
            message = (
                f"{action.removeprefix('s3:')} call on the given bucket failed. Please check if CloudWatch Logs has "
                "been granted permission to perform this action."
            )
            raise Refusal("InvalidParameterException", message)


def _describe(call: Call) -> dict[str, Any]:
    wanted, status = call.given.get("taskId"), call.given.get("statusCode")
    kept = _kept(call.place)
    if wanted and wanted not in kept:
        raise Refusal("ResourceNotFoundException", "The specified export task does not exist.")
    found = [kept[wanted]] if wanted else list(kept.values())
    return {"exportTasks": [_told(one) for one in found if not status or one.status == status]}


def _told(one: Export) -> dict[str, Any]:
    times = {"creationTime": int(one.began * 1000)}
    if one.ended is not None:
        times["completionTime"] = int(one.ended * 1000)
    status = {"code": one.status}
    if one.status == "COMPLETED":
        status["message"] = "Completed successfully"
    return {
        "taskId": one.id,
        "taskName": one.name,
        "logGroupName": one.group,
        "from": one.span[0],
        "to": one.span[1],
        "destination": one.bucket,
        "destinationPrefix": one.prefix,
        "status": status,
        "executionInfo": times,
    }


def _cancel(call: Call) -> None:
    found = _kept(call.place).get(call.given["taskId"])
    if found is None:
        raise Refusal("ResourceNotFoundException", "The specified export task does not exist.")
    if found.status not in _ACTIVE:
        raise Refusal("InvalidOperationException", "The specified export task has already finished.")
    found.end, found.ended = "CANCELLED", clock.now().timestamp()


class _Tasks:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((one.began + _TAKES for one in _unfinished()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        return [_finish(one) for one in _unfinished() if one.began + _TAKES <= now]


def _unfinished() -> list[Export]:
    return [
        task
        for account in list(logs_backends.values())
        for backend in list(account.values())
        for task in backend.__dict__.get("lab_exports", {}).values()
        if not task.end
    ]


def _finish(task: Export) -> Delivery:
    group = task.place.backend("logs").groups.get(task.group)
    task.ended = clock.now().timestamp()
    if group is None or task.bucket not in s3_backends[task.place.account]["aws"].buckets:
        task.end = "FAILED"
        return note(f"export of {task.group}", f"bucket {task.bucket}", "failed")
    expire(group)
    ready, lines = task.began * 1000 - _READY_AFTER, 0
    for name, stream in group.streams.items():
        events = [
            event
            for event in stream.events
            if task.span[0] <= event.timestamp <= task.span[1] and event.ingestion_time <= ready
        ]
        if events:
            lines += len(events)
            text = "\n".join(f"{_time(event.timestamp)} {event.message}" for event in events) + "\n"
            _write(task, f"{task.id}/{name.replace('/', '-')}/000000.gz", gzip.compress(text.encode(), mtime=0))
    task.end = "COMPLETED"
    return note(f"export of {task.group}", f"bucket {task.bucket}", f"{lines} events")


def _write(task: Export, key: str, content: bytes) -> None:
    s3_backends[task.place.account]["aws"].put_object(task.bucket, f"{task.prefix}/{key}", content)


def _time(at: int) -> str:
    return f"{dt.datetime.fromtimestamp(at / 1000, dt.UTC):%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"


OPERATIONS: Final[dict[str, Operation]] = {
    "CreateExportTask": _create,
    "DescribeExportTasks": _describe,
    "CancelExportTask": _cancel,
}

add_source(_Tasks())
