"""Trails deliver: log files to a bucket every five minutes, lines to a log group, a message to a topic, and events.

Files: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
Logs: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
Topic: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html
Events: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html

AWS promises about five minutes on average; the lab keeps to them. EventBridge gets calls that change something, one by
one and at once.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any, Final

import boto3
from moto.cloudtrail.models import cloudtrail_backends
from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends

from course.lab import events_router
from course.lab.agenda import Delivery, add_source, note
from course.lab.call_log import unseen
from course.lab.caller import session_of_role
from course.lab.clock import clock
from course.lab.cloudtrail import digests
from course.lab.cloudtrail.bucket import folder, hindrance
from course.lab.cloudtrail.records import as_line, record_of
from course.lab.cloudtrail.seen import Seen, all_seen
from course.lab.cloudtrail.selectors import wants
from course.lab.place import Place

EVERY: Final = 300.0


@dataclass
class Progress:
    """How far a trail has come."""

    since: float
    """When the logging began."""
    next_file: float
    seen: int
    """How many of the calls it has looked at for its files."""
    routed: int
    """The same for EventBridge."""
    until: int | None = None
    """Where the logging stopped: the call that stopped it is the last that is delivered."""
    digest: digests.Chain = field(default_factory=digests.Chain)
    delivered: float | None = None
    error: str = ""

    @property
    def latest_digest(self) -> float | None:
        """When the last digest was written."""
        return self.digest.start if self.digest.last else None


def progress_of(trail: Any) -> Progress:
    """How far a trail has come, kept beside moto's record of it."""
    kept: Progress | None = trail.__dict__.get("lab_progress")
    if kept is None:
        kept = trail.__dict__["lab_progress"] = begin(trail)
    return kept


def begin(trail: Any) -> Progress:
    """The trail logs from now on: what was called before is not its concern."""
    now = clock.now().timestamp()
    kept = Progress(now, now + EVERY, len(all_seen()), len(all_seen()))
    before: Progress | None = trail.__dict__.get("lab_progress")
    if before is not None:
        kept.digest = before.digest
    kept.digest.begin(now)
    trail.__dict__["lab_progress"] = kept
    return kept


def finish(trail: Any) -> None:
    """The logging stops with the call under way: all until then, and the call itself, is still delivered."""
    progress_of(trail).until = len(all_seen()) + 1


def logging() -> Iterator[Any]:
    """All trails that log, in all accounts and Regions."""
    return (trail for trail in _trails() if trail.status.is_logging)


def _delivering() -> Iterator[Any]:
    """Those, and trails that were stopped with something still to deliver."""
    for trail in _trails():
        until = progress_of(trail).until if "lab_progress" in trail.__dict__ else None
        if trail.status.is_logging or (until is not None and progress_of(trail).seen < until):
            yield trail


def _trails() -> Iterator[Any]:
    for account in list(cloudtrail_backends):
        for backend in list(cloudtrail_backends[account].values()):
            yield from backend.trails.values()


class _Trails:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        due = []
        for trail in _delivering():
            progress = progress_of(trail)
            due += [seen.at.timestamp() for seen in _first(trail, progress.routed)]
            due += [progress.next_file for _ in _first(trail, progress.seen)]
            if trail.log_validation and trail.status.is_logging:
                due.append(progress.digest.next)
        return min(due, default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for trail in list(_delivering()):
            made += _route(trail)
            progress = progress_of(trail)
            if progress.next_file <= now:
                made += _files(trail, progress)
                progress.next_file = now + EVERY
            if trail.log_validation and trail.status.is_logging and progress.digest.next <= now:
                made += digests.deliver(trail, progress.digest, _regions(trail), _write)
        return made


def _first(trail: Any, since: int) -> Iterator[Seen]:
    """The first call since then that the trail wants, if there is one."""
    return islice((seen for seen in _calls(trail, since) if _concerns(trail, seen)), 1)


def _calls(trail: Any, since: int) -> list[Seen]:
    return all_seen()[since : progress_of(trail).until]


def _concerns(trail: Any, seen: Seen) -> bool:
    here = trail.is_multi_region or seen.region == trail.region_name
    return seen.account == trail.account_id and here and wants(trail, seen)


def _chosen(trail: Any, since: int) -> list[Seen]:
    return [seen for seen in _calls(trail, since) if _concerns(trail, seen)]


def _regions(trail: Any) -> list[str]:
    if not trail.is_multi_region:
        return [trail.region_name]
    return sorted({trail.region_name, *(seen.region for seen in all_seen())})


def _files(trail: Any, progress: Progress) -> list[Delivery]:
    chosen = sorted(_chosen(trail, progress.seen), key=lambda seen: seen.region)
    progress.seen = len(all_seen())
    made = []
    for region, group in groupby(chosen, key=lambda seen: seen.region):
        records = [record_of(seen) for seen in group]
        made.append(_file(trail, progress, region, records))
        if trail.cw_log_group_arn and trail.cw_role_arn:
            made.append(_to_logs(trail, region, records))
    return made


def _file(trail: Any, progress: Progress, region: str, records: list[dict[str, Any]]) -> Delivery:
    now = clock.now()
    unique = mock_random.get_random_string(16)
    name = f"{trail.account_id}_CloudTrail_{region}_{now:%Y%m%dT%H%MZ}_{unique}.json.gz"
    key = f"{folder(trail, 'CloudTrail', region)}/{name}"
    content = gzip.compress(json.dumps({"Records": records}, default=str).encode(), mtime=0)
    outcome = f"{len(records)} events in {name}"
    progress.error = _write(trail, key, content)
    if progress.error:
        outcome = progress.error
    else:
        progress.delivered = now.timestamp()
        progress.digest.note(trail.bucket_name, key, content, records)
        if trail.topic_arn:
            _tell(trail, key)
    return note(f"trail {trail.trail_name}", trail.bucket_name, outcome)


def _write(trail: Any, key: str, content: bytes, **metadata: str) -> str:
    """Write an object; what hinders it, or nothing."""
    backend: Any = s3_backends[trail.account_id]["aws"]
    found = hindrance(trail, key)
    if not found:
        with unseen():
            made = backend.put_object(trail.bucket_name, key, content)
        made.set_metadata({f"x-amz-meta-{name.replace('_', '-')}": value for name, value in metadata.items()})
    return found


def _tell(trail: Any, key: str) -> None:
    with unseen():
        boto3.client("sns", region_name=trail.region_name).publish(
            TopicArn=trail.topic_arn, Message=json.dumps({"s3Bucket": trail.bucket_name, "s3ObjectKey": [key]})
        )


def _to_logs(trail: Any, region: str, records: list[dict[str, Any]]) -> Delivery:
    group = trail.cw_log_group_arn.split(":log-group:")[1].removesuffix(":*")
    stream = f"{trail.account_id}_CloudTrail_{region}"
    now = int(clock.now().timestamp() * 1000)
    outcome = f"{len(records)} events"
    with unseen():
        logs = session_of_role(Place(trail.account_id, trail.region_name), trail.cw_role_arn, "CloudTrail").client(
            "logs"
        )
        try:
            there = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)["logStreams"]
            if not any(one["logStreamName"] == stream for one in there):
                logs.create_log_stream(logGroupName=group, logStreamName=stream)
            lines = [{"timestamp": now, "message": as_line(record)} for record in records]
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=lines)
        except logs.exceptions.ClientError as refused:
            outcome = f"failed: {refused.response['Error']['Code']}"
    return note(f"trail {trail.trail_name}", group, outcome)


def _route(trail: Any) -> list[Delivery]:
    """Calls that change something go to the default bus of their Region, once however many trails log them."""
    progress = progress_of(trail)
    chosen = _chosen(trail, progress.routed)
    progress.routed = len(all_seen())
    changing = [seen for seen in chosen if not record_of(seen)["readOnly"] and not seen.routed]
    for seen in changing:
        seen.routed = True
        record = record_of(seen)
        events_router.put(
            seen.account, seen.region, "default", source=f"aws.{record['eventSource'].partition('.')[0]}",
            detail_type="AWS API Call via CloudTrail", detail=record, resources=[],
        )  # fmt: skip
    many = f"{len(changing)} calls that change something"
    return [note(f"trail {trail.trail_name}", "default event bus", many)] if changing else []


add_source(_Trails())
